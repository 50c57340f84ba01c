"""What examined files leave in the library, and the account of a scan."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photoclust.actions.carry import Placer, carry_from_packs
from photoclust.actions.edited import carry_to_version, carry_to_version_unseen
from photoclust.actions.never_again import NeverAgain
from photoclust.choices import Detail, Device
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.packs import StoredPack
from photoclust.photos.discover import PhotoFile
from photoclust.pipeline.results import Examined, Result, Unreadable

if TYPE_CHECKING:
    from photoclust.actions.cluster import ClusterReport


@dataclass(slots=True)
class ScanReport:
    """What became of every file that was seen.

    seen = indexed + unchanged + duplicate + skipped + failed + waiting; `waiting` is what an
    interrupted scan did not come to. `moved` counts those duplicates whose old path is gone,
    `missing` the files that were not found any more, of photos that are nowhere else, `carried`
    the faces that keep what was said of them in files that changed, `left_out` those of people
    who were forgotten and are not to be learned again.
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
    left_out: int = 0
    missing: int = 0
    carried: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    clustering: ClusterReport | None = None


def is_gone(path: str) -> bool:
    """Is there surely no such file? A folder that may not be entered tells nothing."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


class Recorder:
    """Writes results, one short transaction each, and counts them.

    Parameters
    ----------
    retry_failed : content that failed before is examined again.
    detail : content that was looked at less closely is examined again.
    device : what the pack runs on if a face has to be looked at again.
    """

    def __init__(
        self,
        library: Library,
        pack: StoredPack,
        report: ScanReport,
        *,
        retry_failed: bool = False,
        detail: Detail = Detail.NORMAL,
        device: str = Device.AUTO,
    ) -> None:
        self._library = library
        self._pack = pack
        self._report = report
        self._detail = detail
        self._claimed = library.photos.settled_content(pack.id, detail, failed_too=not retry_failed)
        self._placer = Placer(pack, device)
        self._never_again = NeverAgain(library, pack)
        others = [other for other in library.packs.all() if other.id != pack.id]
        self._other_placers = [Placer(other, device) for other in others]
        self._copies: list[Examined] = []
        self._written = 0

    def claim(self, content_hash: str) -> bool:
        """Is this content new, or to be looked at again? It is so for one asker only."""
        if content_hash in self._claimed:
            return False
        self._claimed.add(content_hash)
        return True

    def write(self, result: Result) -> None:
        """Write one result. Copies of other files wait for `finish`."""
        if isinstance(result, Unreadable):
            self._write_failure(result)
        elif result.facts is None:
            self._copies.append(result)
        else:
            self._write_faces(result)
        self._written += 1

    def finish(self, expected: int) -> None:
        """Write the copies; what is missing of the expected files waits for the next run."""
        self._report.waiting = expected - self._written
        for copy in self._copies:
            self._write_copy(copy)

    def _write_failure(self, result: Unreadable) -> None:
        photos = self._library.photos
        with self._library.transaction():
            if result.content_hash:
                photo_id = photos.add(result.content_hash)
                self._write_broken(result.file, photo_id)
                if photos.status_of(photo_id, self._pack.id) != "done":
                    photos.record_scan(
                        photo_id,
                        self._pack.id,
                        self._detail,
                        scanned_at=now(),
                        failure=result.reason,
                    )
            elif photos.photo_at(result.file.path) is None:
                self._write_file(result.file, None, result.reason)
        self._report.failed.append((result.file.path, result.reason))

    def _write_faces(self, result: Examined) -> None:
        assert result.facts is not None
        photos = self._library.photos
        with self._library.transaction():
            before = photos.photo_at(result.file.path)
            photo_id = photos.add(result.content_hash)
            photos.describe(photo_id, result.facts)
            self._write_file(result.file, photo_id)
            photos.record_scan(
                photo_id, self._pack.id, self._detail, scanned_at=now(), failure=None
            )
            faces, seconds = self._never_again.sift(result.faces, result.seconds)
            added = self._library.faces.add(photo_id, self._pack.id, faces, seconds)
            carried = self._carry(before, photo_id, result.file.path)
        self._report.indexed += 1
        self._report.faces += len(added)
        self._report.left_out += len(result.faces) - len(faces)
        self._report.carried += carried

    def _write_copy(self, copy: Examined) -> None:
        """Content that is known already, here or under another path."""
        photo = self._library.photos.by_content(copy.content_hash, self._pack.id)
        if photo is None:  # its twin was under way when the scan was interrupted
            self._report.waiting += 1
            return
        photos = self._library.photos
        before = photos.photo_at(copy.file.path)
        others = set(photos.paths_of([photo.id]).get(photo.id, [])) - {copy.file.path}
        gone = {path for path in others if is_gone(path)}
        is_broken = photo.status == "failed"
        with self._library.transaction():
            photos.mark_missing((os.fsencode(path) for path in gone), now())
            if is_broken:
                self._write_broken(copy.file, photo.id)
            else:
                self._write_file(copy.file, photo.id)
                self._report.carried += self._carry(before, photo.id, copy.file.path)
        if is_broken:
            self._report.failed.append((copy.file.path, photo.reason or "failed before"))
        elif before == photo.id:
            self._report.unchanged += 1
        else:
            self._report.duplicate += 1
            self._report.moved += bool(gone and gone == others)

    def _carry(self, before: int | None, photo_id: int, path: str) -> int:
        """Keep people where a file changed, or was away while another pack was in use."""
        library, placer, others = self._library, self._placer, self._other_placers
        carried = 0
        if others:
            packs = [other.pack.id for other in others]
            carried += carry_from_packs(library, placer, packs, photo_id, path)
        if before is None or before == photo_id:
            return carried
        if library.photos.status_of(before, self._pack.id) == "done":
            return carried + carry_to_version(library, placer, before, photo_id, path)
        return carried + sum(
            carry_to_version_unseen(library, placer, other, before, photo_id, path)
            for other in others
        )

    def _write_broken(self, file: PhotoFile, photo_id: int) -> None:
        """A file that cannot be decoded. Where another photo was seen, that may yet come back."""
        before = self._library.photos.photo_at(file.path)
        if before is None or before == photo_id or not self._library.photos.was_seen(before):
            self._write_file(file, photo_id)

    def _write_file(
        self, file: PhotoFile, photo_id: int | None, failure: str | None = None
    ) -> None:
        if photo_id is not None:
            self._library.files.relist(photo_id)
        self._library.photos.record_file(
            file.path,
            photo_id=photo_id,
            size=file.size,
            mtime_ns=file.mtime_ns,
            seen_at=now(),
            failure=failure,
        )
