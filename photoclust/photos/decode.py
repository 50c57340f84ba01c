"""From bytes to upright RGB pixels."""

from __future__ import annotations

import functools
import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.discover import reason_of
from photoclust.photos.jxl import DECODING, is_jxl, jxl_size, read_jxl
from photoclust.photos.limits import EASY_MEMORY, MAX_BYTES, MAX_MEMORY, halves_of, memory_of
from photoclust.photos.metadata import Metadata, read_metadata
from photoclust.photos.raw import DEVELOPING, develop, open_raw

if TYPE_CHECKING:
    from PIL.Image import Image

# Pillow knows many more; each is one more decoder to break. MPO is opened as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "HEIF", "AVIF")

# What `decode` shrinks longer photos to. 12 megapixels are left whole.
WORKING_SIDE = 4096  # pixels


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a library keeps of a photo: upright size in pixels, time, place and camera.

    `seconds` is how long a video is.
    """

    width: int
    height: int
    metadata: Metadata
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """Upright pixels, perhaps shrunk, and what the file says of itself.

    `width` and `height` are those of the whole upright photo, in pixels.
    """

    pixels: Pixels
    width: int
    height: int
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo whose header was read, and that can be decoded, more than once and in any size."""

    facts: PhotoFacts
    _decoded: Callable[[int], Pixels]

    @property
    def longest_side(self) -> int:
        """Pixels."""
        return max(self.facts.width, self.facts.height)

    def pixels(self, at_least: int) -> Pixels:
        """Upright RGB, shape (height, width, 3), its longest side at least so long if the photo is.

        Larger ones are shrunk by halves while they are decoded, where their format can; of a RAW
        photo there is only its preview, and half of what the sensor saw.

        Raises
        ------
        UnreadablePhoto : with the reason that is recorded for the file.
        """
        with _explained():
            return self._decoded(at_least)


AskForMemory = Callable[[int], None]
"""Is called with the bytes that decoding needs; returns when they may be used."""


def read_bytes(path: str | Path) -> bytes:
    """A photo file's bytes.

    Raises
    ------
    UnreadablePhoto : it cannot be opened, is empty, or is larger than `MAX_BYTES`.
    """
    try:
        with open(path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size > MAX_BYTES:
                raise UnreadablePhoto(f"larger than {MAX_BYTES // 1_000_000} MB")
            data = stream.read()
    except OSError as error:
        raise UnreadablePhoto(reason_of(error)) from error
    if not data:
        raise UnreadablePhoto("empty file")
    return data


def decode(data: bytes, longest_side: int = WORKING_SIDE, kind: str = "photo") -> DecodedPhoto:
    """Decode a photo, turn it upright and shrink it to `longest_side` pixels if it is larger.

    `kind` is "photo" or "raw", as `find_photos` tells.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    photo = open_photo(data, kind, longest_side)
    pixels = shrunk(photo.pixels(longest_side), longest_side)
    return DecodedPhoto(pixels, photo.facts.width, photo.facts.height, photo.facts.metadata)


def open_photo(
    data: bytes,
    kind: str = "photo",
    decoded_side: int = WORKING_SIDE,
    ask_for_memory: AskForMemory = lambda _bytes: None,
) -> Photo:
    """Read the header of a photo.

    Parameters
    ----------
    kind : "photo" or "raw", as `find_photos` tells.
    decoded_side : pixels; what it will be decoded at first.

    Raises
    ------
    UnreadablePhoto : it is no photo, or decoding it needs more than `MAX_MEMORY`.
    """

    def admit(width: int, height: int, memory: int) -> None:
        if memory > MAX_MEMORY:
            raise UnreadablePhoto(
                f"too large: {width} x {height} pixels would need {memory // 1_000_000} MB of "
                f"memory, the limit is {MAX_MEMORY // 1_000_000} MB"
            )
        if memory > EASY_MEMORY:
            ask_for_memory(memory)

    with _explained():
        if kind == "raw":
            return _open_raw(data, decoded_side, admit)
        if is_jxl(data):
            return _open_jxl(data, admit)
        return _open(data, decoded_side, admit)


def shrunk(pixels: Pixels, longest_side: int) -> Pixels:
    """The picture with at most so many pixels on its longest side, averaged by area."""
    import cv2

    height, width = pixels.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _open(
    data: bytes, decoded_side: int, admit: Callable[[int, int, int], None], turn: int | None = None
) -> Photo:
    """What Pillow reads; `turn` is an EXIF orientation to go by instead of the picture's own."""
    from PIL import Image

    _prepare_pillow()
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        metadata = read_metadata(image)
        width, height = image.size
        orientation = turn or _orientation(image)
        admit(width, height, len(data) + memory_of(image, decoded_side))
        fast = _FAST.get((image.format, image.mode))

    def decoded(at_least: int) -> Pixels:
        pixels = fast(data, width, height, at_least) if fast else None
        if pixels is None:
            pixels = _decoded_by_pillow(data, at_least)
        return _turned(pixels, orientation)

    if orientation in _SIDEWAYS:
        return Photo(PhotoFacts(height, width, metadata), decoded)
    return Photo(PhotoFacts(width, height, metadata), decoded)


def _open_raw(data: bytes, decoded_side: int, admit: Callable[[int, int, int], None]) -> Photo:
    """The camera's preview for a first look; what the sensor saw where more is asked for."""
    raw = open_raw(data)
    facts = PhotoFacts(raw.width, raw.height, raw.metadata)

    def developed(_at_least: int) -> Pixels:
        return _turned(develop(data), raw.orientation)

    with suppress(UnreadablePhoto):
        if raw.preview is not None:
            admit(raw.width, raw.height, 2 * len(data))
            shown = _open(raw.preview, decoded_side, admit, raw.preview_orientation)
            preview = shown.pixels(decoded_side)
            return Photo(
                facts, lambda at_least: preview if at_least <= decoded_side else developed(at_least)
            )
    admit(raw.width, raw.height, len(data) + DEVELOPING * raw.width * raw.height)
    return Photo(facts, developed)


def _open_jxl(data: bytes, admit: Callable[[int, int, int], None]) -> Photo:
    width, height = jxl_size(data)
    admit(width, height, len(data) + DECODING * width * height)
    picture = read_jxl(data)
    return Photo(PhotoFacts(width, height, picture.metadata), lambda _at_least: picture.pixels)


def _decoded_jpeg(data: bytes, width: int, height: int, at_least: int) -> Pixels | None:
    """By libjpeg-turbo straight into an array, which Pillow cannot; None where it objects."""
    import simplejpeg

    halves = halves_of(max(width, height), at_least)
    try:
        return np.asarray(
            simplejpeg.decode_jpeg(
                data, "RGB", min_width=-(-width >> halves), min_height=-(-height >> halves)
            ),
            np.uint8,
        )
    except ValueError:
        return None


def _decoded_heif(data: bytes, width: int, height: int, at_least: int) -> Pixels:
    """By libheif straight into an array; Pillow would hold the picture three times."""
    import cv2
    import pi_heif

    heif = pi_heif.open_heif(io.BytesIO(data))
    pixels = np.asarray(heif, np.uint8)  # memory of `heif`, which goes when that does
    halves = halves_of(max(width, height), at_least)
    if not halves:
        return pixels.copy()
    size = (max(1, pixels.shape[1] >> halves), max(1, pixels.shape[0] >> halves))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


# What has a faster way than Pillow's, by Pillow's format and mode.
_FAST: dict[tuple[str | None, str], Callable[[bytes, int, int, int], Pixels | None]] = {
    ("JPEG", "L"): _decoded_jpeg,
    ("JPEG", "RGB"): _decoded_jpeg,
    ("MPO", "L"): _decoded_jpeg,
    ("MPO", "RGB"): _decoded_jpeg,
    ("HEIF", "RGB"): _decoded_heif,
}


def _decoded_by_pillow(data: bytes, at_least: int) -> Pixels:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        halves = halves_of(max(image.size), at_least)
        if halves:
            image.draft("RGB", (image.width >> halves, image.height >> halves))
        image.load()
        return np.asarray(_as_rgb(_reduced(image, at_least)))


def _reduced(image: Image, at_least: int) -> Image:
    """Halved as often as can be, before conversions need memory for each pixel."""
    factor = 1 << halves_of(max(image.size), at_least)
    if factor == 1:
        return image
    if image.mode.startswith("I;16"):
        image = _deep_grey(image)
    elif image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBa" if image.mode == "RGBA" else "La")
        return image.reduce(factor).convert("RGBA")
    return image.reduce(factor)


def _deep_grey(image: Image) -> Image:
    """Sixteen bits a pixel as eight."""
    from PIL import Image as images

    return images.fromarray((np.asarray(image) >> 8).astype(np.uint8))


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever a decoder raises on broken data, as `UnreadablePhoto`."""
    from PIL import UnidentifiedImageError

    try:
        yield
    except UnreadablePhoto:
        raise
    except UnidentifiedImageError:
        raise UnreadablePhoto("not an image that can be read") from None
    except Exception as error:
        raise UnreadablePhoto(_reason(error)) from error


# EXIF orientations that swap width and height.
_SIDEWAYS = frozenset({5, 6, 7, 8})


def _orientation(image: Image) -> int:
    """The EXIF orientation of the pixels, 1 to 8; a nonsensical one is 1."""
    from PIL.ExifTags import Base

    if image.format == "TIFF":  # Pillow turns these itself
        return 1
    try:
        orientation = image.getexif().get(Base.Orientation)
    except Exception:  # broken EXIF says nothing about the pixels
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _turned(pixels: Pixels, orientation: int) -> Pixels:
    """The stored picture turned upright."""
    import cv2

    if orientation in (2, 4, 5, 7):
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
    turns = {
        3: cv2.ROTATE_180,
        4: cv2.ROTATE_180,
        5: cv2.ROTATE_90_COUNTERCLOCKWISE,
        6: cv2.ROTATE_90_CLOCKWISE,
        7: cv2.ROTATE_90_CLOCKWISE,
        8: cv2.ROTATE_90_COUNTERCLOCKWISE,
    }
    if orientation in turns:
        pixels = np.asarray(cv2.rotate(pixels, turns[orientation]), np.uint8)
    return pixels


@functools.cache
def _prepare_pillow() -> None:
    """Once: read HEIC, leave the size limit to `MAX_MEMORY`, keep warnings off the terminal."""
    import pi_heif
    from PIL import Image

    pi_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None
    warnings.filterwarnings("ignore", module=r"PIL\.")


def _as_rgb(image: Image) -> Image:
    """Eight-bit RGB: deep greys are scaled, transparency lies on white."""
    from PIL import Image as images

    if image.mode.startswith("I;16"):
        return _deep_grey(image).convert("RGB")
    if image.mode in ("I", "F"):
        values = np.nan_to_num(np.asarray(image, np.float64), posinf=0.0, neginf=0.0)
        low, high = float(values.min()), float(values.max())
        if image.mode == "I" and low >= 0 and high <= 65535:
            low, high = 0.0, 65535.0
        scaled = (values - low) * (255.0 / (high - low) if high > low else 0.0)
        return images.fromarray(scaled.clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = images.new("RGBA", coloured.size, "white")
        white.alpha_composite(coloured)
        return white.convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


# What decoders raise with words for people; others, such as ZeroDivisionError, slip out.
_SPEAKING = (OSError, ValueError, SyntaxError, NotImplementedError)


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "truncated"
    if isinstance(error, MemoryError):
        return "not enough memory to decode it"
    if not text or not isinstance(error, _SPEAKING) or text.startswith("decoder error"):
        return "damaged"
    return f"cannot be decoded ({text[:120]})"
