"""After something was erased: write the file anew, and search it for what must not be there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from photoclust.errors import LibraryError
from photoclust.library import Library
from photoclust.library.erasing import files_of, finish, rewrite
from photoclust.library.remains import Remainder, search
from photoclust.library.words import texts

# More embeddings than this are not all searched for; those that are lie evenly among them.
MOST_SEARCHED = 20_000

# A shorter word is found in any large file by chance: four bytes are rarely met in numbers.
SHORTEST_WORD = 4  # bytes of UTF-8

# How every SQLite file begins: https://sqlite.org/fileformat2.html, section 1.3.1.
MAGIC = "SQLite format 3"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must not be found any more.

    Attributes
    ----------
    embeddings : as they were stored; some of those erased, if there are very many.
    erased : how many were.
    names, notes : of somebody, as they were written.
    phrases : longer texts, to look for where a name is too short or rightly stands elsewhere.
    """

    embeddings: Sequence[bytes] = ()
    erased: int = 0
    names: Sequence[str] = ()
    notes: Sequence[str] = ()
    phrases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """Where was searched, and for how much. Nothing of it was found.

    Attributes
    ----------
    embeddings : that were looked for, of so many `erased`.
    texts : names, notes and phrases; `elsewhere` of them rightly stand in something else, such as
        a path.
    """

    files: tuple[str, ...]
    embeddings: int
    erased: int
    texts: int
    elsewhere: int


def rewrite_and_search(library: Library, wanted: Wanted) -> Searched:
    """Write the library anew, then search the bytes of its files.

    Any 32 bytes in a row of an embedding count as found.

    Raises
    ------
    LibraryError : the file could not be written anew, or something was found.
    """
    rewrite(library)
    files = files_of(library.path)
    names = _encoded(wanted.names)
    words = [word for word in (*names, *_encoded(wanted.notes)) if len(word) >= SHORTEST_WORD]
    found = search(files, wanted.embeddings, words)
    _refuse(library, [item for item in found if not item.is_word], "an embedding")
    there = {words[item.number] for item in found if item.is_word}
    _refuse(library, _left(library, found, words), "a name or a note")
    count = len(words)
    if there & set(names) or not set(names) <= set(words):
        phrases = _encoded(wanted.phrases)
        _refuse(library, _left(library, search(files, (), phrases), phrases), "a name")
        count += len(phrases)
    finish(library)
    erased = max(wanted.erased, len(wanted.embeddings))
    searched = tuple(map(str, files))
    return Searched(searched, len(wanted.embeddings), erased, count, len(there))


def _encoded(words: Iterable[str]) -> list[bytes]:
    """The words as bytes, with their accents encoded in either way."""
    forms = (unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD"))
    return [word.encode("utf-8", "surrogatepass") for word in dict.fromkeys(forms) if word]


def _left(library: Library, found: Sequence[Remainder], words: Sequence[bytes]) -> list[Remainder]:
    """Those of the words found that do not stand in any text that the library rightly holds."""
    if not found:
        return []
    rows = library.query("SELECT text || source FROM decisions WHERE text IS NOT NULL")
    schema = library.query("SELECT type || name || tbl_name || ifnull(sql, '') FROM sqlite_master")
    held = [text for _place, text in texts(library)] + [row[0] for row in (*rows, *schema)]
    held.append(MAGIC)
    standing = b"\0".join(text.encode("utf-8", "surrogatepass") for text in held)
    return [item for item in found if item.is_word and words[item.number] not in standing]


def _refuse(library: Library, found: Sequence[Remainder], what: str) -> None:
    if found:
        raise LibraryError(
            f"Of what was erased {what} is still in {found[0].path}, at byte {found[0].offset}.",
            "Close other programs that use the library, and run the same command again.",
        )
