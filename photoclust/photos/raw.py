"""Camera RAW, by LibRaw: the preview that the camera made, or a quick development."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.metadata import EXIF_FOLDER, GPS_FOLDER, Metadata, read_exif
from photoclust.photos.optional import require

if TYPE_CHECKING:
    from PIL.Image import Exif
    from rawpy import RawPy

# The longest side from which on a preview shows faces well enough; cameras' previews have 160
# pixels (EXIF's thumbnail), or 1024 and more.
PREVIEW_SIDE = 1000  # pixels

# What `develop` needs: 24 megapixels took 112 MB.
DEVELOPING = 6  # bytes a pixel of the sensor

# LibRaw's `flip` -> EXIF orientation: 1 mirrors left to right, 2 upside down, 4 swaps the axes
# (LibRaw's `tiff_head`).
ORIENTATIONS = (1, 2, 4, 3, 5, 8, 6, 7)

# TIFF's own beginnings, and those that Olympus and Panasonic put in their place.
TIFF_MARKS = (b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")

# The boxes of a CR3 that hold TIFF folders: the plain one, EXIF's and that of the place
# (github.com/lclevy/canon_cr3); they lie in the first kilobytes.
CR3_BOXES = {b"CMT1": None, b"CMT2": EXIF_FOLDER, b"CMT4": GPS_FOLDER}
CR3_HEAD = 65536  # bytes


@dataclass(frozen=True, slots=True)
class RawPhoto:
    """What a RAW file says of itself, and the preview in it.

    Attributes
    ----------
    preview : JPEG, whose own orientation is to be ignored; None if it is missing or too small.
    preview_orientation, orientation : what turns the preview, and what `develop` gives, upright,
        as EXIF's 1 to 8.
    width, height : of the whole upright photo, in pixels, as the sensor took it.
    """

    preview: bytes | None
    preview_orientation: int
    orientation: int
    width: int
    height: int
    metadata: Metadata


def open_raw(data: bytes) -> RawPhoto:
    """Read the header of a RAW file and its preview.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    with _opened(data) as raw:
        sizes = raw.sizes
        orientation = ORIENTATIONS[sizes.flip] if 0 <= sizes.flip < 8 else 1
        width, height = sizes.width, sizes.height
        if orientation >= 5:
            width, height = height, width
        preview, shown, exif = _preview(raw)
        turned = preview is not None and _is_upright(shown, (width, height), orientation)
        return RawPhoto(
            preview, 1 if turned else orientation, orientation, width, height, _metadata(data, exif)
        )


def develop(data: bytes) -> Pixels:
    """What the sensor saw, at half its size, not turned: RGB, shape (height, width, 3).

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    with _opened(data) as raw:
        developed = raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8, user_flip=0)
    if developed.shape[2] == 1:  # a sensor without colours
        developed = np.repeat(developed, 3, axis=2)
    return np.asarray(developed, np.uint8)


@contextmanager
def _opened(data: bytes) -> Iterator[RawPy]:
    """LibRaw over the file; what it says is wrong, in words for people."""
    require("raw")
    import rawpy

    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            yield raw
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawRequestForNonexistentImageError):
        raise UnreadablePhoto("not a RAW photo that LibRaw can read") from None
    except (rawpy.LibRawIOError, rawpy.LibRawDataError):
        raise UnreadablePhoto("truncated or damaged RAW photo") from None
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawTooBigError, MemoryError):
        raise UnreadablePhoto("not enough memory to decode it") from None
    except Exception as error:  # decoders raise anything on broken data
        raise UnreadablePhoto(f"RAW photo cannot be decoded ({type(error).__name__})") from error


def _preview(raw: RawPy) -> tuple[bytes | None, tuple[int, int], Exif | None]:
    """The embedded JPEG or None if it is too small, its width and height, and its EXIF.

    LibRaw picks the largest, and gives a JPEG that has none the EXIF of the RAW file.
    """
    from PIL import Image

    try:
        found = raw.extract_thumb()
        if not isinstance(found.data, bytes):
            return None, (0, 0), None
        with Image.open(io.BytesIO(found.data), formats=["JPEG"]) as image:
            exif = image.getexif()
            large = max(image.size) >= PREVIEW_SIDE
            return found.data if large else None, image.size, exif
    except Exception:  # no preview, one of another kind, or a broken one
        return None, (0, 0), None


def _is_upright(shown: tuple[int, int], upright: tuple[int, int], orientation: int) -> bool:
    """Has the camera turned the preview already, as a few do?

    It shows only where the photo lies on its side; elsewhere the preview is as the sensor saw it,
    whatever orientation it claims for itself.
    """
    across, down = shown
    width, height = upright
    return orientation >= 5 and width != height and (across > down) == (width > height)


def _metadata(data: bytes, of_preview: Exif | None) -> Metadata:
    """From the file itself if it is built as a TIFF or a CR3, otherwise from the preview."""
    try:
        found = read_exif(_exif(data))
    except Exception:  # broken EXIF says nothing about the pixels
        found = Metadata()
    if found == Metadata() and of_preview is not None:
        return read_exif(of_preview)
    return found


def _exif(data: bytes) -> Exif:
    from PIL.Image import Exif

    exif = Exif()
    if data.startswith(TIFF_MARKS):
        mark = b"II*\0" if data.startswith(b"II") else b"MM\0*"
        exif.load_from_fp(io.BytesIO(data if data.startswith(mark) else mark + data[4:]))
    elif data[4:8] == b"ftyp":
        for name, folder in CR3_BOXES.items():
            at = data.find(name, 0, CR3_HEAD)
            if at < 4:
                continue
            part = Exif()
            part.load(data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at])])
            (exif if folder is None else exif.get_ifd(folder)).update(part)
    return exif
