"""How many pairs of one person are accepted, and how many of different people, at any threshold.

TAR, the true accept rate, is the share of same pairs that are accepted; FAR, the false accept rate,
that of different pairs, the impostors; FRR = 1 - TAR.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A rate is only told where it stands for at least so many false accepts; with fewer, chance alone
# moves it by a third and more (a count of n has the standard deviation sqrt(n)).
FEWEST_ACCEPTS = 10


@dataclass(frozen=True, slots=True)
class TrueAccepts:
    """What is accepted of one person when so few impostors are.

    Attributes
    ----------
    far : the most that may be accepted of the impostors, a share.
    impostors : how many different pairs that is a share of.
    tar : the share of same pairs; None where fewer than `FEWEST_ACCEPTS` false ones are expected.
    threshold : the lowest cosine that is accepted then; None as `tar`, or when nothing is.
    """

    far: float
    impostors: int
    tar: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Roc:
    """The whole curve, exact, by the similarities of same pairs, where alone the TAR changes.

    Attributes
    ----------
    levels : the similarities of same pairs, each once, highest first (k,).
    accepted : same pairs at least as similar as each level (k,).
    above, upwards : different pairs more similar than each, and at least as similar (k,).
    same, different : how many pairs there are; neither is 0.
    """

    levels: NDArray[np.floating]
    accepted: NDArray[np.int64]
    above: NDArray[np.int64]
    upwards: NDArray[np.int64]
    same: int
    different: int

    @property
    def auc(self) -> float:
        """The chance that a same pair is more similar than a different one; a tie is half."""
        pairs = np.diff(self.accepted, prepend=0)
        worse = self.different - (self.above + self.upwards) / 2
        return float((pairs * worse).sum() / self.same / self.different)

    @property
    def eer(self) -> float:
        """The equal error rate: where FAR and FRR meet on the line through all points."""
        fars, tars = self.points()
        gaps = fars - (1 - tars)  # rises from -1 to 1
        end = int(np.argmax(gaps >= 0))
        rise = gaps[end] - gaps[end - 1]
        part = -gaps[end - 1] / rise
        return float(fars[end - 1] + part * (fars[end] - fars[end - 1]))

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """FAR and TAR at every threshold where either turns, from (0, 0) to (1, 1)."""
        before = np.concatenate([[0], self.accepted[:-1]])
        fars = np.stack([self.above, self.upwards], axis=1).ravel() / self.different
        tars = np.stack([before, self.accepted], axis=1).ravel() / self.same
        return np.concatenate([[0.0], fars, [1.0]]), np.concatenate([[0.0], tars, [1.0]])

    def tars(self, fars: NDArray[np.floating]) -> NDArray[np.float64]:
        """The highest TAR whose FAR is at most each of these (n,)."""
        known, tars = self.points()
        return np.asarray(tars[np.searchsorted(known, fars, side="right") - 1], np.float64)

    def true_accepts(self, far: float) -> TrueAccepts:
        """The TAR at a FAR, where there are enough impostors to tell."""
        most = round(far * self.different, 6)
        if most < FEWEST_ACCEPTS:
            return TrueAccepts(far, self.different, None, None)
        fit = np.flatnonzero(self.upwards <= most)
        if not len(fit):
            return TrueAccepts(far, self.different, 0.0, None)
        tar = float(self.accepted[fit[-1]] / self.same)
        return TrueAccepts(far, self.different, tar, float(self.levels[fit[-1]]))


def roc(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> Roc:
    """The curve of pairs (n,), of which there must be both kinds."""
    return roc_of_blocks(similarities[same], [similarities[~same]])


def roc_of_blocks(same: NDArray[np.floating], different: Iterable[NDArray[np.floating]]) -> Roc:
    """The curve of same pairs (n,), and of different ones that come in pieces, however many."""
    levels, counts = np.unique(same, return_counts=True)
    # How many are more than, or at least, this many of the levels, but no more of them.
    beyond, reached = np.zeros((2, len(levels) + 1), np.int64)
    for block in different:
        beyond += np.bincount(np.searchsorted(levels, block, "left"), minlength=len(beyond))
        reached += np.bincount(np.searchsorted(levels, block, "right"), minlength=len(reached))
    return Roc(
        levels=levels[::-1],
        accepted=np.cumsum(counts[::-1]),
        above=np.cumsum(beyond[::-1])[:-1],
        upwards=np.cumsum(reached[::-1])[:-1],
        same=len(same),
        different=int(reached.sum()),
    )
