"""`verify`: two faces, what they have in common, and what that means."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.actions.verify import verify
from photoclust.choices import Detail, Device
from photoclust.errors import PackError, PhotoclustError, UsageError
from photoclust.models.strangers import strangers_of

if TYPE_CHECKING:
    from tests.actions.conftest import Painted
    from tests.conftest import Album

RED, ORANGE, BLUE, GREY = (200, 10, 10), (200, 40, 10), (10, 10, 200), (90, 90, 90)


@pytest.fixture
def red(painted: Painted, tmp_path: Path) -> Path:
    return painted.photo(tmp_path / "red.png", RED)


@pytest.fixture
def blue(painted: Painted, tmp_path: Path) -> Path:
    return painted.photo(tmp_path / "blue.png", BLUE)


@pytest.fixture
def three(painted: Painted, tmp_path: Path) -> Path:
    return painted.photo(tmp_path / "three.png", BLUE, ORANGE, GREY)


def calibrated(album: Album, painted: Painted, **calibration: float) -> None:
    thresholds = painted.description.thresholds
    settings = {
        "thresholds": {"match": thresholds.match, "reference": thresholds.reference},
        "calibration": {"shift": 0.0, **calibration},
    }
    with album.library.transaction():
        album.library.query("UPDATE packs SET settings = ?", json.dumps(settings))


def test_one_face_is_the_same_person(painted: Painted, red: Path) -> None:
    found = verify(red, red)
    assert found.same
    assert found.similarity == pytest.approx(1)
    assert found.distance == pytest.approx(0, abs=1e-6)
    assert found.rate is not None
    assert found.rate.known == "at most"


def test_strangers_are_not(painted: Painted, red: Path, blue: Path) -> None:
    found = verify(red, blue)
    assert not found.same
    assert found.similarity == pytest.approx(float(painted.look(RED) @ painted.look(BLUE)))
    assert found.distance == pytest.approx(2 - 2 * found.similarity)
    assert found.rate is not None
    assert found.rate.known == "at least"


def test_the_threshold_is_what_a_share_of_strangers_reach(red: Path, blue: Path) -> None:
    usual, strict = verify(red, blue), verify(red, blue, rate=1e-5)
    assert usual.threshold_rate == 0.001
    assert usual.threshold == pytest.approx(0.929, abs=0.001)
    assert strict.threshold > usual.threshold
    assert strict.threshold_rate == 1e-5


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.7, 2.0])
def test_rate_that_was_not_measured_is_refused(red: Path, blue: Path, rate: float) -> None:
    with pytest.raises(UsageError, match="between"):
        verify(red, blue, rate=rate)


def test_several_faces_are_told_apart_from_the_left(red: Path, three: Path) -> None:
    with pytest.raises(PhotoclustError, match="3 faces") as error:
        verify(red, three)
    assert "--face-b 1 to --face-b 3" in error.value.hint
    assert verify(red, three, face_b=2).same
    assert not verify(red, three, face_b=1).same
    found = verify(three, red, face_a=2)
    assert found.same
    assert (found.a.number, found.a.faces, found.b.number, found.b.faces) == (2, 3, 1, 1)
    for number in (0, 4):
        with pytest.raises(PhotoclustError, match=f"no face {number}"):
            verify(red, three, face_b=number)


def test_a_blurred_face_is_weak(red: Path, three: Path) -> None:
    found = verify(red, three, face_b=3)
    assert (found.a.weak, found.b.weak) == (False, True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.jpg", None, "There is no "),
        ("folder", "", "is a folder"),
        ("film.mp4", "film", "is a video"),
        ("notes.txt", "some words", "Cannot read .*notes.txt: not an image"),
        ("empty.jpg", "", "Cannot read .*empty.jpg: empty file"),
    ],
)
def test_what_is_no_photo_is_told_in_a_sentence(
    red: Path, tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    for pair in ((red, path), (path, red)):
        with pytest.raises(PhotoclustError, match=message) as error:
            verify(*pair)
        assert error.value.hint


def test_photo_without_a_face(painted: Painted, red: Path, tmp_path: Path) -> None:
    nobody = painted.photo(tmp_path / "nobody.png", (0, 0, 0))
    with pytest.raises(PhotoclustError, match="No face was found"):
        verify(red, nobody)


def test_pack_that_was_not_measured_goes_by_its_own_threshold(
    painted: Painted, red: Path, blue: Path
) -> None:
    known = painted.description
    painted.description = replace(known, thresholds=replace(known.thresholds, reference=None))
    found = verify(red, blue)
    assert found.threshold == known.thresholds.match
    assert found.rate is None
    assert found.threshold_rate is None
    with pytest.raises(UsageError, match="not measured"):
        verify(red, blue, rate=0.01)


def test_licence_must_fit(painted: Painted, red: Path) -> None:
    painted.description = replace(painted.description, commercial=False)
    with pytest.raises(PackError, match="not free for any use"):
        verify(red, red)
    assert verify(red, red, accept_licence=True).same


def test_in_a_library_its_calibration_counts(
    painted: Painted, album: Album, red: Path, three: Path
) -> None:
    """Strangers of this library are more alike, so the same similarity says less."""
    calibrated(album, painted, rate=0.001, low=0.94, high=0.95)
    here = verify(red, three, face_b=2, library=album.library)
    outside = verify(red, three, face_b=2, library=album.library, pack="open")
    assert here.gauge.library == album.library.path
    assert outside.gauge.library is None
    assert here.threshold == pytest.approx(0.94)
    assert outside.threshold == pytest.approx(0.929, abs=0.001)
    strangers = strangers_of(painted.description.thresholds)
    assert strangers is not None
    assert here.gauge.rate(0.94).share == pytest.approx(0.001)
    assert here.rate == strangers.rate(here.similarity - here.gauge.shift)


def test_calibration_at_another_rate_is_held_against_that_rate(
    painted: Painted, album: Album, red: Path
) -> None:
    """1 in 10,000 reach 0.9425 on the curve, so a library where they reach 0.93 is easier."""
    calibrated(album, painted, rate=1e-4, low=0.92, high=0.93)
    found = verify(red, red, library=album.library)
    assert found.gauge.shift == pytest.approx(0.93 - 0.9425)
    calibrated(album, painted, rate=1e-4, low=0.92, high=0.95)
    assert verify(red, red, library=album.library).gauge.shift == 0


def test_nothing_is_kept(painted: Painted, album: Album, red: Path, blue: Path) -> None:
    verify(red, blue, library=album.library)
    for table in ("photos", "faces", "files"):
        assert album.library.query(f"SELECT * FROM {table}") == []


def test_more_detail_shows_more_faces_and_the_device_is_the_users(
    painted: Painted, album: Album, red: Path, tmp_path: Path
) -> None:
    two = painted.photo(tmp_path / "two.png", (5, 0, 0), RED)
    found = verify(red, two, device=Device.CUDA)
    assert (found.b.number, found.b.faces, found.gauge.analyser.device) == (1, 1, Device.CUDA)
    found = verify(red, two, face_b=2, detail=Detail.HIGH, library=album.library)
    assert (found.b.faces, found.gauge.analyser.device) == (2, Device.AUTO)
