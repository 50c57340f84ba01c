from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Detail, Device
from photoclust.cli.options import FAILED, AcceptLicence, DbOption, DetailOption, DeviceOption
from photoclust.cli.outside import (
    PackInstead,
    PeopleInstead,
    described,
    face_fields,
    library_if_there,
    people_counted,
    rate_fields,
    say_references,
)
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    Form,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    decimals,
    print_rows,
    short_name,
)
from photoclust.cli.streams import say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.identify import IdentifiedFace, IdentifyReport
    from photoclust.models.strangers import Rate

COLUMNS = (
    Column("Face", "face", number=True),
    Column("Who", "who"),
    Column("Similarity", "similarity", decimals(3), number=True),
    Column("Distance", "distance", decimals(3), number=True),
    Column("By chance", "by_chance", number=True),
    Column("Nearest others", "others"),
)
FIELDS = (
    "face",
    "person",
    "how",
    "nearest",
    "similarity",
    "distance",
    "chance",
    "chance_is",
    "runner_up",
    "runner_up_similarity",
    "quality",
    "box",
)


def identify(
    context: typer.Context,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="Whose faces to look up.")],
    people: PeopleInstead = None,
    face: Annotated[
        int | None,
        typer.Option(help="Only this face of the photo, from the left.", show_default=False),
    ] = None,
    pack: PackInstead = None,
    accept_licence: AcceptLicence = False,
    detail: DetailOption = Detail.NORMAL,
    device: DeviceOption = Device.AUTO,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """Say who is in a photo: the most similar people, and how sure that is. Nothing is kept.

    Example: photoclust identify party.jpg --people ~/friends
    """
    from photoclust.actions.identify import identify as run
    from photoclust.errors import NotFound

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    progress = terminal_progress()
    try:
        with library_if_there(context, db) as library:
            if people is None and library is None:
                raise NotFound(
                    "There is no library yet, so nobody is known.",
                    "Say whom to look for with --people FOLDER, or `photoclust scan FOLDER` first.",
                )
            report = run(
                photo,
                library=library,
                people=people,
                face=face,
                pack=pack,
                accept_licence=accept_licence,
                detail=detail,
                device=device,
                progress=progress,
            )
    finally:
        progress.finish()
    if report.references:
        say_references(report.references)
    shown = _told if form is Form.TABLE else _row
    print_rows(
        [shown(item) for item in report.faces],
        form,
        COLUMNS,
        fields=FIELDS,
        header={
            "photo": str(photo),
            "faces_in_photo": report.faces_in_photo,
            "people": report.people,
            "threshold": round(report.threshold, 4),
            **described(report.gauge),
        },
    )
    _say_what_to_know(report)
    if form is Form.TABLE and report.faces and report.gauge.strangers:
        say(
            f"By chance: how often a stranger is as like any of {people_counted(report.people)}."
            f" {report.gauge.strangers.caveat}"
        )
    if not any(item.person for item in report.faces):
        raise typer.Exit(FAILED)


def _row(item: IdentifiedFace) -> dict[str, Any]:
    runner_up = item.runner_up
    return {
        "face": item.number,
        "person": item.person,
        "how": item.how,
        "nearest": item.nearest.name,
        "similarity": round(item.nearest.similarity, 4),
        "distance": round(item.nearest.distance, 4),
        **rate_fields("chance", item.rate),
        "runner_up": runner_up.name if runner_up else None,
        "runner_up_similarity": round(runner_up.similarity, 4) if runner_up else None,
        **face_fields(item.face),
    }


def _told(item: IdentifiedFace) -> dict[str, Any]:
    """A row in words."""
    name = short_name(item.nearest.name)
    who = {"match": name, "maybe": f"{name}?", "taken": f"{name} again?"}
    others = [item.runner_up] if item.how in who else [item.nearest, item.runner_up]
    return {
        **_row(item),
        "who": who.get(item.how, "a new person"),
        "by_chance": _short(item.rate) if item.rate else "not measured",
        "others": ", ".join(
            f"{short_name(one.name)} {one.similarity:.3f}" for one in others if one
        ),
    }


def _short(rate: Rate) -> str:
    return str(rate).removeprefix("about ").replace("fewer than", "<").replace("more than", ">")


def _say_what_to_know(report: IdentifyReport) -> None:
    if not report.faces:
        say(f"No face was found in {shown_path(str(report.photo))}.")
    for item in report.faces:
        nearest, runner_up = item.nearest, item.runner_up
        if item.how == "taken":
            say(
                f"Face {item.number} is like {nearest.name} too, but less than another face:"
                " nobody is in a photo twice."
            )
        elif item.person and runner_up and runner_up.similarity >= report.threshold:
            say(f"Face {item.number} may be {runner_up.name} as well as {nearest.name}.")
        if item.weak:
            say(
                f"Face {item.number} is small or blurred: such faces are like each other,"
                " whoever they are."
            )
