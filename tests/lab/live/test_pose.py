"""The pose of a head from five landmarks: against made-up heads and on real photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photoclust.domain import Box, Detection
from photoclust.lab.live.pose import HEAD, LEANING, Pose, pose_of

if TYPE_CHECKING:
    from photoclust.models.open_pack import OpenPack

SIDE = 1000  # pixels
NEAR = 0.5  # degrees


def seen(points: np.ndarray, width: int = SIDE, height: int = SIDE) -> Detection:
    """A face with these landmarks, in pixels."""
    places = tuple((float(x), float(y)) for x, y in points / (width, height))
    return Detection(Box(0, 0, 1, 1), 0.9, places)


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The head after a turn in degrees, projected in parallel: right, up and clockwise."""
    up, aside, tilt = np.radians([LEANING - pitch, yaw, roll])
    nod = np.array(
        [[1, 0, 0], [0, np.cos(up), -np.sin(up)], [0, np.sin(up), np.cos(up)]],
    )
    turn = np.array(
        [[np.cos(aside), 0, -np.sin(aside)], [0, 1, 0], [np.sin(aside), 0, np.cos(aside)]]
    )
    tip = np.array([[np.cos(tilt), -np.sin(tilt), 0], [np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    return (HEAD @ (tip @ turn @ nod).T)[:, :2] * 80 + SIDE / 2


def angles(pose: Pose | None) -> tuple[float, float, float]:
    assert pose is not None
    return pose.yaw, pose.pitch, pose.roll


@given(st.floats(-60, 60), st.floats(-40, 40), st.floats(-80, 80))
def test_made_up_head_is_read_back(yaw: float, pitch: float, roll: float) -> None:
    found = pose_of(seen(turned(yaw, pitch, roll)), SIDE, SIDE)
    assert angles(found) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_signs_are_as_a_viewer_says() -> None:
    """The nose to the right, up; the eye on the right lower."""
    right, up, clockwise = (turned(*way) for way in ((30, 0, 0), (0, 30, 0), (0, 0, 30)))
    frontal = turned(0, 0, 0)
    assert right[2, 0] > frontal[2, 0]
    assert up[2, 1] < frontal[2, 1]
    assert clockwise[1, 1] > clockwise[0, 1]


def test_agrees_with_the_perspective_of_a_camera() -> None:
    """OpenCV's solvePnP knows the camera; a parallel projection need not."""
    chance = np.random.default_rng(0)
    camera = np.array([[500.0, 0, 500], [0, 500, 500], [0, 0, 1]])
    for _ in range(50):
        rotation = chance.uniform(-0.5, 0.5, 3)
        points, _ = cv2.projectPoints(HEAD, rotation, np.array([0.0, 0.0, 12.0]), camera, None)
        found = angles(pose_of(seen(points[:, 0]), SIDE, SIDE))
        turn, _ = cv2.Rodrigues(rotation)
        yaw = np.degrees(np.arcsin(turn[2, 0]))
        roll = np.degrees(np.arctan2(turn[1, 0], turn[0, 0]))
        assert (found[0], found[2]) == pytest.approx((yaw, roll), abs=5)


def test_landmarks_that_are_no_face() -> None:
    assert pose_of(seen(np.full((5, 2), 300.0)), SIDE, SIDE) is None
    on_a_line = np.column_stack([np.arange(5.0), np.arange(5.0)])
    assert pose_of(seen(on_a_line), SIDE, SIDE) is None


def test_mirror_and_rotation_of_real_photos(data: Path, open_pack: OpenPack) -> None:
    """Mirrored, yaw and roll change sign; rotated by ten degrees, roll alone changes, by ten."""
    photos = sorted((data / "lfw-a").glob("A*/*_0001.jpg"))[:40]
    plain, mirrored, rotated = [], [], []
    for path in photos:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        height, width = pixels.shape[:2]
        clockwise = cv2.getRotationMatrix2D((width / 2, height / 2), -10, 1.0)
        turned_pixels = cv2.warpAffine(pixels, clockwise, (width, height))
        pictures = (pixels, np.ascontiguousarray(pixels[:, ::-1]), turned_pixels)
        faces = [open_pack.detect(picture)[:1] for picture in pictures]
        if all(faces):
            for kept, (face,) in zip((plain, mirrored, rotated), faces, strict=True):
                kept.append(angles(pose_of(face, width, height)))
    was, mirror, rotation = (np.array(kept) for kept in (plain, mirrored, rotated))
    assert len(was) > 30
    assert np.ptp(was[:, 0]) > 40
    assert np.corrcoef(was[:, 0], -mirror[:, 0])[0, 1] > 0.95
    assert np.median(np.abs(was * (-1, 1, -1) - mirror), axis=0) == pytest.approx(0, abs=4)
    assert np.median(rotation - was, axis=0) == pytest.approx((0, 0, 10), abs=1.5)


def test_far_is_far_either_way() -> None:
    assert Pose(41, 0, 0).far
    assert Pose(0, -21, 0).far
    assert not Pose(-39, 19, 90).far
