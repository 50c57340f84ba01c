"""What is drawn on a frame."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.domain import Box, Detection, Pixels
from photoclust.lab.live.drawing import annotated, words_of
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.naming import Standing
from photoclust.lab.live.pose import Pose
from photoclust.lab.live.scene import Scene, SeenFace

THRESHOLD = 0.104
MIDDLE = Box(0.4, 0.3, 0.6, 0.6)
KNOWN = Standing("Zoë Ångström", 0.96, "Zoë Ångström", True)
NEW = Standing("Ann", 0.9, None, True)
WAITING = Standing("Ann", 0.97, None, False)


def face(
    standing: Standing,
    box: Box = MIDDLE,
    pose: Pose | None = None,
    life: Life | None = None,
) -> SeenFace:
    return SeenFace(1, Detection(box, 0.9, ((0.5, 0.5),) * 5), standing, pose, life, None)


def drawn(*faces: SeenFace, grey: int = 128, size: tuple[int, int] = (640, 360)) -> Pixels:
    pixels = np.full((size[1], size[0], 3), grey, np.uint8)
    return annotated(Scene(Frame(1, 0.0, pixels), list(faces), []), THRESHOLD, "0:00.0")


@pytest.mark.parametrize(
    ("seen", "lines"),
    [
        (face(KNOWN), ["Zoë Ångström", "0.080 < 0.104"]),
        (face(NEW), ["new person", "Ann: 0.200 > 0.104"]),
        (face(Standing("Ann", 0.96, None, True)), ["Ann again?", "0.080 < 0.104"]),
        (face(WAITING), ["…"]),
        (face(Standing(None, 0.0, None, True)), ["new person"]),
        (
            face(KNOWN, pose=Pose(50, 0, 0)),
            ["Zoë Ångström", "0.080 < 0.104", "turn to the camera"],
        ),
        (
            face(KNOWN, life=Life(False, 0.1)),
            ["not live: a picture"],
        ),
    ],
)
def test_words_beside_a_face(seen: SeenFace, lines: list[str]) -> None:
    assert words_of(seen, THRESHOLD) == lines


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_text_stands_out_on_any_ground(grey: int) -> None:
    """Light letters on a panel that is dark whatever is behind it."""
    panel = drawn(face(KNOWN), grey=grey)[222:240, 262:360].astype(int)
    assert panel.min(axis=2).min() < 75
    assert panel.max(axis=2).max() > 180


def changed(box: Box) -> tuple[int, int, int, int]:
    """Where a face with this box leaves its marks: left, top, right and bottom, in pixels."""
    rows, columns = np.nonzero((drawn(face(KNOWN, box)) != drawn()).any(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def test_labels_go_below_or_above_and_stay_clear_of_the_bottom_line() -> None:
    below = changed(Box(0.1, 0.3, 0.2, 0.6))
    assert below[1] == pytest.approx(0.3 * 360, abs=3)
    assert below[3] > 0.6 * 360 + 20
    above = changed(Box(0.1, 0.6, 0.2, 0.93))
    assert above[1] < 0.6 * 360 - 20
    assert above[3] < 342
    aside = changed(Box(0.95, 0.3, 1.0, 0.4))
    assert aside[2] == 639
    assert aside[0] < 560


@pytest.mark.parametrize("name", ["李小龍", "Ζωή", "a\nb", "\udcff\udcfe", "x" * 300, "\x1b[31m"])
def test_any_name_can_be_drawn(name: str) -> None:
    standing = Standing(name, 0.96, name, True)
    assert not np.array_equal(drawn(face(standing)), drawn())


@pytest.mark.parametrize("note", ["n\udcffame\n.jpg", "\udcff", "\n", "a\tb\x1b[31m", "x" * 300])
def test_any_file_name_can_be_drawn(note: str) -> None:
    scene = Scene(Frame(1, 0.0, np.full((90, 160, 3), 128, np.uint8)), [], [])
    assert annotated(scene, THRESHOLD, note).shape == (90, 160, 3)


def test_a_tiny_frame_can_be_drawn_on() -> None:
    assert drawn(face(KNOWN), size=(20, 10)).shape == (10, 20, 3)


def test_the_frame_itself_is_left_alone() -> None:
    pixels = np.full((360, 640, 3), 128, np.uint8)
    annotated(Scene(Frame(1, 0.0, pixels), [face(KNOWN)], []), THRESHOLD)
    assert (pixels == 128).all()
