"""Which groups must not become one: constraints, kept up to date while groups grow."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NOBODY, Constraints

# Large groups may become one although they share photos, up to this share of the smaller one's: a
# collage, a mirror or a single wrong face must not keep the halves of a person apart. Of two faces
# of one photo one leaves afterwards.
SHARED_PHOTOS = 0.1


class Rules:
    """Constraints between groups (numbered as in `start` (n,), the group of each face).

    Two groups stay apart when they show the same photos (see `SHARED_PHOTOS`), hold named faces of
    two people, hold two faces that were said to be different, or when one holds a face that cannot
    be a person whom the other holds named faces of. A stranger cannot be anybody.
    """

    def __init__(self, constraints: Constraints, start: NDArray[np.int64]) -> None:
        count = int(start.max(initial=-1)) + 1
        self._photos: list[set[int]] = [set() for _ in range(count)]
        for group, photo in zip(start.tolist(), constraints.photos.tolist(), strict=True):
            if photo >= 0:
                self._photos[group].add(photo)
        self._people: defaultdict[int, set[int]] = defaultdict(set)
        for face in np.flatnonzero(constraints.people != NOBODY).tolist():
            self._people[int(start[face])].add(int(constraints.people[face]))
        self._refused: defaultdict[int, set[int]] = defaultdict(set)
        for face, person in constraints.is_not.tolist():
            self._refused[int(start[face])].add(person)
        for person, day in constraints.born.items():
            for group in np.unique(start[constraints.taken < day]).tolist():
                self._refused[group].add(person)
        self._strangers = set(start[constraints.strangers].tolist())
        # Each pair of different faces is one quarrel with two sides, here +k and -k.
        self._quarrels: defaultdict[int, set[int]] = defaultdict(set)
        for quarrel, (a, b) in enumerate(constraints.different.tolist(), start=1):
            self._quarrels[int(start[a])].add(quarrel)
            self._quarrels[int(start[b])].add(-quarrel)

    def allow(self, a: int, b: int) -> bool:
        """May these groups be one?"""
        mine, theirs = self._people.get(a, set()), self._people.get(b, set())
        return (
            self._share_few_photos(a, b)
            and (not mine or not theirs or len(mine | theirs) == 1)
            and not (theirs and a in self._strangers)
            and not (mine and b in self._strangers)
            and self._refused.get(a, set()).isdisjoint(theirs)
            and self._refused.get(b, set()).isdisjoint(mine)
            and not any(-side in self._quarrels.get(b, ()) for side in self._quarrels.get(a, ()))
        )

    def _share_few_photos(self, a: int, b: int) -> bool:
        one, other = self._photos[a], self._photos[b]
        if one.isdisjoint(other):
            return True
        return len(one & other) <= SHARED_PHOTOS * min(len(one), len(other))

    def merge(self, into: int, other: int) -> None:
        """Group `other` is now part of group `into`."""
        self._photos[into] |= self._photos[other]
        self._photos[other] = set()
        if other in self._strangers:
            self._strangers.add(into)
        for kept in (self._people, self._refused, self._quarrels):
            if other in kept:
                kept[into] |= kept.pop(other)
