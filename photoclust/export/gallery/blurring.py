"""Making people unrecognisable in a picture."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from photoclust.domain import Box, Pixels

# What is blurred of a head: an ellipse through the corners of a box that is larger than the face.
ROOM = 1.3
# How many dots across a face are left. Who knows somebody well may recognise them in 7 by 10 (Sinha
# et al. 2006, "Face recognition by humans").
DOTS = 4


def blurred(pixels: Pixels, others: Iterable[Box], kept: Iterable[Box]) -> Pixels:
    """The picture with these faces blurred beyond recognition, in a new array.

    Where a kept face is near, only the boxes of the others are blurred, and all of them.

    Parameters
    ----------
    pixels : shape (height, width, 3).
    others, kept : in 0..1 of it; they may reach beyond it.
    """
    height, width = pixels.shape[:2]
    result = pixels.copy()
    spared = _filled(kept, (height, width))
    for box in others:
        x1, y1, x2, y2 = box.in_pixels(width, height)
        centre = ((x1 + x2) / 2, (y1 + y2) / 2)
        half = ((x2 - x1) * ROOM / 2**0.5, (y2 - y1) * ROOM / 2**0.5)
        left, right = (int(np.clip(centre[0] + side * half[0], 0, width)) for side in (-1, 1))
        top, bottom = (int(np.clip(centre[1] + side * half[1], 0, height)) for side in (-1, 1))
        if right <= left or bottom <= top:
            continue
        area = np.s_[top:bottom, left:right]
        rows, columns = np.ogrid[top:bottom, left:right]
        round_it = ((columns - centre[0]) / half[0]) ** 2 + ((rows - centre[1]) / half[1]) ** 2 < 1
        mask = (round_it & ~spared[area]) | _filled([box], (height, width))[area]
        result[area][mask] = _coarse(result[area], (x2 - x1, y2 - y1))[mask]
    return result


def hidden_but(pixels: Pixels, kept: Iterable[Box]) -> Pixels:
    """The picture with all but these faces blurred: where nobody knows where the others are."""
    result = _coarse(pixels, (pixels.shape[1] / 2, pixels.shape[0] / 2))
    shown = _filled(kept, pixels.shape[:2])
    result[shown] = pixels[shown]
    return result


def _coarse(pixels: Pixels, face: tuple[float, float]) -> Pixels:
    """The picture with so few dots that a face of this width and height has `DOTS` a side."""
    height, width = pixels.shape[:2]
    across = max(1, round(width * DOTS / max(face[0], DOTS)))
    down = max(1, round(height * DOTS / max(face[1], DOTS)))
    few = cv2.resize(pixels, (across, down), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _filled(boxes: Iterable[Box], shape: tuple[int, ...]) -> np.ndarray:
    """Where these boxes are, as an array of bools."""
    height, width = shape[:2]
    filled = np.zeros((height, width), bool)
    for box in boxes:
        x1, y1, x2, y2 = box.in_pixels(width, height)
        filled[
            max(0, int(np.floor(y1))) : max(0, int(np.ceil(y2))),
            max(0, int(np.floor(x1))) : max(0, int(np.ceil(x2))),
        ] = True
    return filled
