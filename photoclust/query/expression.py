"""Who is to be in a photo, as a tree: evaluated over photos, and written back as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Protocol, Self, TypeAlias, TypeVar

from photoclust.query.tokens import BARE_NAME, quoted


@dataclass(frozen=True, slots=True)
class Who:
    """A person as written: a name with single blanks (or empty), a number such as `#3` (or None).

    `at` is the place in the text, for errors; it does not count when two are compared.
    """

    text: str
    number: int | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more parts."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Who | Not | And | Or


class Selection(Protocol):
    """Some of all photos: a set of ids, a boolean array, or a bool for a single photo."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __xor__(self, other: Self, /) -> Self: ...


S = TypeVar("S", bound=Selection)


def evaluate(
    expression: Expression,
    photos_of: Callable[[Who], S],
    everything: S,
    unwanted: Callable[[Who], S] | None = None,
) -> S:
    """The photos that fulfil the expression.

    Sets of photo ids, boolean numpy arrays of one shape and single bools all do.

    Parameters
    ----------
    photos_of : the photos that show a person; it is asked each time the person is mentioned.
    everything : all photos; the answer holds no others.
    unwanted : asked instead of `photos_of` for those who are under a single `!`.
    """
    unwanted = unwanted or photos_of
    match expression:
        case Who():
            return everything & photos_of(expression)
        case Not(part):
            return everything ^ evaluate(part, unwanted, everything, photos_of)
        case And(parts) | Or(parts):
            join = and_ if isinstance(expression, And) else or_
            return reduce(join, (evaluate(x, photos_of, everything, unwanted) for x in parts))


def people_of(expression: Expression) -> list[Who]:
    """Everybody who is mentioned, each once, in order."""
    return list(dict.fromkeys(who for who, _ in _mentions(expression)))


def positives(expression: Expression) -> list[Who]:
    """Those whose being there helps, each once, in order: all who are not under a single `!`."""
    return list(dict.fromkeys(who for who, wanted in _mentions(expression) if wanted))


def negatives(expression: Expression) -> list[Who]:
    """Those whose being there harms, each once, in order; the same person may help elsewhere."""
    return list(dict.fromkeys(who for who, wanted in _mentions(expression) if not wanted))


def _mentions(expression: Expression, wanted: bool = True) -> Iterator[tuple[Who, bool]]:
    match expression:
        case Who():
            yield expression, wanted
        case Not(part):
            yield from _mentions(part, not wanted)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _mentions(part, wanted)


def written(expression: Expression) -> str:
    """The expression as text: with as few parentheses and quotes as it can be read back with."""
    match expression:
        case Who(text, number):
            bare = BARE_NAME.fullmatch(text) or not text
            return (text if bare else quoted(text)) + ("" if number is None else f"#{number}")
        case Not(part):
            return "!" + _within(part, And, Or)
        case And(parts):
            return " & ".join(_within(part, And, Or) for part in parts)
        case Or(parts):
            return " | ".join(_within(part, Or) for part in parts)


def _within(part: Expression, *enclosed: type[And | Or]) -> str:
    return f"({written(part)})" if isinstance(part, enclosed) else written(part)
