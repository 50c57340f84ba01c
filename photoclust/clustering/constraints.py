"""What humans said that a clustering must respect, and where it is not respected.

`Constraints` is aligned with the embeddings. `contradictions` are statements that break a rule
between themselves, which only a human can settle; `violations` adds what a clustering breaks.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

NOBODY = 0
NO_CLUSTER = -1


def _no_pairs() -> Integers:
    return np.empty((0, 2), np.int64)


def _none() -> Integers:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Constraints:
    """The statements of humans on n faces, by index of the face.

    Attributes
    ----------
    photos : (n,) faces of one number are different people, by their photo. A face of a photo that
        may show somebody twice has a negative number of its own.
    people : (n,) the id of the person a human gave the face to, `NOBODY` for none.
    taken : (n,) the day its photo was taken (`date.toordinal`), NaN where unknown.
    same : (m, 2) two faces of one person.
    different : (m, 2) faces of two people.
    is_not : (m, 2) a face, and the id of a person it is not.
    strangers : (m,) faces that are nobody whom a human named.
    born : person -> the day of their birth (`date.toordinal`); they are in no earlier photo.
    """

    photos: Integers
    people: Integers
    taken: NDArray[np.float64]
    same: Integers = field(default_factory=_no_pairs)
    different: Integers = field(default_factory=_no_pairs)
    is_not: Integers = field(default_factory=_no_pairs)
    strangers: Integers = field(default_factory=_none)
    born: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def none(cls, photos: Integers) -> Constraints:
        """Nothing was said: only the photos (n,) keep faces apart."""
        count = len(photos)
        return cls(photos, np.full(count, NOBODY), np.full(count, np.nan))

    def of(self, some: Integers) -> Constraints:
        """What was said of some of the faces only, by their indices (m,), each given once."""
        place = np.full(len(self.photos), -1)
        place[some] = np.arange(len(some))

        def among(pairs: Integers, columns: int) -> Integers:
            pairs = pairs.copy()
            pairs[:, :columns] = place[pairs[:, :columns]]
            return pairs[(pairs[:, :columns] >= 0).all(axis=1)]

        return Constraints(
            photos=self.photos[some],
            people=self.people[some],
            taken=self.taken[some],
            same=among(self.same, 2),
            different=among(self.different, 2),
            is_not=among(self.is_not, 1),
            strangers=among(self.strangers[:, None], 1)[:, 0],
            born=self.born,
        )


class Rule(StrEnum):
    """What must hold."""

    SAME_PHOTO = "same photo"  # two faces of one photo are two people
    SAME = "same"  # what was said to be one person is together
    DIFFERENT = "different"  # what was said to be two people is apart
    NOT = "not"  # a face is not with somebody it was said not to be
    STRANGER = "stranger"  # who was said to be a stranger is with nobody who has a name
    BIRTH = "birth"  # nobody is in a photo taken before their birth
    PEOPLE = "people"  # two people are two


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken.

    Attributes
    ----------
    faces : indices of the faces. Where a chain of `same` breaks the rule, the faces along it.
    people : ids of the people concerned; may be empty.
    cluster : the label that holds the faces, where it is a cluster that breaks the rule.
    said : the statements contradict each other, so no clustering can settle it.
    """

    rule: Rule
    faces: tuple[int, ...]
    people: tuple[int, ...] = ()
    cluster: int | None = None
    said: bool = False


def violations(
    constraints: Constraints, labels: Integers, owners: Integers | None = None
) -> list[Violation]:
    """Every broken rule: statements that contradict each other first, then what else is broken.

    Parameters
    ----------
    labels : (n,) the cluster of each face, `NO_CLUSTER` for none.
    owners : (n,) the person each face belongs to, be it through its cluster, `NOBODY` for none;
        by default those whom a human gave it to.
    """
    owners = constraints.people if owners is None else owners
    said = contradictions(constraints)
    groups = said_same(constraints)
    hopeless = {int(groups[face]) for item in said for face in item.faces}
    found = {_subject(item): item for item in said}
    for item in (
        *_crowds(constraints.photos, owners, NOBODY),
        *_crowds(constraints.photos, labels, NO_CLUSTER),
        *_torn(constraints.same, labels, owners, groups, hopeless),
        *_joined(constraints.different, labels, owners),
        *_misplaced(constraints, labels, owners),
        *_shared(constraints.people, labels),
    ):
        found.setdefault(_subject(item), item)
    return list(found.values())


def contradictions(constraints: Constraints) -> list[Violation]:
    """The rules that statements break between themselves.

    `same` is followed from face to face: who is said to be the same as a named face is that
    person.
    """
    groups = said_same(constraints)
    whose = _people_of(groups, constraints.people)
    implied = constraints.people.copy()
    for index in np.flatnonzero((implied == NOBODY) & np.isin(groups, list(whose))):
        people = whose[int(groups[index])]
        implied[index] = people[0] if len(people) == 1 else NOBODY
    return [
        *_two_named(constraints, groups, whose),
        *_same_and_different(constraints, groups, implied),
        # Groups without a person count as somebody, each under a negative number.
        *_crowds(constraints.photos, np.where(implied, implied, -1 - groups), NOBODY, said=True),
        *_misplaced(constraints, np.full(len(groups), NO_CLUSTER), implied, said=True),
    ]


def said_same(constraints: Constraints) -> Integers:
    """(n,) the lowest index among the faces that are said to be the same as each, itself too."""
    parents = np.arange(len(constraints.photos))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = int(parents[index])
        return index

    for a, b in constraints.same.tolist():
        low, high = sorted((root(a), root(b)))
        parents[high] = low
    for index in np.unique(constraints.same).tolist():
        parents[index] = root(index)
    return parents


def _subject(item: Violation) -> tuple[object, ...]:
    """What a violation is about: the same thing is reported once."""
    if item.rule in (Rule.BIRTH, Rule.NOT, Rule.STRANGER):
        return item.rule, item.faces, item.people
    if item.rule is Rule.DIFFERENT:
        return item.rule, frozenset((item.faces[0], item.faces[-1]))
    return item.rule, frozenset(item.faces)


def _two_named(
    constraints: Constraints, groups: Integers, whose: Mapping[int, tuple[int, ...]]
) -> Iterator[Violation]:
    """Faces named as several people, yet said to be the same."""
    people = constraints.people
    for group, ids in whose.items():
        if len(ids) > 1:
            start = int(np.flatnonzero((groups == group) & (people == ids[0]))[0])
            ends = np.flatnonzero((groups == group) & ~np.isin(people, (NOBODY, ids[0])))
            yield Violation(Rule.PEOPLE, chain(constraints.same, start, ends), ids, said=True)


def _same_and_different(
    constraints: Constraints, groups: Integers, implied: Integers
) -> Iterator[Violation]:
    """Faces said to be two people, yet one by other statements."""
    for a, b in constraints.different.tolist():
        if groups[a] == groups[b]:
            yield Violation(Rule.DIFFERENT, chain(constraints.same, a, [b]), said=True)
        elif implied[a] == implied[b] != NOBODY:
            yield Violation(Rule.DIFFERENT, (a, b), (int(implied[a]),), said=True)


def _crowds(
    photos: Integers, keys: Integers, nothing: int, *, said: bool = False
) -> Iterator[Violation]:
    """Faces of one photo with one key: a person's id, or a cluster's label."""
    indices = np.flatnonzero((photos >= 0) & (keys != nothing))
    indices = indices[np.lexsort((indices, keys[indices], photos[indices]))]
    place = np.column_stack([photos[indices], keys[indices]])
    ends = np.flatnonzero((place[1:] != place[:-1]).any(axis=1)) + 1
    for crowd in np.split(indices, ends):
        if len(crowd) > 1:
            key = int(keys[crowd[0]])
            people = (key,) if nothing == NOBODY and key > 0 else ()
            cluster = key if nothing == NO_CLUSTER else None
            yield Violation(Rule.SAME_PHOTO, tuple(crowd.tolist()), people, cluster, said)


def _torn(
    same: Integers, labels: Integers, owners: Integers, groups: Integers, hopeless: set[int]
) -> Iterator[Violation]:
    """Faces said to be the same that are apart; one person may own several clusters."""
    for a, b in same.tolist():
        one_owner = owners[a] == owners[b]
        owned = owners[a] != NOBODY and owners[b] != NOBODY
        apart = not one_owner if owned else labels[a] != labels[b]
        if apart and int(groups[a]) not in hopeless:
            people = {int(owners[a]), int(owners[b])} - {NOBODY}
            yield Violation(Rule.SAME, (a, b), tuple(sorted(people)))


def _joined(different: Integers, labels: Integers, owners: Integers) -> Iterator[Violation]:
    """Faces said to be two people that are one."""
    for a, b in different.tolist():
        if owners[a] == owners[b] != NOBODY:
            yield Violation(Rule.DIFFERENT, (a, b), (int(owners[a]),))
        elif labels[a] == labels[b] != NO_CLUSTER:
            yield Violation(Rule.DIFFERENT, (a, b), cluster=int(labels[a]))


def _misplaced(
    constraints: Constraints, labels: Integers, owners: Integers, *, said: bool = False
) -> Iterator[Violation]:
    """Faces with somebody they are not, or who was not born yet.

    A face is with a person when it is theirs, or in a cluster that holds a named face of theirs.
    """
    homes: dict[int, list[int]] = defaultdict(list)
    settled = np.flatnonzero((constraints.people != NOBODY) & (labels != NO_CLUSTER))
    for person, label in {*zip(constraints.people[settled], labels[settled], strict=True)}:
        homes[int(person)].append(int(label))

    def found(rule: Rule, faces: Integers, person: int) -> Iterator[Violation]:
        for face in faces[owners[faces] == person].tolist():
            yield Violation(rule, (face,), (person,), said=said)
        others = faces[(owners[faces] != person) & np.isin(labels[faces], homes.get(person, []))]
        for face in others.tolist():
            yield Violation(rule, (face,), (person,), int(labels[face]), said)

    for face, person in constraints.is_not.tolist():
        yield from found(Rule.NOT, np.array([face]), person)
    for person, day in constraints.born.items():
        yield from found(Rule.BIRTH, np.flatnonzero(constraints.taken < day), person)
    for person in homes:
        yield from found(Rule.STRANGER, constraints.strangers, person)


def _shared(people: Integers, labels: Integers) -> Iterator[Violation]:
    """Clusters with named faces of several people: the first face of each."""
    indices = np.flatnonzero((people != NOBODY) & (labels != NO_CLUSTER))
    first: dict[int, dict[int, int]] = defaultdict(dict)
    for index in indices.tolist():
        first[int(labels[index])].setdefault(int(people[index]), index)
    for label, faces in first.items():
        if len(faces) > 1:
            ids = tuple(sorted(faces))
            yield Violation(Rule.PEOPLE, tuple(faces[person] for person in ids), ids, label)


def _people_of(groups: Integers, people: Integers) -> dict[int, tuple[int, ...]]:
    """Group -> the people its faces were given to; groups without any are left out."""
    found: dict[int, set[int]] = defaultdict(set)
    for index in np.flatnonzero(people != NOBODY).tolist():
        found[int(groups[index])].add(int(people[index]))
    return {group: tuple(sorted(ids)) for group, ids in found.items()}


def chain(same: Integers, start: int, ends: Iterable[int]) -> tuple[int, ...]:
    """The fewest faces that lead by `same` from one face to any of the others, both included."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for a, b in same.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    wanted = {int(end) for end in ends}
    before = {start: start}
    waiting = deque([start])
    while waiting:
        face = waiting.popleft()
        if face in wanted:
            chain = [face]
            while chain[-1] != start:
                chain.append(before[chain[-1]])
            return tuple(reversed(chain))
        for neighbour in neighbours[face]:
            if neighbour not in before:
                before[neighbour] = face
                waiting.append(neighbour)
    raise ValueError(f"no statement leads from {start} to {sorted(wanted)}")
