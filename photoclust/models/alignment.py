"""Turning and scaling a face so that its landmarks fall on fixed places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels


def similarity_transform(source: NDArray[Any], target: NDArray[Any]) -> NDArray[np.float64]:
    """The scale, rotation and shift that best map points onto points, without mirroring.

    Least squares after Umeyama (1991). Both arrays have shape (n, 2); the result is the (2, 3)
    matrix that maps a source point to its target.
    """
    source = np.asarray(source, np.float64)
    target = np.asarray(target, np.float64)
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    centred, wanted = source - source_mean, target - target_mean
    left, strengths, right = np.linalg.svd(wanted.T @ centred / len(source))
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right))])
    rotation = left @ np.diag(signs) @ right
    spread = centred.var(axis=0).sum()
    scale = (strengths * signs).sum() / spread if spread > 0 else 1.0
    matrix = np.empty((2, 3))
    matrix[:, :2] = scale * rotation
    matrix[:, 2] = target_mean - scale * rotation @ source_mean
    return matrix


def cut_chip(pixels: Pixels, landmarks: NDArray[Any], places: NDArray[Any], side: int) -> Pixels:
    """The face as an upright square of `side` pixels, its landmarks on the given places.

    `landmarks` are (5, 2) in pixels of the picture, `places` (5, 2) in pixels of the chip. What
    lies outside the picture repeats its edge. A large face is shrunk by area before it is sampled,
    because bilinear sampling alone would skip pixels.
    """
    import cv2

    matrix = similarity_transform(landmarks, places)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if 0 < scale < 0.5:
        corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]], np.float64)
        inverse = cv2.invertAffineTransform(matrix)
        spots = corners @ inverse.T
        height, width = pixels.shape[:2]
        low = np.clip(np.floor(spots.min(axis=0)).astype(int) - 2, 0, [width - 1, height - 1])
        high = np.clip(np.ceil(spots.max(axis=0)).astype(int) + 3, low + 1, [width, height])
        part = pixels[low[1] : high[1], low[0] : high[0]]
        shrunk_size = tuple(int(n) for n in np.maximum(1, np.round((high - low) * scale * 1.5)))
        factors = np.array(shrunk_size) / (high - low)
        shrunk = cv2.resize(part, shrunk_size, interpolation=cv2.INTER_AREA)
        pixels = np.asarray(shrunk, np.uint8)
        matrix = similarity_transform((landmarks - low) * factors, places)
    chip = cv2.warpAffine(
        pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(chip, np.uint8)
