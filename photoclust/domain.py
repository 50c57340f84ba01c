"""The words of photoclust as plain values. See docs/design.md for what each word means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from photoclust.vectors import Vector

Pixels = NDArray[np.uint8]
"""An upright picture: RGB, shape (height, width, 3)."""


class Box(NamedTuple):
    """A rectangle in 0..1 of the upright picture's width and height."""

    x1: float
    y1: float
    x2: float
    y2: float

    def in_pixels(self, width: int, height: int) -> Box:
        """The same rectangle in pixels of a picture of this size."""
        return Box(self.x1 * width, self.y1 * height, self.x2 * width, self.y2 * height)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        wide = min(self.x2, other.x2) - max(self.x1, other.x1)
        high = min(self.y2, other.y2) - max(self.y1, other.y1)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return shared / (self.area + other.area - shared)

    def distance_to(self, x: float = 0.5, y: float = 0.5) -> float:
        """Squared, from the box's middle to a point; by default to the middle of the picture."""
        return ((self.x1 + self.x2) / 2 - x) ** 2 + ((self.y1 + self.y2) / 2 - y) ** 2

    @property
    def area(self) -> float:
        return (self.x2 - self.x1) * (self.y2 - self.y1)


@dataclass(frozen=True, slots=True)
class Detection:
    """Where a detector saw a face: box, score 0..1, and five landmarks (x, y) in 0..1.

    The landmarks are left eye, right eye, nose, left and right corner of the mouth, left and right
    as they appear in the picture.
    """

    box: Box
    score: float
    landmarks: tuple[tuple[float, float], ...]

    def eye_distance(self, width: int, height: int) -> float:
        """Between the eyes, in pixels of a picture of this size."""
        (left_x, left_y), (right_x, right_y) = self.landmarks[:2]
        return math.hypot((right_x - left_x) * width, (right_y - left_y) * height)

    @classmethod
    def of(cls, corners: NDArray[Any], score: float, points: NDArray[Any]) -> Detection:
        """From arrays of shape (4,) and (5, 2)."""
        x1, y1, x2, y2 = (float(value) for value in corners)
        return cls(Box(x1, y1, x2, y2), score, tuple((float(x), float(y)) for x, y in points))


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A detection with its unit-length embedding (dim,) and its quality 0..1, not yet stored."""

    detection: Detection
    embedding: Vector
    quality: float
