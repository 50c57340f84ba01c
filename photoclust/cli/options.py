"""What several commands share: exit codes, and where the library lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from photoclust.choices import Detail, Device, Images

DONE, FAILED, USAGE, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

DbOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        help="The library's file. [default: in the user data folder]",
        show_default=False,
        show_envvar=False,
    ),
]

AcceptLicence = Annotated[
    bool,
    typer.Option("--accept-licence", help="The licence of this pack's weights fits my use."),
]

PackOption = Annotated[
    str | None,
    typer.Option(
        "--pack",
        help="Model pack of a new library: a name of `photoclust models list`, or a folder."
        " [default: open]",
        show_default=False,
    ),
]


DetailOption = Annotated[
    Detail,
    typer.Option(help="How small the faces are that are looked for: more detail is slower."),
]

DeviceOption = Annotated[
    Device,
    typer.Option(help="What the models run on: what ONNX Runtime offers, see `doctor`."),
]

ImagesOption = Annotated[
    Images, typer.Option(help="Crops beside the rows, where the terminal shows pictures.")
]


def command_ending(context: typer.Context, db: Path | None) -> list[str]:
    """What a command shown to a person ends with, so that it is for the library of this one."""
    return ["--db", os.path.abspath(library_path(context, db))] if db or context.obj else []


def library_path(context: typer.Context, db: Path | None) -> Path:
    """The library that a command is to use: its own --db, the program's, or the user's."""
    chosen = db or context.obj
    if chosen is not None:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("photoclust", appauthor=False) / "library.db"
