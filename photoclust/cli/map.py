from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.choices import Placing
from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, command_ending, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.streams import counted, say, shown_path
from photoclust.errors import UsageError


def map_faces(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Argument(help="The page to write. [default: a temporary file]", show_default=False),
    ] = None,
    method: Annotated[Placing, typer.Option(help="How to place the faces.")] = Placing.UMAP,
    person: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this person; may be repeated.",
            show_default=False,
            autocompletion=people_names,
        ),
    ] = None,
    cluster: Annotated[
        list[int] | None,
        typer.Option(help="Only this cluster; may be repeated.", show_default=False),
    ] = None,
    largest: Annotated[
        bool, typer.Option("--largest", help="Only the 20 largest people, 20 faces of each.")
    ] = False,
    beside: Annotated[
        str | None,
        typer.Option(
            metavar="full|OTHER.db",
            help="Compare with the clusters that `cluster --full` would make, or with another"
            " library of the same photos.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="Of more faces so many are drawn, chosen by chance.")
    ] = 5000,
    open: Annotated[bool, typer.Option("--open", help="Open the page.")] = False,
    db: DbOption = None,
) -> None:
    """Draw the faces as a map: one dot a face, near those that look alike.

    The page needs no network. Select dots to see the faces, and the commands that put them right.

    Example: photoclust map --open   (also: map people.html --largest --beside full)
    """
    from photoclust.extras import MAP
    from photoclust.library import Library

    MAP.require()
    from photoclust.actions.map import draw_map

    if largest and (person or cluster):
        raise UsageError("Choose one of --largest, and --person or --cluster.")
    with Library.open(library_path(context, db)) as library:
        progress = terminal_progress()
        try:
            report = draw_map(
                library,
                out,
                method=method,
                people=person or (),
                clusters=cluster or (),
                largest=largest,
                beside=beside,
                limit=limit,
                ending=command_ending(context, db),
                progress=progress,
            )
        finally:
            progress.finish()
    say(f"{counted(report.faces, 'face')}: {shown_path(str(report.page))}")
    if report.left_out:
        say(f"{counted(report.left_out, 'more face')} left out: see --limit.")
    if open:
        typer.launch(str(report.page))
