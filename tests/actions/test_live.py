"""`live` itself, with a pack that needs no model: a camera that is faster than we are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from photoclust.actions.live import live
from photoclust.actions.live_run import Begun, LifeCheck
from photoclust.errors import PhotoclustError, UsageError
from photoclust.lab.live.frames import CutOff, Frame, Stills, Video
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.scene import Event, What

if TYPE_CHECKING:
    from tests.actions.conftest import Painted
    from tests.conftest import Album

RED, CRIMSON, BLUE = (200, 10, 10), (200, 30, 10), (10, 10, 200)
SIDE = 40  # pixels of a painted face


class FakeCamera:
    """Gives one frame in five of a camera with 10 frames a second."""

    name, rate, total, moves, waits = "camera 0", 10.0, None, True, False
    cut_off: CutOff | None = None

    def __init__(self, *colours: tuple[int, int, int], frames: int = 6) -> None:
        row = np.repeat(np.array(colours, np.uint8)[None], SIDE, axis=0)
        self.pixels = np.repeat(row, SIDE, axis=1)
        self.count = frames
        self.unreadable: list[tuple[str, str]] = []
        self.closed = False

    def frames(self) -> Iterator[Frame]:
        for number in range(self.count):
            yield Frame(5 * number + 1, 0.5 * number, self.pixels)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def friends(painted: Painted, tmp_path: Path) -> Path:
    for name, colour in (("Ann", RED), ("Ben", BLUE)):
        painted.photo(tmp_path / "friends" / name / "1.png", colour)
    return tmp_path / "friends"


def test_film_of_a_camera_has_its_pace(friends: Path, tmp_path: Path) -> None:
    """Six frames over 2.5 seconds at ten a second: 26, most of them copies."""
    camera = FakeCamera(CRIMSON, BLUE)
    report = live(camera, people=friends, out=tmp_path / "out.mp4")
    assert {item.person for item in report.sightings} == {"Ann", "Ben"}
    assert (report.frames, camera.closed) == (6, True)
    film = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    assert (film.get(cv2.CAP_PROP_FRAME_COUNT), film.get(cv2.CAP_PROP_FPS)) == (26, 10)
    film.release()


def test_what_happens_is_told_in_order(friends: Path) -> None:
    told: list[object] = []
    live(FakeCamera(CRIMSON), people=friends, tell=told.append)
    begun, *events = told
    assert isinstance(begun, Begun)
    assert (begun.people, begun.threshold) == (2, pytest.approx(2 - 2 * 0.948))
    assert [event.what for event in events if isinstance(event, Event)] == [
        What.APPEARED,
        What.RECOGNISED,
        What.LEFT,
    ]


def test_who_has_seen_enough_ends_it(friends: Path) -> None:
    shown: list[np.ndarray] = []

    def show(pixels: np.ndarray) -> bool:
        shown.append(pixels)
        return len(shown) < 2

    report = live(FakeCamera(CRIMSON), people=friends, show=show)
    assert (report.interrupted, report.frames) == (True, 2)
    assert shown[0].shape == (SIDE, SIDE, 3)


def test_a_stricter_threshold(friends: Path) -> None:
    report = live(FakeCamera(CRIMSON), people=friends, threshold=0.001)
    assert [item.person for item in report.sightings] == [None]
    assert report.begun.threshold == pytest.approx(0.001)


def test_people_of_a_library(painted: Painted, album: Album) -> None:
    (ann,) = album.add_photo("/photos/ann.jpg", painted.look(RED))
    album.say("Ann", ann)
    report = live(FakeCamera(CRIMSON), library=album.library)
    assert [item.person for item in report.sightings] == ["Ann"]


def test_a_picture_of_somebody_is_nobody(
    friends: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where InsightFace's add-on is installed and says that a face is not live."""
    monkeypatch.setattr("photoclust.actions.live.installed_model", lambda: tmp_path)
    monkeypatch.setattr(
        "photoclust.actions.live.Liveness",
        lambda _model: SimpleNamespace(look=lambda _pixels, _face: Life(False, 0.1)),
    )
    told: list[object] = []
    report = live(FakeCamera(CRIMSON), people=friends, tell=told.append)
    assert report.begun.liveness is LifeCheck.ON
    assert report.sightings == []
    events = [item for item in told if isinstance(item, Event)]
    assert [event.what for event in events] == [What.APPEARED, What.LEFT]
    assert events[0].person is None
    unchecked = live(FakeCamera(CRIMSON), people=friends, liveness=False)
    assert unchecked.begun.liveness is LifeCheck.OFF
    assert [item.person for item in unchecked.sightings] == ["Ann"]


def test_no_film_over_a_photo_of_the_library(
    painted: Painted, album: Album, tmp_path: Path
) -> None:
    film = tmp_path / "holiday.mp4"
    film.write_bytes(b"dear")
    (ann,) = album.add_photo(str(film), painted.look(RED))
    album.say("Ann", ann)
    with pytest.raises(PhotoclustError, match="belongs to the library"):
        live(FakeCamera(RED), library=album.library, out=film, overwrite=True)
    assert film.read_bytes() == b"dear"


@pytest.mark.parametrize("place", ["photos", "photos/in", "link"])
def test_no_film_among_photos(painted: Painted, album: Album, tmp_path: Path, place: str) -> None:
    """Whatever leads there."""
    (tmp_path / "photos" / "in").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    with album.library.transaction():
        album.library.roots.record(str(tmp_path / "photos"), "2026-01-01T00:00:00Z")
    (ann,) = album.add_photo("/photos/ann.jpg", painted.look(RED))
    album.say("Ann", ann)
    with pytest.raises(PhotoclustError, match="nothing is written among photos"):
        live(FakeCamera(RED), library=album.library, out=tmp_path / place / "out.mp4")
    live(FakeCamera(RED), library=album.library, out=tmp_path / "photos.mp4")


def test_the_source_is_closed_whatever_happens(tmp_path: Path) -> None:
    camera = FakeCamera(RED)
    with pytest.raises(UsageError):
        live(camera)
    assert camera.closed
    with pytest.raises(PhotoclustError):
        Video(tmp_path / "none.mp4")


def test_words_on_a_small_photo_are_drawn_on_an_enlarged_one(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    painted.photo(tmp_path / "small" / "1.png", CRIMSON)  # 40 x 40 pixels
    shown: list[tuple[int, ...]] = []
    live(
        Stills(tmp_path / "small"),
        people=friends,
        show=lambda picture: shown.append(picture.shape) or True,
    )
    assert shown == [(720, 720, 3)]
