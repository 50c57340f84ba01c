"""Sources of frames: videos, cameras, folders of photos."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from photoclust.errors import NotFound, PhotoclustError
from photoclust.lab.live.cuts import Cuts
from photoclust.lab.live.frames import LONGEST_SIDE, Camera, Stills, Video

RATE = 10.0  # frames a second


def film(path: Path, frames: int, size: tuple[int, int] = (64, 48)) -> Path:
    """A video that goes from black to white."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, size)
    for number in range(frames):
        grey = 255 * number // max(1, frames - 1)
        writer.write(np.full((size[1], size[0], 3), grey, np.uint8))
    writer.release()
    return path


def test_every_frame_of_a_video(tmp_path: Path) -> None:
    video = Video(film(tmp_path / "grey.mp4", 11))
    frames = list(video.frames())
    video.close()
    assert (video.rate, video.total) == (RATE, 11)
    assert [frame.number for frame in frames] == list(range(1, 12))
    assert [frame.seconds for frame in frames] == pytest.approx([n / RATE for n in range(11)])
    assert frames[0].pixels.mean() < 5
    assert frames[-1].pixels.mean() > 250


def test_every_third_frame(tmp_path: Path) -> None:
    video = Video(film(tmp_path / "grey.mp4", 11), every=3)
    assert [frame.number for frame in video.frames()] == [1, 4, 7, 10]
    assert (video.total, video.rate) == (4, pytest.approx(RATE / 3))


def test_colours_are_as_they_were(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(
        str(tmp_path / "red.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (64, 48)
    )
    writer.write(np.full((48, 64, 3), (0, 0, 255), np.uint8))  # OpenCV writes BGR
    writer.release()
    (frame,) = Video(tmp_path / "red.mp4").frames()
    red, green, blue = frame.pixels.mean(axis=(0, 1))
    assert red > 200
    assert max(green, blue) < 60


def test_turned_video_is_upright(tmp_path: Path) -> None:
    """As a phone writes it: landscape pixels, and a matrix that says how to hold them."""
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "turned.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        pixels = np.zeros((96, 160, 3), np.uint8)
        pixels[:, :80] = 255
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    data = (tmp_path / "turned.mp4").read_bytes()
    place = data.index(b"tkhd") + 4 + 40
    quarter = b"".join(
        value.to_bytes(4, "big", signed=True)
        for value in (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    )
    (tmp_path / "turned.mp4").write_bytes(data[:place] + quarter + data[place + 36 :])
    frame = next(Video(tmp_path / "turned.mp4").frames())
    assert frame.pixels.shape == (160, 96, 3)
    assert frame.pixels[:70].mean() > 200 > 60 > frame.pixels[90:].mean()


def noise(path: Path, codec: str, frames: int = 60) -> bytes:
    """What is in a video whose frames are as long as each other in the file."""
    chance = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), RATE, (64, 48))
    for _ in range(frames):
        writer.write(chance.integers(0, 255, (48, 64, 3), np.uint8))
    writer.release()
    return path.read_bytes()


@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize(("ending", "codec"), [("avi", "MJPG"), ("mkv", "mp4v"), ("mp4", "mp4v")])
def test_a_video_that_breaks_off(tmp_path: Path, ending: str, codec: str, every: int) -> None:
    path = tmp_path / f"film.{ending}"
    data = noise(path, codec)
    whole = Video(path, every)
    assert len(list(whole.frames())) == -(-60 // every)
    assert whole.cut_off is None
    end = data[-4000:] if ending == "mp4" else b""  # with what says where its frames are
    middle = bytes(len(data) - len(data) // 2 - len(end)) if end else b""
    path.write_bytes(data[: len(data) // 2] + middle + end)
    broken = Video(path, every)
    list(broken.frames())
    assert broken.cut_off is not None
    assert 10 < broken.cut_off.frames < 40
    assert broken.cut_off.total == 60


def test_who_stops_looking_finds_no_damage(tmp_path: Path) -> None:
    video = Video(film(tmp_path / "grey.mp4", 30))
    next(video.frames())
    video.close()
    assert video.cut_off is None


def test_uneven_frames_are_no_damage(tmp_path: Path) -> None:
    """Of an MKV nobody counts the frames: FFmpeg takes its length times the rate of its start."""
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "uneven.mkv"), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = 33 * number + max(0, number - 40) * 167, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video = Video(tmp_path / "uneven.mkv")
    assert len(list(video.frames())) == 60
    assert video.total is not None
    assert video.total > 100
    assert video.cut_off is None


def test_huge_frames_are_shrunk(tmp_path: Path) -> None:
    (frame,) = Video(film(tmp_path / "large.mp4", 1, (2560, 1440))).frames()
    assert frame.pixels.shape == (1080, LONGEST_SIDE, 3)


@pytest.mark.parametrize(
    "content",
    [b"", b"no video", b"#EXTM3U\n#EXTINF:9,\nhttp://192.0.2.1/x.ts\n", b"ffconcat version 1.0"],
)
def test_what_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(PhotoclustError, match="not a video that can be read"):
        Video(path)


def test_playlist_of_other_files_is_refused(tmp_path: Path) -> None:
    film(tmp_path / "other.mp4", 2)
    playlist = tmp_path / "film.mp4"
    playlist.write_text("ffconcat version 1.0\nfile other.mp4\n")
    with pytest.raises(PhotoclustError, match="not a video"):
        Video(playlist)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Video(tmp_path / "none.mp4")
    with pytest.raises(PhotoclustError, match="--images"):
        Video(tmp_path)


# -- a camera -------------------------------------------------------------------------------------


class FakeCamera:
    """Thirty frames at a hundred a second; frame n is grey n."""

    def __init__(self, _number: int) -> None:
        self.given = 0

    def isOpened(self) -> bool:
        return True

    def get(self, _property: int) -> float:
        return 0.0

    def read(self) -> tuple[bool, np.ndarray]:
        time.sleep(0.01)
        self.given += 1
        return self.given <= 30, np.full((48, 64, 3), self.given, np.uint8)

    def release(self) -> None: ...


def test_a_slow_reader_gets_the_newest_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    camera = Camera(0)
    frames = []
    for frame in camera.frames():
        frames.append(frame)
        time.sleep(0.05)
    camera.close()
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    assert 2 <= len(numbers) < 25
    assert numbers[-1] == 29  # the first of thirty was read to see whether there is a picture
    assert [int(frame.pixels[0, 0, 0]) for frame in frames] == [number + 1 for number in numbers]
    assert camera.rate == 25.0


def test_a_camera_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    camera = Camera(0)
    next(camera.frames())
    camera.close()
    assert not [thread for thread in threading.enumerate() if "_read" in thread.name]


NO_SOURCE = """
from pathlib import Path
import sys
from photoclust.errors import PhotoclustError
from photoclust.lab.live.frames import Camera, Video
for source, place in ((Camera, 7), (Video, Path(sys.argv[1]))):
    try:
        source(place)
    except PhotoclustError as error:
        print(error.message)
"""


def test_opencv_and_ffmpeg_are_quiet(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no video")
    command = [sys.executable, "-c", NO_SOURCE, str(tmp_path / "film.mp4")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    no_camera, no_video = ran.stdout.splitlines()
    assert no_camera.startswith("There is no camera 7")
    assert no_video.endswith("is not a video that can be read.")
    assert ran.stderr == ""


# -- photos ---------------------------------------------------------------------------------------


def test_photos_of_a_folder(tmp_path: Path) -> None:
    for name, size in (("b.png", (30, 20)), ("a.jpg", (4000, 20)), ("sub/c.png", (10, 10))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", size).save(tmp_path / name)
    (tmp_path / "d.png").write_bytes(b"\x89PNG broken")
    (tmp_path / "notes.txt").write_text("none")
    photos = Stills(tmp_path)
    frames = list(photos.frames())
    assert photos.total == 4
    assert not photos.moves
    assert [Path(frame.name).name for frame in frames] == ["a.jpg", "b.png", "c.png"]
    assert frames[0].pixels.shape[1] <= LONGEST_SIDE
    assert [Path(path).name for path, _reason in photos.unreadable] == ["d.png"]


def test_folder_without_photos(tmp_path: Path) -> None:
    with pytest.raises(PhotoclustError, match="no photos"):
        Stills(tmp_path)
    with pytest.raises(NotFound):
        Stills(tmp_path / "none")


# -- cuts -----------------------------------------------------------------------------------------


def test_a_cut_is_seen_and_a_sway_is_not() -> None:
    chance = np.random.default_rng(0)
    patches = chance.integers(0, 2, (2, 6, 8), np.uint8) * 255
    scenes = [np.repeat(cv2.resize(one, (640, 360))[..., None], 3, axis=2) for one in patches]
    cuts = Cuts()
    swaying = [cuts.is_cut(np.roll(scenes[0], 4 * number, axis=1)) for number in range(10)]
    assert swaying == [False] * 10
    assert cuts.is_cut(scenes[1])
    assert not cuts.is_cut(scenes[1])
