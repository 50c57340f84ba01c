"""The geometry of curves over two axes, perhaps logarithmic; the template draws it as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.chart import Tick

# All in SVG units, about pixels.
WIDTH, HEIGHT = 560, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 48, 58

STEPS = (1, 2, 2.5, 5, 10)  # round distances between ticks, times a power of ten
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured from `low` to `high`, and how a value is written."""

    title: str
    low: float
    high: float
    log: bool = False
    form: str = "g"

    def share(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Where values lie, 0 at `low` and 1 at `high`; what is beyond lies on the edge."""
        inside = np.clip(np.asarray(values, np.float64), self.low, self.high)
        if self.log:
            return np.log(inside / self.low) / math.log(self.high / self.low)
        return (inside - self.low) / (self.high - self.low)

    def marks(self) -> list[float]:
        """Round numbers from `low` to `high`: powers of ten, or at equal distances."""
        if self.log:
            powers = range(math.ceil(math.log10(self.low) - 1e-9), 1)
            return [10.0**power for power in powers if 10.0**power <= self.high * (1 + 1e-9)]
        room = self.high - self.low
        size = 10.0 ** math.floor(math.log10(room / MOST_TICKS))
        step = next(step * size for step in STEPS if room / (step * size) <= MOST_TICKS)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(index * step, 10) for index in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: its name (empty: not told), CSS class, and points (n,), (n,)."""

    name: str
    look: str
    xs: NDArray[np.floating]
    ys: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A curve as the points of an SVG polyline."""

    name: str
    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything the template needs; places are from the top left corner."""

    title: str
    note: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[DrawnLine, ...]
    mark: Tick | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def plot(
    title: str,
    x: Axis,
    y: Axis,
    lines: Sequence[Line],
    *,
    note: str = "",
    mark: tuple[float, str] | None = None,
) -> Plot:
    """Place lines over two axes, with a place on the x axis marked in words."""

    def right_of(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.round(LEFT + x.share(values) * (WIDTH - RIGHT - LEFT), 1)

    def down(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.round(HEIGHT - BOTTOM - y.share(values) * (HEIGHT - BOTTOM - TOP), 1)

    x_marks, y_marks = np.array(x.marks()), np.array(y.marks())
    return Plot(
        title=title,
        note=note,
        x_title=x.title,
        y_title=y.title,
        x_ticks=_ticks(x, x_marks, right_of(x_marks)),
        y_ticks=_ticks(y, y_marks, down(y_marks)),
        lines=tuple(
            DrawnLine(line.name, line.look, _path(right_of(line.xs), down(line.ys)))
            for line in lines
        ),
        mark=mark and Tick(float(right_of(np.array(mark[0]))), mark[1]),
    )


def _ticks(
    axis: Axis, marks: NDArray[np.floating], places: NDArray[np.floating]
) -> tuple[Tick, ...]:
    return tuple(
        Tick(
            place,
            np.format_float_positional(mark, trim="-") if axis.log else format(mark, axis.form),
        )
        for mark, place in zip(marks.tolist(), places.tolist(), strict=True)
    )


def _path(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> str:
    """Points in a row; of those that lie on one another only one."""
    points = [f"{x:g},{y:g}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    return " ".join(
        point for index, point in enumerate(points) if not index or point != points[index - 1]
    )
