"""Find photos, detect and embed every face in those not yet scanned."""

from __future__ import annotations

import os
import time
from pathlib import Path

from photoclust.actions.examine import Examiner, ScanReport, is_gone
from photoclust.actions.pack import recorded_pack
from photoclust.library import Library
from photoclust.library.library import now
from photoclust.library.packs import StoredPack
from photoclust.library.photos import KnownFile
from photoclust.photos.discover import (
    PhotoFile,
    SkippedFile,
    UnreachableFile,
    check_roots,
    find_photos,
    is_inside,
)
from photoclust.progress import Progress, Silent

__all__ = ["ScanReport", "scan"]


def scan(
    library: Library,
    paths: list[Path],
    *,
    pack: str | None = None,
    accept_licence: bool = False,
    then_cluster: bool = True,
    retry_failed: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ScanReport:
    """Scan folders and files into a library, then cluster it.

    Parameters
    ----------
    paths : folders (walked) and files.
    pack : for a library's first scan, the model pack's name or folder; default `open`.
    workers : photos examined side by side; default one a core.
    retry_failed : look again at unchanged files that failed before.

    Raises
    ------
    PhotoclustError : a path does not exist, the pack cannot be used, the library not be written.
    """
    started = time.monotonic()
    progress = progress or Silent()
    roots = check_roots(paths)
    with library.scanning():
        stored = recorded_pack(library, pack, accept_licence=accept_licence)
        report = ScanReport()
        known = library.photos.known_files(stored.id)
        todo, seen = _plan(library, roots, known, retry_failed, report, progress)
        if todo:
            Examiner(library, stored, report, retry_failed).run(todo, workers, progress)
        if not report.interrupted:
            _note_missing(library, roots, known, seen, todo, report)
            if then_cluster:
                _cluster(library, stored, report, progress)
    report.seconds = time.monotonic() - started
    return report


def _cluster(library: Library, pack: StoredPack, report: ScanReport, progress: Progress) -> None:
    from photoclust.actions.cluster import cluster_held

    progress.start("Clustering", None, "faces")
    try:
        report.clustering = cluster_held(library, pack)
    except KeyboardInterrupt:
        report.interrupted = True
    progress.finish()


def _plan(
    library: Library,
    roots: list[str],
    known: dict[bytes, KnownFile],
    retry_failed: bool,
    report: ScanReport,
    progress: Progress,
) -> tuple[list[PhotoFile], list[bytes]]:
    """Which files are to be read, and which are as they were."""
    todo: list[PhotoFile] = []
    seen: list[bytes] = []
    unreachable: list[UnreachableFile] = []
    progress.start("Looking for photos", None, "files")
    for found in find_photos(roots):
        report.seen += 1
        progress.advance()
        if isinstance(found, SkippedFile):
            report.skipped[found.reason] += 1
            continue
        if isinstance(found, UnreachableFile):
            report.failed.append((found.path, found.reason))
            unreachable.append(found)
            continue
        before = known.get(os.fsencode(found.path))
        same = before is not None and (before.size, before.mtime_ns) == (found.size, found.mtime_ns)
        if before is None or not same or before.status is None:
            todo.append(found)
        elif before.status == "done":
            report.unchanged += 1
            seen.append(os.fsencode(found.path))
        elif retry_failed:
            todo.append(found)
        else:
            report.failed.append((found.path, before.reason or "failed before"))
            seen.append(os.fsencode(found.path))
    progress.finish()
    with library.transaction():
        library.photos.mark_seen(seen, now())
        for entry in unreachable:
            before = known.get(os.fsencode(entry.path))
            if not os.path.isdir(entry.path) and (before is None or before.photo_id is None):
                library.photos.record_file(
                    entry.path,
                    photo_id=None,
                    size=0,
                    mtime_ns=0,
                    seen_at=now(),
                    failure=entry.reason,
                )
    return todo, seen


def _note_missing(
    library: Library,
    roots: list[str],
    known: dict[bytes, KnownFile],
    seen: list[bytes],
    todo: list[PhotoFile],
    report: ScanReport,
) -> None:
    """Remember which files of these folders are gone. An unplugged disk comes back as it was."""
    found = set(seen) | {os.fsencode(file.path) for file in todo}
    gone = [
        path
        for path, file in known.items()
        if path not in found
        and not file.reference
        and any(is_inside(os.fsdecode(path), root) for root in roots)
        and is_gone(os.fsdecode(path))
    ]
    with library.transaction():
        library.photos.mark_missing(gone, now())
    there = library.photos.paths_of({known[path].photo_id or 0 for path in gone})
    report.missing = sum(
        not known[path].missing and (known[path].photo_id or 0) not in there for path in gone
    )
