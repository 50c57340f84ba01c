"""A CSV file of who is who: one line a face."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from photoclust.errors import PhotoclustError, UsageError

SEPARATORS = ",;\t"

# `photoclust faces --csv` calls the path `file`, so its output with names filled in is a truth.
PATH_COLUMNS = ("path", "file")

HOW = "It needs a header with the columns path and person; x, y and face may say which face."


class Spot(NamedTuple):
    """A point in 0..1 of the upright photo's width and height."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says; `place` is such as "truth.csv, line 3". An empty person: nobody said."""

    place: str
    path: str
    person: str
    spot: Spot | None
    face: int | None


def read_table(source: Path) -> list[Line]:
    """The lines of a CSV file with a header; commas, semicolons or tabs.

    Raises
    ------
    UsageError : there is no such file.
    PhotoclustError : a column is missing, a number cannot be read, or there is no line.
    """
    text = _text(source)
    header = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        path_column = next((name for name in PATH_COLUMNS if name in columns), None)
        lacking = [] if path_column else ["path"]
        lacking += [] if "person" in columns else ["person"]
        if path_column is None or lacking:
            raise PhotoclustError(f"{source} has no column {' and no column '.join(lacking)}.", HOW)
        if ("x" in columns) != ("y" in columns):
            raise PhotoclustError(f"{source} has only one of the columns x and y.", HOW)
        lines = [
            _line(row, path_column, f"{source.name}, line {reader.line_num}")
            for row in reader
            if row[path_column]
        ]
    except csv.Error as error:
        raise PhotoclustError(f"{source} is not a CSV file: {error}.", HOW) from error
    if not lines:
        raise PhotoclustError(f"{source} has a header and no line.", HOW)
    return lines


def _text(source: Path) -> str:
    try:
        return source.read_bytes().decode("utf-8-sig", "surrogateescape")
    except FileNotFoundError:
        raise UsageError(
            f"There is no file {source}.", "Give --truth `folders`, or a CSV file."
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PhotoclustError(f"Cannot read {source}: {reason}.", "Give another file.") from error


def _line(row: dict[str, str | None], path_column: str, place: str) -> Line:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    return Line(
        place=place,
        path=row[path_column] or "",
        person=" ".join(cell("person").split()),
        spot=_spot(cell("x"), cell("y"), place),
        face=_face(cell("face"), place),
    )


def _spot(x: str, y: str, place: str) -> Spot | None:
    if not x and not y:
        return None
    try:
        spot = Spot(float(x), float(y))
    except ValueError:
        spot = Spot(-1, -1)
    if not (0 <= spot.x <= 1 and 0 <= spot.y <= 1):
        raise PhotoclustError(
            f"{place}: x and y are two numbers in 0..1 of the upright photo, not {x!r} and {y!r}.",
            "Divide pixels by the photo's width and height.",
        )
    return spot


def _face(text: str, place: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise PhotoclustError(
            f"{place}: {text!r} is not the number of a face.", "`photoclust faces` lists them."
        )
    return int(text)
