"""Where curves and ticks are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.lab.plot import HEIGHT, WIDTH, Axis, Line, plot


def test_corners() -> None:
    line = Line("a line", "look", np.array([0.001, 1.0, 5.0]), np.array([0.9, 1.0, 0.0]))
    drawn = plot("A plot", Axis("x", 0.001, 1, log=True), Axis("y", 0.9, 1), [line], mark=(1, "1"))
    assert drawn.lines[0].path == (
        f"{drawn.left},{drawn.bottom} {drawn.right},{drawn.top} {drawn.right},{drawn.bottom}"
    )
    assert 0 < drawn.left < drawn.right <= WIDTH
    assert 0 < drawn.top < drawn.bottom < HEIGHT
    assert drawn.mark is not None
    assert drawn.mark.place == drawn.right


@pytest.mark.parametrize(
    ("axis", "texts"),
    [
        (Axis("", 0.003, 1, log=True), ["0.01", "0.1", "1"]),
        (Axis("", 0.001, 0.5, log=True), ["0.001", "0.01", "0.1"]),
        (Axis("", 0, 4), ["0", "1", "2", "3", "4"]),
        (Axis("", 0.9, 1, form=".2f"), ["0.90", "0.92", "0.94", "0.96", "0.98", "1.00"]),
        (Axis("", 1, 20), ["5", "10", "15", "20"]),
    ],
)
def test_ticks_are_round(axis: Axis, texts: list[str]) -> None:
    drawn = plot("", axis, axis, [])
    assert [tick.text for tick in drawn.x_ticks] == texts
    assert [tick.text for tick in drawn.y_ticks] == texts


def test_points_on_one_another_are_drawn_once() -> None:
    line = Line("", "", np.array([0, 0, 0.5, 1]), np.array([1, 1, 1, 1]))
    drawn = plot("", Axis("", 0, 1), Axis("", 0, 1), [line])
    assert len(drawn.lines[0].path.split()) == 3
