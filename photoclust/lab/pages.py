"""Reports as one HTML file each: style, pictures and charts are inside, nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from photoclust.lab.chart import Chart, Curve, draw
from photoclust.lab.measures import Agreement
from photoclust.lab.reports import ClustersReport, SweepReport
from photoclust.pages import environment, palette

# In every page, so that it can be told from somebody else's file.
MARKER = '<meta name="generator" content="photoclust evaluate">'


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
    return _render("clusters.html", report=report, portraits=portraits, written=written, top=worst)


def sweep_page(report: SweepReport, written: date) -> bytes:
    """The page of `evaluate sweep`."""
    charts = (
        _chart("BCubed", report, [point.scores.bcubed for point in report.points]),
        _chart("Pairs", report, [point.scores.pairwise for point in report.points]),
    )
    return _render("sweep.html", report=report, charts=charts, written=written)


def _chart(title: str, report: SweepReport, values: Sequence[Agreement]) -> Chart:
    curves = [
        Curve("Precision", "precision", tuple(value.precision for value in values)),
        Curve("Recall", "recall", tuple(value.recall for value in values)),
        Curve("F", "f", tuple(value.f for value in values)),
    ]
    return draw(title, [point.join for point in report.points], curves, report.join)


def _render(template: str, **values: object) -> bytes:
    templates = environment(__package__)
    templates.globals.update(marker=MARKER, palette=Markup(palette()))
    templates.filters.update(
        breakable=_breakable,
        score=lambda value: f"{value:.4f}",
        short=lambda value: f"{value:.3f}",
        mean=lambda value: f"{value:.2f}",
    )
    html = templates.get_template(template).render(**values)
    return html.encode("utf-8", "replace")


def _breakable(name: str) -> Markup:
    """A name that may go on in the next line after an underscore or a slash."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[_/])", name))
