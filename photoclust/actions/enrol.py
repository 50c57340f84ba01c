"""Teach a person from reference photos, before any cluster exists."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.lookup import checked_name
from photoclust.actions.name import NameReport, name_faces
from photoclust.actions.never_again import NeverAgain
from photoclust.actions.pack import load_recorded, recorded_pack
from photoclust.choices import Detail
from photoclust.errors import PhotoclustError, UnreadablePhoto, UsageError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.faces import Face
from photoclust.library.packs import StoredPack
from photoclust.models.pack import FacePack
from photoclust.photos.decode import open_photo, read_bytes
from photoclust.photos.discover import kind_of
from photoclust.pipeline.examine import faces_of


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One reference photo and the number of the face that was taken from it."""

    path: Path
    face_id: int


@dataclass(frozen=True, slots=True)
class EnrolReport:
    """The person, and what was learned from each photo."""

    named: NameReport
    references: list[Enrolled]


def enrol(
    library: Library,
    name: str,
    references: list[Path],
    *,
    face: int | None = None,
    pack: str | None = None,
    accept_licence: bool = False,
) -> EnrolReport:
    """Give the face in each reference photo to a person. All photos are good, or none is used.

    Parameters
    ----------
    face : which face, counted from the left and from 1, in a photo of several.

    Raises
    ------
    PhotoclustError : a photo cannot be read, has no face, or several and `face` does not say which.
    """
    name = checked_name(name)
    if not references:
        raise UsageError("Give at least one reference photo.")
    with library.scanning():
        stored = recorded_pack(library, pack, accept_licence=accept_licence)
        analyser = load_recorded(stored)
        chosen = [
            Enrolled(path, _choose(path, _faces_of(library, stored, analyser, path), face))
            for path in references
        ]
    return EnrolReport(name_faces(library, [item.face_id for item in chosen], name), chosen)


def _faces_of(library: Library, pack: StoredPack, analyser: FacePack, path: Path) -> list[Face]:
    """The stored faces of a photo, from left to right, examined now if it never was."""
    absolute = os.path.abspath(path)
    try:
        data = read_bytes(absolute)
        content_hash = hashlib.sha256(data).hexdigest()
        known = library.photos.by_content(content_hash, pack.id)
        photo = None if known and known.status == "done" else open_photo(data, kind_of(absolute))
        faces = faces_of(photo, analyser) if photo else []
    except UnreadablePhoto as error:
        raise PhotoclustError(f"Cannot read {path}: {error.message}.") from error
    status = os.stat(absolute)
    with library.transaction():
        photo_id = library.photos.add(content_hash)
        if photo:
            library.photos.describe(photo_id, photo.facts)
            library.photos.record_scan(
                photo_id, pack.id, Detail.NORMAL, scanned_at=now(), failure=None
            )
            learnable, _seconds = NeverAgain(library, pack).sift(faces)
            if faces and not learnable:
                raise PhotoclustError(
                    f"Whoever is in {path} was forgotten and is not to be learned again.",
                    "`photoclust forget --learn-again` lifts that for everybody.",
                )
            library.faces.add(photo_id, pack.id, learnable)
        library.photos.record_file(
            absolute,
            photo_id=photo_id,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            seen_at=now(),
            reference=True,
        )
    return sorted(library.faces.of_photo(photo_id), key=lambda item: item.box.x1)


def _choose(path: Path, faces: list[Face], wanted: int | None) -> int:
    if not faces:
        raise PhotoclustError(f"No face was found in {path}.", "Use a photo with a clear face.")
    if wanted is None and len(faces) > 1:
        raise PhotoclustError(
            f"There are {len(faces)} faces in {path}.",
            f"Say which one with --face 1 to --face {len(faces)}, counted from the left.",
        )
    number = 1 if wanted is None else wanted
    if not 1 <= number <= len(faces):
        raise PhotoclustError(
            f"There is no face {number} in {path}: it has {len(faces)}.",
            "They are counted from the left, from 1.",
        )
    return faces[number - 1].id
