"""What is seen in one frame, and what has changed since the frame before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from photoclust.domain import DetectedFace, Detection
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.naming import Standing
from photoclust.lab.live.pose import Pose


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of a frame.

    Attributes
    ----------
    track : its number.
    detection : where it is.
    standing : whose it is, by its looks.
    pose : how the head is turned; None if its landmarks are no face's.
    life : is it there in the flesh? None where nobody looks after that.
    face : with its embedding, if that was made from this frame.
    """

    track: int
    detection: Detection
    standing: Standing
    pose: Pose | None
    life: Life | None
    face: DetectedFace | None

    @property
    def is_picture(self) -> bool:
        """Is it a picture of a face, such as one on a screen?"""
        return self.life is not None and self.life.live is False

    @property
    def person(self) -> str | None:
        """Whose it is; None for a new person, a picture, or somebody not seen for long enough."""
        return None if self.is_picture else self.standing.person


class What(StrEnum):
    """What can happen to a track."""

    APPEARED = "appeared"
    RECOGNISED = "recognised"
    UNRECOGNISED = "unrecognised"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a track.

    Attributes
    ----------
    frame : that it happened in; of `left` the last one with it.
    person : whose it is from now on; of `left` whose it was. None for a new person.
    face : as it was seen in that frame.
    seen_for : of `left`, seconds from the first sight to the last.
    """

    what: What
    frame: Frame
    person: str | None
    face: SeenFace
    seen_for: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame, the faces in it, and what has changed."""

    frame: Frame
    faces: list[SeenFace]
    events: list[Event]
