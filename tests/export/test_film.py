"""Films: whole or not at all, never over something else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from photoclust.errors import PhotoclustError, UsageError
from photoclust.export.film import check_film, writing_film

GREEN = np.full((90, 121, 3), (0, 200, 0), np.uint8)


def frames_in(path: Path) -> list[np.ndarray]:
    film = cv2.VideoCapture(str(path))
    frames = []
    while True:
        found, pixels = film.read()
        if not found:
            return frames
        frames.append(pixels[:, :, ::-1])


def test_a_film_is_there_when_it_is_done(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    with writing_film(out, 10) as film:
        for _ in range(5):
            film.write(GREEN)
            assert not out.exists()
    frames = frames_in(out)
    assert len(frames) == 5
    assert frames[0].shape == (90, 122, 3)
    red, green, blue = frames[0][:, :100].mean(axis=(0, 1))
    assert green > 150 > 60 > max(red, blue)
    assert os.listdir(tmp_path) == ["out.mp4"]


def test_pictures_of_other_sizes_are_fitted(tmp_path: Path) -> None:
    with writing_film(tmp_path / "out.mp4", 10, (320, 180)) as film:
        film.write(GREEN)
        film.write(np.full((1000, 200, 3), 255, np.uint8))
        film.write(np.full((3, 5, 3), 255, np.uint8))
    first, second, third = frames_in(tmp_path / "out.mp4")
    assert first.shape == second.shape == third.shape == (180, 320, 3)
    assert second[90, 160].min() > 200
    assert second[90, 20].max() < 80


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_film_that_is_not_ended_is_not_there(tmp_path: Path, error: type[BaseException]) -> None:
    def stopped() -> None:
        with writing_film(tmp_path / "out.mp4", 10) as film:
            film.write(GREEN)
            raise error

    with pytest.raises(error):
        stopped()
    assert os.listdir(tmp_path) == []


def test_a_film_without_frames_is_no_file(tmp_path: Path) -> None:
    with writing_film(tmp_path / "out.mp4", 10):
        pass
    assert os.listdir(tmp_path) == []


def test_a_film_that_was_cut_short_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenCV does not say that a disk is full; the film is counted."""
    monkeypatch.setattr("photoclust.export.film._frames_in", lambda _path: 1)

    def two_frames() -> None:
        with writing_film(tmp_path / "out.mp4", 10) as film:
            film.write(GREEN)
            film.write(GREEN)

    with pytest.raises(PhotoclustError, match="to its end"):
        two_frames()
    assert os.listdir(tmp_path) == []


def test_what_may_not_be_written(tmp_path: Path) -> None:
    check_film(tmp_path / "new.mp4", overwrite=False)
    assert os.listdir(tmp_path) == []
    (tmp_path / "holiday.mp4").write_bytes(b"dear")
    with pytest.raises(PhotoclustError, match="exists already"):
        check_film(tmp_path / "holiday.mp4", overwrite=False)
    check_film(tmp_path / "holiday.mp4", overwrite=True)
    assert (tmp_path / "holiday.mp4").read_bytes() == b"dear"
    with pytest.raises(UsageError, match="must end in"):
        check_film(tmp_path / "film.avi", overwrite=False)
    with pytest.raises(PhotoclustError, match="Cannot write"):
        check_film(tmp_path / "none" / "film.mp4", overwrite=False)


def test_a_folder_that_may_not_be_written(
    public_folder: Path, unprivileged: Callable[[Callable[[], object]], str]
) -> None:
    public_folder.chmod(0o555)
    said = unprivileged(lambda: check_film(public_folder / "film.mp4", overwrite=False))
    assert "Cannot write to" in said
