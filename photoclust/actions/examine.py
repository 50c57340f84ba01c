"""The working part of a scan: files to faces, side by side, and one hand that writes."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photoclust.actions.pack import load_recorded
from photoclust.domain import DetectedFace
from photoclust.errors import UnreadablePhoto
from photoclust.library import Library
from photoclust.library.library import now
from photoclust.library.packs import StoredPack
from photoclust.models.pack import FacePack
from photoclust.photos.decode import DecodedPhoto, PhotoFacts, decode, read_bytes
from photoclust.photos.discover import PhotoFile
from photoclust.progress import Progress

if TYPE_CHECKING:
    from photoclust.actions.cluster import ClusterReport


@dataclass(slots=True)
class ScanReport:
    """What became of every file that was seen.

    seen = indexed + unchanged + duplicate + skipped + failed + waiting; `waiting` is what an
    interrupted scan did not come to. `moved` counts those duplicates whose old path is gone,
    `missing` the files that were not found any more, of photos that are nowhere else.
    """

    seen: int = 0
    indexed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    moved: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)
    waiting: int = 0
    faces: int = 0
    missing: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    clustering: ClusterReport | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that was read: its content, and what is in it unless that is known."""

    file: PhotoFile
    content_hash: str
    facts: PhotoFacts | None = None
    faces: tuple[DetectedFace, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that gave no pixels; without a hash it could not even be read."""

    file: PhotoFile
    reason: str
    content_hash: str | None


def is_gone(path: str) -> bool:
    """Is there surely no such file? A folder that may not be entered tells nothing."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


class Examiner:
    """One run over the files to read: workers examine, this thread alone writes."""

    def __init__(
        self,
        library: Library,
        pack: StoredPack,
        report: ScanReport,
        retry_failed: bool,
    ) -> None:
        self._library = library
        self._analyser: FacePack | None = None
        self._loading = threading.Lock()
        self._pack = pack
        self._report = report
        content = library.photos.known_content(pack.id)
        self._claimed = {
            content_hash
            for content_hash, status in content.items()
            if status == "done" or (status == "failed" and not retry_failed)
        }
        self._claims = threading.Lock()
        self._copies: list[Examined] = []
        self._failed_before = len(report.failed)

    def run(self, todo: list[PhotoFile], workers: int | None, progress: Progress) -> None:
        """Examine the files side by side; Ctrl-C ends it after what is under way."""
        progress.start("Scanning", len(todo), "photos")
        executor = ThreadPoolExecutor(workers or os.cpu_count() or 1)
        results = _in_window(executor, self._examine, todo, 4 * (workers or os.cpu_count() or 1))
        try:
            for result in results:
                self._write(result)
                progress.advance(f"{self._report.faces} faces")
        except KeyboardInterrupt:
            self._report.interrupted = True
            self._report.waiting = len(todo) - self._written
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        for copy in self._copies:
            self._write_copy(copy)
        progress.finish()

    def _examine(self, file: PhotoFile) -> Examined | Unreadable:
        """In a worker: read, hash, and unless the content is known decode and analyse."""
        content_hash = None
        try:
            data = read_bytes(file.path)
            content_hash = hashlib.sha256(data).hexdigest()
            with self._claims:
                if content_hash in self._claimed:
                    return Examined(file, content_hash)
                self._claimed.add(content_hash)
            photo = decode(data)
            return Examined(file, content_hash, photo.facts, tuple(self._faces(photo)))
        except UnreadablePhoto as error:
            return Unreadable(file, error.message, content_hash)
        except MemoryError:
            return Unreadable(file, "not enough memory", content_hash)

    def _faces(self, photo: DecodedPhoto) -> list[DetectedFace]:
        """Analyse; the pack is loaded when the first photo needs it."""
        with self._loading:
            if self._analyser is None:
                import cv2

                cv2.setNumThreads(1)
                self._analyser = load_recorded(self._pack)
        try:
            return self._analyser.analyse(photo.pixels)
        except Exception as error:  # a model that stumbles over one photo must not end the scan
            raise UnreadablePhoto(f"cannot be analysed ({type(error).__name__})") from error

    @property
    def _written(self) -> int:
        failed = len(self._report.failed) - self._failed_before
        return self._report.indexed + len(self._copies) + failed

    def _write(self, result: Examined | Unreadable) -> None:
        photos = self._library.photos
        if isinstance(result, Unreadable):
            with self._library.transaction():
                if result.content_hash:
                    photo_id = photos.add(result.content_hash)
                    self._write_file(result.file, photo_id)
                    photos.record_scan(
                        photo_id, self._pack.id, scanned_at=now(), failure=result.reason
                    )
                elif photos.photo_at(result.file.path) is None:
                    self._write_file(result.file, None, result.reason)
            self._report.failed.append((result.file.path, result.reason))
            return
        if result.facts is None:
            self._copies.append(result)
            return
        with self._library.transaction():
            photo_id = photos.add(result.content_hash)
            photos.describe(photo_id, result.facts)
            self._write_file(result.file, photo_id)
            photos.record_scan(photo_id, self._pack.id, scanned_at=now(), failure=None)
            self._library.faces.add(photo_id, self._pack.id, result.faces)
        self._report.indexed += 1
        self._report.faces += len(result.faces)

    def _write_copy(self, copy: Examined) -> None:
        """Content that is known already, here or under another path."""
        photo = self._library.photos.by_content(copy.content_hash, self._pack.id)
        if photo is None:  # its twin was under way when the scan was interrupted
            self._report.waiting += 1
            return
        photos = self._library.photos
        only_touched = photos.photo_at(copy.file.path) == photo.id
        others = set(photos.paths_of([photo.id]).get(photo.id, [])) - {copy.file.path}
        gone = {path for path in others if is_gone(path)}
        with self._library.transaction():
            self._write_file(copy.file, photo.id)
            photos.mark_missing((os.fsencode(path) for path in gone), now())
        if photo.status == "failed":
            self._report.failed.append((copy.file.path, photo.reason or "failed before"))
        elif only_touched:
            self._report.unchanged += 1
        else:
            self._report.duplicate += 1
            self._report.moved += bool(gone and gone == others)

    def _write_file(
        self, file: PhotoFile, photo_id: int | None, failure: str | None = None
    ) -> None:
        self._library.photos.record_file(
            file.path,
            photo_id=photo_id,
            size=file.size,
            mtime_ns=file.mtime_ns,
            seen_at=now(),
            failure=failure,
        )


def _in_window(
    executor: ThreadPoolExecutor,
    work: Callable[[PhotoFile], Examined | Unreadable],
    items: list[PhotoFile],
    window: int,
) -> Iterator[Examined | Unreadable]:
    """Results in order, with at most `window` items under way, so that memory stays bounded."""
    pending: deque[Future[Examined | Unreadable]] = deque()
    for item in items:
        pending.append(executor.submit(work, item))
        if len(pending) >= window:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
