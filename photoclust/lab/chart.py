"""The geometry of a line chart; the template draws it as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# All in SVG units, about pixels.
WIDTH, HEIGHT = 1000, 400
LEFT, RIGHT, TOP, BOTTOM = 48, 96, 32, 52
LABEL_HEIGHT = 20

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Curve:
    """A line to draw: its name, the values (n,) in 0..1, and the CSS class that gives its look."""

    name: str
    look: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A value where it is drawn."""

    x: float
    y: float
    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: the place along it, and the text."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve as dots, its path, and the height of its label at the right end."""

    name: str
    look: str
    dots: tuple[Dot, ...]
    label_y: float

    @property
    def path(self) -> str:
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template needs; places are from the top left corner."""

    title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[DrawnCurve, ...]
    chosen: Tick
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw(title: str, at: Sequence[float], curves: Sequence[Curve], chosen: float) -> Chart:
    """Place curves over the ascending numbers `at` (n,), with `chosen` marked on that axis.

    The upright axis ends at 1 and begins at a round number below every value.
    """
    lowest = min(value for curve in curves for value in curve.values)
    step = _step(1 - min(lowest, 0.99))
    floor = max(0.0, math.floor(round(lowest / step, 6)) * step)
    if floor >= 1:
        floor = 1 - step
    first, last = at[0], at[-1]

    def x_of(value: float) -> float:
        share = (value - first) / (last - first) if last > first else 0.5
        return round(LEFT + share * (WIDTH - RIGHT - LEFT), 1)

    def y_of(value: float) -> float:
        share = (value - floor) / (1 - floor)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    drawn = [
        tuple(Dot(x_of(x), y_of(y), x, y) for x, y in zip(at, curve.values, strict=True))
        for curve in curves
    ]
    label_places = _apart([dots[-1].y for dots in drawn])
    count = round((1 - floor) / step)
    places = 2 if last - first < 1 else 1
    return Chart(
        title=title,
        x_ticks=tuple(Tick(x_of(x), f"{x:.{places}f}") for x in _round_numbers(first, last)),
        y_ticks=tuple(
            Tick(y_of(1 - index * step), f"{1 - index * step:.2f}") for index in range(count + 1)
        ),
        curves=tuple(
            DrawnCurve(curve.name, curve.look, dots, place)
            for curve, dots, place in zip(curves, drawn, label_places, strict=True)
        ),
        chosen=Tick(x_of(chosen), f"{chosen:.3f}".rstrip("0").rstrip(".")),
    )


def _step(room: float) -> float:
    """The finest round distance between ticks that gives at most `MOST_TICKS` of them."""
    return next((step for step in STEPS if room / step <= MOST_TICKS), STEPS[-1])


def _round_numbers(first: float, last: float) -> list[float]:
    step = _step(last - first)
    start, end = math.ceil(round(first / step, 6)), math.floor(round(last / step, 6))
    return [index * step for index in range(start, end + 1)]


def _apart(places: Sequence[float]) -> list[float]:
    """The same heights, moved down until labels there do not touch, and up if they would leave."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + LABEL_HEIGHT)
    over = max(0.0, moved[order[-1]] - (HEIGHT - BOTTOM)) if order else 0.0
    return [round(place - over, 1) for place in moved]
