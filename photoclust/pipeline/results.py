"""What goes between a scan and its workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace
from photoclust.models.projected_pack import Projection
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.discover import PhotoFile
from photoclust.photos.limits import TIME_LIMIT


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that was read: its content, and what is in it unless that is known.

    `seconds` are where in a video each face was seen.
    """

    file: PhotoFile
    content_hash: str
    facts: PhotoFacts | None = None
    faces: tuple[DetectedFace, ...] = ()
    seconds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that gave no pixels; without a hash it could not even be read."""

    file: PhotoFile
    reason: str
    content_hash: str | None


# How the reasons begin of files whose worker was ended, or ended.
TOO_LONG, CRASHED = "took longer than", "crashed the program that read it"

Result = Examined | Unreadable

Claim = Callable[[str], bool]
"""Asks whether this content, by its hash, is new and from now on the asker's to examine."""


# A video may take so many times as long as a photo.
VIDEO_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker needs to know: which pack, on what, how closely to look, and for how long.

    `projection` is that of a pack which was tuned to the library.
    """

    pack: str
    location: str | None
    fingerprint: str
    device: str = Device.AUTO
    detail: Detail = Detail.NORMAL
    time_limit: float = TIME_LIMIT
    projection: Projection | None = None

    def seconds_for(self, file: PhotoFile) -> float:
        """How long a worker may take for it before it is ended."""
        return self.time_limit * (VIDEO_PATIENCE if file.kind == "video" else 1)
