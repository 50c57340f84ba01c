from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import (
    SCHEMA_VERSION,
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    decimals,
    print_rows,
)
from photoclust.cli.streams import counted, say, shown_path, write

if TYPE_CHECKING:
    from photoclust.lab.measures import Agreement
    from photoclust.lab.reports import ClustersReport, SweepReport
    from photoclust.lab.truth import Truth

evaluate_app = typer.Typer(
    help="Measure how good the clusters are, against a truth.\n\n"
    "Example: photoclust evaluate clusters --truth folders",
    no_args_is_help=True,
    rich_markup_mode=None,
)

TruthOption = Annotated[
    str,
    typer.Option(
        "--truth",
        metavar="folders|FILE.csv",
        help="Who is who: `folders` (each folder is a person), or a CSV with the columns path and"
        " person, and x and y (0..1) or face where a photo has several.",
        show_default=False,
    ),
]

HtmlOption = Annotated[
    Path | None,
    typer.Option("--html", help="Write the report as one HTML file.", show_default=False),
]

FOLDERS = "folders"

SCORE_DECIMALS = 6  # in JSON

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


@evaluate_app.command()
def clusters(
    context: typer.Context,
    truth: TruthOption,
    html: HtmlOption = None,
    sheets: Annotated[
        Path | None,
        typer.Option(help="A folder for contact sheets of the worst clusters.", show_default=False),
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, help="How many of the worst clusters and people to show.")
    ] = 10,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Score the present clusters against a truth.

    One face a photo is scored, the most central; a photo without a face counts as a face alone.

    Example: photoclust evaluate clusters --truth folders --html report.html
    """
    from photoclust.actions.evaluate import evaluate_clusters, write_clusters_page, write_sheets
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = evaluate_clusters(library, truth)
        page = None if html is None else write_clusters_page(library, report, html, worst=worst)
        drawn = None if sheets is None else write_sheets(library, report, sheets, worst=worst)
    if json:
        from json import dumps

        write(dumps(_document(report), indent=2).encode() + b"\n")
    else:
        write(("\n".join(_lines(report, worst)) + "\n").encode("utf-8", "backslashreplace"))
    _say_left_out(report.truth)
    if page is not None:
        say(f"Report: {shown_path(str(page))}")
    if drawn is not None and sheets is not None:
        say(f"{counted(len(drawn), 'contact sheet')} in {shown_path(str(sheets))}")


@evaluate_app.command()
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
    from photoclust.actions.evaluate import evaluate_sweep, write_sweep_page
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
        "truth": _truth_fields(report.truth),
    }
    print_rows(_sweep_rows(report), form, SWEEP_COLUMNS, fields=SWEEP_FIELDS, header=header)
    best = report.best
    say(
        f"Best BCubed F {best.scores.bcubed.f:.4f} at {best.join:.3f}; in use is"
        f" {report.join:.3f}. Coverage {_coverage(report.truth)}."
    )
    _say_left_out(report.truth)
    if page is not None:
        say(f"Report: {shown_path(str(page))}")


def _say_left_out(truth: Truth) -> None:
    """What of the truth was not scored as one might think."""
    if truth.unknown:
        say(f"Left out: {counted(truth.unknown, 'line')} whose file is not in the library.")
    if truth.nameless:
        in_folders = truth.source == FOLDERS
        what = "photos beside the people's folders" if in_folders else "lines without a person"
        say(f"Left out: {truth.nameless} {what}.")
    if truth.copies:
        say(f"Counted once: {truth.copies} further files of a photo under the same name.")
    if truth.disputed:
        say(f"The truth gives {counted(truth.disputed, 'face')} to several people; all count.")


def _coverage(truth: Truth) -> str:
    return f"{truth.coverage:.4f} ({truth.covered:,} of {len(truth.faces):,} have a stored face)"


def _lines(report: ClustersReport, worst: int) -> list[str]:
    """The report for a reader, 80 columns wide."""
    truth, scores = report.truth, report.scores
    photos = scores.same_photo
    lines = [
        f"Library     {shown_path(report.library)}, pack {shown_path(report.pack)}",
        f"Truth       {shown_path(truth.source)}: {_many(truth.people, 'person', 'people')},"
        f" {_many(len(truth.faces), 'face')} to score",
        f"Coverage    {_coverage(truth)}",
        f"Clusters    {scores.clusters:,} of {_many(scores.clustered, 'face')};"
        f" {_many(report.faces - scores.clustered, 'face')} in none",
        f"Same photo  purity {photos.purity:.4f}:"
        f" {_many(photos.collisions, 'collision')} in {_many(photos.photos, 'photo')}"
        " of several people",
        "",
        f"{'':<32}{'Precision':>11}{'Recall':>11}{'F':>11}",
        _score_line("BCubed", scores.bcubed.precision, scores.bcubed.recall, scores.bcubed.f),
        _score_line("Pairs", scores.pairwise.precision, scores.pairwise.recall, scores.pairwise.f),
        _score_line(
            "Homogeneity, completeness, V",
            scores.entropies.homogeneity,
            scores.entropies.completeness,
            scores.entropies.v,
        ),
    ]
    if report.pieces:
        lines += [
            "",
            f"{_many(len(report.pieces), 'person', 'people')} with two photos or more:"
            f" {report.mean_pieces:.2f} pieces on average",
            f"({report.mean_clusters:.2f} clusters and {report.mean_alone:.2f} faces alone);"
            f" {report.in_several_clusters:,} in more than one cluster",
        ]
    if report.mixed[:worst]:
        lines += [
            "",
            f"Worst clusters (of {len(report.mixed)} that mix people)",
            f"{'Cluster':>8}{'Scored':>8}{'Wrong':>8}  {'Mostly':<24}  Others",
        ]
        lines += [
            f"{item.cluster:>8}{item.scored:>8}{item.wrong:>8}  {_fitted(item.person, 24):<24}  "
            + _fitted(", ".join(_times(name, n) for name, n in item.others.items()), 28)
            for item in report.mixed[:worst]
        ]
    if report.torn[:worst]:
        lines += [
            "",
            f"Most torn people (of {len(report.torn)} in several pieces)",
            f"{'Photos':>8}{'Clusters':>10}{'Alone':>7}  Person",
        ]
        lines += [
            f"{item.photos:>8}{item.clusters:>10}{item.alone:>7}  {_fitted(item.person, 53)}"
            for item in report.torn[:worst]
        ]
    return lines


def _many(number: int, one: str, many: str = "") -> str:
    """`1 photo`, `1,234 photos`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _score_line(title: str, *values: float) -> str:
    return f"{title:<32}" + "".join(f"{value:>11.4f}" for value in values)


def _times(name: str, count: int) -> str:
    return name if count == 1 else f"{name} {count}"


def _fitted(text: str, width: int) -> str:
    text = shown_path(text)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _document(report: ClustersReport) -> dict[str, Any]:
    """What --json prints; `worst` lists are complete, the worst first."""
    scores = report.scores
    photos = scores.same_photo
    return {
        "schema_version": SCHEMA_VERSION,
        "library": report.library,
        "pack": report.pack,
        "faces": report.faces,
        "clusters": scores.clusters,
        "clustered": scores.clustered,
        "truth": _truth_fields(report.truth),
        "bcubed": _agreement(scores.bcubed),
        "pairwise": _agreement(scores.pairwise),
        "v_measure": {
            "homogeneity": _rounded(scores.entropies.homogeneity),
            "completeness": _rounded(scores.entropies.completeness),
            "v": _rounded(scores.entropies.v),
        },
        "same_photo": {
            "photos": photos.photos,
            "crowded": photos.crowded,
            "collisions": photos.collisions,
            "purity": _rounded(photos.purity),
        },
        "splits": {
            "people": len(report.pieces),
            "mean_pieces": _rounded(report.mean_pieces),
            "mean_clusters": _rounded(report.mean_clusters),
            "mean_alone": _rounded(report.mean_alone),
            "in_several_clusters": report.in_several_clusters,
            "worst": [
                {
                    "person": item.person,
                    "photos": item.photos,
                    "pieces": item.pieces,
                    "clusters": item.clusters,
                    "alone": item.alone,
                }
                for item in report.torn
            ],
        },
        "worst_clusters": [
            {
                "cluster": item.cluster,
                "person": item.person,
                "faces": item.faces,
                "scored": item.scored,
                "wrong": item.wrong,
                "others": item.others,
            }
            for item in report.mixed
        ],
    }


def _truth_fields(truth: Truth) -> dict[str, Any]:
    return {
        "source": truth.source,
        "people": truth.people,
        "faces": len(truth.faces),
        "covered": truth.covered,
        "coverage": _rounded(truth.coverage),
        "unknown": truth.unknown,
        "nameless": truth.nameless,
        "copies": truth.copies,
        "disputed": truth.disputed,
    }


def _agreement(value: Agreement) -> dict[str, float]:
    return {
        "precision": _rounded(value.precision),
        "recall": _rounded(value.recall),
        "f": _rounded(value.f),
    }


def _sweep_rows(report: SweepReport) -> list[dict[str, Any]]:
    return [
        {
            "shift": point.shift,
            "join": point.join,
            "bcubed_precision": _rounded(point.scores.bcubed.precision),
            "bcubed_recall": _rounded(point.scores.bcubed.recall),
            "bcubed_f": _rounded(point.scores.bcubed.f),
            "pair_precision": _rounded(point.scores.pairwise.precision),
            "pair_recall": _rounded(point.scores.pairwise.recall),
            "pair_f": _rounded(point.scores.pairwise.f),
            "clusters": point.scores.clusters,
            "clustered": point.scores.clustered,
            "collisions": point.scores.same_photo.collisions,
            "chosen": point.chosen,
        }
        for point in report.points
    ]


def _rounded(value: float) -> float:
    return round(value, SCORE_DECIMALS)
