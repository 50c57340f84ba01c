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
    day,
    print_rows,
)
from photoclust.cli.streams import say

COLUMNS = (
    Column("Person", "person"),
    Column("Faces", "faces", number=True),
    Column("Photos", "photos", number=True),
    Column("Clusters", "clusters", lambda numbers: ", ".join(map(str, numbers))),
    Column("First", "first", day),
    Column("Last", "last", day),
)


def people(
    context: typer.Context,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List everybody who has a name.

    Example: photoclust people
    """
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        summaries = library.people.summaries()
    rows = [
        {
            "person": row.name,
            "faces": row.faces,
            "photos": row.photos,
            "clusters": sorted(int(number) for number in row.clusters.split(",") if number),
            "first": row.first,
            "last": row.last,
        }
        for row in summaries
    ]
    print_rows(rows, form, COLUMNS)
    if not rows:
        say("Nobody is named yet: see `photoclust clusters`, then `photoclust name 1 NAME`.")
        raise typer.Exit(FAILED)


person_app = typer.Typer(help="Change a person.", no_args_is_help=True, rich_markup_mode=None)


@person_app.command()
def rename(context: typer.Context, old: str, new: str, db: DbOption = None) -> None:
    """Call a person something else.

    Example: photoclust person rename John "John Smith"
    """
    from photoclust.actions.person import rename_person
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        person = rename_person(library, old, new)
    say(f"{old} is now {person.name}.")
