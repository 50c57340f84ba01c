"""Names of tracks: patience, hysteresis, and nobody twice."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Box, DetectedFace, Detection
from photoclust.lab.live.naming import Namer
from photoclust.lab.live.tracking import Track
from photoclust.vectors import Vector

MATCH, HOLD = 0.8, 0.1
SPOT = Detection(Box(0, 0, 1, 1), 0.9, ((0.0, 0.0),) * 5)
ANN, BEN = np.eye(3, dtype=np.float32)[:2]


def like(ann: float, ben: float = 0.0) -> Vector:
    """A unit vector with these cosines to Ann and to Ben."""
    return np.array([ann, ben, np.sqrt(max(0.0, 1 - ann**2 - ben**2))], np.float32)


def track(number: int, *looks: Vector) -> Track:
    sights = [DetectedFace(SPOT, look, 0.9) for look in looks]
    return Track(number, SPOT, 0.0, 0.0, sights=sights)


@pytest.fixture
def namer() -> Namer:
    namer = Namer(MATCH, HOLD)
    namer.know({"Ann": ANN[None], "Ben": BEN[None]})
    return namer


def test_a_name_takes_a_few_sights(namer: Namer) -> None:
    for sights in range(1, 5):
        (standing,) = namer.name([track(1, *[like(0.9)] * sights)])
        assert standing.decided is (sights >= 3)
        assert standing.person == ("Ann" if sights >= 3 else None)
        assert standing.nearest == "Ann"
        assert standing.distance == pytest.approx(2 - 2 * 0.9)


def test_evidence_is_the_mean_over_the_sights(namer: Namer) -> None:
    (low,) = namer.name([track(1, like(0.95), like(0.7), like(0.7))])
    assert low.similarity == pytest.approx((0.95 + 0.7 + 0.7) / 3)
    assert low.person is None
    (high,) = namer.name([track(1, like(0.95), like(0.9), like(0.6))])
    assert high.person == "Ann"


def test_a_name_is_kept_a_little_below_the_threshold(namer: Namer) -> None:
    said = []
    for similarity in (0.75, 0.81, 0.79, 0.72, 0.81, 0.69, 0.75, 0.81):
        (standing,) = namer.name([track(1, *[like(similarity)] * 3)])
        said.append(standing.person)
    assert said == [None, "Ann", "Ann", "Ann", "Ann", None, None, "Ann"]


def test_another_name_must_be_clearly_better(namer: Namer) -> None:
    namer = Namer(match=0.6, hold=0.1)
    namer.know({"Ann": ANN[None], "Ben": BEN[None]})
    said = []
    for ann, ben in ((0.65, 0.6), (0.62, 0.65), (0.62, 0.71), (0.65, 0.62)):
        (standing,) = namer.name([track(1, *[like(ann, ben)] * 3)])
        said.append(standing.person)
    assert said == ["Ann", "Ann", "Ann", "Ann"]
    (standing,) = namer.name([track(1, *[like(0.6, 0.75)] * 3)])
    assert standing.person == "Ben"


def test_nobody_is_in_a_frame_twice(namer: Namer) -> None:
    standings = namer.name([track(1, *[like(0.9)] * 3), track(2, *[like(0.95)] * 3)])
    assert [standing.person for standing in standings] == [None, "Ann"]
    assert standings[0].nearest == "Ann"


def test_who_has_the_name_is_ahead(namer: Namer) -> None:
    namer.name([track(1, *[like(0.9)] * 3)])
    standings = namer.name([track(1, *[like(0.9)] * 3), track(2, *[like(0.95)] * 3)])
    assert [standing.person for standing in standings] == ["Ann", None]


def test_nobody_is_known() -> None:
    (standing,) = Namer(MATCH, HOLD).name([track(1, *[like(0.9)] * 3)])
    assert (standing.nearest, standing.person, standing.decided) == (None, None, True)


def test_nobody_is_there(namer: Namer) -> None:
    assert namer.name([]) == []


def test_a_photo_needs_one_sight() -> None:
    namer = Namer(MATCH, HOLD, patience=1)
    namer.know({"Ann": ANN[None]})
    (standing,) = namer.name([track(1, like(0.9))])
    assert standing.person == "Ann"
