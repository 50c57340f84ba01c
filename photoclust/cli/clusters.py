from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from photoclust.choices import Images
from photoclust.cli.options import FAILED, DbOption, ImagesOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    day,
    decimals,
    print_rows,
    short_name,
    shows_crops,
)
from photoclust.cli.streams import counted, say

COLUMNS = (
    Column("Cluster", "cluster", number=True),
    Column("Person", "person", short_name),
    Column("Faces", "faces", number=True),
    Column("Photos", "photos", number=True),
    Column("First", "first", day),
    Column("Last", "last", day),
    Column("Strength", "strength", decimals(2), number=True),
    Column("Ignored", "ignored"),
)


def clusters(
    context: typer.Context,
    unnamed: Annotated[bool, typer.Option("--unnamed", help="Only those without a name.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Those that are ignored, too.")] = False,
    images: ImagesOption = Images.AUTO,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List the clusters, biggest first; those that you said to ignore only with --all.

    Example: photoclust clusters --unnamed
    """
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        summaries = library.clusters.summaries()
        shown = [row for row in summaries if every or row.ignored is None]
        rows = [asdict(row) for row in shown if not (unnamed and row.person)]
        beside = None
        if rows and shows_crops(form, images):
            from photoclust.cli.pictures import best_faces, crops_beside

            faces = (best_faces(library.faces.of_cluster(row["cluster"])) for row in rows)
            beside = crops_beside(library, faces, strip=True)
        print_rows(rows, form, COLUMNS, beside=beside)
    if len(shown) < len(summaries):
        say(f"{counted(len(summaries) - len(shown), 'cluster')} left out as ignored: see --all.")
    if not summaries:
        say("No clusters: a cluster needs two photos of somebody.")
        say("After a scan that was interrupted run `photoclust cluster`.")
    if not rows:
        raise typer.Exit(FAILED)
