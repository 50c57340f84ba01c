"""Scan again whenever photos come, go or change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from photoclust.actions.record import ScanReport
from photoclust.photos.discover import KINDS
from photoclust.photos.ignoring import IGNORE_FILE

# Photos mostly come in numbers: a scan begins when nothing came for so long, or at the latest.
QUIET, LATEST = 2_000, 30_000  # milliseconds
PATIENCE = 500  # milliseconds without a change, after which it is asked again


def watch(paths: Sequence[Path], scan_again: Callable[[], ScanReport]) -> Iterator[ScanReport]:
    """A scan now, then one after each batch of changes below the paths, until Ctrl-C.

    What is watched are photos, raws, videos, ignore files and folders, so that a library in one of
    the folders does not set off scans by being written to.
    """
    from watchfiles import Change
    from watchfiles import watch as changes_of

    def matters(_change: Change, path: str) -> bool:
        seen = Path(path)
        # What lies in a new folder may have come before the system began to tell of it.
        return seen.suffix.lower() in {*KINDS, ""} or seen.name == IGNORE_FILE or seen.is_dir()

    waiting = changes_of(
        *paths,
        watch_filter=matters,
        step=QUIET,
        debounce=LATEST,
        rust_timeout=PATIENCE,
        yield_on_timeout=True,
    )
    first = True  # what changes during a scan is seen afterwards, as watching began before it
    for changes in waiting:
        if changes or first:
            first = False
            report = scan_again()
            yield report
            if report.interrupted:
                return
