"""How well groups agree with a truth, each measure as a function of two arrays of labels.

`found` and `truth` are arrays (n,) of labels, one a scored face; only which are equal counts. A
face in no group must have a label of its own: see `clustering.density.each_alone`. Every result is
in 0..1, and 1 where there was nothing to do wrong.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.density import NOISE


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision falls when strangers are joined, recall when somebody is torn apart."""

    precision: float
    recall: float

    @property
    def f(self) -> float:
        """Harmonic mean of the two."""
        return harmonic(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class Entropies:
    """Homogeneity: how pure the groups are; completeness: how whole the people are."""

    homogeneity: float
    completeness: float

    @property
    def v(self) -> float:
        """Harmonic mean of the two."""
        return harmonic(self.homogeneity, self.completeness)


@dataclass(frozen=True, slots=True)
class SamePhoto:
    """What photos say without any truth: nobody is in one twice.

    Attributes
    ----------
    photos : those with several faces in clusters.
    crowded : of these, those where two faces share a cluster.
    collisions : (photo, cluster) pairs where that happens.
    """

    photos: int
    crowded: int
    collisions: int

    @property
    def purity(self) -> float:
        """The share of `photos` that are not `crowded`; 1 if there are none."""
        return 1.0 - _ratio(self.crowded, self.photos, empty=0.0)


def bcubed(found: NDArray[np.generic], truth: NDArray[np.generic]) -> Agreement:
    """BCubed (Bagga & Baldwin 1998, as in Amigo et al. 2009), averaged over faces.

    Precision of a face: the share of its group that is the same person; recall: the share of its
    person that is in the same group. The face itself counts in both.
    """
    if not len(found):
        return Agreement(1.0, 1.0)
    both, groups, people = _counts(found, truth)
    shared = both.cells.astype(np.float64) ** 2
    precision = (shared / groups[both.rows]).sum() / len(found)
    recall = (shared / people[both.columns]).sum() / len(found)
    return Agreement(float(precision), float(recall))


def pairwise(found: NDArray[np.generic], truth: NDArray[np.generic]) -> Agreement:
    """Precision and recall over pairs of faces: is a pair in one group, is it one person.

    Large groups weigh by the square of their size. Without a pair to judge the value is 1.
    """
    both, groups, people = _counts(found, truth)
    right, joined, same = (_pairs(counts) for counts in (both.cells, groups, people))
    return Agreement(_ratio(right, joined), _ratio(right, same))


def entropies(found: NDArray[np.generic], truth: NDArray[np.generic]) -> Entropies:
    """Homogeneity, completeness and V (Rosenberg & Hirschberg 2007), by scikit-learn."""
    from sklearn.metrics import homogeneity_completeness_v_measure

    with warnings.catch_warnings():
        # It takes a truth of mostly single photos for a mistake.
        warnings.simplefilter("ignore", UserWarning)
        homogeneity, completeness, _v = homogeneity_completeness_v_measure(truth, found)
    return Entropies(float(homogeneity), float(completeness))


def same_photo(labels: NDArray[np.int64], photos: NDArray[np.int64]) -> SamePhoto:
    """Two faces of one photo in one cluster, over all faces.

    Parameters
    ----------
    labels : (n,) the cluster of every face, `NOISE` for none.
    photos : (n,) its photo.
    """
    clustered = labels != NOISE
    _, counts = np.unique(photos[clustered], return_counts=True)
    in_both = np.stack([photos[clustered], labels[clustered]])
    places, together = np.unique(in_both, axis=1, return_counts=True)
    return SamePhoto(
        photos=int((counts > 1).sum()),
        crowded=len(np.unique(places[0][together > 1])),
        collisions=int((together > 1).sum()),
    )


def harmonic(one: float, other: float) -> float:
    """The harmonic mean; 0 if either is 0."""
    return 2 * one * other / (one + other) if one + other else 0.0


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of groups x people that are not empty: row, column and count, each (m,)."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    cells: NDArray[np.int64]


def _counts(
    found: NDArray[np.generic], truth: NDArray[np.generic]
) -> tuple[_Cells, NDArray[np.int64], NDArray[np.int64]]:
    """The cells, and the sizes of groups and of people."""
    if found.shape != truth.shape:
        raise ValueError(f"{len(found)} labels for {len(truth)} faces of the truth")
    _, rows, groups = np.unique(found, return_inverse=True, return_counts=True)
    _, columns, people = np.unique(truth, return_inverse=True, return_counts=True)
    keys, cells = np.unique(rows * len(people) + columns, return_counts=True)
    width = max(1, len(people))
    return _Cells(keys // width, keys % width, cells), groups, people


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _ratio(part: float, whole: float, empty: float = 1.0) -> float:
    return part / whole if whole else empty
