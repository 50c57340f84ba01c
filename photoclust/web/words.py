"""Sentences of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from photoclust.actions.asked import Asked, Tile
from photoclust.library.people import Person
from photoclust.pages import counted
from photoclust.web.view import View

# An act on many faces names them all; more than so many are counted instead.
FEW = 3
LISTED = re.compile(rf"(face|faces) (\d+)(?: \d+){{{FEW},}}")

LONGEST = 80  # characters


def shortened(what: str) -> str:
    """The words of an act, with long lists of faces as their number."""
    told = LISTED.sub(lambda found: f"{counted(found[0].count(' '), 'face')}", what)
    told = told.removeprefix("review: ")
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"


def asked_of(words: str) -> tuple[str, str]:
    """A question without what stands in its parentheses, and that."""
    text, opening, rest = words.rpartition(" (")
    return (f"{text}?", rest.removesuffix(")?")) if opening else (words, "")


def by_person(asked: Asked) -> Iterator[tuple[Person, list[Tile]]]:
    """The tiles of *are these right?*, person by person."""

    def whose(tile: Tile) -> Person:
        person = asked.subjects[tile.subject].person
        assert person is not None
        return person

    for person, tiles in groupby(asked.tiles, key=whose):
        yield person, list(tiles)


def standing(view: View) -> str:
    """How far naming has come."""
    left = f" · about {counted(view.left, 'answer')} to 90 %" if view.left else ""
    return f"{view.named:,} of {view.faces:,} named{left}"
