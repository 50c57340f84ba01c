"""What an evaluation of pairs comes to, before it is printed or drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.choices import Preprocess
from photoclust.lab.verification.scores import Verification

# Points of a drawn curve; at equal steps of the logarithm, as the small rates are what matters.
CURVE_POINTS = 120
BINS = 60


@dataclass(frozen=True, slots=True)
class PackResult:
    """A pack, fed in one way, on all pairs.

    Attributes
    ----------
    faceless : photos in which no face was found, so that the fixed crop stood for it.
    similarities : of each pair, a cosine (n,).
    """

    pack: str
    preprocess: Preprocess
    faceless: int
    similarities: NDArray[np.float32]
    verification: Verification

    @property
    def name(self) -> str:
        return f"{self.pack}, {self.preprocess}"

    @property
    def threshold(self) -> float:
        """The mean of those of the folds, a cosine."""
        return float(np.mean(self.verification.thresholds))

    @property
    def squared_distance(self) -> float:
        """The same threshold as a squared distance, 0..4."""
        return float(distances(np.array(self.threshold)))


@dataclass(frozen=True, slots=True)
class PairsReport:
    """Every pack and way on the same pairs.

    Attributes
    ----------
    source : the name of the file of pairs.
    photos : how many photos the pairs have.
    same : is it one person, of each pair (n,)?
    folds : how many; `own_folds` : are they the file's?
    crossing : pairs with a person who is also in another fold.
    unreadable : path and reason of photos that could not be used.
    unread : pairs that were left out for such a photo.
    copies : pairs that were left out because their two photos are one file, or copies of one.
    """

    source: str
    photos: int
    same: NDArray[np.bool_]
    folds: int
    own_folds: bool
    crossing: int
    unreadable: tuple[tuple[str, str], ...]
    unread: int
    copies: int
    results: tuple[PackResult, ...]

    @property
    def same_pairs(self) -> int:
        return int(self.same.sum())

    @property
    def different_pairs(self) -> int:
        return len(self.same) - self.same_pairs

    @property
    def fars(self) -> NDArray[np.float64]:
        """The FARs that curves are drawn at: from a single impostor to all (m,)."""
        return np.geomspace(1 / self.different_pairs, 1, CURVE_POINTS)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Squared distances of pairs in equal bins: edges (BINS + 1,), counts of each kind (BINS,)."""

    edges: NDArray[np.float64]
    same: NDArray[np.int64]
    different: NDArray[np.int64]


def distances(similarities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Squared distances 0..4 of unit vectors with these cosines (n,)."""
    return np.clip(2 - 2 * similarities.astype(np.float64), 0, 4)


def histogram(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> Histogram:
    """How far pairs (n,) are apart, from 0 to the farthest."""
    far = distances(similarities)
    edges = np.linspace(0, max(float(far.max()), 1e-3), BINS + 1)
    return Histogram(edges, np.histogram(far[same], edges)[0], np.histogram(far[~same], edges)[0])
