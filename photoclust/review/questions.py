"""The questions to ask about a library, ordered by how many faces one answer settles.

Faces without a name stand in groups: the clusters, and single faces. Three questions are asked:

- *who is this?* of a group, beside which those are shown that may be the same person. An answer is
  one name, and the numbers of those who are him too, or of faces of the group that are not.
- *are these right?* of many groups at once, each with the name it is likely to have, and of faces
  that have a name and are little like it. An answer is yes, no, all but these, or only these.
- *are these two the same?* of two clusters without a name that are alike.

docs/finding.md has the figures, and says how the constants were chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NOBODY
from photoclust.review.likeness import IMPOSSIBLE, NO_ROW, Likeness
from photoclust.review.scene import Floats, Indices, Scene

# The chance that a group is somebody is a logistic curve over their likeness, which is 0 at `join`.
AT_JOIN, SLOPE = -0.4, 12.0
MOST_LIKELY = 0.99

# The chance that a face which has a name should not have it: a logistic curve over its likeness to
# the person's other faces, and over its strength.
DOUBT_AT_JOIN, DOUBT_SLOPE, DOUBT_STRENGTH = 1.0, -8.0, -8.0

# So many faces or groups are shown with one question.
PAGE = 24

# Whether somebody is this person, or is not, is asked from this chance on.
PROPOSED = 0.05

# Pointing at one of those shown, in answers; and what a wrong name that is found is worth, in
# faces, with the answers it takes to give the face to whom it belongs.
MARK, FOUND, MENDED = 0.25, 0.7, 0.5

# What naming somebody is worth who is in so few photos: some are strangers.
WORTH = {1: 0.3, 2: 0.7}

# Two clusters are asked about from this chance on; it only saves one later answer.
SAME, SAME_WORTH = 0.5, 0.5

ROUNDS = 12  # in which the best page is found; five are usual


Face = TypeVar("Face")


@dataclass(frozen=True, slots=True)
class Item:
    """Faces that are shown as one, by index, the surest first.

    Attributes
    ----------
    person : whom they may be.
    chance : how likely they are, or how likely they are the same as the first item.
    """

    faces: tuple[int, ...]
    person: int = NOBODY
    chance: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask.

    Attributes
    ----------
    kind : `who`, `is` or `same`.
    items : of `who` the group, then those that may be the same person; of `is` each with a person;
        of `same` two.
    settles : faces that one answer settles, on average.
    """

    kind: str
    items: tuple[Item, ...]
    settles: float


def on_page(faces: Sequence[Face]) -> Sequence[Face]:
    """Those of a group's faces that are shown where not all are: the surest, and the least sure."""
    return faces if len(faces) <= PAGE else (faces[0], *faces[1 - PAGE :])


class Asker:
    """Finds the questions about a scene, which may change; its faces stay the same."""

    def __init__(self, scene: Scene) -> None:
        self._likeness = Likeness(scene)
        self._passed: set[tuple[str, int, int]] = set()
        self._alike: list[tuple[int, int, float]] | None = None

    @property
    def scene(self) -> Scene:
        """What is known by now."""
        return self._likeness.scene

    @scene.setter
    def scene(self, scene: Scene) -> None:
        self._likeness.update(scene)

    def questions(self, limit: int) -> list[Question]:
        """At most so many questions, the one that settles most faces first."""
        found = [*islice(self.who(), limit), *islice(self.pages(), limit), *self.same()]
        return sorted(found, key=lambda question: -question.settles)[:limit]

    def pass_over(self, question: Question) -> None:
        """Ask this no more."""
        first, *others = question.items
        if question.kind == "is":
            for item in question.items:
                self.was_shown(item.faces, item.person)
        else:
            group_of = self._likeness.group_of
            other = group_of(others[0].faces) if question.kind == "same" else 0
            self._passed.add((question.kind, group_of(first.faces), other))

    def was_shown(self, faces: Sequence[int], person: int) -> None:
        """Ask no more whether a group, or somebody's single face, is this person."""
        group = self._likeness.group_of(faces)
        if group != NO_ROW:
            self._passed.add(("is", group, person))
        elif len(faces) == 1:
            self._passed.add(("doubt", faces[0], person))

    def who(self) -> Iterator[Question]:
        """*Who is this?* of each group."""
        likeness = self._likeness
        sure = np.where(likeness.sizes > 1, likeness.strengths, 1.0)
        for size, share in WORTH.items():
            sure[likeness.sizes == size] *= share
        there = np.flatnonzero(likeness.is_there)
        for group in there[np.argsort(-sure[there], kind="stable")].tolist():
            if ("who", group, 0) in self._passed:
                continue
            chance = _chance(likeness.with_group(group))
            worth = chance * likeness.sizes
            shown = np.argsort(-worth, kind="stable")[: PAGE - 1]
            shown = shown[worth[shown] > 0]
            settles = (sure[group] + worth[shown].sum()) / (1 + MARK * chance[shown].sum())
            shown = shown[np.argsort(-chance[shown], kind="stable")]
            others = (self._item(other, chance=chance[other]) for other in shown.tolist())
            items = (self._item(group), *others)
            yield Question("who", items, float(max(settles, sure[group])))

    def pages(self) -> Iterator[Question]:
        """*Are these right?*, page by page."""
        pool = _joined(self._proposals(), self._doubts())
        left = np.ones(len(pool.items), bool)
        while left.any():
            page, settles = _best_page(np.where(left, pool.gain, 0.0), pool.cost)
            if not len(page):
                return
            left[page] = False
            page = page[np.argsort(-pool.chance[page], kind="stable")]
            yield Question("is", self._once_a_photo(pool.items[x] for x in page), settles)

    def likely(self) -> list[Item]:
        """Groups with the person they most likely are, those first that settle most faces."""
        pool = self._proposals()
        return [pool.items[place] for place in np.argsort(-pool.gain, kind="stable").tolist()]

    def same(self) -> list[Question]:
        """*Are these two the same?* of each cluster and the one that it is most like."""
        likeness = self._likeness
        if self._alike is None:
            self._alike = likeness.most_alike_clusters()
        found = []
        for one, other, alike in self._alike:
            chance = float(_chance(np.array(alike)))
            first, second = sorted((one, other), key=lambda group: -likeness.sizes[group])
            if (
                chance >= SAME
                and likeness.is_there[[one, other]].all()
                and ("same", first, second) not in self._passed
                and not likeness.are_apart(one, other)
            ):
                items = self._item(first), self._item(second, chance=chance)
                worth = SAME_WORTH * chance * len(items[1].faces)
                found.append(Question("same", items, worth))
        return found

    def left_to(self, share: float) -> int:
        """About how many answers are left until this share of the faces has a name.

        Of those that can be known: faces that have one, and those in groups of three or more.
        """
        sizes = -np.sort(-self._likeness.sizes[self._likeness.is_there])
        sizes = sizes[sizes > 2]
        named = int((self.scene.owners != NOBODY).sum())
        wanted = share * (named + sizes.sum())
        if named >= wanted:
            return 0
        return int(np.searchsorted(named + np.cumsum(sizes), wanted)) + 1

    def _item(self, group: int, person: int = NOBODY, chance: float = 0.0) -> Item:
        return Item(tuple(self._likeness.groups[group].tolist()), person, float(chance))

    def _proposals(self) -> _Pool:
        """Every group with the person it is most likely to be."""
        likeness = self._likeness
        people = likeness.people
        alike = likeness.with_people()
        if not alike.size:
            return _Pool.empty()
        places = {person: place for place, person in enumerate(people)}
        for kind, group, person in self._passed:
            if kind == "is" and person in places:
                alike[places[person], group] = IMPOSSIBLE
        best, chance = alike.argmax(axis=0), _chance(alike.max(axis=0))
        groups = np.flatnonzero(chance >= PROPOSED)
        chance = chance[groups]
        sizes = likeness.sizes[groups]
        items = [
            self._item(group, people[best[group]], likely)
            for group, likely in zip(groups.tolist(), chance.tolist(), strict=True)
        ]
        return _Pool(items, chance, chance * sizes, MARK * np.minimum(chance, 1 - chance))

    def _doubts(self) -> _Pool:
        """Faces that have a name which no human gave to this very face."""
        faces, alike = self._likeness.of_owned()
        wrong = _logistic(
            DOUBT_AT_JOIN + DOUBT_SLOPE * alike + DOUBT_STRENGTH * self.scene.strengths[faces]
        )
        asked = ~self.scene.confirmed[faces] & (wrong >= PROPOSED)
        faces, wrong = faces[asked], wrong[asked]
        items = [
            Item((face,), int(self.scene.owners[face]), 1 - doubt)
            for face, doubt in zip(faces.tolist(), wrong.tolist(), strict=True)
        ]
        wrong = wrong * [("doubt", x.faces[0], x.person) not in self._passed for x in items]
        return _Pool(items, 1 - wrong, FOUND * wrong, (MARK + MENDED) * wrong)

    def _once_a_photo(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Those that can be true together: nobody is in a photo twice."""
        photos = self.scene.said.photos
        shown: set[tuple[int, int]] = set()
        chosen = []
        for item in items:
            places = {(item.person, photo) for photo in photos[list(item.faces)].tolist()}
            if shown.isdisjoint(places):
                chosen.append(item)
                shown |= places
        return tuple(sorted(chosen, key=lambda item: item.person))


class _Pool(NamedTuple):
    """Items that may be on a page: their chance to be right, faces they settle, and answers."""

    items: list[Item]
    chance: Floats
    gain: Floats
    cost: Floats

    @classmethod
    def empty(cls) -> _Pool:
        return cls([], np.empty(0), np.empty(0), np.empty(0))


def _joined(one: _Pool, other: _Pool) -> _Pool:
    chance, gain, cost = (np.append(a, b) for a, b in zip(one[1:], other[1:], strict=True))
    return _Pool(one.items + other.items, chance, gain, cost)


def _best_page(gain: Floats, cost: Floats) -> tuple[Indices, float]:
    """The page with the most faces settled for one answer and its marks, and how many (Dinkelbach
    1967)."""
    best, page = 0.0, np.empty(0, np.int64)
    for _ in range(ROUNDS):
        over = gain - best * cost
        chosen = np.argsort(-over, kind="stable")[:PAGE]
        chosen = chosen[over[chosen] > 0]
        if not len(chosen):
            break
        found = float(gain[chosen].sum() / (1 + cost[chosen].sum()))
        if found <= best:
            break
        best, page = found, chosen
    return page, best


def _chance(alike: NDArray[np.floating]) -> Floats:
    """How likely two are one person."""
    likely = np.minimum(MOST_LIKELY, _logistic(AT_JOIN + SLOPE * alike))
    return np.where(alike <= IMPOSSIBLE, 0.0, likely)


def _logistic(height: NDArray[np.floating]) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(height, -50.0, 50.0))), np.float64)
