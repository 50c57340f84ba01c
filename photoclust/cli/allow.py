from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.streams import counted, say

allow_app = typer.Typer(
    help="Say where a rule of clustering does not hold.\n\n"
    "Example: photoclust allow same-photo ~/Pictures/collage.jpg",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@allow_app.command("same-photo")
def same_photo(
    context: typer.Context,
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTO...", help="Photos of the library, by path.")
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.", show_envvar=False)] = False,
    db: DbOption = None,
) -> None:
    """Let a photo show one person twice, such as a collage or a mirror; then `cluster` again.

    Example: photoclust allow same-photo ~/Pictures/collage.jpg
    """
    from photoclust.actions.allow import allow_same_photo, disallow_same_photo
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = (disallow_same_photo if undo else allow_same_photo)(library, photos)
    word = "may not" if undo else "may"
    if report.changed:
        say(f"{counted(report.changed, 'photo')} {word} show one person twice from now on.")
        say("Run `photoclust cluster` to have the clusters follow.")
    if report.unchanged:
        say(f"{counted(report.unchanged, 'photo')} {word} show one person twice anyway.")
