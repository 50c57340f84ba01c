"""`live`: people in a film made of real photos, from the command line."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program, Ran

RATE, SIDE = 10, 240  # frames a second; pixels
Scene = tuple[tuple[str, int], ...]  # (name, shot) side by side


class Filmmaker:
    """Films the demo's people: they sway, and every frame has its own noise."""

    def __init__(self, camera: Photographer) -> None:
        self._camera = camera

    def film(self, path: Path, *scenes: tuple[Scene, int], seed: int = 0) -> Path:
        """One scene after the other, each of so many frames, with a cut between them."""
        chance = np.random.default_rng(seed)
        size = (SIDE * max(len(people) for people, _ in scenes), SIDE)
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, size)
        for people, frames in scenes:
            parts = [self._camera.pixels(name, shot, SIDE) for name, shot in people]
            for number in range(frames):
                aside = round(8 * np.sin(number / 3))
                swaying = [np.roll(part, aside, axis=1) for part in parts]
                pixels = np.zeros((size[1], size[0], 3), np.float32)
                pixels[:, : SIDE * len(people)] = np.hstack(swaying)
                noisy = pixels + chance.normal(0, 3, pixels.shape)
                writer.write(noisy.clip(0, 255).astype(np.uint8)[:, :, ::-1])
        writer.release()
        return path


@pytest.fixture(scope="module")
def filmmaker(camera: Photographer) -> Filmmaker:
    return Filmmaker(camera)


@pytest.fixture(scope="module")
def friends(camera: Photographer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two photos each of Ada and Ben."""
    folder = tmp_path_factory.mktemp("friends")
    for name in ("Ada", "Ben"):
        camera.portraits(folder / name, name, 2)
    return folder


def told(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.lines]


def happened(ran: Ran) -> list[tuple[str, str | None]]:
    """What happened to whom, from the first face on."""
    return [(line["event"], line["person"]) for line in told(ran) if "track" in line]


def test_people_appear_are_recognised_and_leave(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    """Ada and Ben beside each other, then after a cut Gwen, whom nobody knows."""
    film = filmmaker.film(
        tmp_path / "party.mp4", ((("Ada", 5), ("Ben", 6)), 12), ((("Gwen", 2),), 8)
    )
    out = tmp_path / "named.mp4"
    ran = program("live", "--video", film, "--people", friends, "--out", out, "--json")
    begun, *_events, ended = told(ran)
    assert (begun["event"], begun["schema_version"], begun["people"]) == ("begun", 2, 2)
    assert begun["liveness"] == "not installed"
    assert begun["threshold"] == pytest.approx(2 - 2 * 0.948)
    assert sorted(happened(ran)[:4], key=str) == [
        ("appeared", "Ada"),
        ("appeared", "Ben"),
        ("recognised", "Ada"),
        ("recognised", "Ben"),
    ]
    assert sorted(happened(ran)[4:6]) == [("left", "Ada"), ("left", "Ben")]
    assert happened(ran)[6:] == [("appeared", None), ("left", None)]
    left = [line for line in told(ran) if line["event"] == "left"]
    assert [line["seen_for"] for line in left] == [
        pytest.approx(1.1, abs=0.01),
        pytest.approx(1.1, abs=0.01),
        pytest.approx(0.7, abs=0.01),
    ]
    assert [person["person"] for person in ended["people"]][-1] is None
    assert ended["frames"] == 20
    assert ended["embedded"] < ended["faces"] == 32
    assert frames_of(out) == (20, 2 * SIDE, SIDE)
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def frames_of(film: Path) -> tuple[int, int, int]:
    """How many frames it has, and their width and height."""
    opened = cv2.VideoCapture(str(film))
    try:
        count = 0
        while opened.grab():
            count += 1
        sizes = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        return (count, *(int(opened.get(size)) for size in sizes))
    finally:
        opened.release()


def test_a_name_does_not_flicker(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 7),), 30))
    ran = program("live", "--video", film, "--people", friends, "--json")
    assert happened(ran) == [("appeared", "Ada"), ("recognised", "Ada"), ("left", "Ada")]


def test_needs_no_network(
    program: Program, filmmaker: Filmmaker, friends: Path, no_sockets: str, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 7),), 5))
    arguments = ("live", "--video", film, "--people", friends, "--out", tmp_path / "out.mp4")
    assert "Ada" in program.process(*arguments, prelude=no_sockets).out.decode()


def test_every_nth_frame(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 7),), 30))
    ran = program("live", "--video", film, "--people", friends, "--every", "5", "--json")
    assert told(ran)[-1]["frames"] == 6
    assert told(ran)[-1]["people"][0]["seconds"] == pytest.approx(3.0, abs=0.1)


def test_summary_for_people(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 7),), 6))
    ran = program("live", "--video", film, "--people", friends, "--out", tmp_path / "out.mp4")
    (row,) = [line.split("\t") for line in ran.lines[1:]]
    assert (row[0], row[2]) == ("Ada", "6")
    assert "looking for 2 people with open, below the distance 0.104" in ran.err
    assert "the add-on is not installed" in ran.err
    assert "6 frames in" in ran.err
    assert "Written:" in ran.err
    again = ("live", "--video", film, "--people", friends, "--no-liveness", "--json")
    assert told(program(*again))[0]["liveness"] == "off"


def test_each_photo_stands_for_itself(
    program: Program, camera: Photographer, friends: Path, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    camera.group(photos / "1.jpg", "Ada", "Ben", shot=8)
    camera.portrait(photos / "2.jpg", "Ada", 9)
    camera.landscape(photos / "3.jpg")
    (photos / "4.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    camera.portrait(photos / "5\udcffth\n.jpg", "Ben", 9)
    out = tmp_path / "out.mp4"
    ran = program(
        *("live", "--images", photos, "--people", friends, "--json", "--out", out), code=3
    )
    recognised = [line for line in told(ran) if line["event"] == "recognised"]
    assert sorted((Path(line["photo"]).name, line["person"]) for line in recognised) == [
        ("1.jpg", "Ada"),
        ("1.jpg", "Ben"),
        ("2.jpg", "Ada"),
        ("5\udcffth\n.jpg", "Ben"),
    ]
    assert "4.jpg" in ran.err
    assert frames_of(out) == (4, 1280, 720)


# -- a library ------------------------------------------------------------------------------------


def test_people_of_the_library_and_one_shot(
    program: Program, small_world: Path, filmmaker: Filmmaker, tmp_path: Path
) -> None:
    """Whoever is enrolled from a film is known from then on, there and in the next film."""
    program("name", "cluster", str(program.cluster_of("Ada")), "Ada")
    first = filmmaker.film(tmp_path / "gwen.mp4", ((("Gwen", 2),), 25))
    assert ("recognised", "Gwen") not in happened(program("live", "--video", first, "--json"))
    ran = program("live", "--video", first, "--enrol", "Gwen", "--json")
    (enrolled,) = [line for line in told(ran) if line["event"] == "enrolled"]
    kept = Path(enrolled["photo"])
    assert kept.parent == program.db.parent / "enrolled"
    assert kept.read_bytes()[:4] == b"\x89PNG"
    after = happened(ran)[1:]
    assert after == [("recognised", "Gwen"), ("left", "Gwen")]
    assert "Gwen" in program("people").out.decode()
    second = filmmaker.film(tmp_path / "all.mp4", ((("Ada", 6), ("Gwen", 3)), 8), seed=1)
    people = told(program("live", "--video", second, "--json"))[-1]["people"]
    assert {item["person"] for item in people} == {"Ada", "Gwen"}
    assert program.sql("SELECT count(*) FROM files WHERE path_text LIKE '%.mp4'") == [(0,)]
    assert "1 picture that `live` took" in program("forget", "Gwen", "--dry-run").err
    assert kept.exists()
    program("forget", "Gwen", "--yes")
    assert not kept.parent.exists()


def test_first_person_of_a_new_library(
    program: Program, filmmaker: Filmmaker, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 3),), 25))
    ran = program("live", "--video", film, "--enrol", "Ada", "--keep", tmp_path / "kept", "--json")
    assert ("recognised", "Ada") in happened(ran)
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".png"]
    assert "1 picture" not in program("purge", "--yes").err  # what they keep is theirs
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".png"]


def test_nobody_is_enrolled_from_a_crowd(
    program: Program, filmmaker: Filmmaker, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "two.mp4", ((("Ada", 3), ("Ben", 3)), 5))
    ran = program("live", "--video", film, "--enrol", "Ada", "--json", code=1)
    assert "only one person, please" in ran.err
    assert program.sql("SELECT count(*) FROM people") == [(0,)]


def test_nothing_is_kept_among_photos(
    program: Program, camera: Photographer, filmmaker: Filmmaker, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 3),), 1))
    camera.portraits(tmp_path / "photos", "Ada", 1)
    program.scan(tmp_path / "photos")
    keep = tmp_path / "photos" / "in"
    ran = program("live", "--video", film, "--enrol", "Ada", "--json", "--keep", keep, code=1)
    assert "nothing is written among photos" in ran.err
    assert not keep.exists()


# -- what cannot be done is told in a sentence, at once -------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("--camera 9 --people PEOPLE --json", 1, "no camera 9"),
        ("--video NONE.mp4 --people PEOPLE --json", 1, "There is no"),
        ("--video TEXT.mp4 --people PEOPLE --json", 1, "not a video that can be read"),
        ("--video EMPTY --people PEOPLE --json", 1, "is a folder"),
        ("--images EMPTY --people PEOPLE --json", 1, "no photos in"),
        ("--images NONE --people PEOPLE --json", 1, "There is no folder"),
        ("--images EMPTY --video FILM.mp4", 2, "Choose one of"),
        ("--video FILM.mp4 --json", 1, "no library yet"),
        ("--video FILM.mp4 --people NONE", 1, "There is no folder"),  # and no word of a window
        ("--video FILM.mp4 --people PEOPLE --threshold 5", 2, "between 0 and 4"),
        ("--camera 9", 1, "no library yet"),
        ("--video FILM.mp4 --people EMPTY --json", 1, "There are no folders"),
        ("--video FILM.mp4 --people PEOPLE --out x.avi", 2, "must end in .mp4"),
        ("--video FILM.mp4 --people PEOPLE --out FILM.mp4", 1, "exists already"),
        ("--video FILM.mp4 --people PEOPLE --out FILM.mp4 --yes", 1, "is what is looked at"),
        ("--video FILM.mp4 --people PEOPLE --out NONE/x.mp4", 1, "Cannot write to"),
        ("--video FILM.mp4 --people PEOPLE --json --threshold 5", 2, "between 0 and 4"),
        ("--video FILM.mp4 --people PEOPLE --json --enrol Zoe", 2, "Leave --people away"),
        ("--images PEOPLE --json --enrol Zoe", 2, "photoclust enrol Zoe PHOTO"),
        ("--video FILM.mp4 --json --enrol ...", 2, "name"),
        ("--camera 0 --every 2 --json", 2, "--every is for a video"),
    ],
)
def test_unusable_input(
    program: Program,
    filmmaker: Filmmaker,
    friends: Path,
    tmp_path: Path,
    words: str,
    code: int,
    sentence: str,
) -> None:
    filmmaker.film(tmp_path / "FILM.mp4", ((("Ada", 3),), 1))
    (tmp_path / "TEXT.mp4").write_text("#EXTM3U\nhttp://192.0.2.1/film.ts\n")
    (tmp_path / "EMPTY").mkdir()
    shutil.copytree(friends, tmp_path / "PEOPLE")
    kept = (tmp_path / "FILM.mp4").read_bytes()
    places = ("NONE", "TEXT", "EMPTY", "FILM", "PEOPLE")
    arguments = [
        str(tmp_path / word) if word.startswith(places) else word for word in words.split()
    ]
    ran = program("live", *arguments, code=code)
    assert sentence in ran.err
    assert ran.out == b""
    assert (tmp_path / "FILM.mp4").read_bytes() == kept


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--video FILM.mp4 --threshold 9 --json", 2),
        ("--video FILM.mp4 --out x.avi", 2),
        ("--video FILM.mp4 --out FILM.mp4 --yes", 1),
        ("--video NONE.mp4 --json", 1),
    ],
)
def test_no_library_is_made_for_nothing(
    program: Program, filmmaker: Filmmaker, tmp_path: Path, words: str, code: int
) -> None:
    filmmaker.film(tmp_path / "FILM.mp4", ((("Ada", 3),), 1))
    arguments = [str(tmp_path / word) if word.endswith(".mp4") else word for word in words.split()]
    program("live", *arguments, "--enrol", "Zoe", code=code)
    assert not program.db.exists()


def test_a_second_identity_is_told(program: Program, filmmaker: Filmmaker, tmp_path: Path) -> None:
    """The human's word counts: Ada is Zoe too, until somebody says that they are one."""
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 3),), 25))
    first = told(program("live", "--video", film, "--enrol", "Ada", "--json"))
    again = told(program("live", "--video", film, "--enrol", "Ada", "--json"))
    other = told(program("live", "--video", film, "--enrol", "Zoe B", "--json"))
    (alike,) = [line["looks_like"] for line in other if line["event"] == "enrolled"]
    assert alike["person"] == "Ada"
    assert alike["distance"] < 0.104
    ran = program("live", "--video", film, "--enrol", "Ida", "--out", tmp_path / "out.mp4")
    assert "This looks like " in ran.err
    assert "`photoclust person merge Ada Ida`" in ran.err or "merge 'Zoe B' Ida`" in ran.err
    for lines in (first, again):
        assert [line["looks_like"] for line in lines if line["event"] == "enrolled"] == [None]
    program("person", "merge", "Ada", "Zoe B")


def test_a_broken_video_is_told(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    """What there is of it is looked at, and written."""
    film = filmmaker.film(tmp_path / "ada.avi", ((("Ada", 3),), 60))
    data = film.read_bytes()
    film.write_bytes(data[: len(data) // 2])
    arguments = ("live", "--video", film, "--people", friends, "--out", tmp_path / "out.mp4")
    ran = program(*arguments, "--json", code=3)
    ended = told(ran)[-1]
    assert ended["cut_off"]
    assert 10 < ended["frames"] < 50
    assert f"ada.avi ends after {ended['frames']} of 60 frames: it is damaged" in ran.err
    assert frames_of(tmp_path / "out.mp4")[0] == ended["frames"]


def test_library_without_names(program: Program, small_world: Path, filmmaker: Filmmaker) -> None:
    film = filmmaker.film(small_world.parent / "ada.mp4", ((("Ada", 3),), 1))
    assert "has a name" in program("live", "--video", film, "--json", code=1).err


def test_no_display_is_told(
    run_photoclust: Callable[..., Ran], filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "ada.mp4", ((("Ada", 3),), 1))
    nowhere = {"DISPLAY": ":987", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "xcb"}
    ran = run_photoclust("live", "--video", film, "--people", friends, env=nowhere)
    assert ran.code == 1
    assert ran.err.startswith("Error: No window can be opened here")
    assert "--out FILE.mp4" in ran.err


def test_ctrl_c_leaves_a_whole_film(
    program: Program, filmmaker: Filmmaker, friends: Path, tmp_path: Path
) -> None:
    film = filmmaker.film(tmp_path / "long.mp4", ((("Ada", 3),), 400))
    out = tmp_path / "out.mp4"
    process = program.start("live", "--video", film, "--people", friends, "--out", out, "--json")
    assert process.stdout is not None
    while b"appeared" not in process.stdout.readline():
        pass
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate()
    assert process.returncode == 130, err
    ended = json.loads(rest.splitlines()[-1])
    assert ended["interrupted"]
    assert 0 < ended["frames"] < 400
    assert frames_of(out)[0] in (ended["frames"], ended["frames"] + 1, ended["frames"] - 1)
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
