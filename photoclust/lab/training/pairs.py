"""Pairs of photos by chance, in folds whose people are disjoint, as LFW's own list is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.verification.roc import roc
from photoclust.lab.verification.scores import Verification, verify
from photoclust.vectors import Matrix

FOLDS = 10

# The most pairs of one kind in a fold, as in LFW's own list of 6,000 pairs.
PAIRS_A_FOLD = 300


@dataclass(frozen=True, slots=True)
class Pairs:
    """Places of the two faces (n, 2), whether they are one person (n,), and the fold (n,)."""

    places: NDArray[np.int64]
    same: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def similarities(self, vectors: Matrix) -> NDArray[np.float64]:
        """The cosine of each pair, -1..1."""
        first, second = vectors[self.places[:, 0]], vectors[self.places[:, 1]]
        return np.asarray((first * second).sum(axis=1), np.float64)


def sample_pairs(people: NDArray[np.int64], seed: int) -> Pairs:
    """Pairs of faces whose people are (n,): in each fold as many of one person as of two.

    A person is chosen first and then two of their photos, so that nobody with many photos
    outweighs the others. There are ten folds, or fewer where people are few.
    """
    chance = np.random.default_rng(seed)
    counts = np.bincount(people)
    order = chance.permutation(len(counts))
    order = order[np.argsort(counts[order] < 2, kind="stable")]  # those with several photos first
    several = int((counts > 1).sum())
    folds = min(FOLDS, several, len(counts) // 2)
    places, same, fold_of = [], [], []
    for fold in range(folds):
        inside = order[fold::folds]
        groups = [np.flatnonzero(people == who) for who in inside]
        ours = _pairs_of_one([group for group in groups if len(group) > 1], chance)
        theirs = _pairs_of_two(groups, len(ours), chance)
        places += ours + theirs
        same += [True] * len(ours) + [False] * len(theirs)
        fold_of += [fold] * (len(ours) + len(theirs))
    return Pairs(
        np.array(places, np.int64).reshape(-1, 2), np.array(same, bool), np.array(fold_of, np.int64)
    )


def auc(vectors: Matrix, pairs: Pairs) -> float:
    """The chance that a pair of one person is more alike than one of two."""
    return roc(pairs.similarities(vectors), pairs.same).auc


def judge(vectors: Matrix, pairs: Pairs) -> Verification:
    """The protocol of LFW; see `lab.verification`."""
    return verify(pairs.similarities(vectors), pairs.same, pairs.folds)


def _pairs_of_one(
    groups: list[NDArray[np.int64]], chance: np.random.Generator
) -> list[tuple[int, int]]:
    """Different pairs of one person, round after round one of each who has another."""
    lists = []
    for group in groups:
        first, second = np.triu_indices(len(group), 1)
        shuffled = chance.permutation(len(first))[:PAIRS_A_FOLD]
        lists.append([(int(group[first[i]]), int(group[second[i]])) for i in shuffled])
    chosen: list[tuple[int, int]] = []
    for turn in range(max(map(len, lists))):
        chosen += [pairs[turn] for pairs in lists if turn < len(pairs)]
        if len(chosen) >= PAIRS_A_FOLD:
            break
    return chosen[:PAIRS_A_FOLD]


def _pairs_of_two(
    groups: list[NDArray[np.int64]], count: int, chance: np.random.Generator
) -> list[tuple[int, int]]:
    pairs = []
    for _ in range(count):
        one, other = chance.choice(len(groups), 2, replace=False)
        pairs.append((int(chance.choice(groups[one])), int(chance.choice(groups[other]))))
    return pairs
