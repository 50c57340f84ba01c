"""The window of `live`, on a desktop that stands in for one."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from photoclust.cli.window import Window
from photoclust.errors import PhotoclustError

RED = np.full((4, 4, 3), (255, 0, 0), np.uint8)


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What is shown, the key that is pressed, and whether the window is still there."""
    desktop = SimpleNamespace(shown=[], key=-1, visible=1.0, opens=True)

    def tried(*_arguments: object, **_more: object) -> SimpleNamespace:
        return SimpleNamespace(returncode=0 if desktop.opens else -6)

    monkeypatch.setattr(subprocess, "run", tried)
    monkeypatch.setattr(cv2, "imshow", lambda _title, pixels: desktop.shown.append(pixels))
    monkeypatch.setattr(cv2, "waitKey", lambda _time: desktop.key)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda _title, _what: desktop.visible)
    return desktop


def test_a_picture_is_shown_in_its_colours(desktop: SimpleNamespace) -> None:
    assert Window().show(RED)
    assert desktop.shown[0][0, 0].tolist() == [0, 0, 255]  # OpenCV shows BGR


@pytest.mark.parametrize("key", [ord("q"), 27])
def test_q_and_escape_end(desktop: SimpleNamespace, key: int) -> None:
    window = Window()
    desktop.key = ord("x")
    assert window.show(RED)
    desktop.key = key
    assert not window.show(RED)


def test_closing_the_window_ends(desktop: SimpleNamespace) -> None:
    window = Window()
    desktop.visible = 0.0
    assert not window.show(RED)


def test_where_qt_would_end_the_process(desktop: SimpleNamespace) -> None:
    desktop.opens = False
    with pytest.raises(PhotoclustError, match="No window can be opened"):
        Window()
