"""The pages of `evaluate clusters` and `evaluate sweep`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from photoclust.lab.chart import Chart, Curve, draw
from photoclust.lab.clusters.measures import Agreement
from photoclust.lab.clusters.reports import ClustersReport, SweepReport
from photoclust.lab.pages import render


@dataclass(frozen=True, slots=True)
class Portrait:
    """A face on a page: the picture as a data URI, whose it is (None: not in the truth)."""

    face: int
    picture: str
    person: str | None
    wrong: bool


def clusters_page(
    report: ClustersReport,
    portraits: Mapping[int, Sequence[Portrait]],
    written: date,
    worst: int,
) -> bytes:
    """The page of `evaluate clusters`.

    Parameters
    ----------
    portraits : cluster -> the faces to show of it, for the worst ones.
    worst : how many clusters and people are listed.
    """
    return render("clusters.html", report=report, portraits=portraits, written=written, top=worst)


def sweep_page(report: SweepReport, written: date) -> bytes:
    """The page of `evaluate sweep`."""
    charts = (
        _chart("BCubed", report, [point.scores.bcubed for point in report.points]),
        _chart("Pairs", report, [point.scores.pairwise for point in report.points]),
    )
    return render("sweep.html", report=report, charts=charts, written=written)


def _chart(title: str, report: SweepReport, values: Sequence[Agreement]) -> Chart:
    curves = [
        Curve("Precision", "precision", tuple(value.precision for value in values)),
        Curve("Recall", "recall", tuple(value.recall for value in values)),
        Curve("F", "f", tuple(value.f for value in values)),
    ]
    return draw(title, [point.join for point in report.points], curves, report.join)
