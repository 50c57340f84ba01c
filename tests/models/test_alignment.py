"""Turning a face upright: the transform itself, and the chip that is cut with it."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Pixels
from photoclust.models.alignment import cut_chip, similarity_transform

PLACES = np.array([(46.0, 46.0), (103.0, 46.0), (74.0, 78.0), (50.0, 105.0), (98.0, 105.0)])
SIDE = 150


def a_transform(scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([scale * turn, shift])


def applied(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def landmarks_of(scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    """Landmarks of a face that lies in the picture `scale` times as large as in the chip."""
    return applied(a_transform(scale, degrees, shift), PLACES)


@pytest.mark.parametrize("scale", [0.1, 1.0, 7.5])
@pytest.mark.parametrize("degrees", [-170, -90, 0, 30, 180])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (-40.0, 900.0)])
def test_a_known_transform_is_recovered(
    scale: float, degrees: float, shift: tuple[float, float]
) -> None:
    wanted = a_transform(scale, degrees, shift)
    found = similarity_transform(PLACES, applied(wanted, PLACES))
    assert found == pytest.approx(wanted, abs=1e-9)


def test_noise_is_averaged_out() -> None:
    noise = np.random.default_rng(0).normal(0, 0.5, PLACES.shape)
    wanted = a_transform(2.0, 25, (10, 20))
    found = similarity_transform(PLACES, applied(wanted, PLACES) + noise)
    assert applied(found, PLACES) == pytest.approx(applied(wanted, PLACES), abs=1.5)


def test_it_is_the_best_there_is() -> None:
    chance = np.random.default_rng(1)
    target = PLACES + chance.normal(0, 8, PLACES.shape)
    found = similarity_transform(PLACES, target)

    def error(matrix: np.ndarray) -> float:
        return float(((applied(matrix, PLACES) - target) ** 2).sum())

    for _ in range(50):
        near = found + a_transform(*chance.normal(0, 0.01, 2), tuple(chance.normal(0, 0.1, 2)))
        assert error(found) <= error(near) + 1e-9


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = PLACES * (-1, 1) + (150, 0)
    found = similarity_transform(mirrored, PLACES)
    assert np.linalg.det(found[:, :2]) > 0
    scale = np.hypot(found[0, 0], found[1, 0])
    assert found[:, :2] @ found[:, :2].T == pytest.approx(scale**2 * np.eye(2), abs=1e-9)


def test_landmarks_in_one_spot_do_no_harm() -> None:
    found = similarity_transform(np.full((5, 2), 30.0), PLACES)
    assert np.isfinite(found).all()
    chip = cut_chip(np.zeros((60, 60, 3), np.uint8), np.full((5, 2), 30.0), PLACES, SIDE)
    assert chip.shape == (SIDE, SIDE, 3)


def test_landmarks_in_a_line_do_no_harm() -> None:
    line = np.column_stack([np.arange(5.0) * 10, np.full(5, 20.0)])
    assert np.isfinite(similarity_transform(line, PLACES)).all()


def picture_with_spots(landmarks: np.ndarray, size: tuple[int, int], radius: float) -> Pixels:
    """Black, with a soft white spot at each landmark."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    grey = np.zeros(rows.shape)
    for x, y in landmarks:
        grey += np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))
    return np.repeat((grey * 255).clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def spots_in(chip: Pixels) -> np.ndarray:
    """Where the spots are, each looked for near its place."""
    grey = chip[:, :, 0].astype(float)
    rows, columns = np.mgrid[: chip.shape[0], : chip.shape[1]]
    found = []
    for x, y in PLACES:
        near = grey * ((columns - x) ** 2 + (rows - y) ** 2 < 12**2)
        found.append(((near * columns).sum() / near.sum(), (near * rows).sum() / near.sum()))
    return np.array(found)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.9, 2.5, 4.0, 8.0])
@pytest.mark.parametrize("degrees", [0, 20, 90, 180])
def test_the_landmarks_fall_on_their_places(scale: float, degrees: float) -> None:
    """From 2.0 up the face is shrunk first; nothing else may change with that."""
    middle = np.array([75.0, 75.0])
    turned = a_transform(scale, degrees, (0.0, 0.0))[:, :2] @ middle
    landmarks = landmarks_of(scale, degrees, tuple(np.array([700.0, 650.0]) - turned))
    picture = picture_with_spots(landmarks, (1400, 1300), radius=2 * scale)
    chip = cut_chip(picture, landmarks, PLACES, SIDE)
    assert chip.shape == (SIDE, SIDE, 3)
    assert chip.dtype == np.uint8
    assert spots_in(chip) == pytest.approx(PLACES, abs=0.5)


def test_a_large_face_is_shrunk_by_area() -> None:
    """A fine pattern becomes even grey, not a coarse one."""
    rows, columns = np.mgrid[:1300, :1300]
    stripes = np.repeat((((rows + columns) % 2) * 255).astype(np.uint8)[:, :, None], 3, axis=2)
    chip = cut_chip(stripes, landmarks_of(7.3, 0, (50.0, 50.0)), PLACES, SIDE)
    assert chip.std() < 8
    assert abs(chip.mean() - 127.5) < 2


@pytest.mark.parametrize("scale", [0.4, 6.0])
@pytest.mark.parametrize("shift", [(-300.0, -300.0), (180.0, 180.0), (-20.0, 100.0)])
def test_outside_the_picture_its_edge_goes_on(scale: float, shift: tuple[float, float]) -> None:
    picture = np.full((200, 200, 3), 90, np.uint8)
    chip = cut_chip(picture, landmarks_of(scale, 10, shift), PLACES, SIDE)
    assert chip.shape == (SIDE, SIDE, 3)
    assert (chip == 90).all()


def test_the_picture_is_not_changed_and_may_be_read_only() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    before = picture.copy()
    picture.setflags(write=False)
    for scale in (0.5, 2.5):
        cut_chip(picture, landmarks_of(scale, 10, (5, 5)), PLACES, SIDE)
    assert (picture == before).all()
