from __future__ import annotations

from typing import Annotated

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
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
)
from photoclust.cli.streams import say

COLUMNS = (
    Column("Similarity", "similarity", decimals(3), number=True),
    Column("How", "how"),
    Column("Taken", "taken_at", day),
    Column("Face", "face", number=True),
    Column("Photo", "file"),
)
FIELDS = ("file", "similarity", "how", "face", "cluster", "taken_at", "copies")


def find(
    context: typer.Context,
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="A person's name.")],
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    nul: Annotated[bool, typer.Option("-0", help="Bare paths, each ended by a NUL.")] = False,
    db: DbOption = None,
) -> None:
    """Find every photo of a person, best first; bare paths when piped.

    A photo is found because its face was named, is in a cluster of the person, or matches.

    Example: photoclust find John -0 | xargs -0 cp -t ~/John
    """
    from photoclust.actions.find import find as run
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table, nul=nul)
    with Library.open(library_path(context, db)) as library:
        report = run(library, " ".join(name))
    present = [item for item in report.found if item.paths]
    rows = [
        {
            "file": item.paths[0],
            "similarity": round(item.similarity, 4),
            "how": item.how,
            "face": item.face.id,
            "cluster": item.face.cluster,
            "taken_at": item.face.taken_at,
            "copies": len(item.paths) - 1,
        }
        for item in present
    ]
    print_rows(
        rows,
        form,
        COLUMNS,
        fields=FIELDS,
        header={"person": report.person.name, "threshold": report.threshold},
        paths=list(dict.fromkeys(item.paths[0] for item in present)),
    )
    gone = len(report.found) - len(present)
    if gone:
        say(f"{gone} more photos of {report.person.name} are not where they were.")
    if not rows:
        say(f"No photo of {report.person.name} was found.")
        raise typer.Exit(FAILED)
