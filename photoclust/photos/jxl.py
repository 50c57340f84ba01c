"""JPEG XL, by libjxl."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.metadata import Metadata, read_exif
from photoclust.photos.optional import require

# libjxl cannot shrink while it decodes: 12 megapixels took 80 MB.
DECODING = 8  # bytes a pixel

# How a file begins: the bare codestream, or the container (ISO/IEC 18181-2).
SIGNATURES = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")


@dataclass(frozen=True, slots=True)
class JxlPicture:
    """Upright RGB pixels, as libjxl turns them, and what the file says of itself."""

    pixels: Pixels
    metadata: Metadata


def is_jxl(data: bytes) -> bool:
    """Do these bytes begin as JPEG XL does?"""
    return data.startswith(SIGNATURES)


def jxl_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of the upright picture.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    require("jxl")
    import pylibjxl

    with _explained():
        size = pylibjxl.probe(data)
        return int(size["width"]), int(size["height"])


def read_jxl(data: bytes) -> JxlPicture:
    """Decode JPEG XL; of an animation the first frame. Transparency lies on white.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    require("jxl")
    import pylibjxl

    with _explained():
        pixels, boxes = pylibjxl.decode(data, metadata=True)
    return JxlPicture(_as_rgb(pixels), _metadata(boxes.get("exif", b"")))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise UnreadablePhoto("not enough memory to decode it") from None
    except Exception as error:  # libjxl's one word for everything that is wrong
        raise UnreadablePhoto("damaged, or not a JPEG XL photo") from error


def _as_rgb(pixels: Pixels) -> Pixels:
    """From grey (height, width), or with 1 to 4 channels, the last of 2 or 4 being opacity."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] in (2, 4):
        colour, opacity = pixels[:, :, :-1], pixels[:, :, -1:].astype(np.uint16)
        mixed = (colour * opacity + 255 * (255 - opacity) + 127) // 255
        pixels = mixed.astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return pixels


def _metadata(box: bytes) -> Metadata:
    """Of the box `Exif`: EXIF, perhaps after four bytes that say how far behind them it begins."""
    from PIL.Image import Exif

    if not box.startswith((b"II*\0", b"MM\0*")):
        box = box[4 + int.from_bytes(box[:4]) :]
    exif = Exif()
    try:
        exif.load_from_fp(io.BytesIO(box))
    except Exception:  # broken EXIF says nothing about the pixels
        return Metadata()
    return read_exif(exif)
