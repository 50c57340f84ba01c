"""Score clusterings of a library over a range of thresholds against a truth."""

from __future__ import annotations

from pathlib import Path

from photoclust.actions.cluster import regroup
from photoclust.actions.lookup import pack_in_use
from photoclust.actions.report_page import today, write_page
from photoclust.lab.clusters.pages import sweep_page
from photoclust.lab.clusters.reports import SweepPoint, SweepReport, sweep_shifts
from photoclust.lab.clusters.scoring import Labelled, score
from photoclust.lab.clusters.truth import read_truth
from photoclust.library import Library
from photoclust.progress import Progress, Silent


def evaluate_sweep(
    library: Library, truth: str, *, steps: int = 6, progress: Progress | None = None
) -> SweepReport:
    """Cluster again at `steps` thresholds on each side of the pack's, and score each.

    Nothing is written.

    Raises
    ------
    UsageError, PhotoclustError : as `evaluate_clusters`.
    """
    progress = progress or Silent()
    pack = pack_in_use(library)
    known = read_truth(library, truth)
    faces = library.faces.vectors()
    shifts = sweep_shifts(pack.levels.join, steps)
    points = []
    progress.start("Clustering", len(shifts), "thresholds")
    for shift in shifts:
        labels = regroup(faces, pack, shift).labels
        scores = score(known, Labelled(faces.ids, faces.photo_ids, labels))
        points.append(SweepPoint(shift, round(pack.levels.join + shift, 6), scores))
        progress.advance()
    progress.finish()
    return SweepReport(
        library=library.path.name,
        pack=pack.name,
        join=pack.levels.join,
        faces=len(faces.ids),
        truth=known,
        points=tuple(points),
    )


def write_sweep_page(report: SweepReport, out: Path) -> Path:
    """Write a sweep as one HTML file; returns its path.

    Raises
    ------
    PhotoclustError : as `write_clusters_page`.
    """
    return write_page(out, sweep_page(report, today()))
