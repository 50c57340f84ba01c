from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Device
from photoclust.cli.evaluate.shared import (
    SHOWN,
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
    from photoclust.lab.identification.report import PeopleReport, PeopleResult


def people(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A folder with a folder of photos for each person."),
    ],
    pack: PacksOption = None,
    enrolled: Annotated[
        int, typer.Option(min=1, help="Photos of each person that show who it is.")
    ] = 1,
    accept_licence: AcceptLicence = False,
    device: DeviceOption = Device.AUTO,
    html: HtmlOption = None,
    json: JsonFlag = False,
) -> None:
    """Judge packs by people: enrol photos of most of them, look all others up, strangers too.

    Example: photoclust evaluate people lfw --pack open --enrolled 1
    """
    from photoclust.actions.evaluate_people import evaluate_people, write_people_page
    from photoclust.actions.report_page import check_page

    if html is not None:
        check_page(html)
    progress = terminal_progress()
    try:
        report = evaluate_people(
            folder,
            pack or ["open"],
            enrolled=enrolled,
            accept_licence=accept_licence,
            device=device,
            progress=progress,
        )
    finally:
        progress.finish()
    page = None if html is None else write_people_page(report, html)
    if json:
        print_document(_document(report))
    else:
        write(("\n".join(_lines(report)) + "\n").encode("utf-8", "backslashreplace"))
    for reason, count in report.left_out.items():
        say(f"Left out: {counted(count, 'file')} ({reason}).")
    _say_disputed(report)
    if report.copies:
        say(f"Left out: {counted(report.copies, 'photo')} that are copies of others.")
    if page is not None:
        say(f"Report: {shown_path(str(page))}")
    if report.unreadable:
        say_unreadable(report.unreadable)
        raise typer.Exit(SOME_FAILED)


def _say_disputed(report: PeopleReport) -> None:
    """Which photos the folders of several people hold."""
    if report.disputed:
        claimed = counted(report.disputed_photos, "photo")
        say(f"Left out: {claimed} that the folders of several people hold.")
    for paths in report.disputed[:SHOWN]:
        say(f"In several folders: {' and '.join(map(shown_path, paths))}")
    if len(report.disputed) > SHOWN:
        say(f"In several folders: {len(report.disputed) - SHOWN:,} more")


def _lines(report: PeopleReport) -> list[str]:
    """The report for a reader, 80 columns wide."""
    return [
        f"People     {shown_path(report.source)}: {many(report.people, 'person', 'people')},"
        f" {many(report.photos, 'photo')}",
        f"Enrolled   {many(report.each, 'photo')} of each of {report.enrolled:,} people",
        f"Looked up  {many(report.known, 'other photo')} of them, {report.unknown:,} of strangers",
        *side_by_side(report.results, _rows),
    ]


def _rows(results: Sequence[PeopleResult]) -> dict[str, list[str]]:
    from photoclust.lab.identification.report import FPIRS, RANKS

    rows = {"": [shown_path(result.pack) for result in results]}
    for place, rank in enumerate(RANKS):
        rows[f"Rank {rank}, %"] = [percent(result.ranks[place]) for result in results]
    for place, fpir in enumerate(FPIRS):
        found = [result.at_fpirs[place] for result in results]
        strangers = len(results[0].identification.strangers)
        rows[f"DIR at FPIR {plain(fpir)} (of {strangers:,})"] = [
            percent(each.dir if each else None) for each in found
        ]
    rows["Match, the pack's threshold"] = [f"{result.match:.3f}" for result in results]
    rows["  DIR, %"] = [percent(result.at_match.dir) for result in results]
    rows["  FPIR, %"] = [percent(result.at_match.fpir) for result in results]
    pairs = results[0].pairs
    rows[f"All {pairs.same + pairs.different:,} pairs: AUC"] = [
        f"{result.pairs.auc:.5f}" for result in results
    ]
    rows["  Equal error rate, %"] = [percent(result.pairs.eer) for result in results]
    for accepts in zip(*(result.true_accepts for result in results), strict=True):
        rows[f"  TAR at FAR {plain(accepts[0].far)}, %"] = [percent(each.tar) for each in accepts]
    rows["Photos without a face"] = [f"{result.faceless:,}" for result in results]
    return rows


def _document(report: PeopleReport) -> dict[str, Any]:
    """What --json prints."""
    from photoclust.lab.identification.report import FPIRS, RANKS

    return {
        "folder": report.source,
        "people": report.people,
        "photos": report.photos,
        "each": report.each,
        "enrolled": report.enrolled,
        "known": report.known,
        "strangers": report.unknown,
        "left_out": report.left_out,
        "copies": report.copies,
        "disputed": report.disputed,
        "unreadable": [{"photo": path, "reason": reason} for path, reason in report.unreadable],
        "results": [
            {
                "pack": result.pack,
                "faceless": result.faceless,
                "ranks": [
                    {"rank": rank, "share": rounded(share)}
                    for rank, share in zip(RANKS, result.ranks, strict=True)
                ],
                "open_set": [
                    {
                        "fpir": fpir,
                        "strangers": report.unknown,
                        "dir": None if found is None else rounded(found.dir),
                        "threshold": None if found is None else rounded(found.threshold),
                    }
                    for fpir, found in zip(FPIRS, result.at_fpirs, strict=True)
                ],
                "match": {
                    "threshold": rounded(result.match),
                    "dir": rounded(result.at_match.dir),
                    "fpir": None if result.at_match.fpir is None else rounded(result.at_match.fpir),
                },
                "pairs": {
                    "same": result.pairs.same,
                    "different": result.pairs.different,
                    "auc": rounded(result.pairs.auc),
                    "eer": rounded(result.pairs.eer),
                    "tar_at_far": [true_accept_fields(each) for each in result.true_accepts],
                },
            }
            for result in report.results
        ],
    }
