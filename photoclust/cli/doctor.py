from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.cli.streams import is_terminal, shown_path, write, write_table

if TYPE_CHECKING:
    from photoclust.actions.doctor import Check

COLOURS = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def doctor(
    context: typer.Context,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document.", show_envvar=False)
    ] = False,
    db: DbOption = None,
) -> None:
    """Check the installation, the packs and the library. Changes nothing.

    Says what to do where there is something. Exit code 1 with a problem; a warning is none.

    Example: photoclust doctor
    """
    from json import dumps

    from photoclust.actions.doctor import State
    from photoclust.actions.doctor import doctor as run

    checks = run(library_path(context, db))
    good = all(check.state is not State.PROBLEM for check in checks)
    if json:
        rows = [asdict(check) for check in checks]
        document = {"schema_version": SCHEMA_VERSION, "good": good, "checks": rows}
        write(dumps(document, indent=2).encode() + b"\n")
    elif is_terminal():
        _print_table(checks)
    else:
        lines = [
            shown_path(f"{check.state:8} {check.name}: {check.told}. {check.hint}".rstrip())
            for check in checks
        ]
        write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
    if not good:
        raise typer.Exit(FAILED)


def _print_table(checks: list[Check]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for width in (7, None, None):
        table.add_column(overflow="fold", min_width=width)
    for check in checks:
        told = Text(shown_path(check.told))
        if check.hint:
            told.append("\n" + shown_path(check.hint), style="bold")
        table.add_row(Text(check.state, style=COLOURS[check.state]), check.name, told)
    write_table(table)
