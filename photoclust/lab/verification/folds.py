"""Dividing pairs into folds that have no people in common, as far as that can be.

A pair of different people ties these two together: both should be in one fold. People who are tied
to each other, over however many others, form a group, and whole groups go to one fold. A group that
is too large for a fold is divided: its people are placed one after the other where most of those
are that they are tied to, as long as there is room (linear deterministic greedy; Stanton and Kliot
2012). A pair of people of two folds goes to one of them, and crosses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FOLDS = 10
SEED = 0


def stratified_folds(
    one: NDArray[np.int64], two: NDArray[np.int64], same: NDArray[np.bool_], seed: int = SEED
) -> NDArray[np.int64]:
    """The fold of each pair (n,), from 1: about as many of either kind in each, and at least one.

    There are ten folds, or as many as there are pairs of one kind if these are fewer.

    Parameters
    ----------
    one, two : the people of each pair, as numbers from 0 (n,).
    same : is it one person (n,)?
    """
    count = int(min(FOLDS, same.sum(), (~same).sum()))
    home = _Homes(one, two, same, count).placed(np.random.default_rng(seed))
    folds = home[one]
    loads = np.zeros(count)
    for pair in np.flatnonzero(~same):
        folds[pair] = min(home[one[pair]], home[two[pair]], key=lambda fold: loads[fold])
        loads[folds[pair]] += 1
    for kind in (same, ~same):  # a fold lacks one where a few people have nearly all pairs of it
        for fold in range(count):
            if not (folds[kind] == fold).any():
                fullest = np.bincount(folds[kind], minlength=count).argmax()
                folds[np.flatnonzero(kind & (folds == fullest))[0]] = fold
    return folds + 1


def crossing(one: NDArray[np.int64], two: NDArray[np.int64], folds: NDArray[np.int64]) -> int:
    """How many pairs have a person who is in a pair of another fold too."""
    spots = np.stack([np.concatenate([one, two]), np.concatenate([folds, folds])])
    people, counts = np.unique(np.unique(spots, axis=1)[0], return_counts=True)
    several = people[counts > 1]
    return int((np.isin(one, several) | np.isin(two, several)).sum())


class _Homes:
    """A fold for each person, by how many pairs of each kind they bring along."""

    def __init__(
        self,
        one: NDArray[np.int64],
        two: NDArray[np.int64],
        same: NDArray[np.bool_],
        count: int,
    ) -> None:
        from scipy.sparse import coo_array

        people = int(max(one.max(), two.max())) + 1
        apart = ~same
        links = coo_array((np.ones(apart.sum()), (one[apart], two[apart])), (people, people))
        self._ties = (links + links.T).tocsr()
        # Of each person: same pairs, and half of the different ones, in shares of a fold's.
        self._brings = np.stack(
            [
                np.bincount(one[same], minlength=people) * count / same.sum(),
                np.asarray(self._ties.sum(axis=1)) / 2 * count / apart.sum(),
            ],
            axis=1,
        )
        self._home = np.full(people, -1, np.int64)
        self._loads = np.zeros((count, 2))

    def placed(self, chance: np.random.Generator) -> NDArray[np.int64]:
        """The fold of each person, from 0."""
        from scipy.sparse.csgraph import breadth_first_order, connected_components

        _, group = connected_components(self._ties, directed=False)
        members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
        chance.shuffle(members)
        for own in sorted(members, key=lambda own: -self._size(own)):
            if self._size(own) <= 1 or len(own) == 1:
                self._place(own, self._emptiest(self._brings[own].sum(axis=0)))
                continue
            for person in breadth_first_order(
                self._ties, own[0], directed=False, return_predecessors=False
            ):
                self._place(np.array([person]), self._nearest(person))
        return self._home

    def _size(self, people: NDArray[np.int64]) -> float:
        """How much of a fold they fill, by the kind they bring more of."""
        return float(self._brings[people].sum(axis=0).max())

    def _place(self, people: NDArray[np.int64], fold: int) -> None:
        self._home[people] = fold
        self._loads[fold] += self._brings[people].sum(axis=0)

    def _emptiest(self, brings: NDArray[np.float64]) -> int:
        """The fold that has least of what these bring."""
        return int((self._loads @ brings).argmin())

    def _nearest(self, person: int) -> int:
        """The fold with most of those that a person is tied to, the less the fuller it is."""
        tied = self._ties.indices[self._ties.indptr[person] : self._ties.indptr[person + 1]]
        homes = self._home[tied]
        near = np.bincount(homes[homes >= 0], minlength=len(self._loads))
        worth = near * (1 - self._loads.max(axis=1))
        return int(worth.argmax()) if worth.max() > 0 else self._emptiest(self._brings[person])
