"""`people` lists everybody, `person` shows and changes one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Images
from photoclust.cli.asking import Yes, ask
from photoclust.cli.completing import people_names
from photoclust.cli.options import FAILED, DbOption, ImagesOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    day,
    print_document,
    print_rows,
    short_name,
    shows_crops,
)
from photoclust.cli.streams import counted, say
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.library.people import Person

COLUMNS = (
    Column("Person", "person", short_name),
    Column("Id", "id", number=True),
    Column("Faces", "faces", number=True),
    Column("Photos", "photos", number=True),
    Column("Clusters", "clusters", lambda numbers: ", ".join(map(str, numbers))),
    Column("Born", "born", day),
    Column("First", "first", day),
    Column("Last", "last", day),
)

Name = Annotated[
    str,
    typer.Argument(
        help="A name, or the number where two share it: John#3.", autocompletion=people_names
    ),
]


def people(
    context: typer.Context,
    images: ImagesOption = Images.AUTO,
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
                "id": row.id,
                "faces": row.faces,
                "photos": row.photos,
                "clusters": row.cluster_numbers,
                "born": row.born,
                "first": row.first,
                "last": row.last,
            }
            for row in summaries
        ]
        beside = None
        if rows and shows_crops(form, images):
            from photoclust.cli.pictures import best_faces, crops_beside

            numbers = (library.people.faces_of(row.id) for row in summaries)
            faces = (best_faces(library.faces.get_all(ids).values()) for ids in numbers)
            beside = crops_beside(library, faces, strip=True)
        print_rows(rows, form, COLUMNS, beside=beside)
    if not rows:
        say("Nobody is named yet: see `photoclust clusters`, then `photoclust name 1 NAME`.")
        raise typer.Exit(FAILED)


person_app = typer.Typer(
    help="Show or change a person.\n\nExample: photoclust person show John",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@person_app.command()
def show(context: typer.Context, name: Name, json: JsonFlag = False, db: DbOption = None) -> None:
    """Show what is known of a person.

    Example: photoclust person show John
    """
    from photoclust.actions.person import show_person
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = show_person(library, name)
    person, summary = report.person, report.summary
    if json:
        print_document(
            {
                **_known(person),
                "faces": summary.faces,
                "photos": summary.photos,
                "named": report.named,
                "by_cluster": report.by_cluster,
                "denied": report.denied,
                "clusters": summary.cluster_numbers,
                "first": summary.first,
                "last": summary.last,
            }
        )
        return
    print(f"{person.name}  (person {person.id})")
    if person.aliases:
        print(f"  also      {', '.join(person.aliases)}")
    if person.born:
        print(f"  born      {person.born}")
    print(
        f"  faces     {summary.faces} in {counted(summary.photos, 'photo')}:"
        f" {report.named} named, {report.by_cluster} by cluster"
    )
    if summary.cluster_numbers:
        print(f"  clusters  {', '.join(map(str, summary.cluster_numbers))}")
    if summary.first and summary.last:
        print(f"  photos    {summary.first[:10]} to {summary.last[:10]}")
    if report.denied:
        print(f"  rejected  {counted(report.denied, 'face')}")
    if person.note:
        print(f"  note      {person.note}")


@person_app.command()
def rename(
    context: typer.Context,
    old: Name,
    new: Annotated[str, typer.Argument(help="What they are called from now on.")],
    another: Annotated[
        bool, typer.Option("--another", help="Although somebody else is called so.")
    ] = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Call a person something else.

    Example: photoclust person rename John "John Smith"
    """
    from photoclust.actions.person import rename_person
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        person = rename_person(library, old, new, another=another)
    _tell(person, f"{old} is now {person.name}.", json)


@person_app.command()
def merge(
    context: typer.Context, name: Name, other: Name, json: JsonFlag = False, db: DbOption = None
) -> None:
    """Say that two people are one; the first keeps the name.

    Example: photoclust person merge John Johnny
    """
    from photoclust.actions.person import merge_people
    from photoclust.actions.statements import told_of_merging
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = merge_people(library, name, other)
    told = f"{other} is {report.person.name} now, and still found by the old name."
    _tell(report.person, " ".join([told, *told_of_merging(report.overrides, report.both)]), json)


@person_app.command()
def delete(
    context: typer.Context,
    name: Name,
    yes: Yes = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Delete a person: their faces stay, as nobody's. `photoclust forget` erases the faces.

    Example: photoclust person delete John
    """
    from photoclust.actions.person import delete_person, show_person
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = show_person(library, name)
        if not yes:
            say(f"{report.person.name} has {counted(report.summary.faces, 'face')}.")
            ask("person delete")
        faces = delete_person(library, name)
    _tell(report.person, f"{report.person.name} is deleted; `photoclust undo` takes it back.", json)
    if faces:
        say(f"{counted(faces, 'face')} without a name now.")


@person_app.command()
def alias(
    context: typer.Context,
    name: Name,
    aliases: Annotated[
        list[str] | None, typer.Argument(help="Other names that are to find them.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(help="A name that is not to any more.", show_default=False)
    ] = None,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Add other names that find a person, or remove some.

    Example: photoclust person alias John Johnny "Dad"
    """
    from photoclust.actions.person import set_aliases
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        person = set_aliases(library, name, aliases or [], remove or [])
    known = ", ".join(person.aliases) or "no other name"
    _tell(person, f"{person.name} is also known by: {known}.", json)


@person_app.command()
def birthdate(
    context: typer.Context,
    name: Name,
    born: Annotated[str, typer.Argument(metavar="DATE", help="Such as 1980-05-01.")],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say when a person was born: they are in no earlier photo, and `find --age` knows.

    Example: photoclust person birthdate John 1980-05-01
    """
    from photoclust.actions.person import set_birth
    from photoclust.library import Library

    try:
        when = date.fromisoformat(born)
    except ValueError:
        raise UsageError(
            f"`{born}` is no date; give one as 1980-05-01.",
            "One that was said is taken back with its act: see `photoclust log`.",
        ) from None
    with Library.open(library_path(context, db)) as library:
        person = set_birth(library, name, when)
    _tell(person, f"{person.name} was born on {person.born}.", json)


@person_app.command()
def note(
    context: typer.Context,
    name: Name,
    text: Annotated[str, typer.Argument(help="What is to be remembered; '' takes it away.")],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Write a note about a person.

    Example: photoclust person note John "Met in Lisbon, plays the cello"
    """
    from photoclust.actions.person import set_note
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        person = set_note(library, name, text)
    _tell(person, f"Noted of {person.name}." if text else f"No note of {person.name}.", json)


def _tell(person: Person, sentence: str, json: bool) -> None:
    say(sentence)
    if json:
        print_document(_known(person))


def _known(person: Person) -> dict[str, Any]:
    return {
        "person": person.name,
        "id": person.id,
        "aliases": list(person.aliases),
        "born": person.born,
        "note": person.note,
    }
