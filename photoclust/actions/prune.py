"""Forget files that were deleted. A disk that is unplugged is not a deletion."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from photoclust.actions.folders import Presence, file_presence, folder_presence, known_folder
from photoclust.library import Library
from photoclust.library.library import unless
from photoclust.photos.discover import is_inside
from photoclust.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Files that are not there, but may be on a disk that is not: the folder that says so."""

    folder: str
    presence: Presence
    files: int


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What was removed from the library, or would be.

    Attributes
    ----------
    files : paths that are gone, in order.
    photos, faces : those that no other file holds and nothing was said of.
    kept : photos that no other file holds, but that names or other statements speak of: they
        stay in the file, unlisted, so that no name is lost.
    clusters : clusters of which nothing is left.
    nameless : clusters that were somebody's by these faces alone, with that name.
    left : missing files that were left alone, by folder.
    """

    files: list[str]
    photos: int
    faces: int
    kept: int
    clusters: int
    nameless: list[tuple[int, str]]
    left: list[LeftAlone]


Blocking = tuple[str, Presence]


def prune(
    library: Library,
    folders: Sequence[Path] = (),
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> PruneReport:
    """Take files that are gone out of the library, in these folders or everywhere.

    A file counts as deleted when every folder that was scanned and holds it is there, and none of
    the folders on the way to it is empty, like a mount point without its disk, or cannot be read.
    In no scanned folder, the one it lay in has to be there and hold something. To name a folder
    says that whatever is missing below it was deleted. The journal and all it speaks of stay.
    Reference photos, which were given to `enrol`, are not looked for. With `dry_run` nothing is
    written.

    Raises
    ------
    NotFound : nothing is known in one of the folders.
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    with unless(dry_run, library.scanning()):
        named = [known_folder(library, folder) for folder in folders]
        gone, left = _missing(library, named, progress or Silent())
        # A face that is named meanwhile must not be removed.
        with unless(dry_run, library.transaction()):
            files = library.files
            unlisted = files.photos_only_at(gone)
            nowhere = unlisted - files.references()
            removed = nowhere - files.spoken_of(nowhere)
            leaving = files.leaving(unlisted)
            faces = files.leaving(removed).faces
            if not dry_run:
                files.remove(gone)
                files.leave_clusters(unlisted)
                files.remove_photos(removed)
    return PruneReport(
        [os.fsdecode(path) for path in gone],
        len(removed),
        faces,
        len(unlisted) - len(removed),
        len(leaving.gone),
        leaving.nameless,
        [LeftAlone(*blocking, count) for blocking, count in sorted(left.items())],
    )


def _missing(
    library: Library, named: list[str], progress: Progress
) -> tuple[list[bytes], Counter[Blocking]]:
    """Paths that are gone, and what of the rest is missing, by what speaks against a deletion."""
    if named:
        known = {file.path for folder in named for file in library.files.within(folder)}
    else:
        known = {file.path for file in library.files.all()}
    blocking = _judge({root.path for root in library.roots.all()})
    gone, left = [], Counter[Blocking]()
    progress.start("Looking for files", len(known), "files")
    for encoded in sorted(known):
        path = os.fsdecode(encoded)
        presence = file_presence(path)
        progress.advance()
        if presence is Presence.THERE:
            continue
        why = blocking(os.path.dirname(path))
        if presence is Presence.UNREADABLE:
            left[why or (os.path.dirname(path), presence)] += 1
        elif why is None or any(path == name or is_inside(path, name) for name in named):
            gone.append(encoded)
        else:
            left[why] += 1
    progress.finish()
    return gone, left


def _judge(roots: set[str]) -> Callable[[str], Blocking | None]:
    """A function: what on the way to this folder speaks against a deletion?"""
    presence = cache(folder_presence)

    @cache
    def blocking(folder: str) -> Blocking | None:
        way = [folder]
        while way[-1] != os.path.dirname(way[-1]):
            way.append(os.path.dirname(way[-1]))
        scanned = [place for place, above in enumerate(way) if above in roots]
        if not scanned:
            here = presence(folder)
            return None if here is Presence.THERE else (folder, here)
        for step in reversed(way[: scanned[-1] + 1]):
            found = presence(step)
            deleted = found is Presence.GONE and step not in roots
            if found is not Presence.THERE and not deleted:
                return step, found
        return None

    return blocking
