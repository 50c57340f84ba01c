"""The signs, names and numbers of a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from photoclust.query.errors import QueryError

# What ends a quoted name, by what begins it: phones and word processors make quotes curly.
QUOTES = {'"': '"', "'": "'", "“": "”", "\u2018": "\u2019", "„": "“”", "«": "»"}
ANY_QUOTE = frozenset("".join((*QUOTES, *QUOTES.values())))
APOSTROPHES = "'\u2019"

# Words with blanks between. Inside a word an apostrophe and ! are letters: O'Brien, P!nk.
_WORD = r"""[^\s&|()#!"'\u2018“„«][^\s&|()#"“„«]*"""
BARE_NAME = re.compile(rf"{_WORD}(?:\s+{_WORD})*")

_SIGN = re.compile(r"&&?|\|\|?|[!()]")
_NUMBER = re.compile(r"[^\s&|()]*")

MOST_DIGITS = 18  # more do not fit a number in SQLite


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a sign (`& | ! ( )`), `name`, `number` or `end`.

    `text` is the name without quotes and needless blanks, or the digits; `at` the place.
    """

    kind: str
    text: str
    at: int


def tokens_of(text: str, end: int) -> Iterator[Token]:
    """What the text before `end` is made of; the last token is an `end`.

    Raises
    ------
    QueryError : a quote without its end, an empty name, or a # without a number.
    """
    at = 0
    while at < end:
        if text[at].isspace():
            at += 1
        elif sign := _SIGN.match(text, at, end):
            yield Token(sign[0][0], "", at)
            at = sign.end()
        elif text[at] == "#":
            number = _NUMBER.match(text, at + 1, end)
            digits = number[0] if number else ""
            yield Token("number", _checked_number(digits, text, at), at)
            at += 1 + len(digits)
        elif text[at] in QUOTES:
            name, after = _quoted(text, at, end)
            yield Token("name", name, at)
            at = after
        else:
            bare = BARE_NAME.match(text, at, end)
            assert bare is not None
            yield Token("name", single_blanks(bare[0]), at)
            at = bare.end()
    yield Token("end", "", end)


def single_blanks(name: str) -> str:
    """A name without blanks around it, and with single ones inside."""
    return " ".join(name.split())


def quoted(name: str) -> str:
    """A name in quotes, so that none of its letters is a sign."""
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'


def _quoted(text: str, start: int, end: int) -> tuple[str, int]:
    """The name in the quotes that begin here, and the place after them."""
    closing = QUOTES[text[start]]
    letters: list[str] = []
    at = start + 1
    while at < end:
        letter = text[at]
        if letter == "\\" and text[at + 1 : min(at + 2, end)] in ("\\", '"', *APOSTROPHES):
            letters.append(text[at + 1])
            at += 2
            continue
        if letter in closing and not (letter in APOSTROPHES and text[at + 1 : end][:1].isalnum()):
            name = single_blanks("".join(letters))
            if not name:
                raise QueryError("There is no name between these quotes.", text, start)
            return name, at + 1
        letters.append(letter)
        at += 1
    advice = 'Put a name that begins with an apostrophe in quotes, such as "\'t Hooft".'
    raise QueryError(
        "This quote has no end.", text, start, advice if text[start] in APOSTROPHES else ""
    )


def _checked_number(digits: str, text: str, at: int) -> str:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise QueryError(
            "A # is followed by the number of a person, such as John#3.",
            text,
            at + 1,
            "Put a name that holds a # in quotes.",
        )
    return digits
