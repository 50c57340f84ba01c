"""HEIC and AVIF files without their EXIF and XMP (ISO/IEC 14496-12 and 23008-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# An Exif item begins with the place of its TIFF header.
AT_ONCE = b"\0\0\0\0"
# An empty TIFF: no folder has an entry.
NOTHING = b"II*\0\x08\0\0\0\0\0\0\0\0\0"

# Boxes of a file that hold one picture; others, such as a film behind it, may say anything.
KNOWN = frozenset((b"ftyp", b"meta", b"mdat", b"free", b"skip"))
# Items that are words, not pixels.
WORDS = frozenset((b"Exif", b"mime", b"uri "))


def without_words(data: bytes, exif: bytes) -> bytes:
    """The file with this EXIF in the place of its own, and XMP blanked; nothing else moves.

    Raises
    ------
    ValueError, IndexError, struct.error : it is not made in a way that is understood.
    """
    made = bytearray(data)
    top = list(_boxes(data, 0, len(data)))
    if {kind for kind, _, _ in top} - KNOWN:
        raise ValueError("unknown boxes")
    ((_, start, end),) = (box for box in top if box[0] == b"meta")
    inner = {kind: (begin, stop) for kind, begin, stop in _boxes(data, start + 4, end)}
    items = _items(data, *inner[b"iinf"])
    idat = inner[b"idat"][0] if b"idat" in inner else 0
    for item, method, extents in _places(data, *inner[b"iloc"]):
        kind = items[item]
        if kind not in WORDS:
            continue
        if method not in (0, 1):
            raise ValueError("made of other items")
        for number, (offset, length) in enumerate(extents):
            at = offset + (idat if method == 1 else 0)
            if at + length > len(data) or (length == 0):
                raise ValueError("beyond the end")
            made[at : at + length] = _instead(kind, exif, length, first=number == 0)
    for kind, begin, stop in top:
        if kind in (b"free", b"skip"):
            made[begin:stop] = bytes(stop - begin)
    return bytes(made)


def _instead(kind: bytes, exif: bytes, length: int, *, first: bool) -> bytes:
    """As many bytes that say nothing, or what may be said."""
    if kind != b"Exif" or not first:
        return b" " * length if kind == b"mime" else bytes(length)
    words = AT_ONCE + (exif or NOTHING)
    return (words if len(words) <= length else AT_ONCE + NOTHING)[:length].ljust(length, b"\0")


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first byte inside and end of each box."""
    while at < end:
        size, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        stop = at + size if size else end
        if not begin <= stop <= end:
            raise ValueError("a box beyond its box")
        yield kind, begin, stop
        at = stop


def _items(data: bytes, at: int, end: int) -> dict[int, bytes]:
    """Item -> its type."""
    at += 4 + (4 if data[at] else 2)
    items = {}
    for kind, begin, _ in _boxes(data, at, end):
        version = data[begin]
        if kind != b"infe" or version not in (2, 3):
            raise ValueError("old items")
        number, _, type_ = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, begin + 4)
        items[number] = type_
    return items


def _places(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Item, construction method, and offset and length of its parts."""
    version = data[at]
    offset_size, length_size = data[at + 4] >> 4, data[at + 4] & 15
    base_size, index_size = data[at + 5] >> 4, (data[at + 5] & 15 if version else 0)
    at += 6

    def number(size: int) -> int:
        nonlocal at
        if at + size > end:
            raise ValueError("truncated")
        at += size
        return int.from_bytes(data[at - size : at], "big")

    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # which file: only this one is known
        base = number(base_size)
        parts = []
        for _ in range(number(2)):
            number(index_size)
            offset = base + number(offset_size)
            parts.append((offset, number(length_size)))
        yield item, method, parts
