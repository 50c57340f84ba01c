"""The page of `evaluate pairs`."""

from __future__ import annotations

from datetime import date

import numpy as np

from photoclust.lab.pages import render
from photoclust.lab.plot import Axis, Line, Plot, plot
from photoclust.lab.verification.report import PackResult, PairsReport, histogram

COLOURS = 4  # that style.css has for packs
LOWEST_TAR = 0.98  # the axis of an ROC begins here or lower: else steps of one pair would fill it


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
    of_folds = [result.verification.fold_tars(fars) for result in report.results]
    means = [tars.mean(axis=0) for tars in of_folds]
    floor = float(np.floor(min(LOWEST_TAR, np.min(means)) * 50) / 50)
    folds, lines = [], []
    for look, result, tars, mean in zip(
        _looks(report), report.results, of_folds, means, strict=True
    ):
        lines.append(Line(result.name, look, fars, mean))
        for fold in tars:
            seen = fold >= floor
            folds.append(Line("", f"{look} fold", fars[seen], fold[seen]))
    return plot(
        "ROC",
        Axis("impostors accepted (FAR)", fars[0], 1, log=True),
        Axis("same pairs accepted (TAR)", floor, 1, form=".2f"),
        [*folds, *lines],
        note="Thick: the mean of the folds. Thin: each fold.",
    )


def _det(report: PairsReport) -> Plot:
    fars = report.fars
    refused = [1 - result.verification.roc.tars(fars) for result in report.results]
    lines = [
        Line(result.name, look, fars, frrs)
        for look, result, frrs in zip(_looks(report), report.results, refused, strict=True)
    ]
    lowest = 1 / report.same_pairs
    highest = max(float(np.max(refused)), 10 * lowest)
    return plot(
        "DET",
        Axis("impostors accepted (FAR)", fars[0], 1, log=True),
        Axis("same pairs refused (FRR)", lowest, highest, log=True),
        lines,
        note="Over all pairs. Lower is better.",
    )


def _looks(report: PairsReport) -> list[str]:
    """CSS classes of each result: a colour for each pack, dashes for the fixed crop."""
    packs = list(dict.fromkeys(result.pack for result in report.results))
    return [
        f"pack-{packs.index(result.pack) % COLOURS} {result.preprocess}"
        for result in report.results
    ]


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
        Axis("share of pairs", 0, max(map(np.max, shares.values())), form=".2g"),
        [
            Line(name, name.lower(), steps, np.concatenate([[0], np.repeat(share, 2), [0]]))
            for name, share in shares.items()
        ],
        mark=(result.squared_distance, "threshold"),
    )
