"""The best look at somebody who wants to be known: one shot is enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from photoclust.domain import Box, Pixels
from photoclust.lab.live.scene import Scene, SeenFace
from photoclust.vectors import Vector

LEAST_EYES = 40.0  # pixels between the eyes, where more of them no longer help (models/quality.py)
MOST_YAW, MOST_PITCH = 20.0, 15.0  # degrees, either way
LEAST_QUALITY = 0.5

# The best of what is seen so long after the first good look is taken.
WAIT = 1.5  # seconds

# How far around the box the picture that is kept goes, as a share of the box on each side.
AROUND = 0.8


@dataclass(frozen=True, slots=True)
class Shot:
    """A look at one face: the picture around it, RGB, its embedding and its quality 0..1."""

    pixels: Pixels
    embedding: Vector
    quality: float
    track: int
    seconds: float


class BestShot:
    """Is shown scene after scene, each of its faces embedded, until it is `done`.

    Attributes
    ----------
    best : the best look so far; None before the first that is good enough.
    """

    def __init__(self) -> None:
        self.best: Shot | None = None
        self._since = 0.0

    def look(self, scene: Scene) -> str:
        """What the person should do, in a few words; nothing while all is well."""
        if self.is_done(scene.frame.seconds):
            return ""
        if len(scene.faces) != 1:
            return "only one person, please" if scene.faces else "nobody is in the picture"
        (face,) = scene.faces
        height, width = scene.frame.pixels.shape[:2]
        advice = _advice(face, width, height)
        if advice or face.face is None:
            return advice
        if self.best is None or self.best.track != face.track:
            self.best, self._since = None, scene.frame.seconds
        if self.best is None or face.face.quality > self.best.quality:
            cut = _around(scene.frame.pixels, face.detection.box)
            seen = face.face
            self.best = Shot(cut, seen.embedding, seen.quality, face.track, scene.frame.seconds)
        return ""

    def is_done(self, seconds: float) -> bool:
        """Was there a good look, and time for a better one?"""
        return self.best is not None and seconds - self._since >= WAIT


def _advice(face: SeenFace, width: int, height: int) -> str:
    if face.is_picture:
        return "a picture of somebody will not do"
    if face.detection.eye_distance(width, height) < LEAST_EYES:
        return "come closer"
    pose = face.pose
    if pose is None or abs(pose.yaw) > MOST_YAW or abs(pose.pitch) > MOST_PITCH:
        return "look at the camera"
    if face.face is not None and face.face.quality < LEAST_QUALITY:
        return "hold still, in good light"
    return ""


def _around(pixels: Pixels, box: Box) -> Pixels:
    """A face and what is around it, so that a detector finds it again, but not the whole room."""
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = box.in_pixels(width, height)
    more_x, more_y = AROUND * (x2 - x1), AROUND * (y2 - y1)
    left, top = max(0, int(x1 - more_x)), max(0, int(y1 - more_y))
    return np.ascontiguousarray(pixels[top : int(y2 + more_y) + 1, left : int(x2 + more_x) + 1])
