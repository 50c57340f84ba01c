"""Where curves, ticks and labels are drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest

from photoclust.lab.chart import LABEL_HEIGHT, Curve, draw


def chart(*values: tuple[float, ...], at: tuple[float, ...] = (0.86, 0.92, 0.98)):
    curves = [Curve(f"curve {index}", "f", line) for index, line in enumerate(values)]
    return draw("A chart", at, curves, at[len(at) // 2])


def test_everything_is_inside() -> None:
    drawn = chart((0.0, 0.5, 1.0), (0.93, 0.94, 0.95))
    for curve in drawn.curves:
        for dot in curve.dots:
            assert drawn.left <= dot.x <= drawn.right
            assert drawn.top <= dot.y <= drawn.bottom
    assert drawn.curves[0].dots[0].y == drawn.bottom
    assert drawn.curves[0].dots[-1].y == drawn.top
    assert drawn.chosen.place == pytest.approx((drawn.left + drawn.right) / 2)
    assert drawn.chosen.text == "0.92"


def test_ticks_are_round_numbers_around_the_values() -> None:
    drawn = chart((0.931, 0.94, 0.95))
    assert [tick.text for tick in drawn.y_ticks] == [
        *("1.00", "0.99", "0.98", "0.97", "0.96", "0.95", "0.94", "0.93"),
    ]
    assert [tick.text for tick in chart((0.1, 0.2, 0.3)).y_ticks][-1] == "0.00"
    assert [tick.text for tick in drawn.x_ticks] == [
        *("0.86", "0.88", "0.90", "0.92", "0.94", "0.96", "0.98"),
    ]


def test_perfect_values_and_a_single_point_can_be_drawn() -> None:
    drawn = chart((1.0, 1.0, 1.0))
    assert {dot.y for dot in drawn.curves[0].dots} == {drawn.top}
    assert len(chart((0.5,), at=(0.9,)).curves[0].dots) == 1


def test_labels_never_touch() -> None:
    for ends in ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.5, 0.51, 0.9)):
        drawn = chart(*((0.0, 0.5, end) for end in ends))
        places = sorted(curve.label_y for curve in drawn.curves)
        gaps = [below - above for above, below in pairwise(places)]
        assert min(gaps) >= LABEL_HEIGHT
        assert places[-1] <= drawn.bottom
