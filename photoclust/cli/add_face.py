from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from photoclust.choices import Device
from photoclust.cli.completing import people_names
from photoclust.cli.name import Another
from photoclust.cli.options import DbOption, DeviceOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import say, shown_path
from photoclust.errors import UsageError


def add_face(
    context: typer.Context,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A photo that was scanned.")],
    box: Annotated[
        str,
        typer.Argument(
            metavar="X,Y,W,H",
            help="Left, top, width and height in pixels of the upright photo, or all from 0 to 1.",
        ),
    ],
    name: Annotated[
        list[str],
        typer.Argument(metavar="NAME", help="Whose face it is.", autocompletion=people_names),
    ],
    another: Another = False,
    device: DeviceOption = Device.AUTO,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Mark a face that was not found, and say whose it is.

    Example: photoclust add-face party.jpg 1240,380,96,120 John
    """
    from photoclust.actions.add_face import add_face as run
    from photoclust.library import Library

    area = parse_box(box)
    with Library.open(library_path(context, db)) as library:
        report = run(library, photo, area, " ".join(name), another=another, device=device)
    if json:
        print_document(
            {
                "act": report.act,
                "face": report.face,
                "photo": str(photo),
                "box": report.box,
                "detected": report.detected,
                "person": report.person.name,
                "person_id": report.person.id,
                "is_new": report.is_new,
            }
        )
        return
    person = "a new person, " if report.is_new else ""
    say(f"Face {report.face} of {shown_path(str(photo))} is {person}{report.person.name}.")
    if not report.detected:
        say("The detector sees no face there, so it is taken for one that looks at the camera.")
    say(f"`photoclust undo {report.act}` takes it back.")


def parse_box(text: str) -> tuple[float, float, float, float]:
    """`x,y,w,h` as numbers.

    Raises
    ------
    UsageError : they are not four numbers.
    """
    try:
        left, top, width, height = (float(part) for part in text.split(","))
        if not all(map(math.isfinite, (left, top, width, height))):
            raise ValueError
    except ValueError:
        raise UsageError(
            f"{text!r} is no box.", "Write it as left,top,width,height, such as 1240,380,96,120."
        ) from None
    return left, top, width, height
