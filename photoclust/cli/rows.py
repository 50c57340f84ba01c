"""Printing rows: as a table for people, or in a form for programs."""

from __future__ import annotations

import csv as csv_module
import io
import json as json_module
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Images
from photoclust.cli.streams import (
    drawn_table,
    is_terminal,
    shown_path,
    table_width,
    write,
    write_table,
)
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.cli.pictures import Beside

# Raised when a field of any --json output changes its meaning or goes away.
SCHEMA_VERSION = 2

# In characters: between the columns of a table, the least that a column of text is narrowed to,
# and the most that a name takes.
GAP, NARROWEST, LONGEST_NAME = 2, 8, 32

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document.", show_envvar=False)]
NlFlag = Annotated[bool, typer.Option("--nl", help="One JSON object per line.", show_envvar=False)]
CsvFlag = Annotated[bool, typer.Option("--csv", help="CSV with a header.", show_envvar=False)]
TableFlag = Annotated[
    bool, typer.Option("-t", "--table", help="A table, even when piped.", show_envvar=False)
]


class Form(StrEnum):
    JSON = "json"
    NL = "nl"
    CSV = "csv"
    TABLE = "table"
    NUL = "nul"
    PLAIN = "plain"


def chosen_form(*, json: bool, nl: bool, csv: bool, table: bool, nul: bool = False) -> Form:
    """The form that the flags ask for: a table on a terminal, plain when piped.

    Raises
    ------
    UsageError : more than one was asked for.
    """
    flags = {
        Form.JSON: json,
        Form.NL: nl,
        Form.CSV: csv,
        Form.TABLE: table,
        Form.NUL: nul,
    }
    asked = [form for form, wanted in flags.items() if wanted]
    if len(asked) > 1:
        raise UsageError("Choose one of --json, --nl, --csv, -t and -0.")
    if asked:
        return asked[0]
    return Form.TABLE if is_terminal() else Form.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its heading, the row's key, and how a value is shown.

    Where the terminal is too narrow text is wrapped, a path loses its beginning, a name its end,
    and numbers and dates stay whole.
    """

    heading: str
    key: str
    show: Callable[[Any], str] = lambda value: "" if value is None else str(value)
    number: bool = False
    path: bool = False

    @property
    def whole(self) -> bool:
        """Is it never broken or shortened?"""
        return self.number or self.show in (day, minute)


def decimals(places: int) -> Callable[[Any], str]:
    """Show a number with this many decimals."""
    return lambda value: "" if value is None else f"{value:.{places}f}"


def day(value: str | None) -> str:
    """Show the date of an ISO 8601 moment."""
    return value[:10] if value else ""


def minute(value: str) -> str:
    """Show the date and time of an ISO 8601 moment."""
    return value[:16].replace("T", " ")


def short_name(value: str | None) -> str:
    """Show a name as far as it goes on one line."""
    name = value or ""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def print_rows(
    rows: Sequence[dict[str, Any]],
    form: Form,
    columns: Sequence[Column],
    *,
    fields: Sequence[str] | None = None,
    header: dict[str, Any] | None = None,
    paths: Sequence[str] | None = None,
    beside: Beside | None = None,
) -> None:
    """Print rows that all have the same keys.

    Parameters
    ----------
    columns : of the table.
    fields : the keys in the order of the other forms; by default those of the columns.
    header : fields beside the rows in the JSON document.
    paths : what a pipe gets; without it a pipe gets tab-separated values.
    beside : pictures for the rows of the table.
    """
    fields = fields or [column.key for column in columns]
    if form is Form.JSON:
        print_document({**(header or {}), "rows": list(rows)})
    elif form is Form.NL:
        write(b"".join(_json(row) for row in rows))
    elif form is Form.CSV:
        write(_separated(rows, fields, ","))
    elif form is Form.TABLE:
        if rows:
            _print_table(rows, columns, beside)
    elif paths is None:
        write(_separated(rows, fields, "\t"))
    else:
        end = "\0" if form is Form.NUL else "\n"
        write(_encoded("".join(path + end for path in paths)))


def shows_crops(form: Form, images: Images) -> bool:
    """Are crops wanted beside these rows? Only a person at a terminal wants them."""
    return form is Form.TABLE and images is not Images.NEVER and is_terminal()


def print_document(fields: dict[str, Any]) -> None:
    """Print one JSON document."""
    write(_json({"schema_version": SCHEMA_VERSION, **fields}, indent=2))


def print_line(fields: dict[str, Any]) -> None:
    """Print one JSON object on a line of its own, for who reads while it goes on."""
    write(_json(fields))


def _json(value: Any, indent: int | None = None) -> bytes:
    return json_module.dumps(value, indent=indent).encode() + b"\n"


def _separated(rows: Sequence[dict[str, Any]], fields: Sequence[str], separator: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv_module.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_cell(row[field]) for field in fields] for row in rows)
    return _encoded(text.getvalue())


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list) else value


def _encoded(text: str) -> bytes:
    """Text with paths in it, their undecodable bytes as they are on disk."""
    return text.encode("utf-8", "surrogateescape")


def _print_table(
    rows: Sequence[dict[str, Any]], columns: Sequence[Column], beside: Beside | None
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    cells = [[shown_path(column.show(row[column.key])) for row in rows] for column in columns]
    left = beside.columns + GAP if beside else 0
    room = table_width()
    widths = _widths(columns, cells, room and room - left)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    if beside:
        table.add_column(width=beside.columns)
    for column, width in zip(columns, widths, strict=True):
        is_name = column.show is short_name
        table.add_column(
            column.heading,
            justify="right" if column.number else "left",
            width=width,
            no_wrap=column.whole or is_name,
            overflow="ellipsis" if is_name else "fold",
        )
    for number, values in enumerate(zip(*cells, strict=True)):
        table.add_row(
            *([beside.place(number)] if beside else ()),
            *(
                Text(end_of_path(value, width) if column.path else value)
                for column, value, width in zip(columns, values, widths, strict=True)
            ),
        )
    width = left + sum(widths) + GAP * len(widths)
    if beside:
        beside.write(drawn_table(table, width))
    else:
        write_table(table, width)


def _widths(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], room: int | None
) -> list[int]:
    """How wide each column is: as wide as its widest cell, or all that give way share the room."""
    from rich.cells import cell_len

    natural = [
        max(map(cell_len, (column.heading, *values)))
        for column, values in zip(columns, cells, strict=True)
    ]
    if room is None:
        return natural
    left = room - GAP * (len(columns) - 1)
    left -= sum(width for column, width in zip(columns, natural, strict=True) if column.whole)
    flexible = sorted((natural[i], i) for i, column in enumerate(columns) if not column.whole)
    widths = list(natural)
    for place, (width, i) in enumerate(flexible):
        widths[i] = min(width, max(NARROWEST, left // (len(flexible) - place)))
        left -= widths[i]
    return widths


def end_of_path(path: str, width: int) -> str:
    """The end of a path that has room, from a folder on where it can be."""
    from rich.cells import cell_len

    if cell_len(path) <= width:
        return path
    start = 1
    while cell_len(path[start:]) >= width:
        start += 1
    folder = path.find(os.sep, start)
    return f"…{path[max(start, folder) :]}"
