"""A whole query: who is to be in a photo, and whatever else is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from photoclust.query.errors import QueryError
from photoclust.query.expression import Expression, positives, written
from photoclust.query.filters import Sort, parse_day, parse_similarity, parse_sort
from photoclust.query.grammar import parse
from photoclust.query.places import Place, parse_place
from photoclust.query.ranges import Age, IntRange, parse_age, parse_range


@dataclass(frozen=True, slots=True)
class Filters:
    """What a photo is asked for besides who is in it.

    Attributes
    ----------
    only : nobody else is in it.
    faces : how many faces it shows.
    since, until : the first and the last day on which it may have been taken.
    near : where it was taken.
    ages : how old people were.
    """

    only: bool = False
    faces: IntRange | None = None
    since: date | None = None
    until: date | None = None
    near: Place | None = None
    ages: tuple[Age, ...] = ()

    @classmethod
    def read(
        cls,
        *,
        only: bool = False,
        faces: str | None = None,
        since: str | None = None,
        until: str | None = None,
        near: str | None = None,
        ages: Sequence[str] = (),
    ) -> Filters:
        """From the words of a person.

        Raises
        ------
        QueryError : something cannot be understood; it shows the place.
        """
        first = None if since is None else parse_day(since, end=False)
        last = None if until is None else parse_day(until, end=True)
        if first and last and until is not None and last < first:
            raise QueryError("This day is before the one the search begins with.", until, 0)
        return cls(
            only=only,
            faces=None if faces is None else parse_range(faces),
            since=first,
            until=last,
            near=None if near is None else parse_place(near),
            ages=tuple(map(parse_age, ages)),
        )


@dataclass(frozen=True, slots=True)
class Query:
    """Who, what else, and which of the photos in which order.

    Attributes
    ----------
    maybe : faces below the threshold too.
    least : the lowest similarity (cosine) of anybody who is found; it may lie below the threshold.
    """

    people: Expression
    filters: Filters = Filters()
    maybe: bool = False
    least: float | None = None
    sort: Sort = Sort.SIMILARITY
    limit: int | None = None

    @classmethod
    def read(
        cls,
        people: str | Expression,
        filters: Filters = Filters(),
        *,
        maybe: bool = False,
        least: str | None = None,
        sort: str = Sort.SIMILARITY,
        limit: int | None = None,
    ) -> Query:
        """From the words of a person.

        Raises
        ------
        QueryError : something cannot be understood; it shows the place.
        """
        expression = parse(people) if isinstance(people, str) else people
        if filters.only and not positives(expression):
            raise QueryError("With --only, say who is in the photo.", written(expression), 0)
        return cls(
            expression,
            filters,
            maybe,
            None if least is None else parse_similarity(least),
            parse_sort(sort),
            limit,
        )
