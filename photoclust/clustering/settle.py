"""From groups of a fresh clustering to clusters people know: numbers, names and photos respected.

Three rules that HDBSCAN does not know of, in this order: a named face stays where it is, two
people never share a cluster, and two faces of one photo are two people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.density import NOISE, Grouping
from photoclust.vectors import Matrix, normalised


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of each face before, aligned with the embeddings.

    Attributes
    ----------
    clusters : (n,) the cluster's number, `NOISE` for none.
    people : (n,) the id of the person a human gave the face to, 0 for none.
    photos : (n,) the photo's id.
    """

    clusters: NDArray[np.int64]
    people: NDArray[np.int64]
    photos: NDArray[np.int64]


def settle(
    grouping: Grouping, embeddings: Matrix, known: Known, new_number: Callable[[], int]
) -> Grouping:
    """Labels as cluster numbers (n,), `NOISE` for none, and strengths (n,).

    `new_number` is called for each group that is no earlier cluster.
    """
    pinned = (known.people > 0) & (known.clusters != NOISE)
    labels = _part_people(grouping.labels, embeddings, known.people)
    _part_photos(labels, embeddings, known)
    _drop_single(labels, pinned)
    numbers = _carry_numbers(labels, known, pinned, new_number)
    numbers[pinned] = known.clusters[pinned]
    _part_photos(numbers, embeddings, known)
    _drop_single(numbers, pinned)
    strengths = np.where(numbers == NOISE, 0.0, grouping.strengths)
    return Grouping(numbers, strengths)


def _members(labels: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Label -> the indices that have it, `NOISE` left out."""
    members: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        if label != NOISE:
            members[int(label)].append(index)
    return {label: np.array(indices) for label, indices in members.items()}


def _part_people(
    labels: NDArray[np.int64], embeddings: Matrix, people: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Split every group that holds named faces of several people, by the nearest named face."""
    labels = labels.copy()
    fresh = int(labels.max(initial=NOISE)) + 1
    for indices in _members(labels).values():
        named = indices[people[indices] > 0]
        persons = np.unique(people[named])
        if len(persons) < 2:
            continue
        nearest = named[(embeddings[indices] @ embeddings[named].T).argmax(axis=1)]
        owner = np.where(people[indices] > 0, people[indices], people[nearest])
        for person in persons:
            labels[indices[owner == person]] = fresh
            fresh += 1
    return labels


def _carry_numbers(
    labels: NDArray[np.int64],
    known: Known,
    pinned: NDArray[np.bool_],
    new_number: Callable[[], int],
) -> NDArray[np.int64]:
    """Give each group the number of the earlier cluster it shares most faces with.

    Each number goes to one group, larger overlaps first; one that named faces keep only to a
    group with named faces of the same person. The rest get new numbers, larger groups first.
    """
    groups = _members(labels)
    owners: dict[int, set[int]] = defaultdict(set)
    for index in np.flatnonzero(pinned):
        owners[int(known.clusters[index])].add(int(known.people[index]))
    overlaps = []
    for label, indices in groups.items():
        people = set(known.people[indices].tolist()) - {0}
        earlier, counts = np.unique(known.clusters[indices], return_counts=True)
        overlaps += [
            (-int(shared), int(number), label)
            for number, shared in zip(earlier, counts, strict=True)
            if number != NOISE and (int(number) not in owners or people & owners[int(number)])
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


def _part_photos(labels: NDArray[np.int64], embeddings: Matrix, known: Known) -> None:
    """Of two faces of one photo in a cluster, only the one closer to the others stays.

    Faces that a human named are never put out.
    """
    for indices in _members(labels).values():
        photos, counts = np.unique(known.photos[indices], return_counts=True)
        crowded = photos[counts > 1]
        if not len(crowded):
            continue
        alone = indices[~np.isin(known.photos[indices], crowded)]
        typical = alone if len(alone) else indices
        centre = normalised(embeddings[typical].mean(axis=0))
        for photo in crowded:
            rivals = indices[known.photos[indices] == photo]
            named = rivals[known.people[rivals] > 0]
            unnamed = rivals[known.people[rivals] == 0]
            if not len(named):
                best = (embeddings[unnamed] @ centre).argmax()
                unnamed = np.delete(unnamed, best)
            labels[unnamed] = NOISE


def _drop_single(labels: NDArray[np.int64], pinned: NDArray[np.bool_]) -> None:
    """A group that the rules above left with one unnamed face is no group."""
    for indices in _members(labels).values():
        if len(indices) == 1 and not pinned[indices[0]]:
            labels[indices] = NOISE
