"""Names of folders and files that every system takes."""

from __future__ import annotations

import re

from photoclust.query.errors import JOINERS

INSTEAD = "_"

# Separators, and what Windows refuses in names (learn.microsoft.com, "Naming Files, Paths, and
# Namespaces"), as are names of devices, with any ending, and a blank or a dot at the end.
REFUSED = frozenset('\\/:*?"<>|')
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE
)

# Bytes of UTF-8. Linux and macOS take 255; the rest is room for what a copy's name gets added.
LONGEST_NAME = 200


def is_refused(character: str) -> bool:
    """Does some system refuse it in a name? So are all that cannot be seen."""
    return character in REFUSED or not (character.isprintable() or character in JOINERS)


def safe_value(value: str) -> str:
    """A value with `_` for every character that is refused."""
    return "".join(INSTEAD if is_refused(c) else c for c in value)


def safe_name(stem: str, ending: str = "") -> str:
    """The name of a folder or file from characters that nobody refuses.

    It is not too long, not empty, no `..`, no device of Windows.
    """
    room = max(0, LONGEST_NAME - len(ending.encode()))
    kept = stem.encode()[:room].decode(errors="ignore")
    name = ((kept.strip(" ") or INSTEAD) + ending).rstrip(" .") or INSTEAD
    return INSTEAD + name if _DEVICE.match(name) else name
