"""Writing a video: it is there as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError, UsageError
from photoclust.export.writing import PART_SUFFIX, writing_to

if TYPE_CHECKING:
    from cv2 import VideoWriter

ENDING = ".mp4"
GROUND = 24  # grey level of what a picture of another shape leaves free


class Film:
    """A video that is being written.

    Parameters
    ----------
    rate : frames a second.
    size : width and height in pixels; by default those of the first picture.
    """

    def __init__(self, part: Path, rate: float, size: tuple[int, int] | None = None) -> None:
        self._part, self._rate, self._size = part, rate, size
        self._writer: VideoWriter | None = None
        self.frames = 0

    def write(self, pixels: Pixels) -> None:
        """One more RGB picture; one of another size is fitted into the film's.

        Raises
        ------
        PhotoclustError : OpenCV cannot write the file.
        """
        import cv2

        if self._writer is None:
            height, width = pixels.shape[:2]
            self._size = self._size or (width + width % 2, height + height % 2)
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._part), codec, self._rate, self._size)
            if not self._writer.isOpened():
                raise PhotoclustError(f"Cannot write a video to {self._part.parent}.")
        assert self._size is not None
        fitted = _fitted(pixels, self._size)
        self._writer.write(cv2.cvtColor(fitted, cv2.COLOR_RGB2BGR))
        self.frames += 1

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()


@contextmanager
def writing_film(out: Path, rate: float, size: tuple[int, int] | None = None) -> Iterator[Film]:
    """A film that is at `out` once this ends well, and nowhere if it does not.

    Raises
    ------
    PhotoclustError : it cannot be written, or not to its end, as on a full disk.
    """
    part = out.with_name(f".{out.stem}{PART_SUFFIX}{ENDING}")
    film = Film(part, rate, size)
    try:
        yield film
        film.close()
        if film.frames:
            if _frames_in(part) != film.frames:
                raise PhotoclustError(
                    f"{out} could not be written to its end.", "Free some space on that disk."
                )
            with writing_to(out.parent):
                part.replace(out)
    finally:
        film.close()
        part.unlink(missing_ok=True)


def check_film(out: Path, *, overwrite: bool) -> None:
    """See to it, before any work, that a film may and can be written there.

    Raises
    ------
    UsageError : its name does not end in `.mp4`.
    PhotoclustError : there is something, or it cannot be written.
    """
    if out.suffix.lower() != ENDING:
        raise UsageError(f"{out} must end in {ENDING}.", f"Say such as --out annotated{ENDING}.")
    if out.is_dir() or (out.exists() and not overwrite):
        raise PhotoclustError(
            f"{out} exists already.", "Give another name, or say --yes to replace it."
        )
    part = out.with_name(f".{out.stem}{PART_SUFFIX}{ENDING}")
    with writing_to(out.parent):
        part.touch()
        part.unlink()


def _frames_in(path: Path) -> int:
    import cv2

    film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        return int(film.get(cv2.CAP_PROP_FRAME_COUNT))
    finally:
        film.release()


def scaled_into(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture as large as fits into (width, height), its shape kept."""
    import cv2

    height, width = pixels.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    small = (max(1, int(width * scale)), max(1, int(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, small, interpolation=how), np.uint8)


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    small = scaled_into(pixels, size)
    height, width = small.shape[:2]
    ground = np.full((size[1], size[0], 3), GROUND, np.uint8)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    ground[top : top + height, left : left + width] = small
    return ground
