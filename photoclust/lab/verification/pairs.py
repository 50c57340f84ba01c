"""Reading which pairs of photos are of one person: LFW's `pairs.txt`, or a CSV file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path

from photoclust.errors import PhotoclustError, UsageError
from photoclust.photos.discover import reason_of

HOW = (
    "Give LFW's form, a line a pair, `NAME 1 4` or `NAME 1 OTHER 2`, or a CSV with the columns"
    " photo_a, photo_b and same."
)
COLUMNS = (("photo_a", "photo_b"), ("path_a", "path_b"))
WORDS = {
    **dict.fromkeys(("1", "true", "yes", "same"), True),
    **dict.fromkeys(("0", "false", "no", "different"), False),
}
SEPARATORS = ",;\t"
DIGITS = 9  # the most that a number has; LFW's photos have four


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos as a file calls them, the line they stand on, and their fold if the file says.

    A photo is a path, or in LFW's form `NAME/NAME_0001`, whatever its ending. `people` are the two
    names, which a CSV does not tell.
    """

    line: int
    one: str
    two: str
    same: bool
    people: tuple[str, str] | None = None
    fold: int | None = None


def read_pairs(source: Path) -> list[Pair]:
    """The pairs of a file, in order.

    Raises
    ------
    UsageError : there is no such file.
    PhotoclustError : it cannot be read, or holds something else; the message says where.
    """
    lines = _text(source).splitlines()
    blank = next((place for place, line in enumerate(lines) if line.strip()), 0)
    first = lines[blank].lower() if lines else ""
    if any(column in first for columns in COLUMNS for column in columns):
        return _from_table(source, lines[blank:], blank)
    return _from_lfw(source, lines)


def _text(source: Path) -> str:
    try:
        data = source.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"There is no file {source}.", HOW) from None
    except OSError as error:
        raise PhotoclustError(f"Cannot read {source}: {reason_of(error)}.", HOW) from error
    if b"\0" in data:
        raise PhotoclustError(f"{source} is no list of pairs: it is not text.", HOW)
    return data.decode("utf-8-sig", "surrogateescape")


def _from_lfw(source: Path, lines: list[str]) -> list[Pair]:
    numbered = [
        (number, line.split("\t") if "\t" in line else line.split())
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    sizes: list[int] = []
    if numbered and len(numbered[0][1]) <= 2 and all(map(_is_number, numbered[0][1])):
        sizes = [int(word) for word in numbered.pop(0)[1]]
    pairs = [_lfw_pair(source, number, words) for number, words in numbered]
    if not pairs:
        raise PhotoclustError(f"{source} holds no pair.", HOW)
    return _in_folds(source, pairs, sizes) if sizes else pairs


def _lfw_pair(source: Path, number: int, words: list[str]) -> Pair:
    match [word.strip() for word in words]:
        case [name, i, j] if name and _is_number(i) and _is_number(j):
            return Pair(number, _lfw_photo(name, i), _lfw_photo(name, j), True, (name, name))
        case [name, i, other, j] if name and other and _is_number(i) and _is_number(j):
            return Pair(
                number, _lfw_photo(name, i), _lfw_photo(other, j), name == other, (name, other)
            )
    raise PhotoclustError(f"{source}, line {number}, is no pair: {' '.join(words)[:60]!r}.", HOW)


def _lfw_photo(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}"


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= DIGITS


def _in_folds(source: Path, pairs: list[Pair], sizes: list[int]) -> list[Pair]:
    """After a header: in each fold so many pairs of one person, then as many of two.

    A header of one number is that of LFW's view 1: one fold, which is no fold to test on.
    """
    folds, each = sizes if len(sizes) == 2 else (1, sizes[0])
    said = " ".join(map(str, sizes))
    if len(pairs) != 2 * folds * each:
        raise PhotoclustError(
            f"The header of {source}, {said}, announces {2 * folds * each:,} pairs;"
            f" {len(pairs):,} follow.",
            "Use the whole file, or take the header away.",
        )
    for place, pair in enumerate(pairs):
        if pair.same != (place % (2 * each) < each):
            kind = "different people" if pair.same else "one person"
            raise PhotoclustError(
                f"{source}, line {pair.line}: after the header {said} a pair of {kind} is due.",
                "Use the whole file, or take the header away.",
            )
    if folds == 1:
        return pairs
    return [replace(pair, fold=place // (2 * each) + 1) for place, pair in enumerate(pairs)]


def _from_table(source: Path, lines: list[str], before: int) -> list[Pair]:
    """The pairs of a CSV, the header first; `before` it stand so many blank lines."""
    separator = max(SEPARATORS, key=lines[0].count)
    reader = csv.DictReader(io.StringIO("\n".join(lines)), delimiter=separator)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        columns = next((both for both in COLUMNS if set(both) <= set(names)), None)
        if columns is None or "same" not in names:
            raise PhotoclustError(f"{source} lacks a column: it has {', '.join(names)}.", HOW)
        pairs = [_table_pair(source, before + reader.line_num, row, columns) for row in reader]
    except csv.Error as error:
        raise PhotoclustError(f"{source} is not a CSV file: {error}.", HOW) from error
    if not pairs:
        raise PhotoclustError(f"{source} has a header and no pair.", HOW)
    return pairs


def _table_pair(
    source: Path, number: int, row: dict[str, str | None], columns: tuple[str, str]
) -> Pair:
    one, two = ((row[column] or "").strip() for column in columns)
    word = (row["same"] or "").strip()
    same = WORDS.get(word.lower())
    if not one or not two or same is None:
        wrong = "names no two photos" if not one or not two else f"says same is {word!r}"
        raise PhotoclustError(
            f"{source}, line {number}, {wrong}.", "Write two photos and 1 (same) or 0 (different)."
        )
    return Pair(number, one, two, same)
