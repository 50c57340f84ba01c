"""Square pictures of faces, cut from their photos."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from photoclust.domain import Box, Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.photos.decode import decode, read_bytes
from photoclust.photos.discover import kind_of
from photoclust.photos.video import frame_at

# Room around a face on each side, as a share of the longer side of its box: hair, ears and chin.
MARGIN = 0.35

# A photo is decoded at this for its crops: a face of 1/8 of the width still has 256 pixels.
DECODED_SIDE = 2048  # pixels, longest side

PLACEHOLDER_GROUND, PLACEHOLDER_SHAPE = (214, 214, 214), (180, 180, 180)


def face_crop(pixels: Pixels, box: Box, side: int) -> Pixels:
    """The square around a face, with a margin, as RGB of shape (side, side, 3).

    At the picture's edge the square moves or gives up its margin; only where the face itself is
    larger than the picture are the outermost pixels repeated.

    Parameters
    ----------
    pixels : the upright photo, shape (height, width, 3).
    box : the face in 0..1 of it; may reach beyond the picture.
    side : pixels.
    """
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = box.in_pixels(width, height)
    face = max(x2 - x1, y2 - y1)
    square = max(1, round(max(face, min(face * (1 + 2 * MARGIN), width, height))))
    left = _inside((x1 + x2 - square) / 2, square, width)
    top = _inside((y1 + y2 - square) / 2, square, height)
    cut = pixels[max(0, top) : top + square, max(0, left) : left + square]
    if cut.shape[:2] != (square, square):
        above, before = max(0, -top), max(0, -left)
        below, after = square - cut.shape[0] - above, square - cut.shape[1] - before
        cut = np.pad(cut, ((above, below), (before, after), (0, 0)), mode="edge")
    method = cv2.INTER_AREA if square > side else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(cut, (side, side), interpolation=method), np.uint8)


def face_crops(
    library: Library, faces: Iterable[Face], side: int, *, decoded: int = DECODED_SIDE
) -> Iterator[tuple[Face, Pixels]]:
    """Each face with its crop of shape (side, side, 3), photo by photo.

    Every photo is opened once, in the order of its first face, and every frame of a video. A face
    whose photo is gone or cannot be read comes with a grey placeholder. `decoded` is the longest
    side of the photos that are cut: smaller is quicker.
    """
    by_picture: dict[tuple[int, float | None], list[Face]] = {}
    for face in faces:
        by_picture.setdefault((face.photo_id, face.at_seconds), []).append(face)
    paths = library.photos.paths_of(photo_id for photo_id, _ in by_picture)
    for (photo_id, at_seconds), its_faces in by_picture.items():
        pixels = read_picture(paths.get(photo_id, []), at_seconds, decoded)
        for face in its_faces:
            crop = placeholder(side) if pixels is None else face_crop(pixels, face.box, side)
            yield face, crop


def read_picture(
    paths: Iterable[str | Path], at_seconds: float | None = None, side: int = DECODED_SIDE
) -> Pixels | None:
    """A photo, or a frame of a video, from the first of its files that can be read, or None.

    The longest side of a photo is at most `side`.
    """
    for path in paths:
        try:
            if at_seconds is not None:
                return frame_at(path, at_seconds)
            return decode(read_bytes(path), side, kind_of(str(path))).pixels
        except UnreadablePhoto:
            continue
    return None


def data_uri(crop: Pixels, quality: int) -> str:
    """A picture as WebP inside the page that shows it; quality 0..100."""
    encoded = io.BytesIO()
    Image.fromarray(crop).save(encoded, "WEBP", quality=quality)
    return f"data:image/webp;base64,{base64.b64encode(encoded.getvalue()).decode()}"


def placeholder(side: int) -> Pixels:
    """What stands for a picture that is not there: grey, a head and shoulders, (side, side, 3)."""
    drawn = np.full((side, side, 3), PLACEHOLDER_GROUND, np.uint8)
    middle, head, shoulders = side // 2, round(side * 0.17), round(side * 0.32)
    cv2.circle(drawn, (middle, round(side * 0.4)), head, PLACEHOLDER_SHAPE, -1, cv2.LINE_AA)
    cv2.circle(drawn, (middle, round(side * 0.96)), shoulders, PLACEHOLDER_SHAPE, -1, cv2.LINE_AA)
    return drawn


def _inside(start: float, length: int, limit: int) -> int:
    """Where a stretch begins that should lie in 0..limit; centred if it is longer than that."""
    if length > limit:
        return (limit - length) // 2
    return min(max(round(start), 0), limit - length)
