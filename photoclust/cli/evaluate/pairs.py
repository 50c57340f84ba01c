from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Device, Preprocess
from photoclust.cli.evaluate.shared import (
    HtmlOption,
    PacksOption,
    many,
    percent,
    plain,
    rounded,
    say_unreadable,
    side_by_side,
    true_accept_fields,
)
from photoclust.cli.options import SOME_FAILED, AcceptLicence, DeviceOption
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path, write

if TYPE_CHECKING:
    from photoclust.lab.verification.report import PackResult, PairsReport
    from photoclust.lab.verification.scores import Estimate

MEASURES = {
    "Accuracy": "accuracy",
    "Balanced accuracy": "balanced_accuracy",
    "Precision": "precision",
    "Recall": "recall",
    "F1": "f1",
}


def pairs(
    pairs: Annotated[
        Path,
        typer.Argument(
            metavar="PAIRS",
            help="LFW's pairs.txt, `NAME 1 4` or `NAME 1 OTHER 2` a line, with its header (its own"
            " folds) or without; or a CSV with the columns photo_a, photo_b and same (1 or 0).",
        ),
    ],
    photos: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="The folder that names and paths start from: `NAME 1` is NAME/NAME_0001.jpg, or"
            " whatever its ending is.",
            show_default=False,
        ),
    ],
    pack: PacksOption = None,
    preprocess: Annotated[
        list[Preprocess] | None,
        typer.Option(
            metavar="align|crop",
            help="Detect the most central face and align it, or crop the same place of every"
            " photo, as photos of LFW are cut. May be given twice. [default: align]",
            show_default=False,
        ),
    ] = None,
    accept_licence: AcceptLicence = False,
    device: DeviceOption = Device.AUTO,
    html: HtmlOption = None,
    json: JsonFlag = False,
) -> None:
    """Judge packs by pairs of photos: one person, or two? The protocol of LFW, in ten folds.

    Example: photoclust evaluate pairs pairs.txt --photos lfw --html pairs.html
    """
    from photoclust.actions.evaluate_pairs import evaluate_pairs, write_pairs_page
    from photoclust.actions.report_page import check_page

    if html is not None:
        check_page(html)
    progress = terminal_progress()
    try:
        report = evaluate_pairs(
            pairs,
            photos,
            pack or ["open"],
            preprocess or [Preprocess.ALIGN],
            accept_licence=accept_licence,
            device=device,
            progress=progress,
        )
    finally:
        progress.finish()
    page = None if html is None else write_pairs_page(report, html)
    if json:
        print_document(_document(report))
    else:
        write(("\n".join(_lines(report)) + "\n").encode("utf-8", "backslashreplace"))
    if report.copies:
        say(f"Left out: {counted(report.copies, 'pair')} of one photo with itself, or a copy.")
    if page is not None:
        say(f"Report: {shown_path(str(page))}")
    if report.unreadable:
        say(f"Left out: {counted(report.unread, 'pair')} for photos that cannot be used.")
        say_unreadable(report.unreadable)
        raise typer.Exit(SOME_FAILED)


def _lines(report: PairsReport) -> list[str]:
    """The report for a reader, 80 columns wide."""
    whose = "of the file" if report.own_folds else "drawn"
    apart = (
        f"{report.crossing:,} pairs have a person who is in another fold too"
        if report.crossing
        else "nobody is in two"
    )
    return [
        f"Pairs   {shown_path(report.source)}: {report.same_pairs:,} of one person,"
        f" {report.different_pairs:,} of two; {many(report.photos, 'photo')}",
        f"Folds   {report.folds}, {whose}; {apart}",
        *side_by_side(report.results, _rows),
    ]


def _rows(results: Sequence[PackResult]) -> dict[str, list[str]]:
    found = [result.verification for result in results]
    rows = {
        "": [shown_path(result.pack) for result in results],
        "Preprocessing": [str(result.preprocess) for result in results],
    }
    for title, name in MEASURES.items():
        rows[f"{title}, %"] = [_estimate(getattr(each, name)) for each in found]
    rows["AUC"] = [f"{each.auc:.4f}" for each in found]
    rows["Equal error rate, %"] = [percent(each.eer) for each in found]
    for accepts in zip(*(each.true_accepts for each in found), strict=True):
        title = f"TAR at FAR {plain(accepts[0].far)} (of {accepts[0].impostors:,})"
        rows[title] = [percent(each.tar) for each in accepts]
    rows["Threshold, cosine"] = [f"{result.threshold:.3f}" for result in results]
    rows["  squared distance"] = [f"{result.squared_distance:.3f}" for result in results]
    rows["Photos without a face"] = [f"{result.faceless:,}" for result in results]
    return rows


def _estimate(value: Estimate) -> str:
    return f"{percent(value.mean)} ± {100 * value.error:.2f}"


def _document(report: PairsReport) -> dict[str, Any]:
    """What --json prints."""
    from photoclust.lab.verification.report import histogram

    fars = report.fars
    document: dict[str, Any] = {
        "pairs": report.source,
        "photos": report.photos,
        "same": report.same_pairs,
        "different": report.different_pairs,
        "folds": report.folds,
        "own_folds": report.own_folds,
        "crossing": report.crossing,
        "copies": report.copies,
        "unread": report.unread,
        "unreadable": [{"photo": path, "reason": reason} for path, reason in report.unreadable],
        "fars": [rounded(far) for far in fars.tolist()],
        "results": [],
    }
    for result in report.results:
        found, bins = result.verification, histogram(result.similarities, report.same)
        tars = found.fold_tars(fars)
        document["results"].append(
            {
                "pack": result.pack,
                "preprocess": result.preprocess.value,
                "faceless": result.faceless,
                **{name: _estimate_fields(getattr(found, name)) for name in MEASURES.values()},
                "auc": rounded(found.auc),
                "eer": rounded(found.eer),
                "tar_at_far": [true_accept_fields(accepts) for accepts in found.true_accepts],
                "threshold": rounded(result.threshold),
                "squared_distance": rounded(result.squared_distance),
                "folds": [
                    {
                        "same": fold.roc.same,
                        "different": fold.roc.different,
                        "threshold": rounded(fold.threshold),
                        "squared_distance": rounded(fold.squared_distance),
                        **{name: rounded(getattr(fold, name)) for name in MEASURES.values()},
                        "auc": rounded(fold.roc.auc),
                        "tars": [rounded(tar) for tar in values],
                    }
                    for fold, values in zip(found.folds, tars.tolist(), strict=True)
                ],
                "mean_tars": [rounded(tar) for tar in tars.mean(axis=0).tolist()],
                "frrs": [rounded(1 - tar) for tar in found.roc.tars(fars).tolist()],
                "histogram": {
                    "squared_distances": [rounded(edge) for edge in bins.edges.tolist()],
                    "same": bins.same.tolist(),
                    "different": bins.different.tolist(),
                },
            }
        )
    return document


def _estimate_fields(value: Estimate) -> dict[str, float]:
    return {"mean": rounded(value.mean), "standard_error": rounded(value.error)}
