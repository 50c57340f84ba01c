"""Videos: which frames are looked at, how they are turned, and what is broken."""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos import video as videos
from photoclust.photos.metadata import Metadata
from photoclust.photos.video import frame_at, key_frames, read_tags, video_facts

av = pytest.importorskip("av")

RED, GREEN, BLUE, WHITE = (200, 30, 40), (40, 180, 60), (30, 60, 190), (250, 250, 250)


def scene(brightness: float = 1.0, size: tuple[int, int] = (64, 48)) -> Pixels:
    """A colour in each corner, so that no turn looks the same."""
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return (pixels * brightness).astype(np.uint8)


def film(
    path: Path,
    seconds: int = 4,
    every: float = 1.0,
    size: tuple[int, int] = (64, 48),
    rotation: float | None = None,
    tags: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """Ten frames a second that brighten slowly, with a key frame `every` so many seconds."""
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.gop_size, stream.bit_rate = round(every * 10), 4_000_000
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number in range(seconds * 10):
            pixels = scene(0.4 + 0.6 * number / (seconds * 10), size)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def refused(path: Path) -> str:
    """The one reason that all who read the file refuse it with."""
    reasons = set()
    for read in (video_facts, lambda path: list(key_frames(path)), lambda path: frame_at(path, 0)):
        with pytest.raises(UnreadablePhoto) as caught:
            read(path)
        reasons.add(caught.value.message)
    assert len(reasons - {"no frame at 0.000 seconds"}) <= 1
    return reasons.pop()


# Which frames


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "avi", "mpg", "ts", "m4v"])
def test_key_frames_of_every_container_come_in_their_order(tmp_path: Path, suffix: str) -> None:
    frames = list(key_frames(film(tmp_path / f"a.{suffix}")))
    assert [frame.seconds for frame in frames] == pytest.approx([0, 1, 2, 3], abs=0.12)
    for frame, number in zip(frames, (0, 10, 20, 30), strict=True):
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        wanted = scene(0.4 + 0.6 * number / 40)
        assert np.abs(frame.pixels.astype(int) - wanted).mean() < 8


def test_only_key_frames_are_given(tmp_path: Path) -> None:
    frames = list(key_frames(film(tmp_path / "a.mp4", seconds=8, every=4)))
    assert [frame.seconds for frame in frames] == pytest.approx([0, 4])


def test_no_two_frames_are_within_a_second(tmp_path: Path) -> None:
    frames = list(key_frames(film(tmp_path / "a.mp4", every=0.3)))
    times = [frame.seconds for frame in frames]
    assert times == pytest.approx([0, 1.2, 2.4, 3.6])


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mpg", "ts"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_a_long_video_is_thinned_evenly(tmp_path: Path, suffix: str, limit: int) -> None:
    path = film(tmp_path / f"a.{suffix}", seconds=30, every=0.5)
    times = [frame.seconds for frame in key_frames(path, limit)]
    assert len(times) in (limit - 1, limit) if limit > 1 else len(times) == 1
    assert all(later - earlier > 30 / limit - 0.1 for earlier, later in pairwise(times))
    assert times[-1] >= 30 - 2 * 30 / limit - 0.5


def test_what_lies_between_the_frames_of_a_long_video_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    decode = videos._Video.decode
    monkeypatch.setattr(
        videos._Video, "decode", lambda self, packet: decoded.append(1) or decode(self, packet)
    )
    path = film(tmp_path / "a.mp4", seconds=30, every=0.5)
    assert len(list(key_frames(path, 5))) == len(decoded) == 5


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mpg", "ts"])
def test_a_frame_is_found_again_exactly(tmp_path: Path, suffix: str) -> None:
    path = film(tmp_path / f"a.{suffix}", seconds=12, every=0.7)
    frames = list(key_frames(path))
    assert len(frames) > 5
    for frame in reversed(frames):
        assert np.array_equal(frame_at(path, frame.seconds), frame.pixels)
        assert np.array_equal(frame_at(path, round(frame.seconds, 3)), frame.pixels)


def test_frames_with_b_frames_are_found_again_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.gop_size, stream.max_b_frames = 12, 2
        for number in range(150):
            frame = av.VideoFrame.from_ndarray(scene(0.4 + number / 250), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = list(key_frames(path))
    assert len(frames) >= 4
    for frame in frames:
        assert np.array_equal(frame_at(path, frame.seconds), frame.pixels)


@pytest.mark.parametrize("seconds", [0.5, 99.0, -1.0])
def test_where_no_key_frame_is_none_is_found(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(UnreadablePhoto, match=r"^no frame at"):
        frame_at(film(tmp_path / "a.mp4"), seconds)


# Size and turn


@pytest.mark.parametrize(
    ("counterclockwise", "quarters"), [(0, 0), (90, 1), (180, 2), (-180, 2), (-90, 3), (270, 3)]
)
def test_frames_come_out_upright(tmp_path: Path, counterclockwise: float, quarters: int) -> None:
    path = film(tmp_path / "a.mp4", rotation=counterclockwise)
    *_, frame = key_frames(path)
    wanted = np.rot90(scene(0.85), quarters)
    assert np.abs(frame.pixels.astype(int) - wanted).mean() < 8
    facts = video_facts(path)
    assert frame.pixels.shape == (facts.height, facts.width, 3)
    assert np.array_equal(frame_at(path, frame.seconds), frame.pixels)


def test_a_phone_held_upright_is_turned_clockwise(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mov")
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40  # QuickTime's track header, version 0
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    path.write_bytes(data)
    frame = next(iter(key_frames(path)))
    assert frame.pixels.shape == (64, 48, 3)
    assert np.abs(frame.pixels[5, 5].astype(int) - np.array(BLUE) * 0.4).max() < 20
    assert np.abs(frame.pixels[5, 40].astype(int) - np.array(RED) * 0.4).max() < 20


def test_a_large_frame_is_shrunk_and_the_facts_say_its_whole_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "LONGEST_SIDE", 32)
    path = film(tmp_path / "a.mp4", rotation=-90)
    assert next(iter(key_frames(path))).pixels.shape == (32, 24, 3)
    facts = video_facts(path)
    assert (facts.width, facts.height) == (48, 64)


def test_a_frame_that_is_too_large_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = film(tmp_path / "a.mp4")
    monkeypatch.setattr(videos, "MAX_PIXELS", 1000)
    assert refused(path)


# Facts


def test_a_video_tells_its_length(tmp_path: Path) -> None:
    assert video_facts(film(tmp_path / "a.mp4", seconds=7)).seconds == pytest.approx(7, abs=0.2)


def test_time_and_place_are_read_from_a_file(tmp_path: Path) -> None:
    tags = {
        "creation_time": "2020-05-03T10:11:12.000000Z",
        "location": "+48.1372+011.5755/",
        "com.android.manufacturer": "samsung",
        "com.android.model": "SM-G991B",
    }
    path = film(tmp_path / "a.mp4", tags=tags, movflags="use_metadata_tags")
    wanted = Metadata("2020-05-03T10:11:12+00:00", 48.1372, 11.5755, "samsung SM-G991B")
    assert video_facts(path).metadata == wanted


def test_matroska_writes_its_tags_in_capitals(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", tags={"CREATION_TIME": "2010-03-20 21:29:11"})
    assert (video_facts(path).metadata.taken_at or "").startswith("2010-03-20T21:29:11")


def test_apples_date_with_its_offset_is_preferred() -> None:
    said = {
        "creation_time": "2019-05-03T10:34:56.000000Z",
        "com.apple.quicktime.creationdate": "2019-05-03T12:34:56+0200",
        "com.apple.quicktime.location.iso6709": "+48.1372+011.5755+520.000/",
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 12",
    }
    assert read_tags(said) == Metadata(
        "2019-05-03T12:34:56+02:00", 48.1372, 11.5755, "Apple iPhone 12"
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1904-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00Z",
        "2019",
        "yesterday",
        "2019-13-01T00:00:00",
    ],
)
def test_a_date_that_makes_no_sense_is_no_date(written: str) -> None:
    assert read_tags({"creation_time": written}) == Metadata()


@pytest.mark.parametrize(
    ("written", "latitude", "longitude"),
    [
        ("+48.1372+011.5755/", 48.1372, 11.5755),
        ("-33.86+151.21+012/", -33.86, 151.21),
        ("+27.5916-086.5640/", 27.5916, -86.564),
        ("+4807.5-01134.5/", 48.125, -11.575),
        ("+480730+0113430.6CRSWGS_84/", 48.125, 11.57517),
        ("+48+011/", 48, 11),
    ],
)
def test_places_are_read(written: str, latitude: float, longitude: float) -> None:
    found = read_tags({"location": written})
    assert (found.latitude, found.longitude) == pytest.approx((latitude, longitude), abs=1e-5)


@pytest.mark.parametrize(
    "written", ["", "home", "+00.0000+000.0000/", "+91.0+011.0/", "+48.1/", "+48.1+200.0/", "48,11"]
)
def test_a_place_that_makes_no_sense_is_no_place(written: str) -> None:
    assert read_tags({"location": written}) == Metadata()


# Broken files


def test_an_empty_missing_or_wrong_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert refused(tmp_path / "a.mp4") == "empty file"
    assert refused(tmp_path / "gone.mp4") == "no such file or directory"
    assert "directory" in refused(tmp_path) or "denied" in refused(tmp_path)
    for junk in (b"Dear diary", bytes(100_000), b"\xff\xd8\xff\xe0" * 100):
        (tmp_path / "a.mp4").write_bytes(junk)
        assert refused(tmp_path / "a.mp4") == "truncated, or not a video that can be read"


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    film(tmp_path / "a.ts")
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n"
    (tmp_path / "b.mp4").write_text(playlist)
    assert refused(tmp_path / "b.mp4") == "truncated, or not a video that can be read"


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), "fltp", "mono")
        sound.sample_rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    assert refused(path) == "no pictures in it"


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mpg"])
@pytest.mark.parametrize("part", [0.0005, 0.01, 0.5, 0.9])
def test_of_a_cut_video_what_is_there_is_read(tmp_path: Path, suffix: str, part: float) -> None:
    whole = film(tmp_path / f"whole.{suffix}", size=(320, 240))
    data = whole.read_bytes()
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(data[: max(1, int(len(data) * part))])
    with suppress(UnreadablePhoto):
        assert 1 <= len(list(key_frames(path))) <= 4


def test_a_film_without_its_index_at_the_end_says_so(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-1500])
    assert refused(path) == "truncated, or not a video that can be read"


def test_damage_is_refused_or_read_over_and_nothing_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = np.random.default_rng(1)
    for suffix in ("mp4", "mkv", "avi", "mpg", "ts"):
        whole = np.frombuffer(film(tmp_path / f"a.{suffix}", seconds=2).read_bytes(), np.uint8)
        for _ in range(15):
            damaged = whole.copy()
            damaged[chance.integers(0, len(damaged), 30)] = chance.integers(0, 255, 30)
            path = tmp_path / f"damaged.{suffix}"
            path.write_bytes(damaged.tobytes())
            with suppress(UnreadablePhoto):
                assert all(frame.pixels.shape[2] == 3 for frame in key_frames(path))
                video_facts(path)
    assert capfd.readouterr() == ("", "")


def test_the_sample_videos_are_read(data: Path) -> None:
    folder = data / "formats" / "library" / "real_media"
    names = ("avi.avi", "mkv.mkv", "mp4.mp4", "mpeg.mpg", "quicktime.mov", "webm.webm", "wmv.wmv")
    paths = [folder / name for name in names]
    if not all(path.exists() for path in paths):
        pytest.skip("no sample videos in the test data")
    for path in paths:
        facts = video_facts(path)
        frames = list(key_frames(path))
        assert facts.seconds > 5
        assert frames[0].pixels.shape == (facts.height, facts.width, 3)
        assert frames[0].pixels.std() > 0 or len(frames) > 1
        for frame in frames:
            assert np.array_equal(frame_at(path, frame.seconds), frame.pixels)
    assert video_facts(folder / "mp4.mp4").metadata.taken_at == "2010-03-20T21:29:11+00:00"
