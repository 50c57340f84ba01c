"""Photos to give away: the same picture in a file that says when it was taken, and not where.

What a file may say is listed, and all else goes, because nobody knows where cameras and programs
put a place: EXIF's GPS, XMP, maker's notes, thumbnails, or a film behind the picture. Pixels are
not touched.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.decode import FORMATS, open_photo
from photoclust.photos.heif_items import without_words
from photoclust.photos.metadata import (
    DATE_TIME,
    DATE_TIME_DIGITIZED,
    DATE_TIME_ORIGINAL,
    EXIF_FOLDER,
    MAKE,
    MODEL,
    OFFSET_TIME,
    OFFSET_TIME_DIGITIZED,
    OFFSET_TIME_ORIGINAL,
)

if TYPE_CHECKING:
    from PIL.Image import Image

ORIENTATION = 0x0112
KEPT = (ORIENTATION, DATE_TIME, MAKE, MODEL)
KEPT_DETAILS = (
    *(DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED),
    *(OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED),
)

EXIF_START = b"Exif\0\0"
ICC_START = b"ICC_PROFILE\0"

# What of a PNG is no text: pixels, colours, animation (PNG 3rd edition, 11).
PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT"
    b" acTL fcTL fdAT".split()
)
WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
WEBP_EXIF, WEBP_XMP = 0x08, 0x04  # flags of VP8X: such a chunk follows

# Of a JPEG that is drawn anew.
QUALITY = 92
JPEG_SIDE = 65_500  # pixels, the longest that libjpeg writes


def without_private_data(data: bytes) -> bytes:
    """The file of a JPEG, PNG, WebP, HEIC or AVIF with pixels, colours, date and camera only.

    Raises
    ------
    UnreadablePhoto : it is something else, or is not made as it should be.
    """
    from PIL import Image

    photo = open_photo(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        clean = _CLEANERS.get(image.format or "")
        words = _kept_exif(image)
    if clean is None:
        raise UnreadablePhoto("not a format from which a place can be taken")
    try:
        made = clean(data, words)
    except (IndexError, ValueError, struct.error):
        raise UnreadablePhoto("damaged") from None
    again = open_photo(made)
    same = (again.facts.width, again.facts.height) == (photo.facts.width, photo.facts.height)
    if not same or again.facts.metadata.latitude is not None:
        raise UnreadablePhoto("a place is left in it")
    return made


def as_jpeg(data: bytes, kind: str, change: Callable[[Pixels], Pixels]) -> bytes:
    """The photo as a new JPEG in full size, with its colours, and nothing else of the file.

    Parameters
    ----------
    kind : "photo" or "raw".
    change : makes the pixels (height, width, 3) that are shown.

    Raises
    ------
    UnreadablePhoto : it cannot be decoded.
    """
    from PIL import Image

    photo = open_photo(data, kind, JPEG_SIDE)
    pixels = change(photo.pixels(min(photo.longest_side, JPEG_SIDE)))
    encoded = io.BytesIO()
    profile = None
    if kind == "photo":
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                profile = image.info.get("icc_profile") if image.mode == "RGB" else None
        except OSError:  # JPEG XL: its pixels are sRGB
            profile = None
    Image.fromarray(pixels).save(encoded, "JPEG", quality=QUALITY, icc_profile=profile)
    return encoded.getvalue()


def _kept_exif(image: Image) -> bytes:
    """Those of the picture's EXIF that may stay, as TIFF; empty if there are none."""
    from PIL import Image as images

    kept = images.Exif()
    try:
        exif = image.getexif()
        details = exif.get_ifd(EXIF_FOLDER)
        kept.update({tag: exif[tag] for tag in KEPT if tag in exif})
        if found := {tag: details[tag] for tag in KEPT_DETAILS if tag in details}:
            kept.get_ifd(EXIF_FOLDER).update(found)
        made = kept.tobytes().removeprefix(EXIF_START) if len(kept) or found else b""
    except Exception:  # broken EXIF: nothing of it is kept
        return b""
    return made


def _clean_jpeg(data: bytes, exif: bytes) -> bytes:
    """Only what decoding needs, ICC profiles and this EXIF; nothing after the picture."""
    words = EXIF_START + exif
    made = [b"\xff\xd8"]
    if exif:
        made.append(b"\xff\xe1" + struct.pack(">H", len(words) + 2) + words)
    at = 2
    while True:
        while data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xD9:
            return b"".join((*made, b"\xff\xd9"))
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        body = data[at + 4 : end]
        is_words = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if marker == 0xDA:
            end = _end_of_scan(data, end)
        if not is_words or _is_wanted(marker, body):
            made.append(data[at:end])
        at = end


def _is_wanted(marker: int, body: bytes) -> bool:
    """Of a JPEG's application segments: JFIF, ICC profiles, and Adobe's for the colours."""
    return (
        (marker == 0xE0 and body.startswith(b"JFIF\0"))
        or (marker == 0xE2 and body.startswith(ICC_START))
        or (marker == 0xEE and body.startswith(b"Adobe"))
    )


def _end_of_scan(data: bytes, at: int) -> int:
    """The place of the next marker that is not part of the pixels."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0 and data[at + 1] != 0xFF and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1


def _clean_png(data: bytes, exif: bytes) -> bytes:
    import zlib

    made, at = [data[:8]], 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("truncated")
        if kind in PNG_KEPT:
            made.append(data[at:end])
        if kind == b"IHDR" and exif:
            sum_ = zlib.crc32(b"eXIf" + exif)
            made.append(struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", sum_))
        if kind == b"IEND":
            return b"".join(made)
        at = end


def _clean_webp(data: bytes, exif: bytes) -> bytes:
    made = []
    at, whole = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    extended = False
    while at + 8 <= whole:
        kind, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"VP8X":
            extended = True
            flags = body[0] & ~WEBP_XMP & ~WEBP_EXIF | (WEBP_EXIF if exif else 0)
            body = bytes([flags]) + body[1:]
        if kind in WEBP_KEPT:
            made.append(_chunk(kind, body))
        at += 8 + length + length % 2
    if exif and extended:
        made.append(_chunk(b"EXIF", exif))
    inner = b"WEBP" + b"".join(made)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


_CLEANERS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "JPEG": _clean_jpeg,
    "MPO": _clean_jpeg,
    "PNG": _clean_png,
    "WEBP": _clean_webp,
    "HEIF": without_words,
    "AVIF": without_words,
}
