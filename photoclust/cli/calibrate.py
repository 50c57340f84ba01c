from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.cli.streams import counted, say, write
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.calibrate import CalibrationReport


def calibrate(
    context: typer.Context,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Share of pairs of different people that may be taken for one. [default: 0.001]",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would do.", show_envvar=False)
    ] = False,
    reset: Annotated[
        bool,
        typer.Option("--reset", help="Go back to the pack's own thresholds.", show_envvar=False),
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document.", show_envvar=False)
    ] = False,
    db: DbOption = None,
) -> None:
    """Set the thresholds by the library's own faces: two of one photo, and those you named.

    Example: photoclust calibrate --dry-run
    """
    from dataclasses import asdict
    from json import dumps

    from photoclust.actions.calibrate import RATE, forget_calibration
    from photoclust.actions.calibrate import calibrate as run
    from photoclust.library import Library

    if reset and (dry_run or json):
        raise UsageError("--reset goes alone.")
    with Library.open(library_path(context, db)) as library:
        if reset:
            was = forget_calibration(library)
            say(
                "Back to the pack's own thresholds: run `photoclust cluster`."
                if was
                else "The thresholds are the pack's own anyway."
            )
            return
        report = run(library, rate=RATE if rate is None else rate, dry_run=dry_run)
    if json:
        write(dumps({"schema_version": SCHEMA_VERSION, **asdict(report)}, indent=2).encode())
        write(b"\n")
    else:
        write(("\n".join(_lines(report)) + "\n").encode())
    say(_verdict(report, dry_run))
    if report.evidence is None or report.reference is None:
        raise typer.Exit(FAILED)


def _lines(report: CalibrationReport) -> list[str]:
    lines = [
        f"Evidence  {counted(report.photo_pairs, 'pair')} of faces of one photo,"
        f" in {counted(report.photos, 'photo')}",
        f"          {counted(report.named_pairs, 'pair')} of faces named as different people,"
        f" of {report.people} people",
        f"          {counted(report.same_pairs, 'pair')} of faces of one person,"
        " by name or from bursts",
    ]
    for point in report.curve:
        lines.append(
            f"{'Curve' if point is report.curve[0] else '':<10}"
            f"1 in {1 / point.rate:,.0f} pairs of different people reach {point.similarity:.3f}"
            f" ({point.low:.3f} to {point.high:.3f})"
        )
    if report.at is not None and report.missed is not None:
        lines.append(
            f"Missed    {report.missed:.1%} of the pairs of one person stay under"
            f" {report.at.similarity:.3f}"
        )
    if report.reference is not None:
        lines.append(f"Pack      1 in 1,000 reach {report.reference:.3f} where it was measured")
    lines.append(
        f"Result    match {report.match:.3f}, link {report.link:.3f} ({report.shift:+.3f})"
    )
    return lines


def _verdict(report: CalibrationReport, dry_run: bool) -> str:
    if report.evidence is None:
        return (
            f"Too few pairs to say what 1 in {1 / report.rate:,.0f} reach: the thresholds stay."
            " More photos with several faces, or more named people, would do."
        )
    if report.reference is None:
        return "It is not known where this pack's thresholds were set: they stay."
    source = {"photo": "faces of one photo", "named": "faces you named"}[report.evidence]
    if report.shift == 0:
        return f"By {source} the pack's own thresholds fit this library."
    if dry_run:
        return f"By {source} every threshold would move by {report.shift:+.3f}."
    return (
        f"By {source} every threshold moved by {report.shift:+.3f} from the pack's own: run"
        " `photoclust cluster`. `photoclust calibrate --reset` goes back."
    )
