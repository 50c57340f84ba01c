"""`suggest`: who may be one, and who is worth a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.completing import people_names
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

if TYPE_CHECKING:
    from photoclust.actions.review import Review

suggest_app = typer.Typer(
    help="List what is worth a look, without asking.\n\nExample: photoclust suggest people",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Limit = Annotated[int, typer.Option(help="At most so many.", min=1)]

MERGES = (
    Column("Cluster", "cluster", number=True),
    Column("Faces", "faces", number=True),
    Column("May be", "person", short_name),
    Column("or cluster", "other", number=True),
    Column("Likely", "likely", decimals(2), number=True),
    Column("If so", "command"),
)
PEOPLE = (
    Column("Cluster", "cluster", number=True),
    Column("Faces", "faces", number=True),
    Column("Photos", "photos", number=True),
    Column("Settles", "settles", decimals(1), number=True),
    Column("Name it", "command"),
)


@suggest_app.command()
def merges(
    context: typer.Context,
    person: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only who may be this person.",
            autocompletion=people_names,
            show_default=False,
        ),
    ] = None,
    limit: Limit = 20,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List clusters that may be one, and faces and clusters that may be somebody you named.

    With --person also the one command that gives all of them to that person.

    Example: photoclust suggest merges   (also: suggest merges --person John --limit 100)
    """
    from photoclust.actions.asked import assigning

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with _review(context, db) as session:
        found = session.likely(limit, person)
    rows = [
        {
            "cluster": subject.faces[0].cluster,
            "faces": len(subject.faces),
            "person": subject.person.name if subject.person else None,
            "other": None if subject.person else asked.faces[0].cluster,
            "likely": round(subject.chance, 3),
            "command": asked.commands(subject)["yes"],
        }
        for asked, subject in found
    ]
    _print(rows, form, MERGES)
    whose = found[0][1].person if person is not None else None
    if whose is not None and len(found) > 1:
        faces = [face for _asked, subject in found for face in subject.faces]
        say(f"All of them: {assigning(faces, whose)}")


@suggest_app.command("people")
def unnamed_people(
    context: typer.Context,
    limit: Limit = 20,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List clusters that are worth a name, those that settle most faces first.

    Example: photoclust suggest people --limit 5
    """
    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with _review(context, db) as session:
        found = session.unnamed(limit)
    rows = [
        {
            "cluster": asked.faces[0].cluster,
            "faces": len(asked.faces),
            "photos": len({face.photo_id for face in asked.faces}),
            "settles": round(asked.settles, 2),
            "command": f"photoclust name {asked.faces[0].cluster} NAME",
        }
        for asked in found
    ]
    _print(rows, form, PEOPLE)


@contextmanager
def _review(context: typer.Context, db: Any) -> Iterator[Review]:
    from photoclust.actions.review import Review
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        yield Review(library)


def _print(rows: list[dict[str, Any]], form: Any, columns: tuple[Column, ...]) -> None:
    print_rows(rows, form, columns)
    if not rows:
        say("Nothing to suggest.")
        raise typer.Exit(FAILED)
