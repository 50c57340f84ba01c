"""Find photos, detect and embed every face in those not yet scanned."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from photoclust.actions.pack import orders_for, recorded_pack
from photoclust.actions.record import Recorder, ScanReport, is_gone
from photoclust.choices import Detail
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.packs import StoredPack
from photoclust.library.photos import KnownFile
from photoclust.photos.discover import (
    NO_RULES,
    Found,
    PhotoFile,
    Rules,
    SkippedFile,
    UnreachableFile,
    check_roots,
    find_photos,
    is_inside,
)
from photoclust.photos.limits import TIME_LIMIT
from photoclust.pipeline.crew import Crew
from photoclust.pipeline.results import CRASHED, TOO_LONG, Orders
from photoclust.progress import Progress, Silent

__all__ = ["ScanReport", "scan"]


def scan(
    library: Library,
    paths: Sequence[Path],
    *,
    pack: str | None = None,
    accept_licence: bool = False,
    then_cluster: bool = True,
    retry_failed: bool = False,
    rules: Rules = NO_RULES,
    detail: Detail = Detail.NORMAL,
    device: str = "auto",
    workers: int | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
) -> ScanReport:
    """Scan folders and files into a library, then cluster it.

    Parameters
    ----------
    paths : folders (walked) and files.
    pack : for a library's first scan, the model pack's name or folder; default `open`.
    retry_failed : look again at unchanged files that failed before.
    rules : which files to leave out.
    detail : how small the faces are that are looked for; photos that were looked at less closely
        are looked at again, and keep the faces they have.
    device : what the models run on: auto, cpu, cuda, coreml or openvino.
    workers : processes that examine photos; default one a core.
    time_limit : seconds that one photo may take; one that takes longer has failed.

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
        wanted = _Wanted(retry_failed, detail)
        todo, seen = _plan(library, find_photos(roots, rules), known, wanted, report, progress)
        if todo:
            orders = orders_for(stored, device, detail, time_limit)
            recorder = Recorder(
                library, stored, report, retry_failed=retry_failed, detail=detail, device=device
            )
            _examine(todo, orders, workers or os.cpu_count() or 1, recorder, report, progress)
        if not report.interrupted:
            _note_missing(library, roots, known, seen, todo, report)
            _note_roots(library, roots)
            if then_cluster:
                _cluster(library, stored, report, progress)
    report.seconds = time.monotonic() - started
    return report


class _Wanted:
    """Which files that were looked at before are to be looked at again, being unchanged."""

    def __init__(self, retry_failed: bool, detail: Detail) -> None:
        self._retry_failed = retry_failed
        self._details = {other for other in Detail if detail.is_closer_than(other)}

    def again(self, path: str, before: KnownFile) -> bool:
        if before.status == "done":
            return before.detail in self._details
        if self._retry_failed or (before.status is None and before.photo_id is not None):
            return True
        if before.status == "failed" or (before.reason or "").startswith((TOO_LONG, CRASHED)):
            return False
        return _has_bytes(path)


def _has_bytes(path: str) -> bool:
    """Can a file be read by now that could not be before?"""
    try:
        with open(path, "rb") as stream:
            return bool(stream.read(1))
    except OSError:
        return False


def _examine(
    todo: list[PhotoFile],
    orders: Orders,
    workers: int,
    recorder: Recorder,
    report: ScanReport,
    progress: Progress,
) -> None:
    """Workers examine, this thread alone writes; Ctrl-C keeps what is written."""
    progress.start("Scanning", len(todo), "photos")
    try:
        with Crew(orders, workers, recorder.claim) as crew:
            for result in crew.examine(todo):
                recorder.write(result)
                progress.advance(f"{report.faces} faces")
    except KeyboardInterrupt:
        report.interrupted = True
    recorder.finish(len(todo))
    progress.finish()


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
    files: Iterable[Found],
    known: dict[bytes, KnownFile],
    wanted: _Wanted,
    report: ScanReport,
    progress: Progress,
) -> tuple[list[PhotoFile], list[bytes]]:
    """Which files are to be read, and which are as they were."""
    todo: list[PhotoFile] = []
    seen: list[bytes] = []
    unreachable: list[UnreachableFile] = []
    progress.start("Looking for photos", None, "files")
    for found in files:
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
        if before is None or not same or wanted.again(found.path, before):
            todo.append(found)
        elif before.status == "done":
            report.unchanged += 1
            seen.append(os.fsencode(found.path))
        else:
            report.failed.append((found.path, before.reason or "failed before"))
            seen.append(os.fsencode(found.path))
    progress.finish()
    with library.transaction():
        library.photos.mark_seen(seen, now())
        for entry in unreachable:
            before = known.get(os.fsencode(entry.path))
            if not entry.is_folder and (before is None or before.photo_id is None):
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


def _note_roots(library: Library, roots: list[str]) -> None:
    with library.transaction():
        for root in roots:
            library.roots.record(root, now())
