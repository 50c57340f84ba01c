"""What else a photo can be asked for: its day, how like the person it is, how many, in which order.

Ranges and ages are in `ranges`, places in `places`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum

from photoclust.query.errors import QueryError, start_of

_DAY = re.compile(r"\s*([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?\s*")
_DECIMAL = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")
_WHOLE = re.compile(r"\s*[0-9]{1,9}\s*")


class Sort(StrEnum):
    """The order of what is found: oldest first, most similar first, or by path."""

    DATE = "date"
    SIMILARITY = "similarity"
    PATH = "path"


def parse_day(text: str, *, end: bool) -> date:
    """The first day, or the last one (`end`), of a year, a month or a day: `2019`, `2020-06`.

    Raises
    ------
    QueryError : it is none, or the calendar has no such day.
    """
    match = _DAY.match(text)
    if match is None or match.end() < len(text):
        at = match.end() if match else start_of(text)
        raise QueryError("A day is written 2019, 2020-06 or 2020-06-15.", text, at)
    year, month, day = (int(part) if part else None for part in match.groups())
    if not year:
        raise QueryError("The calendar begins with the year 1.", text, match.start(1))
    if month is None:
        month = 12 if end else 1
    if not 1 <= month <= 12:
        raise QueryError("A month is between 1 and 12.", text, match.start(2))
    last = monthrange(year, month)[1]
    if day is None:
        day = last if end else 1
    if not 1 <= day <= last:
        raise QueryError(f"{year:04}-{month:02} has {last} days.", text, match.start(3))
    return date(year, month, day)


def parse_similarity(text: str) -> float:
    """A similarity: cosine -1..1.

    Raises
    ------
    QueryError : it is none.
    """
    if not _DECIMAL.fullmatch(text) or not -1 <= float(text) <= 1:
        raise QueryError("A similarity is between -1 and 1, such as 0.5.", text, start_of(text))
    return float(text)


def parse_limit(text: str) -> int:
    """How many at most: 1 or more.

    Raises
    ------
    QueryError : it is no such number.
    """
    if not _WHOLE.fullmatch(text) or not int(text):
        raise QueryError("A limit is a whole number from 1 on.", text, start_of(text))
    return int(text)


def parse_sort(text: str) -> Sort:
    """The order of what is found.

    Raises
    ------
    QueryError : there is no such order.
    """
    try:
        return Sort(text.strip().lower())
    except ValueError:
        form = "What is found is sorted by date, similarity or path."
        raise QueryError(form, text, start_of(text)) from None
