"""One look after the other: detections to tracks, tracks to names, and what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from photoclust.choices import Detail
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.lab.live.cuts import Cuts
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.liveness import Life
from photoclust.lab.live.naming import Namer, Standing
from photoclust.lab.live.pose import pose_of
from photoclust.lab.live.scene import Event, Scene, SeenFace, What
from photoclust.lab.live.tracking import Track, Tracker
from photoclust.models.pack import FacePack
from photoclust.photos.limits import MAX_FACES

Look = Callable[[Pixels, Detection], Life]
"""Says whether a face of a picture is there in the flesh."""

NO_PIXELS: Pixels = np.empty((0, 0, 3), np.uint8)


@dataclass(slots=True)
class _Told:
    """What was told of a track so far."""

    track: Track
    frame: Frame
    face: SeenFace
    person: str | None = None


class Session:
    """Looks at the frames of one source.

    Parameters
    ----------
    namer : knows everybody.
    match : at least this similar (cosine), two sights are of one person.
    moves : does one frame go on from the one before? Else each stands for itself.
    look : of faces, whether they are live; None to leave that out.
    sparing : embed a face only where that tells more.

    Attributes
    ----------
    embedded : how many faces were, so far.
    sparing : may be changed between two frames.
    """

    def __init__(
        self,
        pack: FacePack,
        namer: Namer,
        match: float,
        detail: Detail = Detail.NORMAL,
        *,
        moves: bool = True,
        look: Look | None = None,
        sparing: bool = True,
    ) -> None:
        self.namer, self.sparing, self.embedded = namer, sparing, 0
        self._pack, self._detail, self._moves, self._look = pack, detail, moves, look
        self._tracker = Tracker(pack.description.thresholds, match)
        self._cuts = Cuts()
        self._told: dict[int, _Told] = {}
        self._life: dict[int, Life] = {}

    def look(self, frame: Frame) -> Scene:
        """Who is in the next frame."""
        cut = not self._moves or self._cuts.is_cut(frame.pixels)
        over = self._tracker.end_all() if cut else []
        found = self._pack.detect(frame.pixels, self._detail)[:MAX_FACES]
        embed = partial(self._embed, frame.pixels)
        tracks, ended = self._tracker.follow(found, frame.seconds, embed, sparing=self.sparing)
        standings = self.namer.name(tracks)
        faces = [
            self._seen(frame.pixels, track, standing)
            for track, standing in zip(tracks, standings, strict=True)
        ]
        events = [*self._left([*over, *ended]), *self._changes(frame, tracks, faces)]
        return Scene(frame, faces, events)

    def end(self) -> list[Event]:
        """The source has ended: everybody leaves."""
        return list(self._left(self._tracker.end_all()))

    def _embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        self.embedded += len(detections)
        return self._pack.embed(pixels, detections)

    def _seen(self, pixels: Pixels, track: Track, standing: Standing) -> SeenFace:
        height, width = pixels.shape[:2]
        if self._look and track.latest:
            self._life[track.number] = self._look(pixels, track.detection)
        return SeenFace(
            track=track.number,
            detection=track.detection,
            standing=standing,
            pose=pose_of(track.detection, width, height),
            life=self._life.get(track.number),
            face=track.latest,
        )

    def _changes(
        self, frame: Frame, tracks: Sequence[Track], faces: Sequence[SeenFace]
    ) -> Iterable[Event]:
        plain = frame._replace(pixels=NO_PIXELS)  # what is told later must not keep every picture
        for track, face in zip(tracks, faces, strict=True):
            if not face.standing.decided:
                continue
            person = face.person
            told = self._told.get(track.number)
            if told is None:
                yield Event(What.APPEARED, plain, person, face)
            if person != (told.person if told else None):
                what = What.RECOGNISED if person else What.UNRECOGNISED
                yield Event(what, plain, person, face)
            self._told[track.number] = _Told(track, plain, face, person)

    def _left(self, tracks: Iterable[Track]) -> Iterable[Event]:
        for track in tracks:
            self._life.pop(track.number, None)
            told = self._told.pop(track.number, None)
            if told is not None:
                seen_for = track.seen - track.since
                yield Event(What.LEFT, told.frame, told.person, told.face, seen_for)
