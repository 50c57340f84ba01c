"""How large a photo may be, what decoding it costs, and how long it may take.

docs/reliability.md has the measurements behind these numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

# The most memory that one photo may need. Workers share as much, so that two of them, with their
# models and whatever they decode, need little more than 1.2 GB (docs/reliability.md).
MAX_MEMORY = 420_000_000  # bytes, those of the file among them

# A photo that needs less is decoded without asking: 12 megapixels of JPEG need 40 MB.
EASY_MEMORY = 60_000_000  # bytes

# The largest photo file that is read. Videos are read piece by piece.
MAX_BYTES = 400_000_000

# The most faces of one photo that are kept, the best first: more is a crowd, or a wall of pictures.
MAX_FACES = 500

# How long a worker may take for one photo before it is ended.
TIME_LIMIT = 60.0  # seconds

# Bytes a pixel that Pillow needs to load a picture and to bring it to a mode that can be shrunk.
LOADED = {"1": 5, "P": 5, "PA": 8, "L": 1, "LA": 8, "RGBA": 8, "I;16": 8, "I;16B": 8}
LOADED_ELSE = 4
# Bytes a pixel that decoders hold beside that.
WHOLE = {"HEIF": 3, "AVIF": 4, "WEBP": 12, "PNG": 1, "TIFF": 1, "BMP": 1}
# HEIF goes straight into an array.
HEIF = 6  # bytes a pixel
# Bytes a pixel of the picture that comes out, on its way to an array: as it is, or converted.
AS_IT_IS, CONVERTED = 3, 8

# A progressive JPEG keeps all its coefficients, two bytes each.
COEFFICIENTS = {"L": 2, "RGB": 6}  # bytes a pixel
COEFFICIENTS_ELSE = 8


def memory_of(image: Image, decoded_side: int) -> int:
    """Bytes that decoding an opened picture needs at most, when it is decoded at this side."""
    pixels = image.width * image.height
    halves = halves_of(max(image.size), decoded_side)
    if image.format == "HEIF" and image.mode == "RGB":
        return pixels * HEIF + (pixels >> 2 * halves) * AS_IT_IS
    if image.format in ("JPEG", "MPO"):
        held = COEFFICIENTS.get(image.mode, COEFFICIENTS_ELSE) * bool(image.info.get("progressive"))
        return pixels * held + (pixels >> 2 * halves) * (AS_IT_IS + 1)
    held = LOADED.get(image.mode, LOADED_ELSE) + WHOLE.get(image.format or "", 0)
    finished = AS_IT_IS if image.mode == "RGB" and not halves else CONVERTED
    return pixels * held + (pixels >> 2 * halves) * finished


def halves_of(side: int, at_least: int) -> int:
    """How often (0 to 3) a side can be halved, as JPEG decodes, without falling below a length."""
    return next((times for times in (3, 2, 1) if side >= at_least << times), 0)
