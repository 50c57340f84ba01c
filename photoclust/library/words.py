"""Where a name stands in the texts of a library."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from photoclust.library.library import Library

# What people call the columns where a name may stay; any other is called by table and column.
SAID, DONE = "names and notes of others", "acts on others"
PLACES = {
    ("files", "path_text"): "paths of photos",
    ("roots", "path_text"): "folders that were scanned",
    ("decisions", "text"): SAID,
    ("acts", "what"): DONE,
    ("acts", "made_by"): "accounts that acts were made from",
    ("photos", "camera"): "cameras",
}
PLACES_OF_SAYINGS = (SAID, DONE)

# Letters in there are digits.
HASHES = ("photos.content_hash", "packs.fingerprint")


def pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these names in a composed text, whatever their case, but not inside a word.

    A word is a run of letters: `John` is in `/John_2019/2.jpg`, and not in `Johnson`.
    """
    longest_first = sorted(map(composed, names), key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first)) or r"(?!)"
    return re.compile(rf"(?<![^\W\d_])(?:{any_name})(?![^\W\d_])", re.IGNORECASE)


def composed(text: str) -> str:
    """The text with its accents encoded one way (NFC); file systems do it either way."""
    return unicodedata.normalize("NFC", text)


def texts(library: Library) -> Iterator[tuple[str, str]]:
    """Every text that the library holds, with what people call the place."""
    tables = library.query("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables:
        for column in library.query(f'PRAGMA table_info("{table}")'):
            place = (table, column["name"])
            if column["type"] != "TEXT":
                continue
            rows = library.query(
                f'SELECT DISTINCT "{column["name"]}" FROM "{table}"'
                f" WHERE typeof(\"{column['name']}\") = 'text'"
            )
            for (text,) in rows:
                yield PLACES.get(place, ".".join(place)), text


def standing(library: Library, names: Iterable[str]) -> dict[str, int]:
    """Place -> how many different texts there hold one of the names."""
    found: dict[str, int] = {}
    wanted = pattern(names)
    for place, text in texts(library):
        if place not in HASHES and wanted.search(composed(text)):
            found[place] = found.get(place, 0) + 1
    return found
