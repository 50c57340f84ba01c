"""Have a pack look at every photo of a library that it has not seen."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress

from photoclust.actions.never_again import NeverAgain
from photoclust.actions.pack import orders_for
from photoclust.choices import Detail
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.packs import StoredPack
from photoclust.library.photos import UnseenPhoto
from photoclust.photos.discover import PhotoFile, kind_of
from photoclust.pipeline.crew import Crew
from photoclust.pipeline.results import Examined, Result, Unreadable
from photoclust.progress import Progress

NOT_THERE = "the file is not there"
CHANGED = "the file has changed since it was scanned"


def look_at_unseen(
    library: Library,
    pack: StoredPack,
    like: StoredPack,
    *,
    device: str,
    workers: int | None,
    progress: Progress,
) -> dict[int, str]:
    """Workers look at photos as closely as for another pack; photo -> why it could not be seen.

    Only content that the library knows is written, one short transaction a photo, and nothing of
    files: which pack is in use decides what a changed file means.
    """
    unseen = library.photos.unseen(pack.id, like.id)
    whys: dict[int, str] = {}
    progress.start(f"Looking with {pack.name}", len(unseen), "photos")
    never_again = NeverAgain(library, pack)
    for detail in Detail:
        orders = orders_for(pack, device, detail)
        ahead = [(photo, files_of(photo)) for photo in unseen if photo.detail is detail]
        while ahead:
            for photo, _files in ahead:
                whys.setdefault(photo.id, NOT_THERE)
            batch = [(photo, files, file) for photo, files in ahead if (file := next(files, None))]
            ahead = []
            claim = _once({photo.content_hash for photo, _, _ in batch})
            with Crew(orders, workers or os.cpu_count() or 1, claim) as crew:
                results = crew.examine([file for _, _, file in batch])
                for (photo, files, _), result in zip(batch, results, strict=True):
                    _write(library, pack, detail, never_again, result)
                    progress.advance()
                    status = library.photos.status_of(photo.id, pack.id)
                    if status == "done":
                        del whys[photo.id]
                        continue
                    whys[photo.id] = result.reason if isinstance(result, Unreadable) else CHANGED
                    if status is None:
                        ahead.append((photo, files))
    progress.finish()
    return whys


def files_of(photo: UnseenPhoto) -> Iterator[PhotoFile]:
    """Those of its files that are there."""
    for path in photo.paths:
        with suppress(OSError):
            status = os.stat(path)
            if stat.S_ISREG(status.st_mode):
                yield PhotoFile(path, status.st_size, status.st_mtime_ns, kind_of(path))


def _once(wanted: set[str]) -> Callable[[str], bool]:
    """Asks whether this content is still to be examined; it is so for one asker only."""

    def claim(content_hash: str) -> bool:
        is_wanted = content_hash in wanted
        wanted.discard(content_hash)
        return is_wanted

    return claim


def _write(
    library: Library, pack: StoredPack, detail: Detail, never_again: NeverAgain, result: Result
) -> None:
    known = library.photos.by_content(result.content_hash or "", pack.id)
    if known is None or (isinstance(result, Examined) and result.facts is None):
        return
    reason = result.reason if isinstance(result, Unreadable) else None
    if reason and known.status == "done":
        return
    with library.transaction():
        library.photos.record_scan(known.id, pack.id, detail, scanned_at=now(), failure=reason)
        if isinstance(result, Examined) and result.facts is not None:
            library.photos.describe(known.id, result.facts)
            faces, seconds = never_again.sift(result.faces, result.seconds)
            library.faces.add(known.id, pack.id, faces, seconds)
