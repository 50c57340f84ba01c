"""Searching the bytes of files for embeddings and words, whoever wrote them and wherever.

The search is done by a process of its own: a file that this process opens and closes would lose
the locks that SQLite holds on it (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import mmap
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import LibraryError

# So many bytes in a row of an embedding are a remainder of it: eight of its numbers.
WINDOW = 32  # bytes

# Wherever in a file a window lies, one piece of it is among those that are looked for.
PIECE = 8  # bytes
STRIDE = 24  # bytes, WINDOW - PIECE

# How much of a file is looked at in one go.
BLOCK = 1 << 25  # bytes

# A piece is two numbers, the first in its lower half; their digits differ most.
_DIGITS = np.uint64((1 << 24) - 1)
_HALF = np.uint64(32)  # bits


@dataclass(frozen=True, slots=True)
class Remainder:
    """Something that was looked for and is there: in which file, which one, and at which byte.

    `number` counts the embeddings or the words as they were given, from 0.
    """

    path: str
    is_word: bool
    number: int
    offset: int


def search(
    paths: Sequence[Path], embeddings: Sequence[bytes] = (), words: Sequence[bytes] = ()
) -> list[Remainder]:
    """Where in these files any `WINDOW` bytes in a row of an embedding, or a whole word, are.

    Of each word only the first place in a file.

    Raises
    ------
    LibraryError : a file cannot be read.
    """
    if not embeddings and not words:
        return []
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import answer; answer()"
    asked = ([str(path) for path in paths], list(embeddings), list(words))
    ran = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(asked), capture_output=True, check=False
    )
    if ran.returncode != 0:
        complaint = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise LibraryError(
            f"The library cannot be searched for what was erased: {complaint}",
            "Run the same command again.",
        )
    found: list[Remainder] = pickle.loads(ran.stdout)
    return found


def answer() -> None:
    """What the process does that searches: a question on standard input, the answer on output."""
    paths, embeddings, words = pickle.load(sys.stdin.buffer)
    found: list[Remainder] = []
    for path in paths:
        with open(path, "rb") as stream:
            if stream.seek(0, 2) == 0:
                continue
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                for number, offset in windows_in(data, embeddings):
                    found.append(Remainder(path, False, number, offset))
                for number, offset in words_in(data, words):
                    found.append(Remainder(path, True, number, offset))
    sys.stdout.buffer.write(pickle.dumps(found))


def windows_in(data: bytes | mmap.mmap, embeddings: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """(which embedding, at which byte) of windows; only some where many follow one another."""
    keys, numbers, places = _pieces(embeddings)
    if not len(keys):
        return
    last_found: tuple[int, int] | None = None
    for offset, piece in _pieces_in(data, keys):
        first, last = np.searchsorted(keys, piece, "left"), np.searchsorted(keys, piece, "right")
        for entry in range(int(first), int(last)):
            number, place = int(numbers[entry]), int(places[entry])
            start = _window_around(data, offset, embeddings[number], place)
            if start is not None and (number, start) != last_found:
                last_found = number, start
                yield last_found


def words_in(data: bytes | mmap.mmap, words: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """(which word, at which byte) of the first place of each word."""
    reach = max(map(len, words), default=1) - 1
    wanted = dict(enumerate(words))
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK + reach]
        for number, word in list(wanted.items()):
            place = block.find(word)
            if place >= 0:
                del wanted[number]
                yield number, start + place


def _pieces(
    embeddings: Sequence[bytes],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """The pieces that are looked for, ascending, of which embedding each is, and from where."""
    keys, numbers, places = [], [], []
    for number, vector in enumerate(embeddings):
        own = np.frombuffer(vector[: len(vector) // PIECE * PIECE], "<u8")[:: STRIDE // PIECE]
        keys.append(own)
        numbers.append(np.full(len(own), number))
        places.append(np.arange(len(own)) * STRIDE)
    if not keys:
        nothing = np.zeros(0, np.int64)
        return nothing.astype(np.uint64), nothing, nothing
    flat = np.concatenate(keys).astype(np.uint64)
    # Nothing but zeros is nobody's.
    order = np.argsort(flat, kind="stable")
    order = order[flat[order] != 0]
    return flat[order], np.concatenate(numbers)[order], np.concatenate(places)[order]


def _pieces_in(
    data: bytes | mmap.mmap, keys: NDArray[np.uint64]
) -> Iterator[tuple[int, np.uint64]]:
    """Where the data holds one of the pieces, and which."""
    first, second = _filter(keys), _filter(keys >> _HALF)
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK + PIECE - 1]
        for shift in range(min(PIECE, len(block) - PIECE + 1)):
            here = np.frombuffer(block, "<u8", (len(block) - shift) // PIECE, shift)
            near = np.flatnonzero(first[(here & _DIGITS).astype(np.intp)])
            near = near[second[(here[near] >> _HALF & _DIGITS).astype(np.intp)]]
            entries = np.searchsorted(keys, here[near]).clip(max=len(keys) - 1)
            for place in near[keys[entries] == here[near]].tolist():
                yield start + shift + PIECE * place, here[place]


def _filter(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which digits the first number of a piece may have."""
    possible = np.zeros(int(_DIGITS) + 1, bool)
    possible[(keys & _DIGITS).astype(np.intp)] = True
    return possible


def _window_around(data: bytes | mmap.mmap, offset: int, vector: bytes, place: int) -> int | None:
    """Where the data holds a window of the vector, whose piece from `place` on is at `offset`."""
    width = min(WINDOW, len(vector))
    for start in range(max(0, place + PIECE - width), min(place, len(vector) - width) + 1):
        at = offset - (place - start)
        if at >= 0 and data[at : at + width] == vector[start : start + width]:
            return at
    return None
