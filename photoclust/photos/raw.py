"""Camera RAW, by LibRaw: the preview that the camera made, or a quick development."""

from __future__ import annotations

import io
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

# More are refused. The largest sensor, Phase One's, has 151 million; half-size development of
# this many takes about 1.5 GB.
MAX_PIXELS = 250_000_000

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
class RawPicture:
    """What a RAW file shows, not yet turned upright.

    Attributes
    ----------
    picture : JPEG, whose own orientation is to be ignored, or RGB pixels (height, width, 3).
    orientation : what turns it upright, as EXIF's 1 to 8.
    width, height : of the whole upright photo, in pixels, as the sensor took it.
    """

    picture: bytes | Pixels
    orientation: int
    width: int
    height: int
    metadata: Metadata


def read_raw(data: bytes) -> RawPicture:
    """The camera's preview if it is large enough, otherwise a development at half the size.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    require("raw")
    import rawpy

    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            sizes = raw.sizes
            if sizes.width * sizes.height > MAX_PIXELS:
                raise UnreadablePhoto(
                    f"too large: {sizes.width} x {sizes.height} pixels, "
                    f"the limit is {MAX_PIXELS // 1_000_000} megapixels"
                )
            orientation = ORIENTATIONS[sizes.flip] if 0 <= sizes.flip < 8 else 1
            width, height = sizes.width, sizes.height
            if orientation >= 5:
                width, height = height, width
            preview, shown, exif = _preview(raw)
            if preview is None:
                picture: bytes | Pixels = _develop(raw)
            else:
                picture = preview
                if _is_upright(shown, (width, height), orientation):
                    orientation = 1
    except UnreadablePhoto:
        raise
    except (rawpy.LibRawFileUnsupportedError, rawpy.LibRawRequestForNonexistentImageError):
        raise UnreadablePhoto("not a RAW photo that LibRaw can read") from None
    except (rawpy.LibRawIOError, rawpy.LibRawDataError):
        raise UnreadablePhoto("truncated or damaged RAW photo") from None
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawTooBigError, MemoryError):
        raise UnreadablePhoto("not enough memory to decode it") from None
    except Exception as error:  # decoders raise anything on broken data
        raise UnreadablePhoto(f"RAW photo cannot be decoded ({type(error).__name__})") from error
    return RawPicture(picture, orientation, width, height, _metadata(data, exif))


def _develop(raw: RawPy) -> Pixels:
    """Half-size RGB, not turned; sensors without colour filters give one channel."""
    pixels = raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8, user_flip=0)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _preview(raw: RawPy) -> tuple[bytes | Pixels | None, tuple[int, int], Exif | None]:
    """The embedded preview or None if it is too small, its width and height, and its EXIF.

    LibRaw picks the largest, and gives a JPEG that has none the EXIF of the RAW file.
    """
    import rawpy
    from PIL import Image

    try:
        found = raw.extract_thumb()
    except rawpy.LibRawError:  # none, or of a kind that it cannot give
        return None, (0, 0), None
    if not isinstance(found.data, bytes):
        high, wide = found.data.shape[:2]
        is_colour = found.data.ndim == 3 and found.data.shape[2] == 3
        large = is_colour and max(high, wide) >= PREVIEW_SIDE
        return found.data if large else None, (wide, high), None
    try:
        with Image.open(io.BytesIO(found.data), formats=["JPEG"]) as image:
            exif = image.getexif()
            large = max(image.size) >= PREVIEW_SIDE
            return found.data if large else None, image.size, exif
    except Exception:  # a broken preview is none
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
