"""Which faces nothing can be learned from: blurred, cut off by the border, or of hardly anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels
from photoclust.models.alignment import similarity_transform
from photoclust.models.chips import PLACES

# The chip that sharpness and border are measured on, as `models.quality` does.
SIDE = 112  # pixels


@dataclass(frozen=True, slots=True)
class FaceFilters:
    """What a photo, and a person, must have.

    Attributes
    ----------
    min_sharpness : variance of the Laplacian of the grey chip of 112 pixels.
    max_border : the share of the chip, 0..1, that may lie outside the photo.
    min_photos : a person needs so many photos that pass.
    """

    min_sharpness: float
    max_border: float
    min_photos: int

    def why_dropped(self, sharpness: float, border: float) -> str | None:
        """Why a face is not learned from, in a few words; None if it is."""
        if border > self.max_border:
            return "cut off by the border"
        if sharpness < self.min_sharpness:
            return "blurred"
        return None


def sharpness_of(chip: Pixels) -> float:
    """The variance of the Laplacian of an RGB chip (112, 112, 3)."""
    import cv2

    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def border_of(width: int, height: int, landmarks: NDArray[Any]) -> float:
    """The share of a face's chip, 0..1, that lies outside its picture of so many pixels.

    `landmarks` are (5, 2) in pixels of the picture.
    """
    import cv2

    matrix = similarity_transform(landmarks, PLACES * SIDE)
    inside = cv2.warpAffine(np.ones((height, width), np.uint8), matrix, (SIDE, SIDE))
    return 1 - float(np.asarray(inside).mean())
