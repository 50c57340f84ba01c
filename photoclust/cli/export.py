from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from photoclust.cli.options import SOME_FAILED, DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.streams import say, shown_path
from photoclust.errors import UsageError

export_app = typer.Typer(
    help="Write what the library holds to files.", no_args_is_help=True, rich_markup_mode=None
)


@export_app.command()
def gallery(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="An empty folder, or an earlier gallery.")],
    title: Annotated[str, typer.Option(help="Heading of the first page.")] = "People",
    copy: Annotated[bool, typer.Option("--copy", help="Add copies of the photos.")] = False,
    link: Annotated[bool, typer.Option("--link", help="Add links to the photos.")] = False,
    gps: Annotated[bool, typer.Option("--gps", help="Say where photos were taken.")] = False,
    db: DbOption = None,
) -> None:
    """Write a gallery of people as static pages that open from disk.

    Example: photoclust export gallery ~/people
    """
    from photoclust.export.gallery import export_gallery
    from photoclust.library import Library

    if copy and link:
        raise UsageError("Choose one of --copy and --link.")
    originals: Literal["none", "copy", "link"] = "copy" if copy else "link" if link else "none"
    with Library.open(library_path(context, db)) as library:
        progress = terminal_progress()
        try:
            report = export_gallery(
                library, out, title=title, originals=originals, places=gps, progress=progress
            )
        finally:
            progress.finish()
    say(
        f"{report.people} people, {report.clusters} unnamed clusters, {report.photos} photos: "
        f"open {shown_path(str(report.index))}"
    )
    if report.missing:
        say(f"{report.missing} photos could not be read; a grey picture stands for them.")
        raise typer.Exit(SOME_FAILED)
