from __future__ import annotations

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    decimals,
    print_rows,
    short_name,
)
from photoclust.cli.streams import say

COLUMNS = (
    Column("Face", "face", number=True),
    Column("Cluster", "cluster", number=True),
    Column("Person", "person", short_name),
    Column("x1", "x1", decimals(0), number=True),
    Column("y1", "y1", decimals(0), number=True),
    Column("x2", "x2", decimals(0), number=True),
    Column("y2", "y2", decimals(0), number=True),
    Column("Strength", "strength", decimals(2), number=True),
    Column("Photo", "file", path=True),
)
# Other programs read this: keep it as it is.
FIELDS = ("face", "file", "cluster", "person", "x1", "y1", "x2", "y2", "score", "strength")


def faces(
    context: typer.Context,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List every face that you did not hide: its file, cluster, person and box in upright pixels.

    Example: photoclust faces --csv > faces.csv
    """
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        found = [face for face in library.faces.all() if face.ignored != "hidden"]
        paths = library.photos.paths_of(face.photo_id for face in found)
    rows = []
    for face in found:
        x1, y1, x2, y2 = (round(value, 1) for value in face.box.in_pixels(face.width, face.height))
        rows += [
            {
                "face": face.id,
                "file": path,
                "cluster": face.cluster,
                "person": face.person,
                "x1": x1,
                "y1": y1,
                "x2": x2,
                "y2": y2,
                "score": round(face.score, 4),
                "strength": None if face.strength is None else round(face.strength, 4),
            }
            for path in paths.get(face.photo_id, [])
        ]
    print_rows(rows, form, COLUMNS, fields=FIELDS)
    if not rows and found:
        say(f"The files of all {len(found)} faces are missing: scan where they are now.")
    elif not rows:
        say("No faces in the library yet: `photoclust scan FOLDER` looks for some.")
    if not rows:
        raise typer.Exit(FAILED)
