"""The page of `evaluate people`."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.identification.report import FPIRS, RANKS, PeopleReport
from photoclust.lab.pages import render
from photoclust.lab.plot import Axis, Line, Plot, plot

COLOURS = 4  # that style.css has for packs
MOST_RANKS = 20
CURVE_POINTS = 120


def people_page(report: PeopleReport, written: date) -> bytes:
    """The report with its curves: rank, open set, and all pairs."""
    return render(
        "people.html",
        report=report,
        written=written,
        ranks=RANKS,
        fpirs=FPIRS,
        curves=[_ranks(report), *([_open_set(report)] if report.unknown > 1 else []), _roc(report)],
    )


def _ranks(report: PeopleReport) -> Plot:
    ranks = np.arange(1, min(MOST_RANKS, report.enrolled) + 1)
    shares = [
        np.array([result.identification.within(rank) for rank in ranks.tolist()])
        for result in report.results
    ]
    return plot(
        "Rank",
        Axis("the first so many people", 1, float(ranks[-1])),
        Axis("photos whose person is among them", _floor(shares), 1, form=".3g"),
        _lines(report, ranks, shares),
        note="Closed set: photos of enrolled people.",
    )


def _open_set(report: PeopleReport) -> Plot:
    fpirs = np.geomspace(1 / report.unknown, 1, CURVE_POINTS)
    shares = [result.identification.dirs(fpirs) for result in report.results]
    return plot(
        "Open set",
        Axis("photos of strangers taken for somebody (FPIR)", fpirs[0], 1, log=True),
        Axis("photos that find their person (DIR)", _floor(shares), 1, form=".3g"),
        _lines(report, fpirs, shares),
        note="First, and above a threshold.",
    )


def _roc(report: PeopleReport) -> Plot:
    fars = np.geomspace(1 / report.results[0].pairs.different, 1, CURVE_POINTS)
    shares = [result.pairs.tars(fars) for result in report.results]
    return plot(
        "All pairs",
        Axis("impostors accepted (FAR)", fars[0], 1, log=True),
        Axis("same pairs accepted (TAR)", _floor(shares), 1, form=".3g"),
        _lines(report, fars, shares),
        note="Every two photos.",
    )


def _floor(shares: list[NDArray[np.float64]]) -> float:
    """Where an axis begins: at a round number below all values, and below 1."""
    return float(min(0.95, np.floor(np.min(shares) * 20) / 20))


def _lines(report: PeopleReport, xs: NDArray[Any], ys: list[NDArray[np.float64]]) -> list[Line]:
    return [
        Line(result.pack, f"pack-{number % COLOURS}", xs, ys[number])
        for number, result in enumerate(report.results)
    ]
