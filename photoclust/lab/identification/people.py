"""A folder with a folder of photos for each person, and who of them is enrolled."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import NotFound, PhotoclustError
from photoclust.photos.discover import PhotoFile, find_photos

# Of the people who could be enrolled so many are not, so that strangers ask too.
STRANGERS_SHARE = 0.2
SEED = 0


@dataclass(frozen=True, slots=True)
class PeopleFolder:
    """Everybody in a folder.

    Attributes
    ----------
    photos : absolute paths (n,).
    person : whose each is, a number from 0 in order of the folders' names (n,).
    people : how many there are.
    left_out : how many files were not looked at, by reason.
    """

    photos: tuple[str, ...]
    person: NDArray[np.int64]
    people: int
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class Roles:
    """What each photo is for, each (n,): one of the three is true.

    Attributes
    ----------
    enrolled : shows who a person is.
    known : asks, and its person is enrolled.
    unknown : asks, and its person is not.
    """

    enrolled: NDArray[np.bool_]
    known: NDArray[np.bool_]
    unknown: NDArray[np.bool_]


def people_in(folder: Path) -> PeopleFolder:
    """The people of a folder; every photo in and below a person's folder is of them.

    Raises
    ------
    NotFound : there is no such folder, or no folder with a photo in it.
    """
    if not folder.is_dir():
        raise NotFound(
            f"There is no folder {folder}.", "Give one with a folder of photos for each person."
        )
    root = os.path.abspath(folder)
    whose: dict[str, str] = {}
    left_out: Counter[str] = Counter()
    for item in find_photos([root]):
        name, *below = os.path.relpath(item.path, root).split(os.sep)
        if not isinstance(item, PhotoFile):
            left_out[item.reason] += 1
        elif not below:
            left_out["in no person's folder"] += 1
        else:
            whose[item.path] = name
    if not whose:
        found = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        raise NotFound(
            f"No folder in {folder} holds a photo{f' ({found})' if found else ''}.",
            "Give a folder with a folder of photos for each person.",
        )
    names = sorted(set(whose.values()))
    number = {name: place for place, name in enumerate(names)}
    return PeopleFolder(
        photos=tuple(whose),
        person=np.array([number[name] for name in whose.values()], np.int64),
        people=len(names),
        left_out=dict(left_out),
    )


def disputed(contents: Iterable[str], person: NDArray[np.int64]) -> list[list[int]]:
    """Photos that several people claim: one content in their folders. Of each all places, in order.

    Parameters
    ----------
    contents : what tells whether two files are the same photo; empty: not to be looked at (n,).
    person : whose folder each is in (n,).
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, content in enumerate(contents):
        if content:
            places[content].append(place)
    return [same for same in places.values() if len(np.unique(person[same])) > 1]


def roles(person: NDArray[np.int64], enrolled: int, seed: int = SEED) -> Roles:
    """Enrol so many photos each of four fifths of those who have more; all others ask.

    Parameters
    ----------
    person : whose each photo is (n,).

    Raises
    ------
    PhotoclustError : not even two people have more photos than are enrolled.
    """
    chance = np.random.default_rng(seed)
    people, counts = np.unique(person, return_counts=True)
    able = people[counts > enrolled]
    if len(able) < 2:
        had = {0: "Nobody has", 1: "Only one person has"}[len(able)]
        more = "more than one photo" if enrolled == 1 else f"more than {enrolled} photos"
        raise PhotoclustError(
            f"{had} {more}: nobody could be told from anybody.",
            "It takes two people with a photo to enrol and a photo to look up"
            + (", or a smaller --enrolled." if enrolled > 1 else "."),
        )
    strangers = chance.permutation(able)[: int(len(able) * STRANGERS_SHARE)]
    gallery = np.zeros(len(person), bool)
    for number in np.setdiff1d(able, strangers):
        own = np.flatnonzero(person == number)
        gallery[chance.permutation(own)[:enrolled]] = True
    is_known = np.isin(person, person[gallery])
    return Roles(gallery, is_known & ~gallery, ~is_known)
