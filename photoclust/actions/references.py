"""People as `identify` knows them: those of a library, or those of one folder each."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from photoclust.actions.looking import faces_at
from photoclust.choices import Detail
from photoclust.domain import DetectedFace
from photoclust.errors import NotFound, PhotoclustError, UnreadablePhoto
from photoclust.library import Library
from photoclust.library.people import folded
from photoclust.models.pack import FacePack
from photoclust.photos.discover import (
    KINDS,
    SYSTEM_FOLDERS,
    PhotoFile,
    UnreachableFile,
    find_photos,
    reason_of,
)
from photoclust.progress import Progress
from photoclust.search.match import choose_exemplars
from photoclust.vectors import Matrix, alike

# Photos analysed side by side; each may need as much memory as `photos.limits.MAX_MEMORY`.
MOST_THREADS = 4

STILL = ("photo", "raw")


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody to compare with: unit vectors (m, dim) of at most 16 faces."""

    name: str
    exemplars: Matrix


@dataclass(slots=True)
class References:
    """The people of a folder, in order of name, and what came of its photos.

    Attributes
    ----------
    photos : that taught a person.
    left_out : path and reason of photos that could not be used.
    several : photos with several faces, of which the largest was taken.
    nobody : folders that taught nobody.
    beside : photos that lie beside the folders.
    """

    people: list[KnownPerson] = field(default_factory=list)
    photos: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    beside: int = 0


def people_of_library(library: Library) -> list[KnownPerson]:
    """Everybody to whom a human gave a face, in order of name; `John#3` where two are John.

    Raises
    ------
    PhotoclustError : there is nobody.
    """
    vectors = library.faces.vectors(references=True)
    owners = {item.face_id: item.person_id for item in library.people.named_faces()}
    owner = np.array([owners.get(face, 0) for face in vectors.ids.tolist()], np.int64)
    groups = {int(owner[own[0]]): own for own in alike(owner, np.flatnonzero(owner))}
    everybody = library.people.all()
    shared = Counter(person.name for person in everybody)
    known = []
    for person in everybody:
        if person.id in groups:
            own = groups[person.id]
            own = own[choose_exemplars(vectors.matrix[own], vectors.quality[own])]
            name = person.name if shared[person.name] == 1 else f"{person.name}#{person.id}"
            known.append(KnownPerson(name, vectors.matrix[own]))
    if not known:
        raise PhotoclustError(
            f"Nobody in {library.path} has a name and a face to compare with.",
            "Name a cluster, or `photoclust enrol NAME PHOTO`, or give --people FOLDER.",
        )
    return known


def people_in(folder: Path, analyser: FacePack, detail: Detail, progress: Progress) -> References:
    """The people of a folder that holds one folder a person; nothing is kept.

    Every photo in a person's folder, and below it, is of them: of several faces the largest is.

    Raises
    ------
    PhotoclustError : there is no such folder, or nobody in it.
    """
    names, beside = _listed(folder)
    if not names:
        raise PhotoclustError(
            f"There are no folders in {folder}.",
            "Make one for each person, called like them, and put photos of them in it.",
        )
    found = References(beside=beside)
    whose: dict[str, str] = {}
    for name in names:
        for item in find_photos([os.path.abspath(folder / name)]):
            if isinstance(item, PhotoFile):
                whose[item.path] = name
            elif isinstance(item, UnreachableFile):
                found.left_out.append((item.path, item.reason))
    faces = _largest_faces(whose, analyser, detail, progress, found)
    for name in names:
        own = faces[name]
        if own:
            matrix = np.stack([face.embedding for face in own])
            chosen = choose_exemplars(matrix, np.array([face.quality for face in own]))
            found.people.append(KnownPerson(name, matrix[chosen]))
            found.photos += len(own)
        else:
            found.nobody.append(name)
    if not found.people:
        raise PhotoclustError(
            f"No folder in {folder} holds a photo with a face.",
            "Put photos of one person into each of its folders.",
        )
    return found


def _listed(folder: Path) -> tuple[list[str], int]:
    """The names of a folder's folders, in order, and how many photos lie beside them."""
    try:
        with os.scandir(folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
    except FileNotFoundError:
        raise NotFound(f"There is no folder {folder}.", "Check the spelling of the path.") from None
    except OSError as error:
        raise PhotoclustError(
            f"The folder {folder} cannot be read: {reason_of(error)}.",
            "Give a folder that holds one folder a person.",
        ) from error
    folders = [entry.name for entry in entries if entry.is_dir()]
    names = [name for name in folders if name.lower() not in SYSTEM_FOLDERS]
    files = [entry.name for entry in entries if not entry.is_dir()]
    beside = sum(KINDS.get(os.path.splitext(name)[1].lower(), "") in STILL for name in files)
    return sorted(names, key=folded), beside


def _largest_faces(
    whose: dict[str, str],
    analyser: FacePack,
    detail: Detail,
    progress: Progress,
    found: References,
) -> dict[str, list[DetectedFace]]:
    """Of each person the largest face of every photo; notes what else there is to say of them."""
    of_person: defaultdict[str, list[DetectedFace]] = defaultdict(list)

    def looked_at(path: str) -> list[DetectedFace] | UnreadablePhoto:
        try:
            return faces_at(path, analyser, detail)
        except UnreadablePhoto as error:
            return error

    progress.start("Looking at references", len(whose), "photos")
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as threads:
        for (path, name), faces in zip(whose.items(), threads.map(looked_at, whose), strict=True):
            progress.advance()
            if isinstance(faces, UnreadablePhoto):
                found.left_out.append((path, faces.message))
            elif not faces:
                found.left_out.append((path, "no face was found"))
            else:
                of_person[name].append(max(faces, key=lambda face: face.detection.box.area))
                if len(faces) > 1:
                    found.several.append(path)
    progress.finish()
    return of_person
