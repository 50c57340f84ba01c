"""The best look at somebody who is to be enrolled."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Box, DetectedFace, Detection
from photoclust.lab.live.enrolling import WAIT, BestShot
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.naming import Standing
from photoclust.lab.live.pose import Pose
from photoclust.lab.live.scene import Scene, SeenFace

WIDTH, HEIGHT = 640, 480
FRONTAL = Pose(0, 0, 0)


def face(
    *,
    wide: float = 0.3,
    quality: float = 0.8,
    pose: Pose | None = FRONTAL,
    track: int = 1,
    live: bool | None = None,
) -> SeenFace:
    spots = ((0.25, 0.4), (0.75, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    points = tuple((0.3 + wide * x, 0.3 + wide * y) for x, y in spots)
    detection = Detection(Box(0.3, 0.3, 0.3 + wide, 0.3 + wide), 0.9, points)
    return SeenFace(
        track=track,
        detection=detection,
        standing=Standing(None, 0.0, None, False),
        pose=pose,
        life=None if live is None else Life(live, 0.5),
        face=DetectedFace(detection, np.zeros(3, np.float32), quality),
    )


def scene(seconds: float, *faces: SeenFace) -> Scene:
    pixels = np.full((HEIGHT, WIDTH, 3), round(10 * seconds), np.uint8)
    return Scene(Frame(1, seconds, pixels), list(faces), [])


@pytest.mark.parametrize(
    ("faces", "advice"),
    [
        ([], "nobody is in the picture"),
        ([face(), face(track=2)], "only one person, please"),
        ([face(wide=0.1)], "come closer"),
        ([face(pose=Pose(25, 0, 0))], "look at the camera"),
        ([face(pose=Pose(0, -16, 0))], "look at the camera"),
        ([face(pose=None)], "look at the camera"),
        ([face(quality=0.3)], "hold still, in good light"),
        ([face(live=False)], "a picture of somebody will not do"),
    ],
)
def test_what_a_person_should_do(faces: list[SeenFace], advice: str) -> None:
    shots = BestShot()
    assert shots.look(scene(0, *faces)) == advice
    assert shots.best is None


def test_the_best_look_within_a_moment_is_taken() -> None:
    shots = BestShot()
    for seconds, quality in ((0.0, 0.6), (0.5, 0.9), (1.0, 0.7)):
        assert shots.look(scene(seconds, face(quality=quality))) == ""
        assert not shots.is_done(seconds)
    assert shots.is_done(WAIT)
    assert shots.best is not None
    assert (shots.best.quality, shots.best.seconds) == (0.9, 0.5)
    assert shots.best.pixels[0, 0, 0] == 5


def test_somebody_else_starts_again() -> None:
    shots = BestShot()
    shots.look(scene(0.0, face(track=1, quality=0.9)))
    shots.look(scene(1.0, face(track=2, quality=0.6)))
    assert shots.best is not None
    assert shots.best.track == 2
    assert not shots.is_done(WAIT)


def test_the_picture_has_the_face_and_not_the_room() -> None:
    shots = BestShot()
    shots.look(scene(0, face(wide=0.2)))
    assert shots.best is not None
    height, width = shots.best.pixels.shape[:2]
    assert 0.2 * WIDTH < width < 0.6 * WIDTH
    assert 0.2 * HEIGHT < height < 0.6 * HEIGHT
