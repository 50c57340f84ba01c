"""Pairs as arrays, their photos found."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import PhotoclustError
from photoclust.lab.verification.pairs import Pair

SHOWN = 3  # of a list of missing photos
FEWEST = 2  # pairs of either kind: one to choose a threshold by, one to test it on


@dataclass(frozen=True, slots=True)
class PairList:
    """Pairs with their photos found.

    Attributes
    ----------
    source : the file's name.
    photos : absolute paths, each once (m,).
    one, two : of each pair the indices of its photos (n,).
    person_one, person_two : of each pair the numbers of its people, from 0 (n,).
    same : is it one person (n,)?
    folds : those of the file (n,); None where it has none.
    """

    source: str
    photos: tuple[str, ...]
    one: NDArray[np.int64]
    two: NDArray[np.int64]
    person_one: NDArray[np.int64]
    person_two: NDArray[np.int64]
    same: NDArray[np.bool_]
    folds: NDArray[np.int64] | None

    def only(self, kept: NDArray[np.bool_]) -> PairList:
        """These of the pairs (n,)."""
        return replace(
            self,
            one=self.one[kept],
            two=self.two[kept],
            person_one=self.person_one[kept],
            person_two=self.person_two[kept],
            same=self.same[kept],
            folds=None if self.folds is None else self.folds[kept],
        )

    def check(self) -> None:
        """Are there enough of both kinds?

        Raises
        ------
        PhotoclustError : there are not.
        """
        same, different = int(self.same.sum()), int((~self.same).sum())
        if min(same, different) < FEWEST:
            raise PhotoclustError(
                f"{self.source} gives {same:,} pairs of one person and {different:,} of two.",
                f"It takes {FEWEST} of each kind to choose a threshold and to test it, and hundreds"
                " to say much.",
            )


def located(pairs: list[Pair], source: Path, photos: Path, files: list[str]) -> PairList:
    """Pairs with their photos found among the files below a folder.

    Parameters
    ----------
    files : absolute paths of every photo below the folder `photos`.

    Raises
    ------
    PhotoclustError : photos are missing, two pairs contradict each other, or all are of one kind.
    """
    paths = _paths(pairs, source, photos, _Finder(photos, files))
    _check_contradictions(source, pairs, paths)
    every = sorted({path for both in paths for path in both})
    photo_of = {path: place for place, path in enumerate(every)}
    one, two = np.array([[photo_of[path] for path in both] for both in paths], np.int64).T
    same = np.array([pair.same for pair in pairs], bool)
    people = _people([pair.people or both for pair, both in zip(pairs, paths, strict=True)], same)
    listed = PairList(
        source=source.name,
        photos=tuple(every),
        one=one,
        two=two,
        person_one=people[0],
        person_two=people[1],
        same=same,
        folds=_folds(pairs),
    )
    listed.check()
    return listed


def _paths(pairs: list[Pair], source: Path, photos: Path, finder: _Finder) -> list[tuple[str, str]]:
    """Of each pair the absolute paths of its photos.

    Raises
    ------
    PhotoclustError : some are missing; the first ones are named.
    """
    paths: list[tuple[str, str]] = []
    missing: dict[str, None] = {}
    for pair in pairs:
        one, two = finder.find(pair.one), finder.find(pair.two)
        if one is not None and two is not None:
            paths.append((one, two))
        missing |= {name: None for name, at in ((pair.one, one), (pair.two, two)) if at is None}
    if missing:
        count = "a photo that is" if len(missing) == 1 else f"{len(missing):,} photos that are"
        more = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        raise PhotoclustError(
            f"{source} names {count} not in {photos}: {', '.join([*missing][:SHOWN])}{more}.",
            "Give the folder that holds them with --photos.",
        )
    return paths


def _check_contradictions(source: Path, pairs: list[Pair], paths: list[tuple[str, str]]) -> None:
    said: dict[frozenset[str], Pair] = {}
    for pair, both in zip(pairs, paths, strict=True):
        earlier = said.setdefault(frozenset(both), pair)
        if earlier.same != pair.same:
            raise PhotoclustError(
                f"{source}, lines {earlier.line} and {pair.line}: the same two photos are said to"
                " be of one person, and of two.",
                "Take one of the lines away.",
            )


def _people(named: list[tuple[str, str]], same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The numbers of the people of each pair (2, n): who is the same by any pair is one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    every = dict.fromkeys(name for both in named for name in both)
    names = {name: place for place, name in enumerate(every)}
    one, two = np.array([[names[name] for name in both] for both in named], np.int64).T
    ties = coo_array((np.ones(same.sum()), (one[same], two[same])), (len(names), len(names)))
    _, person = connected_components(ties, directed=False)
    return np.stack([person[one], person[two]]).astype(np.int64)


def _folds(pairs: list[Pair]) -> NDArray[np.int64] | None:
    folds = [pair.fold for pair in pairs if pair.fold is not None]
    return np.array(folds, np.int64) if folds else None


class _Finder:
    """Photos by what pairs call them: their path from the folder, or `NAME/NAME_0001`."""

    def __init__(self, folder: Path, files: list[str]) -> None:
        self._folder = folder
        self._by_name: dict[str, str] = {}
        for path in files:
            folder_name, file_name = path.split(os.sep)[-2:]
            self._by_name.setdefault(f"{folder_name}/{os.path.splitext(file_name)[0]}", path)

    def find(self, name: str) -> str | None:
        path = os.path.abspath(self._folder / name)
        return path if os.path.isfile(path) else self._by_name.get(name)
