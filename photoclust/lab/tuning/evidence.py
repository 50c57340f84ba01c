"""What humans said, as pairs of faces: which are one person, and which are two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.calibration import MIN_QUALITY
from photoclust.clustering.constraints import NOBODY, Constraints
from photoclust.vectors import alike

Integers = NDArray[np.int64]
Pairs = tuple[Integers, Integers]

# Known by no name and no statement of sameness: only whom it is not.
UNKNOWN = -1

# So that somebody with thousands of photos does not outweigh the rest, and all pairs fit in memory:
# a table of 4,000 faces by 4,000 is 16 MB.
FACES_PER_PERSON = 20
MOST_FACES = 4_000
MATES_PER_PERSON = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """n faces of which something is known.

    Attributes
    ----------
    indices : (n,) which of the faces at hand they are.
    people : (n,) a number for each person, `UNKNOWN` for a face that only is not somebody.
    beside : (n,) the person of `people` whom a face goes with: its own, or for an unknown face the
        one it is not.
    same, different : (n, n) what is known of each pair; neither of most pairs with unknown faces.
    """

    indices: Integers
    people: Integers
    beside: Integers
    same: NDArray[np.bool_]
    different: NDArray[np.bool_]

    def part(self, chosen: Integers) -> Evidence:
        """Of some of these faces, by their places (m,)."""
        grid = np.ix_(chosen, chosen)
        return Evidence(
            self.indices[chosen],
            self.people[chosen],
            self.beside[chosen],
            self.same[grid],
            self.different[grid],
        )

    def pairs(self) -> tuple[Pairs, Pairs]:
        """The places of same pairs and of different ones, the lower place first."""
        upper = np.triu(np.ones_like(self.same), 1)
        one, other = np.nonzero(self.same & upper)
        first, second = np.nonzero(self.different & upper)
        return (one, other), (first, second)


def gather(said: Constraints, quality: NDArray[np.floating]) -> Evidence:
    """Read the evidence from everything that was said of n faces of this quality.

    Faces of one person are those that a human gave to them, and those that were said to be the
    same as one of them, or as each other. Faces that share a photo with them, or were said to be
    somebody else, are known only not to be them. People with a single face are left out, and so are
    weak faces; of many a sample is taken, always the same one.
    """
    usable = quality >= MIN_QUALITY
    groups = np.where(usable, _groups(said), UNKNOWN)
    chance = np.random.default_rng(0)
    several = [group for group in alike(groups, np.flatnonzero(groups >= 0)) if len(group) > 1]
    people: list[Integers] = []
    for group in (several[place] for place in chance.permutation(len(several))):
        people.append(np.sort(chance.permutation(group)[:FACES_PER_PERSON]))
        if sum(map(len, people)) > MOST_FACES:
            break
    known = np.concatenate([*people, np.empty(0, np.int64)])
    apart = _apart(said, groups, known)
    mates, beside = _mates(apart, groups, usable, known, chance)
    indices = np.concatenate([known, mates])
    numbers = np.concatenate([groups[known], np.full(len(mates), UNKNOWN)])
    identified = np.isin(numbers, groups[said.people != NOBODY])
    equal = (numbers[:, None] == numbers) & (numbers >= 0)
    different = identified[:, None] & identified & ~equal
    place = {int(index): at for at, index in enumerate(indices)}
    for one, other in apart:
        if one in place and other in place:
            different[place[one], place[other]] = different[place[other], place[one]] = True
    same = equal & ~different
    np.fill_diagonal(same, False)
    return Evidence(indices, numbers, np.concatenate([groups[known], beside]), same, different)


def _groups(said: Constraints) -> Integers:
    """(n,) the person's number, or one of their own for faces that are only said to be the same."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(said.people)
    named = np.flatnonzero(said.people != NOBODY)
    _, first = np.unique(said.people[named], return_index=True)
    anchors = named[first][np.searchsorted(said.people[named][first], said.people[named])]
    one = np.concatenate([named, said.same[:, 0]])
    other = np.concatenate([anchors, said.same[:, 1]])
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    _, groups = connected_components(graph, directed=False)
    spoken_of = np.zeros(count, bool)
    spoken_of[one] = spoken_of[other] = True
    return np.where(spoken_of, groups, UNKNOWN).astype(np.int64)


def _apart(said: Constraints, groups: Integers, known: Integers) -> list[tuple[int, int]]:
    """Pairs that are two people, whatever their names: one of `known`, and another face."""
    members = {int(groups[group[0]]): group for group in alike(groups, known)}
    wanted = set(known.tolist())
    pairs = [(int(one), int(other)) for one, other in said.different]
    for group in alike(said.photos, np.flatnonzero(said.photos >= 0)):
        if len(group) > 1:
            pairs += [
                (int(a), int(b))
                for a in group
                for b in group
                if a in wanted and groups[a] != groups[b]  # who is named twice there is one person
            ]
    of_person = {int(said.people[face]): members[int(groups[face])] for face in known}
    for face, person in said.is_not:
        pairs += [(int(own), int(face)) for own in of_person.get(int(person), ())]
    ordered = [(a, b) if a in wanted else (b, a) for a, b in pairs]
    return [(a, b) for a, b in ordered if a in wanted]


def _mates(
    apart: list[tuple[int, int]],
    groups: Integers,
    usable: NDArray[np.bool_],
    known: Integers,
    chance: np.random.Generator,
) -> tuple[Integers, Integers]:
    """Faces without a name that are not somebody known, and whom they are not."""
    taken = set(known.tolist())
    of_person: dict[int, set[int]] = {}
    for one, other in apart:
        if other not in taken and usable[other]:
            of_person.setdefault(int(groups[one]), set()).add(other)
    mates: dict[int, int] = {}
    for person, others in of_person.items():
        free = np.array(sorted(others - mates.keys()), np.int64)
        for mate in chance.permutation(free)[:MATES_PER_PERSON].tolist():
            mates[mate] = person
    return np.array(list(mates), np.int64), np.array(list(mates.values()), np.int64)
