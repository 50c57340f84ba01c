"""Who was seen for how long."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Box, Detection
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.naming import Standing
from photoclust.lab.live.scene import Scene, SeenFace
from photoclust.lab.live.tally import Tally

SPOT = Detection(Box(0, 0, 1, 1), 0.9, ((0.0, 0.0),) * 5)
STEP = 0.1  # seconds


def face(
    track: int,
    person: str | None,
    *,
    decided: bool = True,
    distance: float = 0.1,
    live: bool = True,
) -> SeenFace:
    standing = Standing(person or "Ann", 1 - distance / 2, person, decided)
    return SeenFace(track, SPOT, standing, None, Life(live, 0.5), None)


def counted(*frames: list[SeenFace], step: float = STEP) -> dict[str | None, tuple[float, int]]:
    tally = tally_of(*frames, step=step)
    return {item.person: (round(item.seconds, 6), item.times) for item in tally.sightings()}


def tally_of(*frames: list[SeenFace], step: float = STEP) -> Tally:
    tally = Tally(STEP)
    for number, faces in enumerate(frames):
        pixels = np.zeros((1, 1, 3), np.uint8)
        tally.add(Scene(Frame(number + 1, number * step, pixels), faces, []))
    return tally


def test_the_time_before_a_name_counts_too() -> None:
    early = [face(1, None, decided=False)]
    assert counted(early, early, [face(1, "Ann")], [face(1, "Ann")]) == {"Ann": (0.4, 1)}
    assert counted([face(1, None)], [face(1, "Ann")]) == {"Ann": (0.2, 1)}


def test_new_people_are_counted_together() -> None:
    assert counted([face(1, None), face(2, None)], [face(1, None)]) == {None: (0.3, 2)}


def test_who_comes_twice() -> None:
    assert counted([face(1, "Ann")], [], [face(2, "Ann")]) == {"Ann": (0.2, 2)}


def test_what_was_never_seen_for_long_is_left_out() -> None:
    assert counted([face(1, None, decided=False)]) == {}


def test_a_picture_of_somebody_is_nobody() -> None:
    assert counted([face(1, "Ann", live=False)]) == {}


def test_a_gap_counts_as_a_second_at_most() -> None:
    assert counted([face(1, "Ann")], [face(1, "Ann")], step=60.0) == {"Ann": (1.1, 1)}


def test_order_first_and_nearest() -> None:
    tally = tally_of(
        [face(1, None)],
        [face(1, None), face(2, "Ben", distance=0.08)],
        [face(3, "Ann"), face(2, "Ben", distance=0.05)],
    )
    found = tally.sightings()
    assert [item.person for item in found] == ["Ben", "Ann", None]
    assert found[0].first == pytest.approx(0.1)
    assert found[0].distance == pytest.approx(0.05)
    assert found[2].distance is None
