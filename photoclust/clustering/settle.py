"""From groups to clusters people know: numbers, names, photos and statements respected.

HDBSCAN and linkage see constraints too, but not which number a cluster has, nor that a face with a
name stays where it is, whatever it is like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NOBODY, Constraints
from photoclust.clustering.crowds import members, part_photos
from photoclust.clustering.density import NOISE, Grouping
from photoclust.vectors import Matrix


def settle(
    grouping: Grouping,
    embeddings: Matrix,
    before: NDArray[np.int64],
    constraints: Constraints,
    new_number: Callable[[], int],
) -> Grouping:
    """Labels as cluster numbers (n,), `NOISE` for none, and strengths (n,).

    `before` (n,) are the numbers so far, `NOISE` for none. `new_number` is called for each group
    that is no earlier cluster.
    """
    people = constraints.people
    pinned = (people != NOBODY) & (before != NOISE)
    labels = grouping.labels.copy()
    part_photos(labels, embeddings, constraints)
    _drop_single(labels, pinned)
    numbers = _carry_numbers(labels, before, people, pinned, new_number)
    numbers[pinned] = before[pinned]
    _part_people(numbers, people, pinned)
    _bring_together(numbers, constraints)
    part_photos(numbers, embeddings, constraints)
    for face in _misplaced(numbers, embeddings, constraints):
        numbers[face] = NOISE
    _drop_single(numbers, pinned)
    strengths = np.where(numbers == NOISE, 0.0, grouping.strengths)
    return Grouping(numbers, strengths)


def _carry_numbers(
    labels: NDArray[np.int64],
    before: NDArray[np.int64],
    people: NDArray[np.int64],
    pinned: NDArray[np.bool_],
    new_number: Callable[[], int],
) -> NDArray[np.int64]:
    """Give each group the number of the earlier cluster it shares most faces with.

    Each number goes to one group, larger overlaps first; one that named faces keep only to a
    group with named faces of the same person. The rest get new numbers, larger groups first.
    """
    groups = members(labels)
    owners: dict[int, set[int]] = defaultdict(set)
    for index in np.flatnonzero(pinned):
        owners[int(before[index])].add(int(people[index]))
    overlaps = []
    for label, indices in groups.items():
        named = set(people[indices].tolist()) - {NOBODY}
        earlier, counts = np.unique(before[indices], return_counts=True)
        overlaps += [
            (-int(shared), int(number), label)
            for number, shared in zip(earlier, counts, strict=True)
            if number != NOISE and (int(number) not in owners or named & owners[int(number)])
        ]
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    for _shared, number, label in sorted(overlaps):
        if label not in numbers and number not in taken:
            numbers[label] = number
            taken.add(number)
    for label in sorted(groups, key=lambda label: (-len(groups[label]), label)):
        if label not in numbers:
            numbers[label] = new_number()
    return np.array([numbers.get(int(label), NOISE) for label in labels], np.int64)


def _part_people(
    numbers: NDArray[np.int64], people: NDArray[np.int64], pinned: NDArray[np.bool_]
) -> None:
    """A face that was named while groups were made leaves a cluster of somebody else."""
    owners: dict[int, set[int]] = defaultdict(set)
    for index in np.flatnonzero(pinned).tolist():
        owners[int(numbers[index])].add(int(people[index]))
    for index in np.flatnonzero((people != NOBODY) & ~pinned).tolist():
        if int(people[index]) not in owners.get(int(numbers[index]), {int(people[index])}):
            numbers[index] = NOISE


def _bring_together(numbers: NDArray[np.int64], constraints: Constraints) -> None:
    """Of two faces that are said to be the same, one that has no name follows the other."""
    for one, other in constraints.same.tolist():
        for face, to in ((one, other), (other, one)):
            if constraints.people[face] == NOBODY and numbers[to] != NOISE:
                numbers[face] = numbers[to]
                break


def _misplaced(
    numbers: NDArray[np.int64], embeddings: Matrix, constraints: Constraints
) -> Iterator[int]:
    """Faces without a name that are with somebody they are said not to be."""
    people, free = constraints.people, constraints.people == NOBODY
    for one, other in constraints.different.tolist():
        if numbers[one] == numbers[other] != NOISE:
            members = numbers == numbers[one]
            members[[one, other]] = False
            likeness = embeddings[[one, other]] @ embeddings[members].sum(axis=0)
            leaves = one if likeness[0] < likeness[1] else other
            stays = one + other - leaves
            if free[leaves] or free[stays]:
                yield leaves if free[leaves] else stays
    homes = defaultdict(set)
    for face in np.flatnonzero(~free & (numbers != NOISE)).tolist():
        homes[int(people[face])].add(int(numbers[face]))
    for face, person in constraints.is_not.tolist():
        if free[face] and int(numbers[face]) in homes[person]:
            yield face
    everywhere = [number for numbers_of in homes.values() for number in numbers_of]
    lost = constraints.strangers[free[constraints.strangers]]
    yield from lost[np.isin(numbers[lost], everywhere)].tolist()
    for person, day in constraints.born.items():
        early = np.flatnonzero(free & (constraints.taken < day))
        yield from early[np.isin(numbers[early], list(homes[person]))].tolist()


def _drop_single(labels: NDArray[np.int64], pinned: NDArray[np.bool_]) -> None:
    """A group that the rules above left with one unnamed face is no group."""
    for indices in members(labels).values():
        if len(indices) == 1 and not pinned[indices[0]]:
            labels[indices] = NOISE
