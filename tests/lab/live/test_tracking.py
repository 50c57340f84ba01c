"""Tracks: who goes on, who ends, and when a face is embedded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from photoclust.domain import Box, DetectedFace, Detection
from photoclust.lab.live.tracking import AGAIN, LOST, SIGHTS, Track, Tracker
from photoclust.models.pack import Thresholds
from photoclust.vectors import Matrix, Vector

LEVELS = Thresholds(0.8, 0.7, 0.7, 0.7, 0.4, None, "made up")
STEP = 0.04  # seconds


def at(x: float, width: float = 0.2) -> Detection:
    """A face there, as parts of the frame."""
    places = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    points = tuple((x + width * right, 0.3 + width * down) for right, down in places)
    return Detection(Box(x, 0.3, x + width, 0.3 + width), 0.9, points)


@dataclass
class Stage:
    """Frames one after the other; faces are told apart by their looks."""

    tracker: Tracker = field(default_factory=lambda: Tracker(LEVELS, LEVELS.match))
    seconds: float = 0.0
    embedded: int = 0
    ended: list[Track] = field(default_factory=list)

    def frame(
        self, *faces: tuple[Detection, Vector], quality: float = 0.9, sparing: bool = True
    ) -> list[int]:
        """The numbers of the tracks that the faces belong to."""
        looks = dict(faces)

        def embed(detections: Sequence[Detection]) -> list[DetectedFace]:
            self.embedded += len(detections)
            return [DetectedFace(item, looks[item], quality) for item in detections]

        found = [detection for detection, _look in faces]
        tracks, ended = self.tracker.follow(found, self.seconds, embed, sparing=sparing)
        self.seconds += STEP
        self.ended += ended
        return [track.number for track in tracks]


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def people(portraits: Callable[..., Matrix]) -> tuple[Vector, Vector]:
    return portraits("Ann", 1)[0], portraits("Ben", 1)[0]


def test_place_alone_says_who_goes_on(stage: Stage, people: tuple[Vector, Vector]) -> None:
    ann, ben = people
    for number in range(20):
        aside = 0.01 * number
        assert stage.frame((at(0.1 + aside), ann), (at(0.6 + aside), ben)) == [1, 2]
    assert stage.embedded < 2 * 20


def test_embeds_until_there_is_enough_and_then_now_and_then(
    stage: Stage, people: tuple[Vector, Vector]
) -> None:
    frames = 50
    for _ in range(frames):
        stage.frame((at(0.1), people[0]))
    again = (frames - SIGHTS) * STEP / AGAIN
    assert stage.embedded == pytest.approx(SIGHTS + again, abs=1)


def test_without_sparing_every_face_is_embedded(
    stage: Stage, people: tuple[Vector, Vector]
) -> None:
    for _ in range(20):
        stage.frame((at(0.1), people[0]), sparing=False)
    assert stage.embedded == 20


def test_a_face_that_comes_closer_is_embedded(stage: Stage, people: tuple[Vector, Vector]) -> None:
    for _ in range(SIGHTS):
        stage.frame((at(0.1), people[0]))
    stage.frame((at(0.1), people[0]))
    assert stage.embedded == SIGHTS
    stage.frame((at(0.1, width=0.26), people[0]))
    assert stage.embedded == SIGHTS + 1


def test_faces_that_touch_are_told_apart_by_their_looks(
    stage: Stage, people: tuple[Vector, Vector]
) -> None:
    """Ann walks behind Ben, and comes out on the other side."""
    ann, ben = people
    for number in range(41):
        x = 0.1 + 0.015 * number
        ann_first = stage.frame((at(x), ann), (at(0.4), ben))
    assert ann_first == [1, 2]


def test_somebody_else_at_the_same_place_is_a_new_track(
    stage: Stage, people: tuple[Vector, Vector]
) -> None:
    """A cut that nobody noticed: found out when the face is looked at again."""
    ann, ben = people
    for _ in range(10):
        assert stage.frame((at(0.1), ann)) == [1]
    numbers = [stage.frame((at(0.1), ben))[0] for _ in range(round(AGAIN / STEP) + 2)]
    assert numbers[-1] == 2


def test_a_blurred_sight_does_not_end_a_track(stage: Stage, people: tuple[Vector, Vector]) -> None:
    for _ in range(10):
        stage.frame((at(0.1), people[0]))
    for _ in range(round(AGAIN / STEP) + 2):
        assert stage.frame((at(0.1), people[1]), quality=0.01) == [1]


def test_who_comes_back_soon_goes_on_wherever(stage: Stage, people: tuple[Vector, Vector]) -> None:
    stage.frame((at(0.1), people[0]))
    stage.frame()
    assert stage.frame((at(0.7), people[0])) == [1]
    stage.seconds += LOST + STEP
    assert stage.frame((at(0.7), people[0])) == [2]
    assert [track.number for track in stage.ended] == [1]


def test_after_a_cut_nobody_goes_on(stage: Stage, people: tuple[Vector, Vector]) -> None:
    stage.frame((at(0.1), people[0]))
    assert [track.number for track in stage.tracker.end_all()] == [1]
    assert stage.frame((at(0.1), people[0])) == [2]


def test_the_best_sights_are_kept(stage: Stage, people: tuple[Vector, Vector]) -> None:
    chance = np.random.default_rng(0)
    qualities = chance.uniform(0.2, 1, 12)
    for quality in qualities:
        stage.frame((at(0.1), people[0]), quality=float(quality), sparing=False)
    (track,) = stage.tracker.end_all()
    assert [face.quality for face in track.sights] == pytest.approx(
        sorted(qualities, reverse=True)[:SIGHTS]
    )
    assert track.matrix.shape == (SIGHTS, len(people[0]))
