"""What a trained network is shown of a face: an upright chip, grey or in colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels
from photoclust.models.alignment import cut_chip
from photoclust.models.dlib_resnet import CHIP_SIDE
from photoclust.models.open_pack import CHIP_PLACES

# Where the landmarks fall, in parts of the side: the places that dlib's chips have.
PLACES = CHIP_PLACES / CHIP_SIDE


@dataclass(frozen=True, slots=True)
class ChipShape:
    """A square of `side` pixels: grey, or RGB if `colour`."""

    side: int
    colour: bool

    def __str__(self) -> str:
        return f"{'rgb' if self.colour else 'grey'}-{self.side}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        return (3 if self.colour else 1, self.side, self.side)

    @property
    def eye_distance(self) -> float:
        """Pixels between the eyes."""
        return float(np.hypot(*(PLACES[1] - PLACES[0]))) * self.side

    def cut(self, pixels: Pixels, landmarks: NDArray[Any]) -> Pixels:
        """The chip (channels, side, side) of a face whose landmarks (5, 2) are in pixels."""
        import cv2

        chip = cut_chip(pixels, landmarks, PLACES * self.side, self.side)
        if self.colour:
            return np.ascontiguousarray(chip.transpose(2, 0, 1))
        return np.asarray(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), np.uint8)[None]
