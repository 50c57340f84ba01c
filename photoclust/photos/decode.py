"""From bytes to upright RGB pixels."""

from __future__ import annotations

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
    from PIL.Image import Image

# Pillow knows many more; each is one more decoder to break. MPO is opened as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "HEIF", "AVIF")

# A longer photo is shrunk to this while it is decoded. 12 megapixels are left whole.
WORKING_SIDE = 4096  # pixels

# More pixels than this after JPEG's own shrinking are refused: 360 MB as RGB.
MAX_PIXELS = 120_000_000

# The largest file that is read: an uncompressed 16-bit TIFF of MAX_PIXELS has 720 MB.
MAX_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """Upright pixels, perhaps shrunk, and what the file says of itself.

    `width` and `height` are those of the whole upright photo, in pixels.
    """

    pixels: Pixels
    width: int
    height: int
    metadata: Metadata


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

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    from PIL import Image, UnidentifiedImageError

    _register_heif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
                upright = _upright(image)
                turned = (upright.width > upright.height) != (image.width > image.height)
                rgb = _as_rgb(upright)
                rgb.thumbnail((longest_side, longest_side), reducing_gap=3.0)
                pixels = np.asarray(rgb)
        except UnreadablePhoto:
            raise
        except UnidentifiedImageError:
            raise UnreadablePhoto("not an image that can be read") from None
        except Exception as error:  # decoders raise anything on broken data
            raise UnreadablePhoto(_reason(error)) from error
    if turned:
        width, height = height, width
    return DecodedPhoto(pixels, width, height, metadata)


def _register_heif() -> None:
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)


def _shrink_while_decoding(image: Image, longest_side: int) -> None:
    """JPEG can decode at 1/2, 1/4 or 1/8; elsewhere this does nothing."""
    scale = longest_side / max(image.size)
    if scale < 1:
        image.draft("RGB", (round(image.width * scale), round(image.height * scale)))


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    image.load()
    return ImageOps.exif_transpose(image)


def _as_rgb(image: Image) -> Image:
    """Eight-bit RGB: deep greys are scaled, transparency lies on white."""
    from PIL import Image as images

    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image, np.float64)
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and high <= 65535):
            low, high = 0.0, 65535.0
        scaled = (values - low) * (255.0 / (high - low) if high > low else 0.0)
        return images.fromarray(np.nan_to_num(scaled).astype(np.uint8)).convert("RGB")
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
