"""The options that say which photos: shared by all commands that take a query."""

from __future__ import annotations

from typing import Annotated

import typer

from photoclust.cli.completing import names_before_age, names_in_query

QUERY_HELP = "A name, or names with & (and), | (or), ! (not) and parentheses; John#3 by number."

QueryWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="QUERY", help=QUERY_HELP, autocompletion=names_in_query),
]
Only = Annotated[bool, typer.Option("--only", help="Nobody else is in the photo.")]
FacesIn = Annotated[
    str | None,
    typer.Option("--faces", help="How many faces: 2, 2..4, 2.. or ..4.", show_default=False),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="Taken from then on: 2019, 2020-06.", show_default=False),
]
To = Annotated[
    str | None, typer.Option("--to", help="Taken until then, included.", show_default=False)
]
Near = Annotated[
    str | None,
    typer.Option(help="Latitude, longitude and distance: 45.4,9.2,5km.", show_default=False),
]
AgeOf = Annotated[
    list[str] | None,
    typer.Option(
        "--age",
        help="How old somebody was: John:0..2, Anna:6m..18m.",
        show_default=False,
        autocompletion=names_before_age,
    ),
]
