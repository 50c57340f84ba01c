"""Two kinds of scene: part of a real photo, and prints of real photos on a surface."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from photoclust.demo.looks import in_grey, relit, surface
from photoclust.demo.people import GROUP, PEOPLE, Person, Rect, Source, pixels_of
from photoclust.domain import Box, Pixels

Matrix = NDArray[np.float64]
"""A homography, shape (3, 3)."""

Composed = tuple[Pixels, dict[str, Box]]
"""A scene's pixels, and the box of each person's face in 0..1."""

MIRROR = np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])  # of the unit square
LARGEST_FACE = 200  # pixels of width in a print; the sources have about 100
PAPER = (246, 243, 236)
PINNED = ("brick", "cork")
CIRCLE = np.linspace(0, 2 * np.pi, 32, endpoint=False)


@dataclass(frozen=True, slots=True)
class Shot:
    """A scene that is part of a photo, which may not cut through a face."""

    file: str
    crop: Rect
    source: Source = GROUP

    def compose(self, rng: Generator) -> Composed:
        """Enlarge it, a little askew, in other light and perhaps in the mirror."""
        wide, high = self.crop.size
        factor = rng.uniform(920, 1500 if wide > 600 else 1050) / max(wide, high)
        width, height = round(wide * factor), round(high * factor)
        to_scene = _scaled(width, height) @ _mirrored(rng) @ _camera(self.crop, rng)
        pixels = _warped(relit(pixels_of(self.source), rng), to_scene, width, height)
        people = (p for p in PEOPLE.values() if p.source == self.source)
        return pixels, {
            person.name: _seen(person.face, to_scene, width, height)
            for person in people
            if self.crop.holds(person.face)
        }


@dataclass(frozen=True, slots=True)
class Prints:
    """A scene of prints on a surface: one for each name in `people`, one for each file in `others`.

    The files are pictures of scikit-image that show nobody.
    """

    file: str
    surface: str
    people: str
    others: str = ""

    def compose(self, rng: Generator) -> Composed:
        """Lay a print into each slot of a grid and take a picture, a little askew."""
        others = [Source.scikit_image(file) for file in self.others.split()]
        people = [PEOPLE[name] for name in self.people.split()]
        slots = len(others) + len(people)
        width, height = _scene_size(slots, rng)
        camera = _scaled(width, height) @ _camera(Rect(0, 0, width, height), rng)
        canvas = _warped(surface(self.surface, width, height, rng), camera, width, height)
        centres, room = _grid(slots, width, height)
        boxes = {}
        # The people come last, so that no other print can lie over a face.
        pictures: list[Source | Person] = [*others, *people]
        for shown, centre in zip(pictures, rng.permutation(centres), strict=True):
            paper, to_paper = _print_of(shown, room * rng.uniform(0.74, 0.95), rng)
            if self.surface in PINNED:
                _pin(paper, rng)
            to_scene = camera @ _placed(paper, centre, rng)
            _lay(canvas, paper, to_scene)
            if isinstance(shown, Person):
                boxes[shown.name] = _seen(shown.face, to_scene @ to_paper, width, height)
        return canvas, boxes


def _print_of(
    shown: Source | Person, room: NDArray[np.float64], rng: Generator
) -> tuple[Pixels, Matrix]:
    """A print that fits into `room` (width, height), and where on it the source's pixels are."""
    source, crop, largest = _part_to_show(shown, rng)
    margin = rng.uniform(0.03, 0.06) * max(crop.size)
    foot = margin * rng.choice((1, 1, 3.5))  # instant film has a broad one
    with_paper = np.add(crop.size, (2 * margin, margin + foot))
    factor = min(largest, *(room / with_paper))
    width, height = (round(side * factor) for side in crop.size)
    side, below = round(margin * factor), round(foot * factor)
    to_unit = _mirrored(rng) @ _scaled(*np.divide(1, crop.size)) @ _shifted(-crop.left, -crop.top)
    to_photo = _scaled(width, height) @ to_unit
    shrinking = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    photo = pixels_of(source)[crop.top : crop.bottom, crop.left : crop.right]
    photo = np.asarray(cv2.resize(photo, (width, height), interpolation=shrinking), np.uint8)
    photo = relit(photo[:, ::-1] if to_photo[0, 0] < 0 else photo, rng)
    if rng.uniform() < 0.15:
        photo = in_grey(photo)
    paper = cv2.copyMakeBorder(photo, side, below, side, side, cv2.BORDER_CONSTANT, value=PAPER)
    return np.asarray(paper, np.uint8), _shifted(side, side) @ to_photo


def _part_to_show(shown: Source | Person, rng: Generator) -> tuple[Source, Rect, float]:
    """The part of a source that a print shows, and how many times it may be enlarged."""
    if isinstance(shown, Person):
        crop = shown.head.towards(shown.room, rng.uniform())
        return shown.source, crop, LARGEST_FACE / shown.face.size[0]
    height, width = pixels_of(shown).shape[:2]
    return shown, Rect(0, 0, width, height), 1.5


def _lay(canvas: Pixels, paper: Pixels, to_scene: Matrix) -> None:
    """Draw a print onto the canvas, and the soft shadow that it throws."""
    reach = max(canvas.shape) / 220
    height, width = paper.shape[:2]
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    spots = cv2.perspectiveTransform(corners, to_scene)[0]
    left, top = np.maximum(spots.min(axis=0) - 3 * reach, 0).astype(int)
    right, bottom = (spots.max(axis=0) + 5 * reach).astype(int)
    under = canvas[top:bottom, left:right]
    height, width = under.shape[:2]
    to_part = _shifted(-left, -top) @ to_scene
    sheet = np.ones(paper.shape[:2], np.float32)
    cover = np.asarray(cv2.warpPerspective(sheet, to_part, (width, height)))[..., None]
    thrown = cv2.warpPerspective(sheet, _shifted(reach, 1.5 * reach) @ to_part, (width, height))
    light = 1 - 0.43 * np.asarray(cv2.GaussianBlur(thrown, (0, 0), reach))[..., None]
    above = _warped(paper, to_part, width, height)
    under[:] = (under * light * (1 - cover) + above * cover).astype(np.uint8)


def _pin(paper: Pixels, rng: Generator) -> None:
    """Draw a pin into the middle of the upper edge."""
    size = max(5, paper.shape[1] // 45)
    colour = tuple(rng.permutation((205, 50, 60)).tolist())
    at = (paper.shape[1] // 2, 2 * size)
    for shift, radius, tone in (
        (size // 2, size, (120, 116, 110)),  # its shadow
        (0, size, colour),
        (-size // 3, size // 3, PAPER),  # its shine
    ):
        centre = (at[0] + shift, at[1] + shift)
        cv2.circle(paper, centre, radius, tone, cv2.FILLED, cv2.LINE_AA)


def _scene_size(slots: int, rng: Generator) -> tuple[int, int]:
    """Width and height: larger for more prints, upright now and then."""
    longest = round(rng.uniform(900 + 30 * slots, 1100 + 80 * slots))
    shortest = round(longest * rng.uniform(0.66, 0.78))
    return (shortest, longest) if rng.uniform() < 0.3 else (longest, shortest)


def _grid(slots: int, width: int, height: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of equal cells, shape (slots, 2), and the size of a cell, shape (2,).

    The cells leave a margin for prints that stick out of them because they are tilted.
    """
    whole = np.array([width, height])
    columns = min(slots, max(1, round(float(np.sqrt(slots * width / height)))))
    rows = -(-slots // columns)
    cell = 0.9 * whole / (columns, rows)
    row, column = np.divmod(np.arange(slots), columns)
    in_row = np.where(row == rows - 1, slots - columns * (rows - 1), columns)
    left = (columns - in_row) / 2  # a last row that is not full stands in the middle
    return 0.05 * whole + (np.stack([left + column, row], axis=1) + 0.5) * cell, cell


def _placed(paper: Pixels, centre: NDArray[np.float64], rng: Generator) -> Matrix:
    """Moves a print to its centre, tilted by up to 12 degrees."""
    height, width = paper.shape[:2]
    angle = np.radians(rng.uniform(-12, 12))
    cos, sin = np.cos(angle), np.sin(angle)
    tilted: Matrix = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    x, y = centre + rng.uniform(-0.02, 0.02, 2) * (width, height)
    return _shifted(x, y) @ tilted @ _shifted(-width / 2, -height / 2)


def _shifted(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _scaled(x: float, y: float) -> Matrix:
    return np.array([[x, 0, 0], [0, y, 0], [0, 0, 1]], np.float64)


def _mirrored(rng: Generator) -> Matrix:
    """The unit square onto itself, in the mirror every other time."""
    return MIRROR if rng.uniform() < 0.5 else np.eye(3)


def _camera(frame: Rect, rng: Generator) -> Matrix:
    """Onto the unit square: a quadrangle that is slightly smaller than the frame."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    inset = corners + (1 - 2 * corners) * rng.uniform(0, 0.035, (4, 2))
    quadrangle = (frame[:2] + inset * frame.size).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(quadrangle, corners), np.float64)


def _warped(pixels: Pixels, to_scene: Matrix, width: int, height: int) -> Pixels:
    """What the homography makes of the picture, its edges continued, shape (height, width, 3)."""
    warped = cv2.warpPerspective(
        pixels, to_scene, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def _seen(face: Rect, to_scene: Matrix, width: int, height: int) -> Box:
    """The box around the ellipse in the face's box; unlike the box it hardly grows when tilted."""
    (wide, high), middle = face.size, np.add(face[:2], face[2:]) / 2
    outline = middle + np.stack([np.cos(CIRCLE) * wide / 2, np.sin(CIRCLE) * high / 2], axis=1)
    seen = cv2.perspectiveTransform(outline[None], to_scene)[0] / (width, height)
    x1, y1, x2, y2 = np.clip([*seen.min(axis=0), *seen.max(axis=0)], 0, 1)
    return Box(float(x1), float(y1), float(x2), float(y2))
