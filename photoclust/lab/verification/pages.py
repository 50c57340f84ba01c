"""The page of `evaluate pairs`."""

from __future__ import annotations

from datetime import date

import numpy as np

from photoclust.lab.pages import render
from photoclust.lab.plot import Axis, Line, Plot, plot
from photoclust.lab.verification.report import PackResult, PairsReport, distances, histogram

LOOKS = 6  # kinds of line that style.css knows
LOWEST_TAR = 0.98  # an ROC's axis begins at least here: steps of one pair would fill it else


def pairs_page(report: PairsReport, written: date) -> bytes:
    """The report with its ROC and DET curves, and a histogram for each result."""
    return render(
        "pairs.html",
        report=report,
        written=written,
        curves=[_roc(report), _det(report)],
        histograms=[_histogram(report, result) for result in report.results],
    )


def _roc(report: PairsReport) -> Plot:
    fars = report.fars
    lines, lowest = [], LOWEST_TAR
    for number, result in enumerate(report.results):
        tars = result.verification.fold_tars(fars)
        look = f"line-{number % LOOKS}"
        lines += [Line("", f"{look} fold", fars, fold) for fold in tars]
        lines.append(Line(result.name, look, fars, tars.mean(axis=0)))
        lowest = min(lowest, float(tars.mean(axis=0).min()))
    return plot(
        "ROC",
        Axis("impostors accepted (FAR)", fars[0], 1, log=True),
        Axis("same pairs accepted (TAR)", np.floor(lowest * 50) / 50, 1, form=".2f"),
        sorted(lines, key=lambda line: bool(line.name)),
        note="Thick: the mean of the folds. Thin: each fold.",
    )


def _det(report: PairsReport) -> Plot:
    fars = report.fars
    lines = [
        Line(
            result.name,
            f"line-{number % LOOKS}",
            fars,
            1 - result.verification.roc.tars(fars),
        )
        for number, result in enumerate(report.results)
    ]
    return plot(
        "DET",
        Axis("impostors accepted (FAR)", fars[0], 1, log=True),
        Axis("same pairs refused (FRR)", 1 / report.same_pairs, 1, log=True),
        lines,
        note="Over all pairs. Lower is better.",
    )


def _histogram(report: PairsReport, result: PackResult) -> Plot:
    found = histogram(result.similarities, report.same)
    shares = {
        "Same": found.same / report.same_pairs,
        "Different": found.different / report.different_pairs,
    }
    steps = np.repeat(found.edges, 2)
    return plot(
        result.name,
        Axis("squared distance", 0, float(found.edges[-1]), form=".3g"),
        Axis("share of pairs", 0, max(map(np.max, shares.values())), form=".2f"),
        [
            Line(name, name.lower(), steps, np.concatenate([[0], np.repeat(share, 2), [0]]))
            for name, share in shares.items()
        ],
        mark=(float(distances(np.array(result.threshold))), "threshold"),
    )
