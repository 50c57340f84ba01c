"""How a head is turned, from the five landmarks alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Detection

# Where the landmarks of a head lie, in distances between its eyes: to the right and down in the
# picture, and away from the camera. The shape that explains those of the 4,164 faces of lfw-a best
# (Tomasi and Kanade 1992), the mean over both detectors, who put the nose a tenth apart:
# `python benchmarks/live_choices.py shape`.
EYES, NOSE, MOUTH = (0.5, 0.0, 0.0), (0.0, 0.484, -0.483), (0.418, 1.017, 0.0)
HEAD = np.array([(-EYES[0], *EYES[1:]), EYES, NOSE, (-MOUTH[0], *MOUTH[1:]), MOUTH])

_CENTRED = HEAD - HEAD.mean(axis=0)
_FROM_HEAD = np.linalg.pinv(_CENTRED.T)

# In degrees. The plane of eyes and mouth leans back by this in the average face of lfw-a.
LEANING = 7.8

# In degrees, either way. Of photos of lfw-a, compared with one that faces the camera, as many are
# recognised up to a yaw of 40 as at 0, and beyond 50 half of them with `open`, nine tenths with
# MobileFaceNet: `python benchmarks/live_choices.py pose`. Few have a pitch of more than 15.
FAR_YAW, FAR_PITCH = 40.0, 20.0


@dataclass(frozen=True, slots=True)
class Pose:
    """How a head is turned, in degrees; 0, 0, 0 faces the camera upright.

    Attributes
    ----------
    yaw : to the right of the picture is positive.
    pitch : up is positive.
    roll : clockwise in the picture is positive.
    """

    yaw: float
    pitch: float
    roll: float

    @property
    def far(self) -> bool:
        """Is it turned so far that it may not be recognised?"""
        return abs(self.yaw) > FAR_YAW or abs(self.pitch) > FAR_PITCH


def pose_of(detection: Detection, width: int, height: int) -> Pose | None:
    """The pose of a face in a picture of this size in pixels; None if its landmarks are no face's.

    The landmarks are taken for a parallel projection of `HEAD`, turned and scaled: least squares,
    then the nearest rotation. Distances to the camera are many times the depth of a head.
    """
    points = np.array(detection.landmarks) * (width, height)
    seen = (points - points.mean(axis=0)).T @ _FROM_HEAD
    return _angles(_rotation(seen)) if np.linalg.matrix_rank(seen) == 2 else None


def _rotation(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation whose first two rows are nearest to a matrix (2, 3), its scale left out."""
    left, _scales, right = np.linalg.svd(seen, full_matrices=False)
    rows = left @ right
    return np.vstack([rows, np.cross(rows[0], rows[1])])


def _angles(rotation: NDArray[np.float64]) -> Pose:
    """Roll about the line of sight last, so that turning the picture changes nothing else."""
    yaw = np.arcsin(np.clip(rotation[2, 0], -1, 1))
    pitch = -np.arctan2(rotation[2, 1], rotation[2, 2])
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    yaw, pitch, roll = np.degrees([yaw, pitch, roll])
    return Pose(float(yaw), float(pitch + LEANING), float(roll))
