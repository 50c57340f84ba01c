"""A folder was moved, or its disk is mounted elsewhere."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from photoclust.actions.folders import known_folder
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.files import StoredFile, moved_path
from photoclust.library.library import unless
from photoclust.photos.discover import is_inside
from photoclust.progress import Progress, Silent


@dataclass(frozen=True, slots=True)
class RelocateReport:
    """What became of the files known in the old place, or would become of them.

    Attributes
    ----------
    old, new : the absolute paths.
    files : how many files were known there: found + changed + missing.
    found, changed : files that are in the new place as they were, or with another size or time;
        the next scan looks at the latter.
    missing : files that are not there.
    known : files whose new path was known already; what it holds counts.
    """

    old: str
    new: str
    files: int
    found: int
    changed: int
    missing: int
    known: int


@dataclass(slots=True)
class _Plan:
    """Paths (bytes) and what is to happen to them."""

    moves: list[tuple[bytes, bytes]] = field(default_factory=list)
    dropped: list[bytes] = field(default_factory=list)  # their new path is known already
    stale: list[bytes] = field(default_factory=list)  # dropped, and the new path is another photo
    replaced: list[bytes] = field(default_factory=list)  # new paths that could not be read before
    scanned: list[bytes] = field(default_factory=list)  # new paths that were mere references
    found: list[bytes] = field(default_factory=list)  # new paths
    changed: list[bytes] = field(default_factory=list)  # new paths
    missing: list[bytes] = field(default_factory=list)  # new paths
    same_size: int = 0


def relocate(
    library: Library,
    old: Path,
    new: Path,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> RelocateReport:
    """Have the library look for what was in `old` (a folder or a file) in `new`.

    No photo is read. Where a new path is known already, what is known of it wins. With `dry_run`
    nothing is written.

    Raises
    ------
    NotFound : nothing is known in the old place.
    UsageError : the two places are the same, of two kinds, or the new one lies in the old one.
    PhotoclustError : the new one does not exist, or none of the files is there.
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    with unless(dry_run, library.scanning()):
        source = known_folder(library, old)
        target = os.path.abspath(new)
        files = library.files.within(source, references=True)
        _check_target(source, target, files)
        plan = _plan(library, source, target, files, progress or Silent())
        if files and not plan.same_size:
            raise PhotoclustError(
                f"None of the {len(files)} files known in {source} is in {target}.",
                "Check both paths. `photoclust scan` of the new one finds photos wherever they"
                " went, by their content.",
            )
        if not dry_run:
            _write(library, source, target, plan)
        return RelocateReport(
            source,
            target,
            len(files),
            len(plan.found),
            len(plan.changed),
            len(plan.missing),
            len(plan.dropped),
        )


def _check_target(source: str, target: str, files: list[StoredFile]) -> None:
    is_file = any(file.path == os.fsencode(source) for file in files)
    if source == target:
        raise UsageError("Both paths are the same.", "Say where it was, then where it is now.")
    if is_inside(target, source):
        raise UsageError(
            f"{target} lies in {source}.",
            "Relocate the folders in it one by one, or scan it: moved photos are recognised.",
        )
    if not os.path.exists(target):
        raise PhotoclustError(
            f"There is no {target}.",
            "Plug the disk in, or check the spelling: first where it was, then where it is now.",
        )
    if is_file and os.path.isdir(target):
        raise UsageError(f"{source} is a file, {target} a folder.", "Give the file's new path.")
    if not is_file and not os.path.isdir(target):
        raise UsageError(f"{source} is a folder, {target} is none.", "Give the folder's new path.")


def _plan(
    library: Library, source: str, target: str, files: list[StoredFile], progress: Progress
) -> _Plan:
    """Look for every file in its new place."""
    plan = _Plan()
    moving = {file.path for file in files}
    there = library.files.at(moved_path(path, source, target) for path in moving)
    progress.start("Looking for files", len(files), "files")
    for file in files:
        path = moved_path(file.path, source, target)
        status = _status(path)
        if status is None:
            plan.missing.append(path)
        else:
            plan.same_size += status.st_size == file.size
            same = (status.st_size, status.st_mtime_ns) == (file.size, file.mtime_ns)
            (plan.found if same else plan.changed).append(path)
        taken = None if path in moving else there.get(path)
        if taken is None or taken.photo_id is None:
            plan.moves.append((file.path, path))
            if taken is not None:
                plan.replaced.append(path)
        else:
            plan.dropped.append(file.path)
            if taken.photo_id != file.photo_id:
                plan.stale.append(file.path)
            elif taken.reference and not file.reference:
                plan.scanned.append(path)
        progress.advance()
    progress.finish()
    return plan


def _status(path: bytes) -> os.stat_result | None:
    """Of a regular file that is there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _write(library: Library, source: str, target: str, plan: _Plan) -> None:
    with library.transaction():
        unlisted = library.files.photos_only_at(plan.stale)
        library.files.remove(plan.dropped + plan.replaced)
        library.files.move(plan.moves)
        library.files.mark_scanned(plan.scanned)
        library.files.mark_found(plan.found + plan.changed)
        library.photos.mark_missing(plan.missing, now())
        library.files.leave_clusters(unlisted)
        library.roots.move(source, target)
