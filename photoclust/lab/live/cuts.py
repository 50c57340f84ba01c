"""Where one scene of a film ends and another begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels

SMALL = (32, 18)  # pixels, width and height of what is compared

# Mean difference of grey levels (of 255) between two frames, shrunk, from which on it is a cut.
# `python benchmarks/live_choices.py cuts`: of pairs of whole photos of `scenes` 99 in 100 differ by
# 45 and more, of `lfw-a` by 36; a scene moved by a twentieth of its width differs by less than 36
# from itself in 9 of 10 cases. A face that is unlike its track ends that half a second later too.
CUT = 40.0


class Cuts:
    """Told one frame after the other."""

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None

    def is_cut(self, pixels: Pixels) -> bool:
        """Does this frame, RGB, begin another scene than the frame before? The first does not."""
        import cv2

        small = cv2.resize(pixels, SMALL, interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
        before, self._before = self._before, grey
        return before is not None and float(np.abs(grey - before).mean()) >= CUT
