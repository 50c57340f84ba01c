"""What is in a library."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from photoclust.library import Library


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Counts of a library; `failed` are paths with the reason; `size` in bytes."""

    path: Path
    size: int
    pack: str | None
    licence: str | None
    photos: int
    files: int
    missing: int
    waiting: int
    faces: int
    clusters: int
    clustered: int
    people: int
    failed: list[tuple[str, str]]


def status(library: Library) -> StatusReport:
    """Count everything."""
    pack = library.packs.in_use()
    counts = library.photos.counts()
    clusters = library.clusters.summaries()
    return StatusReport(
        path=library.path,
        size=library.path.stat().st_size,
        pack=pack.name if pack else None,
        licence=pack.licence if pack else None,
        photos=counts["photos"],
        files=counts["files"],
        missing=counts["missing"],
        waiting=counts["waiting"],
        faces=library.faces.count(),
        clusters=len(clusters),
        clustered=sum(cluster.faces for cluster in clusters),
        people=len(library.people.all()),
        failed=[(os.fsdecode(path), reason) for path, reason in library.photos.failures()],
    )
