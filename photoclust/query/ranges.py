"""`2..4`, `2`, `2..`, `..4`: how many, and how old."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from photoclust.query.errors import QueryError, start_of
from photoclust.query.expression import Who
from photoclust.query.grammar import parse
from photoclust.query.tokens import ANY_QUOTE

MONTHS_A_YEAR = 12

_PLAIN = {"": 1}
_OF_AGE = {"": MONTHS_A_YEAR, "y": MONTHS_A_YEAR, "m": 1}  # in months

_SPAN = re.compile(r"(?P<low>[^\s.]*)(?:\s*(?P<dots>\.\.)\s*(?P<high>[^\s.]*))?")
_BOUND = re.compile(r"(?P<number>[0-9]{1,9})(?P<unit>[a-z]?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IntRange:
    """From `low` to `high`, both included; without an upper end `high` is None."""

    low: int
    high: int | None

    def holds(self, number: int) -> bool:
        """Is the number in the range?"""
        return self.low <= number and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Age:
    """How old somebody is to be, in completed months; nobody is any age before their birth."""

    who: Who
    months: IntRange

    def holds(self, born: date, day: date) -> bool:
        """Is somebody who was born on one day of this age on the other?"""
        return self.months.holds(age_in_months(born, day))


def parse_range(text: str) -> IntRange:
    """A range of whole numbers: `2..4`, `2`, `2..` or `..4`.

    Raises
    ------
    QueryError : it is none.
    """
    return _span(text, 0, _PLAIN, "A range is written 2, 2..4, 2.. or ..4.")


def parse_age(text: str) -> Age:
    """A person's age: `John:0..2` in years, `"Ben Smith"#3:6m..18m` in months.

    The name is written as in a query. An age of 2 lasts until the day before the third birthday.

    Raises
    ------
    QueryError : it is none.
    """
    name, colon, age = text.rpartition(":")
    form = "An age is written after a name and a colon, such as John:0..2."
    if not colon or not ANY_QUOTE.isdisjoint(age):
        raise QueryError(form, text, len(text))
    if not name.strip():
        raise QueryError(form, text, start_of(text))
    who = parse(text, len(name))
    if not isinstance(who, Who):
        raise QueryError(form, text, start_of(text))
    months = _span(text, len(name) + 1, _OF_AGE, "An age is written 2, 0..2, 18m or 6m..2.")
    return Age(who, months)


def age_in_months(born: date, day: date) -> int:
    """Completed months of life; negative before birth.

    A month is completed on the day of birth, or on the first of the next month where that day is
    missing: who was born on 29 February is a year older on 1 March, but for leap years.
    """
    months = (day.year - born.year) * MONTHS_A_YEAR + day.month - born.month
    return months - (day.day < born.day)


def age_in_years(born: date, day: date) -> int:
    """Completed years of life; negative before birth."""
    return age_in_months(born, day) // MONTHS_A_YEAR


def _span(text: str, start: int, units: Mapping[str, int], form: str) -> IntRange:
    """The range that the text from `start` on is; one of a unit is so many of the range's."""
    span = _SPAN.match(text, start_of(text, start))
    assert span is not None  # it may be empty
    rest = start_of(text, span.end())
    if rest < len(text):
        raise QueryError(form, text, rest)
    low, high = (_bound(text, span, end, units, form) for end in ("low", "high"))
    if low is None and high is None:
        raise QueryError(form, text, len(text))
    if not span["dots"]:
        high = high or low
    if low and high and high[-1] < low[0]:
        raise QueryError("This range ends before it begins.", text, span.start("high"))
    return IntRange(low[0] if low else 0, high[-1] if high else None)


def _bound(
    text: str, span: re.Match[str], end: str, units: Mapping[str, int], form: str
) -> range | None:
    """All that one end of a range stands for: an age of 2 years is the months 24 to 35."""
    if not span[end]:
        return None
    bound = _BOUND.match(text, *span.span(end))
    if bound is None or bound["unit"].lower() not in units:
        raise QueryError(form, text, bound.start("unit") if bound else span.start(end))
    if bound.end() < span.end(end):
        raise QueryError(form, text, bound.end())
    unit = units[bound["unit"].lower()]
    return range(int(bound["number"]) * unit, (int(bound["number"]) + 1) * unit)
