"""How much a face can be trusted, as one number 0..1.

Used to choose the face that stands for a person, the exemplars a person is recognised by, and the
faces that may begin a cluster; nothing is dropped because of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels

# At this many pixels between the eyes more pixels no longer help: a 112-px chip has 35.
FULL_EYE_DISTANCE = 40.0  # pixels of the decoded photo

# Variance of the Laplacian of a 112-px grey chip; Ente (see docs/design.md) calls < 50 bad.
FULL_SHARPNESS = 200.0

# What is left to a face in profile: its embedding says less, but is no noise.
LEAST_FRONTAL = 0.15


def face_quality(chip: Pixels, landmarks: NDArray[np.floating], score: float) -> float:
    """Quality of a face from its aligned chip, its landmarks (5, 2) in pixels, and its score.

    The product of detector score, size (eye distance), sharpness of the chip, and how far the
    nose sits from the middle between the eyes (a face turned away), each 0..1.
    """
    import cv2

    left_eye, right_eye, nose = landmarks[0], landmarks[1], landmarks[2]
    eyes = right_eye - left_eye
    distance = float(np.hypot(*eyes))
    if distance == 0:
        return 0.0
    along = float((nose - left_eye) @ eyes) / distance**2
    frontal = max(LEAST_FRONTAL, 1.0 - 2.0 * abs(along - 0.5))
    grey = cv2.cvtColor(cv2.resize(chip, (112, 112)), cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    parts = (
        score,
        min(1.0, distance / FULL_EYE_DISTANCE),
        min(1.0, (sharpness / FULL_SHARPNESS) ** 0.5),
        frontal**0.5,
    )
    return float(np.clip(np.prod(parts), 0.0, 1.0))
