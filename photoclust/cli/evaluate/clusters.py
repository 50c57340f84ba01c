from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.evaluate.shared import (
    HtmlOption,
    TruthOption,
    coverage,
    many,
    rounded,
    say_left_out,
    truth_fields,
)
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path, write

if TYPE_CHECKING:
    from photoclust.lab.clusters.measures import Agreement
    from photoclust.lab.clusters.reports import ClustersReport


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
    from photoclust.actions.evaluate_clusters import (
        evaluate_clusters,
        write_clusters_page,
        write_sheets,
    )
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = evaluate_clusters(library, truth)
        page = None if html is None else write_clusters_page(library, report, html, worst=worst)
        drawn = None if sheets is None else write_sheets(library, report, sheets, worst=worst)
    if json:
        print_document(_document(report))
    else:
        write(("\n".join(_lines(report, worst)) + "\n").encode("utf-8", "backslashreplace"))
    say_left_out(report.truth)
    if page is not None:
        say(f"Report: {shown_path(str(page))}")
    if drawn is not None and sheets is not None:
        say(f"{counted(len(drawn), 'contact sheet')} in {shown_path(str(sheets))}")


def _lines(report: ClustersReport, worst: int) -> list[str]:
    """The report for a reader, 80 columns wide."""
    truth, scores = report.truth, report.scores
    photos = scores.same_photo
    lines = [
        f"Library     {shown_path(report.library)}, pack {shown_path(report.pack)}",
        f"Truth       {shown_path(truth.source)}: {many(truth.people, 'person', 'people')},"
        f" {many(len(truth.faces), 'face')} to score",
        f"Coverage    {coverage(truth)}",
        f"Clusters    {scores.clusters:,} of {many(scores.clustered, 'face')};"
        f" {many(report.faces - scores.clustered, 'face')} in none",
        f"Same photo  purity {photos.purity:.4f}:"
        f" {many(photos.collisions, 'collision')} in {many(photos.photos, 'photo')}"
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
            f"{many(len(report.pieces), 'person', 'people')} with two photos or more:"
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
        "library": report.library,
        "pack": report.pack,
        "faces": report.faces,
        "clusters": scores.clusters,
        "clustered": scores.clustered,
        "truth": truth_fields(report.truth),
        "bcubed": _agreement(scores.bcubed),
        "pairwise": _agreement(scores.pairwise),
        "v_measure": {
            "homogeneity": rounded(scores.entropies.homogeneity),
            "completeness": rounded(scores.entropies.completeness),
            "v": rounded(scores.entropies.v),
        },
        "same_photo": {
            "photos": photos.photos,
            "crowded": photos.crowded,
            "collisions": photos.collisions,
            "purity": rounded(photos.purity),
        },
        "splits": {
            "people": len(report.pieces),
            "mean_pieces": rounded(report.mean_pieces),
            "mean_clusters": rounded(report.mean_clusters),
            "mean_alone": rounded(report.mean_alone),
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


def _agreement(value: Agreement) -> dict[str, float]:
    return {
        "precision": rounded(value.precision),
        "recall": rounded(value.recall),
        "f": rounded(value.f),
    }
