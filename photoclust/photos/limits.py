"""How large a photo may be, and what decoding it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# The most memory that one photo may need. With it two workers stay under 1.2 GB together, because
# only one of them at a time may hold a photo that needs more than EASY_MEMORY.
MAX_MEMORY = 600_000_000  # bytes, those of the file among them
EASY_MEMORY = 120_000_000

# The largest file that is read.
MAX_BYTES = 400_000_000

# Bytes a pixel while a picture is loaded and brought to 8-bit RGB, by Pillow's mode.
LOADED = {"1": 6, "P": 9, "PA": 13, "L": 2, "LA": 9, "RGBA": 9, "I;16": 4, "I;16B": 4, "I;16L": 4}
LOADED_ELSE = 5
# These decoders hold the whole picture beside what Pillow makes of it.
WHOLE = {"HEIF": 9, "AVIF": 9, "WEBP": 5}

# A progressive JPEG keeps two bytes for each coefficient: one and a half a pixel at 4:2:0, three at
# 4:4:4.
COEFFICIENTS = {"L": 2, "RGB": 6, "CMYK": 8}


def memory_of(image: Image, decoded_side: int) -> int:
    """Bytes that decoding an opened picture needs at most, when it is decoded at this side."""
    pixels = image.width * image.height
    if image.format in ("JPEG", "MPO"):
        side, halves = max(image.size), 0
        while halves < 3 and side >= decoded_side << (halves + 1):
            halves += 1
        whole = COEFFICIENTS.get(image.mode, 8) * pixels if image.info.get("progressive") else 0
        return whole + 8 * (pixels >> (2 * halves))
    return pixels * (LOADED.get(image.mode, LOADED_ELSE) + WHOLE.get(image.format or "", 0))


# The most faces of one photo that are kept, the best first: more is a crowd, or a wall of pictures.
MAX_FACES = 500

# How long a worker may take for one file before it is ended.
TIME_LIMIT = 60.0  # seconds
