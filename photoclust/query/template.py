"""`{date:%Y}/{person}`: where a photo goes, from a text with fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath, PurePosixPath

from photoclust.query.errors import QueryError
from photoclust.query.filenames import REFUSED, is_refused, safe_name, safe_value

FIELDS = ("date", "person", "file", "camera", "similarity")

DAY_FORMAT = "%Y-%m-%d"
UNDATED, NOBODY, UNKNOWN = "undated", "nobody", "unknown"

# string.Formatter reads the same language, but does not say where a template goes wrong.
_PIECE = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}:]*)(?::(?P<format>[^{}]*))?\}|.", re.DOTALL)

# What strftime knows on every system (the tables in the documentation of `datetime`).
_FORMAT_PIECE = re.compile(r"%(?P<known>[aAwdbBmyYHIMSfzZjpcxXGuVU%W])?|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a template tells of a photo.

    Attributes
    ----------
    file : the name of its file, with the ending.
    taken : when it was taken, or None; a `datetime` where the hour is known.
    people : the names to show, in order.
    similarity : to those who were looked for (cosine), or None.
    """

    file: str
    taken: date | None = None
    people: tuple[str, ...] = ()
    camera: str | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One of `FIELDS`; a date has a format for `strftime`."""

    name: str
    format: str = ""


Part = tuple[str | Field, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Folders, and maybe the name of the file, each made of text and fields."""

    parts: tuple[Part, ...]

    def render(self, photo: Facts) -> PurePath:
        """The photo's place, relative to the folder it goes to, with the name of its file.

        A last part with `{file}` is that name, without its ending; otherwise every part is a
        folder, and the file keeps its name. What some system refuses in a name becomes `_`. The
        folders made of an undated photo's date are one.
        """
        file = PurePosixPath(photo.file)
        texts: list[str] = []
        for part in self.parts:
            text = "".join(p if isinstance(p, str) else _value(p, photo) for p in part)
            if not (_is_date(part) and photo.taken is None and texts[-1:] == [UNDATED]):
                texts.append(text)
        named = Field("file") in self.parts[-1]
        stem = texts.pop() if named else safe_value(file.stem)
        return PurePath(*map(safe_name, texts), safe_name(stem, safe_value(file.suffix)))


def parse_template(text: str) -> Template:
    """Read a template: text, `/` between folders, fields in braces, `{{` and `}}` for braces.

    Raises
    ------
    QueryError : it is none, or would lead out of the folder that it fills.
    """
    parts: list[list[str | Field]] = [[]]
    starts = [0]
    for piece, at in _pieces(text):
        if piece == "/":
            parts.append([])
            starts.append(at + 1)
        else:
            parts[-1].append(piece)
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    for part, at in zip(parts, starts, strict=False):
        if not part:
            missing = "A name is missing before this /." if text else "The template is empty."
            raise QueryError(missing, text, at)
        if all(isinstance(piece, str) and piece in " ." for piece in part):
            raise QueryError("A folder cannot be called so.", text, at)
    return Template(tuple(tuple(part) for part in parts))


def _pieces(text: str) -> Iterator[tuple[str | Field, int]]:
    """Fields and single characters with their places; a `/` stands between two parts."""
    for match in _PIECE.finditer(text):
        piece, at = match[0], match.start()
        if match["field"] is not None:
            yield from _field(match)
        elif piece == "{":
            raise QueryError("This { has no }.", text, at, "Write {{ for a single {.")
        elif piece == "}":
            raise QueryError("This } has no {.", text, at, "Write }} for a single }.")
        else:
            yield _taken_by_all(piece[0], text, at), at


def _field(match: re.Match[str]) -> Iterator[tuple[str | Field, int]]:
    """The field; a date whose format holds `/` is one field for each part."""
    name, pattern, text = match["field"], match["format"], match.string
    if name not in FIELDS:
        fields = "Fields are " + ", ".join(f"{{{field}}}" for field in FIELDS) + "."
        raise QueryError("There is no such field.", text, match.start("field"), fields)
    if name != "date":
        if pattern is not None:
            message = "Only a date has a format, such as {date:%Y}."
            raise QueryError(message, text, match.start("format") - 1)
        yield Field(name), match.start()
    elif not pattern:
        yield Field(name, DAY_FORMAT), match.start()
    else:
        start, end = match.span("format")
        _check_format(text, start, end)
        for part in re.finditer("/|[^/]+", pattern):
            yield "/" if part[0] == "/" else Field(name, part[0]), start + part.start()


def _check_format(text: str, start: int, end: int) -> None:
    for piece in _FORMAT_PIECE.finditer(text, start, end):
        if piece["known"]:
            continue
        if piece[0] == "%":
            advice = "%Y is the year, %m the month, %d the day; %% is a single %."
            raise QueryError("This stands for no part of a date.", text, piece.start(), advice)
        _taken_by_all(piece[0], text, piece.start())


def _taken_by_all(character: str, text: str, at: int) -> str:
    if character != "/" and is_refused(character):
        advice = "Use / between folders, and leave out " + " ".join(sorted(REFUSED - {"/"})) + "."
        raise QueryError("Not every system takes this in a name.", text, at, advice)
    return character


def _is_date(part: Part) -> bool:
    return len(part) == 1 and isinstance(part[0], Field) and part[0].name == "date"


def _value(field: Field, photo: Facts) -> str:
    match field.name:
        case "date":
            value = photo.taken.strftime(field.format) if photo.taken else UNDATED
        case "person":
            value = ", ".join(photo.people) or NOBODY
        case "file":
            value = PurePosixPath(photo.file).stem
        case "camera":
            value = photo.camera or ""
        case _:
            value = "" if photo.similarity is None else f"{photo.similarity:.2f}"
    return safe_value(value) or UNKNOWN
