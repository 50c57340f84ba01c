"""A window on the desktop, by OpenCV."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from photoclust.errors import PhotoclustError

if TYPE_CHECKING:
    from photoclust.domain import Pixels

TITLE = "photoclust live: q ends"
ESCAPE = 27

# Where no window can be opened some builds of OpenCV raise an error, and Qt ends the process.
OPENS_ONE = "import cv2; cv2.namedWindow('photoclust'); cv2.waitKey(1)"


class Window:
    """Shows one picture after the other, until q, Esc or the window's own button.

    Raises
    ------
    PhotoclustError : there is no display, or OpenCV was built without windows.
    """

    def __init__(self) -> None:
        tried = subprocess.run(
            [sys.executable, "-c", OPENS_ONE], capture_output=True, stdin=subprocess.DEVNULL
        )
        if tried.returncode:
            raise PhotoclustError(
                "No window can be opened here: there is no display, or OpenCV has no windows.",
                "Write a video with --out FILE.mp4, or say what happens with --json.",
            )

    def show(self, pixels: Pixels) -> bool:
        """Show an RGB picture; False if the person has seen enough."""
        import cv2

        cv2.imshow(TITLE, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        key = cv2.waitKey(1) & 0xFF
        visible = cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1
        return visible and key not in (ord("q"), ESCAPE)

    def close(self) -> None:
        import cv2

        cv2.destroyAllWindows()
