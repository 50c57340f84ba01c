"""What the shell is offered when a person presses Tab."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import typer

from photoclust.cli.options import library_path

# The last name of a query, and what comes before it; the name may have begun with a quote.
LAST_NAME = re.compile(r'(.*[&|!(]\s*)?("?)(.*)', re.DOTALL)

UNSAFE = re.compile(r"([^\w@%+=:,./-])")


class Offered(str):
    """One completion. Typer drops those that do not begin as typed, case and quotes included."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        return True


def people_names(context: typer.Context, incomplete: str) -> list[str]:
    """Names and aliases that begin like what was typed; none if there is no library yet."""
    return [_for_shell(name + number) for name, number in _names(context, incomplete)]


def names_in_query(context: typer.Context, incomplete: str) -> list[str]:
    """The query so far, its last name completed."""
    from photoclust.query.tokens import BARE_NAME, quoted

    found = LAST_NAME.fullmatch(incomplete)
    assert found is not None
    before, quote, begun = found.groups(default="")

    offered: list[str] = []
    for name, number in _names(context, begun):
        plain = BARE_NAME.fullmatch(name) and not quote
        offered.append(_for_shell(before + (name if plain else quoted(name)) + number))
    return offered


def names_before_age(context: typer.Context, incomplete: str) -> list[str]:
    """Names with the colon that an age follows."""
    return [_for_shell(f"{name}{number}:") for name, number in _names(context, incomplete)]


def _names(context: typer.Context, begun: str) -> list[tuple[str, str]]:
    """Each name and, where several people share it, what tells them apart: `#3`."""
    from photoclust.errors import PhotoclustError
    from photoclust.library import Library
    from photoclust.library.people import folded

    root = context.find_root()
    chosen = context.params.get("db") or root.params.get("db")
    with suppress(PhotoclustError, OSError):
        path = library_path(context, Path(chosen) if chosen else None)
        if not path.exists():
            return []
        with Library.open(path) as library:
            people = library.people.all()
        names = [(name, person.id) for person in people for name in (person.name, *person.aliases)]
        shared = Counter(folded(name) for name, _id in names)
        return [
            (name, "" if shared[folded(name)] == 1 else f"#{number}")
            for name, number in names
            if folded(name).startswith(folded(begun))
        ]
    return []


def _for_shell(text: str) -> Offered:
    """The text as the shell needs it: bash inserts what it is given, the others quote it."""
    words = os.environ.get("COMP_WORDS")  # set by typer's function for bash alone
    if words is None:
        return Offered(text)
    word = "".join(words.split("\n")[int(os.environ["COMP_CWORD"]) :][:1])
    if word.startswith('"'):
        return Offered(re.sub(r'(["$`\\])', r"\\\1", text))
    if word.startswith("'"):
        return Offered(text.replace("'", r"'\''"))
    return Offered(UNSAFE.sub(r"\\\1", text))
