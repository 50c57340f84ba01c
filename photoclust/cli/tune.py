from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import FAILED, DbOption, command_ending, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path, write
from photoclust.cli.use_pack import say_used

if TYPE_CHECKING:
    from photoclust.actions.tune import TuneReport
    from photoclust.lab.tuning.judging import Gain


def tune(
    context: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", help="Use the tuned pack from now on, if it is better.")
    ] = False,
    page: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE.html",
            help="Draw people who were held out, before and after.",
            show_default=False,
        ),
    ] = None,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Learn from what you said of faces to tell people apart better than the pack alone does.

    It is judged on people it did not learn from, and applied only if it helps by more than chance.
    No photo is looked at, and `photoclust models use` with the pack before goes back.

    Example: photoclust tune --map tuned.html   (then: tune --apply)
    """
    from shlex import quote

    from photoclust.actions.tune import tune as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        progress = terminal_progress()
        try:
            report = run(
                library,
                apply=apply,
                map_to=page,
                ending=command_ending(context, db),
                progress=progress,
            )
        finally:
            progress.finish()
    if json:
        print_document({**asdict(report), "better": report.verdict.better})
    else:
        write(("\n".join(_lines(report)) + "\n").encode("utf-8", "backslashreplace"))
    if report.map is not None:
        shown = counted(report.map.faces, "face")
        say(f"{shown}, before and after: {shown_path(str(report.map.page))}")
    if report.used is not None:
        say_used(report.used)
        say(f"`photoclust models use {quote(shown_path(report.pack))}` goes back.")
    elif report.verdict.better:
        say("`photoclust tune --apply` uses it.")
    else:
        say(f"{_why_not(report)}: the pack stays as it is.")
        if apply:
            raise typer.Exit(FAILED)


def _why_not(report: TuneReport) -> str:
    found = report.verdict.found
    if found.high < 0:
        return "`find` would be worse"
    return "Clusters would be worse" if found.low > 0 else "That is no more than chance"


def _lines(report: TuneReport) -> list[str]:
    verdict = report.verdict
    found, clustered = verdict.found, verdict.clustered
    others = f", and {counted(report.others, 'face')} that are not them" if report.others else ""
    taught = f"Recognised, 1 in {1 / verdict.far:,.0f} pairs of two wrong"
    return [
        f"Learned from  {counted(report.faces, 'face')} of {report.people} people{others}",
        "Judged on     half of the people by what the other half taught, one after the other:",
        f"              {verdict.same:,} pairs of one person and {verdict.different:,} of two",
        "",
        f"{taught:<42}{'before':>8}{'after':>8}   gain, 95 % interval",
        _shares("  by find", found.before, found.after) + _interval(found),
        _shares("  by clusters", clustered.before, clustered.after) + _interval(clustered),
        "Equal error rate",
        _shares("  by find", found.eer_before, found.eer_after),
        _shares("  by clusters", clustered.eer_before, clustered.eer_after),
        "Area under the ROC curve",
        f"{'  by find':<42}{found.auc_before:>8.4f}{found.auc_after:>8.4f}",
        f"{'  by clusters':<42}{clustered.auc_before:>8.4f}{clustered.auc_after:>8.4f}",
    ]


def _shares(title: str, before: float, after: float) -> str:
    return f"{title:<42}{before:>8.1%}{after:>8.1%}"


def _interval(gain: Gain) -> str:
    return f"   {gain.low:+.1%} to {gain.high:+.1%}"
