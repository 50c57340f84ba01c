from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Box, Pixels
from photoclust.export import crops
from photoclust.export.crops import face_crop, face_crops, placeholder

RED, BLUE = (200, 40, 40), (40, 90, 140)


def _picture(width: int, height: int, box: Box) -> Pixels:
    """A blue picture with a red face."""
    pixels = np.full((height, width, 3), BLUE, np.uint8)
    x1, y1, x2, y2 = (round(value) for value in box.in_pixels(width, height))
    pixels[max(0, y1) : y2, max(0, x1) : x2] = RED
    return pixels


def _red(crop: Pixels) -> np.ndarray:
    return np.all(np.abs(crop.astype(int) - RED) < 10, axis=2)


def test_the_face_is_in_the_middle_with_a_margin() -> None:
    box = Box(0.4, 0.4, 0.6, 0.6)
    crop = face_crop(_picture(1000, 1000, box), box, 170)
    rows, columns = np.nonzero(_red(crop))
    assert crop.shape == (170, 170, 3)
    assert crop.dtype == np.uint8
    assert (rows.min(), rows.max()) == (columns.min(), columns.max()) == (35, 134)


@pytest.mark.parametrize(
    "box",
    [Box(0, 0, 0.2, 0.2), Box(0.85, 0.8, 1, 1), Box(-0.05, 0.3, 0.15, 0.5)],
)
def test_at_the_edge_the_square_stays_in_the_picture(box: Box) -> None:
    crop = face_crop(_picture(600, 400, box), box, 100)
    side = max((box.x2 - box.x1) * 600, (box.y2 - box.y1) * 400) * 1.7
    seen = (min(box.x2, 1) - max(box.x1, 0)) * 600 * (min(box.y2, 1) - max(box.y1, 0)) * 400
    assert _red(crop).mean() == pytest.approx(seen / side**2, abs=0.02)


def test_a_narrow_picture_costs_the_margin_first() -> None:
    box = Box(0.1, 0.4, 0.9, 0.5)
    crop = face_crop(_picture(100, 800, box), box, 100)
    assert np.nonzero(_red(crop).any(axis=0))[0].tolist() == list(range(10, 90))


def test_a_face_larger_than_the_picture_repeats_the_edge() -> None:
    box = Box(0.4, 0, 0.6, 1.5)
    crop = face_crop(_picture(1000, 100, box), box, 150)
    assert crop.shape == (150, 150, 3)
    assert np.array_equal(crop[0], crop[20])
    assert np.array_equal(crop[-1], crop[-20])


@pytest.mark.parametrize("side", [1, 16, 128])
def test_an_empty_box_gives_a_picture_all_the_same(side: int) -> None:
    empty = Box(0.5, 0.5, 0.5, 0.5)
    assert face_crop(_picture(10, 10, empty), empty, side).shape == (side, side, 3)


def test_a_photo_is_opened_once(album, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(
        crops, "read_bytes", lambda path, real=crops.read_bytes: opened.append(path) or real(path)
    )
    left, right = Box(0.1, 0.2, 0.3, 0.6), Box(0.6, 0.2, 0.8, 0.6)
    album.add_photo("two.jpg", [left, right])
    album.add_photo("one.jpg", [left])
    faces = album.library.faces.all()
    cut = list(face_crops(album.library, [faces[0], faces[2], faces[1]], 64))
    assert [face.id for face, _ in cut] == [faces[0].id, faces[1].id, faces[2].id]
    assert all(_red(crop)[32, 32] for _, crop in cut)
    assert len(opened) == 2


def test_what_cannot_be_read_is_a_grey_picture(album) -> None:
    box = Box(0.1, 0.2, 0.3, 0.6)
    album.add_photo("gone.jpg", [box])
    album.add_photo("broken.jpg", [box])
    (album.folder / "gone.jpg").unlink()
    (album.folder / "broken.jpg").write_bytes(b"not a picture")
    for _, crop in face_crops(album.library, album.library.faces.all(), 64):
        assert np.array_equal(crop, placeholder(64))


def test_a_copy_stands_in_for_a_photo_that_is_gone(album) -> None:
    box = Box(0.1, 0.2, 0.3, 0.6)
    album.add_photo("a.jpg", [box])
    copy = album.folder / "b.jpg"
    (album.folder / "a.jpg").rename(copy)
    with album.library.transaction():
        photo_id = album.library.faces.all()[0].photo_id
        album.library.photos.record_file(
            str(copy), photo_id=photo_id, size=1, mtime_ns=1, seen_at="2024"
        )
    [(_, crop)] = face_crops(album.library, album.library.faces.all(), 64)
    assert _red(crop)[32, 32]
