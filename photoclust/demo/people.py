"""The seven people of the demo, and the photos inside installed packages that show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError


class Rect(NamedTuple):
    """Left, top, right and bottom in whole pixels of a source photo."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def holds(self, other: Rect) -> bool:
        """Whether the other rectangle lies wholly inside this one."""
        starts = self.left <= other.left and self.top <= other.top
        return starts and self.right >= other.right and self.bottom >= other.bottom

    def towards(self, other: Rect, share: float) -> Rect:
        """The rectangle a `share` (0..1) of the way from this one to the other."""
        return Rect(*(round(a + share * (b - a)) for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Source:
    """A picture file that ships inside an installed package."""

    package: str
    path: str

    @classmethod
    def scikit_image(cls, file: str) -> Source:
        """One of the sample pictures of scikit-image."""
        return cls("skimage", f"data/{file}")


GROUP = Source("insightface", "data/images/t1.jpg")
ASTRONAUT = Source.scikit_image("astronaut.png")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody under an invented name, in pixels of the source photo.

    `face` is the tight box from forehead to chin, `head` the smallest pleasant portrait, and `room`
    the largest one that shows nobody else's face.
    """

    name: str
    source: Source
    face: Rect
    head: Rect
    room: Rect


# The faces are the boxes of CenterFace (scores over 0.5, longest side 1024) on the untouched
# sources; heads and rooms were set by eye on a pixel grid.
_MEASURED = {
    "Ada": (GROUP, (54, 262, 170, 397), (6, 225, 226, 455), (0, 180, 258, 560)),
    "Bea": (GROUP, (270, 149, 374, 269), (225, 88, 430, 310), (200, 88, 458, 400)),
    "Ben": (GROUP, (463, 264, 573, 416), (428, 205, 640, 455), (420, 200, 730, 570)),
    "Dan": (GROUP, (746, 340, 848, 481), (700, 275, 905, 510), (625, 240, 912, 590)),
    "Eli": (GROUP, (899, 51, 1017, 206), (866, 0, 1076, 240), (866, 0, 1118, 370)),
    "Fay": (GROUP, (1135, 269, 1228, 401), (1080, 226, 1280, 460), (1020, 222, 1280, 560)),
    "Gwen": (ASTRONAUT, (182, 58, 270, 178), (120, 0, 330, 240), (40, 0, 420, 440)),
}

PEOPLE = {
    name: Person(name, source, Rect(*face), Rect(*head), Rect(*room))
    for name, (source, face, head, room) in _MEASURED.items()
}


@cache
def pixels_of(source: Source) -> Pixels:
    """The source photo in RGB, shape (height, width, 3), not to be written to."""
    spec = find_spec(source.package)  # importing insightface itself would take seconds
    for root in (spec and spec.submodule_search_locations) or ():
        path = Path(root) / source.path
        if path.is_file():
            with Image.open(path) as image:
                pixels = np.array(image.convert("RGB"))
            pixels.flags.writeable = False
            return pixels
    raise PhotoclustError(
        f"The demo needs the picture {source.path} of the package {source.package}.",
        "Install photoclust again, with everything it depends on.",
    )
