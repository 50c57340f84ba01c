"""What was scanned, and taking a folder out of the library again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.folders import Presence, file_presence, folder_presence, known_folder
from photoclust.library import Library
from photoclust.library.library import unless
from photoclust.photos.discover import is_inside


@dataclass(frozen=True, slots=True)
class ScannedRoot:
    """A folder or file that `scan` was given.

    Attributes
    ----------
    scanned_at : ISO 8601, UTC: when a scan of it last came to its end.
    files, missing : files that were there at the last scan, and that were not.
    photos, faces : what these files hold.
    presence : is it there now?
    """

    path: str
    scanned_at: str
    files: int
    missing: int
    photos: int
    faces: int
    presence: Presence


@dataclass(frozen=True, slots=True)
class RootsReport:
    """What was scanned, in order of path; `elsewhere` counts files in none of it."""

    roots: list[ScannedRoot]
    elsewhere: int


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What is no part of the library any more, or would not be.

    Attributes
    ----------
    folder : the absolute path that was forgotten.
    files : known paths in it; `photos` and `faces` are those that no other file holds.
    named : faces among them that a human gave to somebody; they come back with the folder.
    clusters : clusters of which nothing is left.
    nameless : clusters that were somebody's by these faces alone, with that name.
    inside : a folder that was scanned and holds this one, so that its next scan finds it again.
    """

    folder: str
    files: int
    photos: int
    faces: int
    named: int
    clusters: int
    nameless: list[tuple[int, str]]
    inside: str | None


def roots(library: Library) -> RootsReport:
    """Every folder and file that was scanned, and what the library holds of it."""
    found = []
    for root in library.roots.all():
        counts = library.files.counts(root.path)
        found.append(
            ScannedRoot(
                root.path,
                root.scanned_at,
                counts.files,
                counts.missing,
                counts.photos,
                counts.faces,
                _presence(root.path),
            )
        )
    known = {os.fsencode(root.path) for root in found}
    below = tuple(os.path.join(path, b"") for path in known)
    elsewhere = sum(
        file.path not in known and not file.path.startswith(below) for file in library.files.all()
    )
    return RootsReport(found, elsewhere)


def forget_folder(library: Library, folder: Path, *, dry_run: bool = False) -> ForgetReport:
    """Take a folder and all below it out of the library; it need not exist any more.

    Photos, faces and decisions stay in the file, unlisted: when the folder is scanned again,
    everything is back, names included, without any photo being decoded. Reference photos, which
    were given to `enrol`, stay. With `dry_run` nothing is written.

    Raises
    ------
    NotFound : nothing is known there.
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    with unless(dry_run, library.scanning()):
        path = known_folder(library, folder)
        files = [file.path for file in library.files.within(path)]
        photos = library.files.photos_only_at(files)
        leaving = library.files.leaving(photos)
        above = [root.path for root in library.roots.all() if is_inside(path, root.path)]
        if not dry_run:
            with library.transaction():
                library.files.remove(files)
                library.files.leave_clusters(photos)
                library.roots.forget(path)
    return ForgetReport(
        path,
        len(files),
        len(photos),
        leaving.faces,
        leaving.named,
        len(leaving.gone),
        leaving.nameless,
        above[-1] if above else None,
    )


def _presence(path: str) -> Presence:
    return folder_presence(path) if os.path.isdir(path) else file_presence(path)
