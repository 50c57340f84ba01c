"""Videos, by FFmpeg: key frames as upright pixels."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos.discover import reason_of
from photoclust.photos.metadata import Metadata, camera_name, place_or_none
from photoclust.photos.optional import require

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer

MOST_FRAMES = 200
STEP = 1.0  # seconds between two frames, at least: faces change little in less
LONGEST_SIDE = 1920  # pixels; a larger frame is shrunk

# FFmpeg refuses larger frames; 8K has 33 million.
MAX_PIXELS = 80_000_000

# How far two readings of one frame's time may be apart: less than half a frame at 240 a second.
SAME_TIME = 0.002  # seconds

# FFmpeg's names of the containers that are read. Others, such as playlists, could name further
# files, or places on the net.
CONTAINERS = "mov,matroska,webm,avi,mpeg,mpegts,asf,mp4,ogg,flv"

# Those with an index. In the others a jump goes astray, or loses the frames' times.
INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi")

# What cameras without a clock write: the first moment of QuickTime and of Unix.
NO_TIME = ("1904-01-01", "1970-01-01")


class Frame(NamedTuple):
    """A key frame: seconds from the beginning, and upright RGB pixels."""

    seconds: float
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """Upright size in pixels, length in seconds (0 if the file does not say), time and place."""

    width: int
    height: int
    seconds: float
    metadata: Metadata


def video_facts(path: str | Path) -> VideoFacts:
    """What a video says of itself.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    with _opened(path) as video:
        _, frame = next(video.key_frames(limit=1))
        width, height = video.shown_size(frame)
        return VideoFacts(width, height, video.seconds, video.metadata())


def key_frames(path: str | Path, limit: int = MOST_FRAMES) -> Iterator[Frame]:
    """At most `limit` key frames, evenly spread, no two within `STEP`; the rest is not decoded.

    They are shrunk to `LONGEST_SIDE`. What follows damage that cannot be read over is left out.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    with _opened(path) as video:
        for seconds, frame in video.key_frames(limit):
            yield Frame(seconds, video.upright(frame))


def frame_at(path: str | Path, seconds: float) -> Pixels:
    """The pixels of the frame that `key_frames` gave for these seconds.

    Raises
    ------
    UnreadablePhoto : there is none, or the video cannot be read.
    """
    for from_there in (True, False):  # an index may lie
        with _opened(path) as video:
            if from_there and not video.jump(seconds, backward=True):
                continue
            for time, packet in video.key_packets():
                if time > seconds + SAME_TIME:
                    break
                if time >= seconds - SAME_TIME and (frame := video.decode(packet)):
                    return video.upright(frame)
    raise UnreadablePhoto(f"no frame at {seconds:.3f} seconds")


@dataclass(slots=True)
class _Video:
    """An opened video and its first moving picture."""

    container: InputContainer
    stream: VideoStream
    start: float

    @property
    def seconds(self) -> float:
        return max(0.0, (self.container.duration or 0) / 1_000_000)

    def key_frames(self, limit: int) -> Iterator[tuple[float, VideoFrame]]:
        """Decoded key frames and their seconds; at least one."""
        step = max(STEP, self.seconds / limit)
        given = 0
        for seconds, packet in self.key_packets(step):
            if frame := self.decode(packet):
                yield seconds, frame
                given += 1
            if given == limit:
                return
        if not given:
            raise UnreadablePhoto("none of its pictures can be decoded")

    def key_packets(self, step: float = 0.0) -> Iterator[tuple[float, Packet[VideoStream]]]:
        """Seconds and packets of key frames, the next always at least `step` seconds later.

        What lies between is jumped, unless the container only goes to earlier places.
        """
        import av

        due, jumped, can_jump = float("-inf"), False, step > 0
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError, IndexError):  # the last: a stream out of nowhere
                return
            ticks = packet.pts if packet.pts is not None else packet.dts
            if ticks is None or not packet.size or not packet.is_keyframe:
                continue
            seconds = float(ticks * packet.time_base) - self.start
            if seconds < due - SAME_TIME:
                can_jump = can_jump and not jumped
                continue
            yield seconds, packet
            due = seconds + step
            jumped = can_jump and self.jump(due, backward=False)
            if jumped:
                packets = self.container.demux(self.stream)

    def jump(self, seconds: float, *, backward: bool) -> bool:
        """Go to the key frame at these seconds, or the next before or after; False if it cannot."""
        import av

        base = self.stream.time_base
        if not base or self.container.format.name not in INDEXED:
            return False
        try:
            ticks = round((seconds + self.start) / base)
            self.container.seek(ticks, stream=self.stream, backward=backward)
        except (av.FFmpegError, OverflowError):
            return False
        return True

    def decode(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        """A key frame on its own: the same whatever was decoded before. None if it is damaged."""
        import av

        decoder = self.stream.codec_context
        try:
            frames = [*self.stream.decode(packet), *self.stream.decode(None)]
        except (av.FFmpegError, ValueError):
            frames = []
        decoder.flush_buffers()
        return frames[0] if frames else None

    def shown_size(self, frame: VideoFrame) -> tuple[int, int]:
        """Upright width and height in square pixels."""
        aspect = float(self.stream.sample_aspect_ratio or 1)
        width = max(1, round(frame.width * (aspect if 0.1 < aspect < 10 else 1)))
        sideways = round(frame.rotation / 90) % 2
        return (frame.height, width) if sideways else (width, frame.height)

    def upright(self, frame: VideoFrame) -> Pixels:
        """RGB, turned by the display matrix and shrunk."""
        quarters = round(frame.rotation / 90) % 4
        width, height = self.shown_size(frame)
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if quarters % 2:
            size = size[1], size[0]
        how = "AREA" if scale < 1 else "BICUBIC"
        rgb = frame.reformat(*size, format="rgb24", interpolation=how, threads=1).to_ndarray()
        return np.ascontiguousarray(np.rot90(rgb, quarters))

    def metadata(self) -> Metadata:
        said = {
            key.lower(): value
            for owner in (self.stream, self.container)
            for key, value in owner.metadata.items()
        }
        return read_tags(said)


@contextmanager
def _opened(path: str | Path) -> Iterator[_Video]:
    """A video and its first stream of pictures, for one thread."""
    require("video")
    import av

    _silence()
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                raise UnreadablePhoto("empty file")
            file.seek(0)
            with av.open(
                file,
                "r",
                options={"format_whitelist": CONTAINERS},
                metadata_errors="replace",
            ) as container:
                yield _video(container)
    except (av.InvalidDataError, av.ArgumentError):  # the latter: none of `CONTAINERS`
        raise UnreadablePhoto("truncated, or not a video that can be read") from None
    except UnreadablePhoto:
        raise
    except OSError as error:
        raise UnreadablePhoto(reason_of(error)) from error
    except Exception as error:  # decoders raise anything on broken data
        raise UnreadablePhoto(f"cannot be decoded ({type(error).__name__})") from error


def _video(container: InputContainer) -> _Video:
    pictures = [
        stream
        for stream in container.streams.video
        if not stream.disposition & stream.disposition.attached_pic
    ]
    if not pictures:
        raise UnreadablePhoto("no pictures in it")
    stream = pictures[0]
    if stream.codec_context is None:
        raise UnreadablePhoto("no decoder for its pictures")
    stream.thread_count = 1
    stream.thread_type = "NONE"
    stream.codec_context.skip_frame = "NONKEY"
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    start = stream.start_time
    return _Video(container, stream, float((start or 0) * (stream.time_base or 0)))


@functools.cache
def _silence() -> None:
    """Once: keep what FFmpeg logs off the terminal."""
    import av.logging

    av.logging.set_level(None)


def read_tags(said: dict[str, str]) -> Metadata:
    """Time, place and camera from a video's tags, their names in small letters.

    Apple's date knows the offset; `creation_time` is UTC in MP4 and MOV, and else as it says.
    """
    latitude, longitude = _place(
        said.get("com.apple.quicktime.location.iso6709") or said.get("location") or ""
    )
    return Metadata(
        _moment(said.get("com.apple.quicktime.creationdate", ""))
        or _moment(said.get("creation_time", ""))
        or _moment(said.get("date", "")),
        latitude,
        longitude,
        camera_name(
            said.get("com.apple.quicktime.make") or said.get("com.android.manufacturer"),
            said.get("com.apple.quicktime.model") or said.get("com.android.model"),
        ),
    )


def _moment(written: str) -> str | None:
    if len(written) < 16 or written.startswith(NO_TIME):
        return None
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return moment.isoformat(timespec="seconds")


def _place(written: str) -> tuple[float, float] | tuple[None, None]:
    """ISO 6709: signed latitude and longitude as degrees, degrees and minutes, or with seconds."""
    found = re.match(
        r"([+-])(\d{2}|\d{4}|\d{6})(\.\d+)?([+-])(\d{3}|\d{5}|\d{7})(\.\d+)?(?!\d)", written
    )
    if not found:
        return None, None
    north, latitude, part_north, east, longitude, part_east = found.groups()
    return place_or_none(
        _degrees(north, latitude.zfill(3 + len(latitude) - 2), part_north or ""),
        _degrees(east, longitude, part_east or ""),
    )


def _degrees(sign: str, digits: str, part: str) -> float:
    """From three digits of degrees and two each of minutes and seconds; the last has the part."""
    fields = [digits[:3], *(digits[at : at + 2] for at in range(3, len(digits), 2))]
    fields[-1] += part
    value = sum(float(field) / unit for field, unit in zip(fields, (1, 60, 3600), strict=False))
    return -value if sign == "-" else value
