"""What is looked at: the frames of a camera, a video or a folder of photos."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import NotFound, PhotoclustError, UnreadablePhoto
from photoclust.photos.decode import open_photo, read_bytes
from photoclust.photos.discover import PhotoFile, find_photos
from photoclust.photos.video import CONTAINERS

if TYPE_CHECKING:
    from cv2 import VideoCapture

LONGEST_SIDE = 1920  # pixels; a larger frame is shrunk: it is slow to draw on

USUAL_RATE = 25.0  # frames a second, where a camera or a file does not say
HIGHEST_RATE = 240.0  # frames a second; more is nonsense in a file's header

# How long a photo is shown in a video of photos.
PHOTO_RATE = 1.0  # photos a second

# A camera that says nothing for so long is gone.
PATIENCE = 10.0  # seconds

# A video that ends by more than both together before its end is damaged. Of MKV and WebM, what is
# known of the end is an estimate.
FEW = 2  # frames
SHARE = 0.02  # of all frames

# FFmpeg must open no network address, whatever a file that calls itself a video names.
LOCAL_FILES_ONLY = f"protocol_whitelist;file|format_whitelist;{CONTAINERS}"


class Frame(NamedTuple):
    """One picture of a source.

    Attributes
    ----------
    number : counted from 1; frames that were passed over count.
    seconds : since the beginning; of a photo, its place in the folder.
    pixels : upright RGB.
    name : of a photo, its path.
    """

    number: int
    seconds: float
    pixels: Pixels
    name: str = ""


class CutOff(NamedTuple):
    """A video that broke off after `frames` of `total` frames."""

    frames: int
    total: int


class Source(Protocol):
    """Frames, one after the other.

    Attributes
    ----------
    name : as a person wrote it.
    rate : frames a second.
    total : how many there are; None if that is not known.
    moves : does one frame go on from the one before? Photos stand for themselves.
    waits : do frames wait until they are looked at? A camera's do not.
    unreadable : path and reason of photos, so far.
    cut_off : where a video broke off, once that is known.
    """

    name: str
    rate: float
    total: int | None
    moves: bool
    waits: bool
    unreadable: list[tuple[str, str]]
    cut_off: CutOff | None

    def frames(self) -> Iterator[Frame]: ...

    def close(self) -> None: ...


class Video:
    """The frames of a video file, every `every`-th of them, turned upright.

    Raises
    ------
    NotFound : there is no such file.
    PhotoclustError : it is no video that can be read.
    """

    moves = waits = True
    cut_off: CutOff | None = None

    def __init__(self, path: Path, every: int = 1) -> None:
        import cv2

        if not os.path.lexists(path):
            raise NotFound(f"There is no {path}.", "Check the spelling of the path.")
        if path.is_dir():
            raise PhotoclustError(f"{path} is a folder.", "Give a video, or --images FOLDER.")
        with _quiet():
            self._capture = cv2.VideoCapture(os.path.abspath(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise PhotoclustError(
                f"{path} is not a video that can be read.", "Give a video, such as an MP4."
            )
        self.name = str(path)
        self.unreadable: list[tuple[str, str]] = []
        self._every = every
        self.rate = _rate(self._capture) / every
        self._frames = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self.total = -(-self._frames // every) if self._frames > 0 else None

    def frames(self) -> Iterator[Frame]:
        import cv2

        number, seconds = 0, 0.0
        while self._capture.grab():
            number += 1
            seconds = max(0.0, self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            if (number - 1) % self._every:
                continue
            found, pixels = self._capture.retrieve()
            if found:
                yield Frame(number, seconds, _rgb(np.asarray(pixels, np.uint8)))
        if self._ends_early(number, seconds):
            self.cut_off = CutOff(number, self._frames)

    def close(self) -> None:
        self._capture.release()

    def _ends_early(self, frames: int, seconds: float) -> bool:
        """By its frames and by its time: where frames come unevenly, one of the two misleads."""
        enough = (1 - SHARE) * self._frames - FEW
        by_time = seconds * self.rate * self._every + 1
        return max(frames, by_time) < enough


class Camera:
    """The newest frame of a camera each time: what comes while one is looked at is passed over.

    Raises
    ------
    PhotoclustError : there is no such camera, or it gives no picture.
    """

    moves, waits = True, False
    total: int | None = None
    cut_off: CutOff | None = None

    def __init__(self, number: int) -> None:
        import cv2

        self.name = f"camera {number}"
        self.unreadable: list[tuple[str, str]] = []
        with _quiet():
            self._capture = cv2.VideoCapture(number)
            opened = self._capture.isOpened() and self._capture.read()[0]
        if not opened:
            self._capture.release()
            raise PhotoclustError(
                f"There is no camera {number}, or another program is using it.",
                "Try another number, or give --video FILE or --images FOLDER.",
            )
        self.rate = _rate(self._capture)
        self._number, self._seconds = 0, 0.0
        self._newest: Pixels = np.empty((0, 0, 3), np.uint8)
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def frames(self) -> Iterator[Frame]:
        self._reader.start()
        last = 0
        while True:
            with self._news:
                self._news.wait_for(partial(self._has_news, last), PATIENCE)
                if self._number == last:
                    return
                last, seconds, pixels = self._number, self._seconds, self._newest
            yield Frame(last, seconds, _rgb(pixels))

    def close(self) -> None:
        self._ended = True
        if self._reader.is_alive():
            self._reader.join(PATIENCE)
        self._capture.release()

    def _has_news(self, last: int) -> bool:
        return self._ended or self._number > last

    def _read(self) -> None:
        start = time.monotonic()
        while not self._ended:
            found, pixels = self._capture.read()
            with self._news:
                if found:
                    self._number += 1
                    self._seconds = time.monotonic() - start
                    self._newest = np.asarray(pixels, np.uint8)
                else:
                    self._ended = True
                self._news.notify()


class Stills:
    """The photos of a folder and below it, in order of their paths.

    Raises
    ------
    NotFound : there is no such folder.
    PhotoclustError : there is no photo in it.
    """

    rate = PHOTO_RATE
    moves, waits = False, True
    cut_off: CutOff | None = None

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFound(f"There is no folder {folder}.", "Check the spelling of the path.")
        self.name = str(folder)
        found = find_photos([os.path.abspath(folder)])
        self._files = [item for item in found if isinstance(item, PhotoFile)]
        self.total: int | None = len(self._files)
        self.unreadable: list[tuple[str, str]] = []
        if not self._files:
            raise PhotoclustError(
                f"There are no photos in {folder}.", "Give a folder of photos, or --video FILE."
            )

    def frames(self) -> Iterator[Frame]:
        for place, file in enumerate(self._files):
            try:
                photo = open_photo(read_bytes(file.path), file.kind, LONGEST_SIDE)
                pixels = _fitted(photo.pixels(LONGEST_SIDE))
            except UnreadablePhoto as error:
                self.unreadable.append((file.path, error.message))
                continue
            yield Frame(place + 1, place / PHOTO_RATE, pixels, file.path)

    def close(self) -> None: ...


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV and FFmpeg open files only, and say nothing: what is wrong is told in a sentence."""
    import cv2

    logging = cv2.utils.logging
    level = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = LOCAL_FILES_ONLY
    try:
        yield
    finally:
        logging.setLogLevel(level)


def _rate(capture: VideoCapture) -> float:
    import cv2

    rate = capture.get(cv2.CAP_PROP_FPS)
    return rate if 0 < rate <= HIGHEST_RATE else USUAL_RATE


def _rgb(pixels: Pixels) -> Pixels:
    import cv2

    return np.asarray(cv2.cvtColor(_fitted(pixels), cv2.COLOR_BGR2RGB), np.uint8)


def _fitted(pixels: Pixels) -> Pixels:
    import cv2

    height, width = pixels.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
