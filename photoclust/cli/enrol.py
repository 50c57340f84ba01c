from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.options import AcceptLicence, DbOption, PackOption, library_path
from photoclust.cli.streams import say, shown_path
from photoclust.errors import NotFound


def enrol(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose face it is.")],
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Reference photos.")],
    face: Annotated[
        int | None,
        typer.Option(help="Which face of a photo of several, from the left.", show_default=False),
    ] = None,
    pack: PackOption = None,
    accept_licence: AcceptLicence = False,
    db: DbOption = None,
) -> None:
    """Teach a person from reference photos; one is enough, and no cluster is needed.

    Example: photoclust enrol John passport.jpg
    """
    from photoclust.actions.enrol import enrol as run
    from photoclust.library import Library

    for photo in photos:
        if not photo.exists():
            raise NotFound(f"Cannot read {photo}: no such file.", "Check the spelling of the path.")
    with Library.open(library_path(context, db), create=True) as library:
        report = run(library, name, photos, face=face, pack=pack, accept_licence=accept_licence)
    person = report.named.person.name
    for item in report.references:
        say(f"{shown_path(str(item.path))}: face {item.face_id} is {person}")
    say(f"Now `photoclust find {person}` finds {person} in what was scanned.")
