"""The journal on the terminal: `log`, `undo` and `redo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    minute,
    print_document,
    print_rows,
)
from photoclust.cli.streams import say

if TYPE_CHECKING:
    from photoclust.actions.history import HistoryReport

COLUMNS = (
    Column("Act", "act", number=True),
    Column("When", "made_at", minute),
    Column("By", "made_by"),
    Column("What", "what"),
    Column("", "stands", lambda stands: "" if stands else "taken back"),
)

Number = Annotated[
    int | None,
    typer.Argument(metavar="N", help="The act's number in `photoclust log`.", show_default=False),
]


def log(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="So many of the newest acts.", min=1)] = 20,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """List what you said, newest first. Nothing of it is ever overwritten.

    Example: photoclust log --limit 5
    """
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    with Library.open(library_path(context, db)) as library:
        acts = library.journal.acts(limit)
    rows = [
        {
            "act": act.id,
            "made_at": act.made_at,
            "made_by": act.made_by,
            "what": act.what,
            "stands": act.stands,
        }
        for act in acts
    ]
    print_rows(rows, form, COLUMNS)
    if not rows:
        say("Nothing was said yet: `photoclust name cluster 1 NAME` is a beginning.")
        raise typer.Exit(FAILED)


def undo(
    context: typer.Context, number: Number = None, json: JsonFlag = False, db: DbOption = None
) -> None:
    """Take back what was done or redone last, or any act by its number.

    Example: photoclust undo
    """
    from photoclust.actions.history import undo as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = run(library, number)
    _tell(report, "Taken back", json)


def redo(
    context: typer.Context, number: Number = None, json: JsonFlag = False, db: DbOption = None
) -> None:
    """Have what the last `undo` took back count again, or any act by its number.

    Example: photoclust redo
    """
    from photoclust.actions.history import redo as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = run(library, number)
    _tell(report, "Counts again", json)


def _tell(report: HistoryReport, how: str, json: bool) -> None:
    say(f"{how}: act {report.target.id}, {report.target.what}")
    if json:
        print_document({"act": report.act, "target": report.target.id, "what": report.target.what})
