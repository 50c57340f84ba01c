from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.evaluate.shared import (
    HtmlOption,
    TruthOption,
    coverage,
    rounded,
    say_left_out,
    truth_fields,
)
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    decimals,
    print_rows,
)
from photoclust.cli.streams import say, shown_path

if TYPE_CHECKING:
    from photoclust.lab.clusters.reports import SweepReport

SWEEP_COLUMNS = (
    Column("Join", "join", decimals(3), number=True),
    Column("P", "bcubed_precision", decimals(3), number=True),
    Column("R", "bcubed_recall", decimals(3), number=True),
    Column("F", "bcubed_f", decimals(3), number=True),
    Column("Pair P", "pair_precision", decimals(3), number=True),
    Column("Pair R", "pair_recall", decimals(3), number=True),
    Column("Pair F", "pair_f", decimals(3), number=True),
    Column("Clusters", "clusters", number=True),
    Column("", "chosen", lambda chosen: "in use" if chosen else ""),
)
SWEEP_FIELDS = (
    *("shift", "join", "bcubed_precision", "bcubed_recall", "bcubed_f"),
    *("pair_precision", "pair_recall", "pair_f", "clusters", "clustered", "collisions", "chosen"),
)


def sweep(
    context: typer.Context,
    truth: TruthOption,
    html: HtmlOption = None,
    steps: Annotated[
        int, typer.Option(min=1, max=50, help="Thresholds to try on each side of the one in use.")
    ] = 6,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """Score clusterings over a range of thresholds; the library stays as it is.

    Example: photoclust evaluate sweep --truth folders --html sweep.html
    """
    from photoclust.actions.evaluate_sweep import evaluate_sweep, write_sweep_page
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        progress = terminal_progress()
        try:
            report = evaluate_sweep(library, truth, steps=steps, progress=progress)
        finally:
            progress.finish()
        page = None if html is None else write_sweep_page(report, html)
    header = {
        "library": report.library,
        "pack": report.pack,
        "join": report.join,
        "faces": report.faces,
        "truth": truth_fields(report.truth),
    }
    print_rows(_sweep_rows(report), form, SWEEP_COLUMNS, fields=SWEEP_FIELDS, header=header)
    best = report.best
    say(
        f"Best BCubed F {best.scores.bcubed.f:.4f} at {best.join:.3f}; in use is"
        f" {report.join:.3f}. Coverage {coverage(report.truth)}."
    )
    say_left_out(report.truth)
    if page is not None:
        say(f"Report: {shown_path(str(page))}")


def _sweep_rows(report: SweepReport) -> list[dict[str, Any]]:
    return [
        {
            "shift": point.shift,
            "join": point.join,
            "bcubed_precision": rounded(point.scores.bcubed.precision),
            "bcubed_recall": rounded(point.scores.bcubed.recall),
            "bcubed_f": rounded(point.scores.bcubed.f),
            "pair_precision": rounded(point.scores.pairwise.precision),
            "pair_recall": rounded(point.scores.pairwise.recall),
            "pair_f": rounded(point.scores.pairwise.f),
            "clusters": point.scores.clusters,
            "clustered": point.scores.clustered,
            "collisions": point.scores.same_photo.collisions,
            "chosen": point.chosen,
        }
        for point in report.points
    ]
