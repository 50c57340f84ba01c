"""What cannot be understood, and where in the text it stands."""

from __future__ import annotations

import unicodedata

from photoclust.errors import UsageError

JOINERS = "\u200c\u200d"  # some scripts and emoji are written with them

# Categories of characters that take no column of a terminal: marks on the letter before, joiners.
NO_COLUMN = frozenset({"Mn", "Me", "Cf"})

LONGEST_SHOWN = 72  # characters of a text that are shown around a place in it
SHOWN_BEFORE = 40


class QueryError(UsageError):
    """A query that cannot be understood; its hint shows the place.

    Parameters
    ----------
    message : what is wrong, as one sentence.
    text : what was given.
    at : the place in it, 0..len(text).
    advice : what to do about it; may be empty.
    """

    def __init__(self, message: str, text: str, at: int, advice: str = "") -> None:
        super().__init__(message, "\n".join(filter(None, (marked(text, at), advice))))
        self.text = text
        self.at = at

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}".strip()


def marked(text: str, at: int) -> str:
    """Two lines: the text, or what is around the place, and a caret below the place.

    What cannot be printed is shown as one sign each. Empty where the text is.
    """
    if not text.strip():
        return ""
    begin = max(0, at - SHOWN_BEFORE) if len(text) > LONGEST_SHOWN else 0
    end = min(len(text), begin + LONGEST_SHOWN)
    before = ("…" if begin else "") + "".join(map(_shown, text[begin:at]))
    after = "".join(map(_shown, text[at:end])) + ("…" if end < len(text) else "")
    return f"{before}{after}\n{' ' * columns(before)}^"


def columns(text: str) -> int:
    """How many columns of a terminal a line takes (Unicode Standard Annex 11).

    Korean that is spelled in single letters is composed first, as terminals do.
    """
    return sum(
        0 if unicodedata.category(c) in NO_COLUMN else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in unicodedata.normalize("NFC", text)
    )


def start_of(text: str, at: int = 0) -> int:
    """The place of the first character from here on that is no blank."""
    return len(text) - len(text[at:].lstrip())


def _shown(character: str) -> str:
    if character.isprintable() or character in JOINERS:
        return character
    return " " if character.isspace() else "\ufffd"
