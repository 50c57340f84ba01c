"""What the page shows of a library: an unchanging picture of it, made anew when it changes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from photoclust.actions.asked import Asked
from photoclust.actions.history import next_undo
from photoclust.actions.review import Review
from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.library.faces import Face
from photoclust.review.scene import Indices

# Questions that the browser has at hand, so that the next one is there at once.
AT_HAND = 8

# Shelves of the wall, by what a pile's key begins with.
SHELVES = {"p": "people", "c": "groups", "f": "singles", "i": "ignored", "j": "ignored"}


@dataclass(frozen=True, slots=True)
class Pile:
    """Faces that lie together on the wall.

    Attributes
    ----------
    key : `p3` is person 3, `c12` what has no name of cluster 12, `f91` the single face 91; `i12`
        and `j91` are what is ignored.
    name : of the person.
    faces : (n,) ids, the surest first.
    cover : the face that stands for all.
    """

    key: str
    name: str | None
    faces: Indices
    cover: int

    @property
    def number(self) -> int:
        """Of the person, cluster or face."""
        return int(self.key[1:])


@dataclass(frozen=True)
class View:
    """A library at one moment.

    Attributes
    ----------
    version : 1 and on, one more with every change.
    named, faces, left : faces that have a name, that may have one, and answers left to 90 %.
    questions : by key, the one that settles most faces first.
    shelves : the piles of the wall, in order: `people`, `groups`, `singles`, `ignored`.
    people : by id, the name that tells each from all others.
    last : the words of the act that `undo` takes back; empty if there is none.
    """

    version: int
    named: int
    faces: int
    left: int
    questions: Mapping[str, Asked]
    shelves: Mapping[str, tuple[Pile, ...]]
    people: Mapping[int, str]
    last: str
    ids: Indices
    photos: Indices
    owners: Indices
    open: np.ndarray
    strengths: np.ndarray

    @cached_property
    def piles(self) -> dict[str, Pile]:
        """Every pile by its key."""
        return {pile.key: pile for shelf in self.shelves.values() for pile in shelf}

    def is_open(self, faces: Sequence[Face]) -> bool:
        """Does each still belong to whom it did when it was asked about, and may be asked about?"""
        places = positions(self.ids, np.array([face.id for face in faces], np.int64))
        owners = np.array([face.person_id or 0 for face in faces], np.int64)
        return bool(
            (places >= 0).all()
            and self.open[places].all()
            and (self.owners[places] == owners).all()
        )

    def photos_of(self, pile: Pile) -> int:
        """How many photos a pile's faces are in."""
        return len(np.unique(self.photos[positions(self.ids, pile.faces)]))

    def strengths_of(self, faces: Indices) -> list[float]:
        """How sure each of these faces is of its cluster."""
        found: list[float] = self.strengths[positions(self.ids, faces)].tolist()
        return found


def view_of(review: Review, library: Library, version: int) -> View:
    """How the library stands, as the review looked at it last."""
    scene = review.scene
    names: defaultdict[str, list[int]] = defaultdict(list)
    for person in library.people.all():
        names[person.name].append(person.id)
    told_apart = {
        number: name if len(numbers) == 1 else f"{name}#{number}"
        for name, numbers in names.items()
        for number in numbers
    }
    last = next_undo(library)
    return View(
        version=version,
        named=review.named,
        faces=review.faces,
        left=review.left,
        questions={key_of(asked): asked for asked in review.questions(AT_HAND)},
        shelves=_shelves(review, told_apart),
        people=told_apart,
        last=last.what if last else "",
        ids=review.ids,
        photos=review.photos,
        owners=scene.owners,
        open=~scene.closed,
        strengths=scene.strengths,
    )


def key_of(asked: Asked) -> str:
    """The same for the same question, whenever it is asked."""
    told = [asked.kind]
    for subject in asked.subjects:
        told += [str(subject.person.id if subject.person else 0)]
        told += [str(face.id) for face in subject.faces]
        told += "/"
    return hashlib.blake2s(" ".join(told).encode(), digest_size=9).hexdigest()


def _shelves(review: Review, names: Mapping[int, str]) -> dict[str, tuple[Pile, ...]]:
    scene, ids = review.scene, review.ids
    has_owner, is_there = scene.owners > 0, ~scene.closed | review.ignored | (scene.owners > 0)
    alone = scene.clusters < 0
    letters = np.array(list("pcfij"))
    kind = np.select(
        [has_owner, review.ignored & alone, review.ignored, alone], [0, 4, 3, 2], default=1
    )
    number = np.select([has_owner, alone], [scene.owners, ids], default=scene.clusters)
    order = np.lexsort((ids, -scene.strengths, number, kind))
    order = order[is_there[order]]
    shelves: dict[str, list[Pile]] = {shelf: [] for shelf in SHELVES.values()}
    changes = np.flatnonzero(np.diff(kind[order]) | np.diff(number[order])) + 1
    for faces in np.split(order, changes) if len(order) else []:
        letter, which = str(letters[kind[faces[0]]]), int(number[faces[0]])
        best = faces[scene.quality[faces].argmax()] if letter == "p" else faces[0]
        name = names.get(which) if letter == "p" else None
        shelves[SHELVES[letter]].append(Pile(f"{letter}{which}", name, ids[faces], int(ids[best])))
    quality = dict(zip(ids.tolist(), scene.quality.tolist(), strict=True))
    return {
        shelf: tuple(sorted(piles, key=lambda pile: (-len(pile.faces), -quality[pile.cover])))
        for shelf, piles in shelves.items()
    }
