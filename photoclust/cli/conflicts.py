from __future__ import annotations

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    print_rows,
)
from photoclust.cli.streams import say

COLUMNS = (
    Column("Rule", "rule"),
    Column("Photo", "file", path=True),
    Column("What", "what"),
    Column("To settle it", "settle"),
)
FIELDS = ("rule", "said", "faces", "people", "cluster", "acts", "file", "what", "settle")


def conflicts(
    context: typer.Context,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List where what you said contradicts itself or the clusters, and how to settle it.

    Example: photoclust conflicts
    """
    from photoclust.actions.conflicts import conflicts as run
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        found = run(library)
    rows = [
        {
            "rule": item.rule.value,
            "said": item.said,
            "faces": [face.id for face in item.faces],
            "people": [person.name for person in item.people],
            "cluster": item.cluster,
            "acts": item.acts,
            "file": next(iter(item.files), None),
            "what": item.what,
            "settle": item.settle,
        }
        for item in found
    ]
    print_rows(rows, form, COLUMNS, fields=FIELDS)
    if not rows:
        say("Nothing that was said contradicts anything.")
