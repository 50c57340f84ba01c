"""Verification by the protocol of Labeled Faces in the Wild (Huang et al. 2007).

The pairs lie in folds, ten as a rule. For each fold a threshold is chosen on all the others, where
it gives the best accuracy, and the fold is judged by it. Told are the mean over the folds and its
standard error, the standard deviation of the folds' values by the root of their number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import PhotoclustError
from photoclust.lab.verification.roc import Roc, TrueAccepts, roc

FARS = (1e-2, 1e-3, 1e-4)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over folds and its standard error; NaN where there is one fold."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True)
class Fold:
    """What became of one fold by the threshold (cosine) that the other folds chose.

    Attributes
    ----------
    right_same, right_different : pairs that were taken for what they are.
    roc : of this fold alone.
    """

    threshold: float
    right_same: int
    right_different: int
    roc: Roc

    @property
    def squared_distance(self) -> float:
        """The threshold as a squared distance of unit vectors, 0..4."""
        return max(0.0, 2 - 2 * self.threshold)

    @property
    def accuracy(self) -> float:
        return (self.right_same + self.right_different) / (self.roc.same + self.roc.different)

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the shares of same and of different pairs that are right."""
        return (self.right_same / self.roc.same + self.right_different / self.roc.different) / 2

    @property
    def precision(self) -> float:
        """Of the pairs taken for one person, the share that are; 0 if none is taken for one."""
        accepted = self.right_same + self.roc.different - self.right_different
        return self.right_same / accepted if accepted else 0.0

    @property
    def recall(self) -> float:
        """Of the pairs of one person, the share that is taken for one."""
        return self.right_same / self.roc.same

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        wrong = self.roc.same + self.roc.different - self.right_same - self.right_different
        return 2 * self.right_same / (2 * self.right_same + wrong)


@dataclass(frozen=True, slots=True)
class Verification:
    """How well similarities tell one person from two: fold by fold, and over all pairs.

    Attributes
    ----------
    folds : in order of their numbers.
    roc : over all pairs.
    """

    folds: tuple[Fold, ...]
    roc: Roc

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Of each fold, a cosine."""
        return tuple(fold.threshold for fold in self.folds)

    @property
    def accuracy(self) -> Estimate:
        return self._over_folds(lambda fold: fold.accuracy)

    @property
    def balanced_accuracy(self) -> Estimate:
        return self._over_folds(lambda fold: fold.balanced_accuracy)

    @property
    def precision(self) -> Estimate:
        return self._over_folds(lambda fold: fold.precision)

    @property
    def recall(self) -> Estimate:
        return self._over_folds(lambda fold: fold.recall)

    @property
    def f1(self) -> Estimate:
        return self._over_folds(lambda fold: fold.f1)

    @property
    def auc(self) -> float:
        return self.roc.auc

    @property
    def eer(self) -> float:
        return self.roc.eer

    @property
    def true_accepts(self) -> tuple[TrueAccepts, ...]:
        """TAR at each of `FARS`, over all pairs."""
        return tuple(self.roc.true_accepts(far) for far in FARS)

    def fold_tars(self, fars: NDArray[np.floating]) -> NDArray[np.float64]:
        """The ROC of each fold at these FARs (n,), as (folds, n); their mean is the mean ROC."""
        return np.stack([fold.roc.tars(fars) for fold in self.folds])

    def _over_folds(self, value: Callable[[Fold], float]) -> Estimate:
        values = np.array([value(fold) for fold in self.folds])
        spread = values.std(ddof=1) if len(values) > 1 else np.nan
        return Estimate(float(values.mean()), float(spread / np.sqrt(len(values))))


def verify(
    similarities: NDArray[np.floating], same: NDArray[np.bool_], folds: NDArray[np.integer]
) -> Verification:
    """Judge pairs by their similarities.

    Parameters
    ----------
    similarities : of each pair, cosines -1..1 (n,).
    same : is it one person (n,)?
    folds : the fold it belongs to, any numbers (n,).

    Raises
    ------
    PhotoclustError : there is one fold only, a fold lacks one kind of pairs, or a similarity is no
        number.
    """
    if not np.isfinite(similarities).all():
        raise PhotoclustError(
            "Some similarities are not numbers.", "The model that made them gives no embeddings."
        )
    similarities = similarities.astype(np.float64)  # finer than any two of them are apart
    numbers = np.unique(folds)
    if len(numbers) < 2:
        raise PhotoclustError(
            "A threshold cannot be chosen on other folds: there is one only.",
            "Give more pairs of the same and of different people.",
        )
    judged = []
    for number in numbers:
        inside = folds == number
        kind = same[inside]
        if kind.all() or not kind.any():
            lacking = "different people" if kind.all() else "the same person"
            raise PhotoclustError(
                f"Fold {number} has no pair of {lacking}.", "Each fold needs pairs of both kinds."
            )
        threshold = best_threshold(similarities[~inside], same[~inside])
        right = (similarities[inside] >= threshold) == kind
        judged.append(
            Fold(
                threshold=threshold,
                right_same=int(right[kind].sum()),
                right_different=int(right[~kind].sum()),
                roc=roc(similarities[inside], kind),
            )
        )
    return Verification(tuple(judged), roc(similarities, same))


def best_threshold(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> float:
    """Where most pairs (n,) are right: the middle of a gap between two similarities.

    Of gaps that are equally good it is the widest. Accepting all, or nothing, counts too: then it
    is the lowest similarity, or the next number above the highest.
    """
    levels, place = np.unique(similarities, return_inverse=True)
    gained = np.bincount(place, np.where(same, 1, -1), minlength=len(levels))
    # By accepting from each level on, and by accepting nothing; one more right or wrong each.
    right = np.append(np.cumsum(gained[::-1])[::-1], 0)
    starts = np.flatnonzero(right == right.max())
    edges = np.concatenate([levels[:1], levels, [np.nextafter(levels[-1], np.inf)]])
    widest = starts[np.argmax(edges[starts + 1] - edges[starts])]
    if widest == len(levels):
        return float(edges[-1])
    return float((edges[widest] + edges[widest + 1]) / 2)
