"""From bytes to upright RGB pixels."""

from __future__ import annotations

import functools
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.discover import reason_of
from photoclust.photos.metadata import Metadata, read_metadata

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

# Pillow knows many more; each is one more decoder to break. MPO is opened as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "HEIF", "AVIF")

# A longer photo is shrunk to this while it is decoded. 12 megapixels are left whole.
WORKING_SIDE = 4096  # pixels

# More pixels than this after JPEG's own shrinking are refused: 360 MB as RGB.
MAX_PIXELS = 120_000_000

# The largest file that is read: an uncompressed 16-bit TIFF of MAX_PIXELS has 720 MB.
MAX_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a library keeps of a decoded photo: upright size in pixels, time and place."""

    width: int
    height: int
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """Upright pixels, perhaps shrunk, and what the file says of itself.

    `width` and `height` are those of the whole upright photo, in pixels.
    """

    pixels: Pixels
    width: int
    height: int
    metadata: Metadata

    @property
    def facts(self) -> PhotoFacts:
        return PhotoFacts(self.width, self.height, self.metadata)


def read_bytes(path: str | Path) -> bytes:
    """A photo file's bytes.

    Raises
    ------
    UnreadablePhoto : it cannot be opened, is empty, or is larger than `MAX_BYTES`.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadablePhoto(reason_of(error)) from error
    if not data:
        raise UnreadablePhoto("empty file")
    if len(data) > MAX_BYTES:
        raise UnreadablePhoto(f"larger than {MAX_BYTES // 1_000_000} MB")
    return data


def decode(data: bytes, longest_side: int = WORKING_SIDE) -> DecodedPhoto:
    """Decode a photo, turn it upright and shrink it to `longest_side` pixels if it is larger.

    The pixels are read-only.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    from PIL import Image, UnidentifiedImageError

    _prepare_pillow()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            metadata = read_metadata(image)
            width, height = image.size
            _shrink_while_decoding(image, longest_side)
            if image.width * image.height > MAX_PIXELS:
                raise UnreadablePhoto(
                    f"too large: {width} x {height} pixels, "
                    f"the limit is {MAX_PIXELS // 1_000_000} megapixels"
                )
            image.load()
            turn = _turn(image)
            upright = image.transpose(turn) if turn is not None else image
            rgb = _as_rgb(upright)
            rgb.thumbnail((longest_side, longest_side), reducing_gap=3.0)
            pixels = np.asarray(rgb)
    except UnreadablePhoto:
        raise
    except UnidentifiedImageError:
        raise UnreadablePhoto("not an image that can be read") from None
    except Exception as error:  # decoders raise anything on broken data
        raise UnreadablePhoto(_reason(error)) from error
    if turn in _SIDEWAYS:
        width, height = height, width
    return DecodedPhoto(pixels, width, height, metadata)


# EXIF orientation -> what turns the stored picture upright, as numbers of PIL.Image.Transpose
# (0 and 1 mirror, 2 to 4 rotate by 90, 180 and 270 degrees, 5 transposes, 6 transverses).
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
_SIDEWAYS = frozenset({5, 4, 6, 2})


def _turn(image: Image) -> Transpose | None:
    """How to turn a loaded picture upright; a nonsensical orientation is none."""
    from PIL.ExifTags import Base
    from PIL.Image import Transpose

    try:
        orientation = image.getexif().get(Base.Orientation)
    except Exception:  # broken EXIF says nothing about the pixels
        return None
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return None if turn is None else Transpose(turn)


@functools.cache
def _prepare_pillow() -> None:
    """Once: read HEIC, leave the size limit to `MAX_PIXELS`, keep warnings off the terminal."""
    import pi_heif
    from PIL import Image

    pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module=r"PIL\.")


def _shrink_while_decoding(image: Image, longest_side: int) -> None:
    """JPEG can decode at 1/2, 1/4 or 1/8; elsewhere this does nothing."""
    scale = longest_side / max(image.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        image.draft("RGB", (width, height))


def _as_rgb(image: Image) -> Image:
    """Eight-bit RGB: deep greys are scaled, transparency lies on white."""
    from PIL import Image as images

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.nan_to_num(np.asarray(image, np.float64), posinf=0.0, neginf=0.0)
        low, high = float(values.min()), float(values.max())
        if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and high <= 65535):
            low, high = 0.0, 65535.0
        scaled = (values - low) * (255.0 / (high - low) if high > low else 0.0)
        return images.fromarray(scaled.clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = images.new("RGBA", coloured.size, "white")
        return images.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "truncated"
    if isinstance(error, MemoryError):
        return "not enough memory to decode it"
    return f"cannot be decoded ({text[:120] or type(error).__name__})"
