"""Files that no package writes, built by hand."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photoclust.domain import Pixels

Folder = dict[int, tuple[str, Any]]
"""Tag -> type and values: s text, B H I whole numbers of 1, 2, 4 bytes, R fractions."""

NUMBERS = {"B": 1, "s": 2, "H": 3, "I": 4, "R": 5, "r": 10}


def _dng(
    picture: Pixels,
    orientation: int = 1,
    preview: bytes | None = None,
    plain: Folder | None = None,
    details: Folder | None = None,
) -> bytes:
    """A DNG of uncompressed 16-bit RGGB, its folders first, then the preview, the sensor last.

    `picture` is as the sensor saw it; `preview` is a JPEG; `plain` and `details` are further EXIF.
    """
    high, wide = picture.shape[:2]
    sensor = np.empty((high, wide), "<u2")
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[row::2, column::2] = picture[row::2, column::2, channel]
    strip = (sensor * 250).tobytes()
    jpeg = (preview or b"") + b"\0" * (len(preview or b"") % 2)

    def folders(at: dict[str, int]) -> list[bytes]:
        raw: Folder = {
            254: ("I", [0]), 256: ("I", [wide]), 257: ("I", [high]), 258: ("H", [16]),
            259: ("H", [1]), 262: ("H", [32803]), 273: ("I", [at["strip"]]), 277: ("H", [1]),
            278: ("I", [high]), 279: ("I", [len(strip)]), 33421: ("H", [2, 2]),
            33422: ("B", [0, 1, 1, 2]), 50717: ("H", [63750]),
        }  # fmt: skip
        first: Folder = raw | {
            274: ("H", [orientation]), 34665: ("I", [at["details"]]),
            50706: ("B", [1, 4, 0, 0]), 50708: ("s", "Unknown"),
            50721: ("r", [1, 0, 0, 0, 1, 0, 0, 0, 1]), 50728: ("R", [1, 1, 1]),
            **(plain or {}),
        }  # fmt: skip
        shown: Folder = {}
        if preview:
            across, down = Image.open(io.BytesIO(preview)).size
            first[330] = ("I", [at["shown"]])
            shown = {
                254: ("I", [1]), 256: ("I", [across]), 257: ("I", [down]),
                258: ("H", [8, 8, 8]), 259: ("H", [7]), 262: ("H", [6]),
                273: ("I", [at["jpeg"]]), 277: ("H", [3]), 279: ("I", [len(preview)]),
            }  # fmt: skip
        return [
            _folder(first, at["first"]),
            _folder(details or {}, at["details"]),
            _folder(shown, at["shown"]),
        ]

    names = ["first", "details", "shown", "jpeg", "strip"]
    at = dict.fromkeys(names, 0)
    parts = [*folders(at), jpeg, strip]
    for number, name in enumerate(names):
        at[name] = 8 + sum(map(len, parts[:number]))
    return b"II*\0" + struct.pack("<I", at["first"]) + b"".join([*folders(at), jpeg, strip])


@pytest.fixture
def dng() -> Callable[..., bytes]:
    """Writes a DNG: `picture, orientation=1, preview=None, plain=None, details=None`."""
    return _dng


def _folder(entries: Folder, at: int) -> bytes:
    """A TIFF folder at this place, little endian, with its values behind it."""
    head, values = b"", b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, (kind, given) in sorted(entries.items()):
        if kind == "s":
            body = given.encode() + b"\0"
            count = len(body)
        elif kind in "Rr":
            sign = "I" if kind == "R" else "i"
            body = b"".join(struct.pack(f"<2{sign}", round(part * 1000), 1000) for part in given)
            count = len(given)
        else:
            body = struct.pack(f"<{len(given)}{kind}", *given)
            count = len(given)
        if len(body) > 4:
            place = behind + len(values)
            values += body + b"\0" * (len(body) % 2)
            body = struct.pack("<I", place)
        head += struct.pack("<HHI", tag, NUMBERS[kind], count) + body.ljust(4, b"\0")
    return struct.pack("<H", len(entries)) + head + b"\0\0\0\0" + values
