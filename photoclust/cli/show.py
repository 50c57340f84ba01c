from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.options import DbOption, library_path
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
)
from photoclust.cli.streams import say, shown_path
from photoclust.cli.targets import parse_target
from photoclust.errors import UsageError

COLUMNS = (
    Column("Face", "face", number=True),
    Column("Strength", "strength", decimals(2), number=True),
    Column("Quality", "quality", decimals(2), number=True),
    Column("Person", "person", short_name),
    Column("Taken", "taken_at", day),
    Column("Photo", "file", path=True),
)
FIELDS = ("face", "strength", "quality", "person", "taken_at", "file")


def show(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WHICH", help="`cluster 3`, `3`, `c3`, `face 91` or `f91`."),
    ],
    sheet: Annotated[
        Path | None,
        typer.Option(help="Write a contact sheet of the crops (PNG).", show_default=False),
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the contact sheet.")] = False,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """Show the faces of a cluster, or one face.

    Example: photoclust show cluster 3 --sheet 3.png --open
    """
    from photoclust.actions.lookup import cluster_faces, face_numbered
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    target, rest = parse_target(words)
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
    with Library.open(library_path(context, db)) as library:
        if target.kind == "cluster":
            faces = cluster_faces(library, target.number)
        else:
            faces = [face_numbered(library, target.number)]
        paths = library.photos.paths_of(face.photo_id for face in faces)
        if sheet is not None or open:
            from photoclust.actions.sheet import contact_sheet

            title = f"{target.kind.capitalize()} {target.number}"
            sheet = contact_sheet(library, faces, sheet, title)
    rows = [
        {
            "face": face.id,
            "strength": None if face.strength is None else round(face.strength, 4),
            "quality": round(face.quality, 4),
            "person": face.person,
            "taken_at": face.taken_at,
            "file": next(iter(paths.get(face.photo_id, [])), None),
        }
        for face in faces
    ]
    print_rows(rows, form, COLUMNS, fields=FIELDS, header={target.kind: target.number})
    if sheet is not None:
        say(f"Contact sheet: {shown_path(str(sheet))}")
    if open:
        typer.launch(str(sheet))
