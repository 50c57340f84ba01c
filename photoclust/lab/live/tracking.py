"""The same face from frame to frame is one track; its embedding is made only when that tells more.

Between key frames of a video `pipeline.tracks` joins faces by likeness. Here frames follow each
other so closely that their place says nearly always who goes on, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.calibration import MIN_QUALITY
from photoclust.domain import DetectedFace, Detection
from photoclust.models.pack import Thresholds
from photoclust.pipeline.tracks import SAME_PLACE
from photoclust.vectors import Matrix, normalised

Embed = Callable[[Sequence[Detection]], list[DetectedFace]]
"""The faces of some detections of the frame that is looked at."""

# A track stands on so many of its best sights, and is embedded in every frame until it has them.
SIGHTS = 5

# A track with enough sights is looked at again after so long, or when its face is so much more
# promising than before: one that walks up to the camera is.
AGAIN = 0.5  # seconds
MORE_PROMISING = 1.2  # times

# Somebody who is gone for longer begins a new track.
LOST = 2.0  # seconds

# Faces whose boxes touch by more than this (intersection over union) are embedded each time: it is
# then that tracks are mixed up.
CROWDED = 0.05


@dataclass(slots=True)
class Track:
    """Somebody's way through the frames.

    Attributes
    ----------
    number : counted from 1, in order of appearance.
    detection : where the face was seen last.
    since, seen : seconds, of the first and the last frame with it.
    sights : its embedded faces of the best quality, at most `SIGHTS`.
    latest : the face of this frame, if it was embedded in it.
    """

    number: int
    detection: Detection
    since: float
    seen: float
    sights: list[DetectedFace] = field(default_factory=list)
    latest: DetectedFace | None = None
    _embedded_at: float = 0.0
    _promise: float = 0.0

    @property
    def matrix(self) -> Matrix:
        """The embeddings of its sights, (n, dim)."""
        return np.stack([face.embedding for face in self.sights])

    def likeness(self, face: DetectedFace) -> float:
        """How like its sights a face is: cosine of their mean, -1..1."""
        return float(normalised(self.matrix.mean(axis=0)) @ face.embedding)

    def is_due(self, detection: Detection, seconds: float) -> bool:
        """Would an embedding of its face, seen here now, tell more than there is?"""
        return (
            len(self.sights) < SIGHTS
            or seconds - self._embedded_at >= AGAIN
            or _promise(detection) > MORE_PROMISING * self._promise
        )

    def go_on(self, detection: Detection, seconds: float) -> None:
        """It was seen there."""
        self.detection, self.seen, self.latest = detection, seconds, None

    def learn(self, face: DetectedFace) -> None:
        """Its face of this frame was embedded."""
        self.latest, self._embedded_at = face, self.seen
        self._promise = max(self._promise, _promise(face.detection))
        best = sorted([*self.sights, face], key=lambda item: -item.quality)
        self.sights = best[:SIGHTS]


class Tracker:
    """Joins the detections of frame after frame to tracks.

    Parameters
    ----------
    thresholds : of the pack that embeds.
    match : at least this similar (cosine) to a track that was lost, a face goes on with it.
    """

    def __init__(self, thresholds: Thresholds, match: float) -> None:
        self._thresholds, self._match = thresholds, match
        self._tracks: list[Track] = []
        self._count = 0
        self._last = 0.0  # seconds, of the frame before

    def follow(
        self,
        detections: Sequence[Detection],
        seconds: float,
        embed: Embed,
        *,
        sparing: bool = True,
    ) -> tuple[list[Track], list[Track]]:
        """The tracks that are in this frame, in order of its detections, and those that ended.

        `sparing` embeds a face only when that tells more; otherwise each is.
        """
        ended = self._take(lambda track: seconds - track.seen > LOST)
        before = [track for track in self._tracks if track.seen == self._last]
        owners = _by_place(before, detections)
        crowded = _crowded(detections)
        asked = [
            place
            for place, detection in enumerate(detections)
            if not sparing
            or place in crowded
            or place not in owners
            or owners[place].is_due(detection, seconds)
        ]
        faces = dict(zip(asked, embed([detections[place] for place in asked]), strict=True))
        for place, face in faces.items():
            if place in owners and self._is_somebody_else(owners[place], face):
                del owners[place]
        free = [track for track in self._tracks if track not in owners.values()]
        for place, face in sorted(faces.items(), key=lambda item: -item[1].quality):
            if place not in owners:
                owners[place] = self._found_again(free, face) or self._new(face, seconds)
                free = [track for track in free if track is not owners[place]]
        for place, track in owners.items():
            track.go_on(detections[place], seconds)
            if place in faces:
                track.learn(faces[place])
        self._last = seconds
        return [owners[place] for place in range(len(detections))], ended

    def end_all(self) -> list[Track]:
        """Nothing goes on from here, as after a cut: the tracks there were."""
        return self._take(lambda _track: True)

    def _take(self, is_over: Callable[[Track], bool]) -> list[Track]:
        over = [track for track in self._tracks if is_over(track)]
        self._tracks = [track for track in self._tracks if track not in over]
        return over

    def _is_somebody_else(self, track: Track, face: DetectedFace) -> bool:
        """Is a face less like its track than strangers are like each other? A weak one says little.

        Compared with the mean of five others, no photo of a person of lfw-a is, and 97 in 100 of
        strangers are: `python benchmarks/live_choices.py sights`.
        """
        if not track.sights or face.quality < MIN_QUALITY:
            return False
        return track.likeness(face) < self._thresholds.typical

    def _found_again(self, free: Sequence[Track], face: DetectedFace) -> Track | None:
        near = [(track.likeness(face), track.number, track) for track in free if track.sights]
        if not near:
            return None
        likeness, _number, track = max(near, key=lambda item: item[:2])
        same_place = track.detection.box.overlap(face.detection.box) >= SAME_PLACE
        return track if likeness >= (self._thresholds.link if same_place else self._match) else None

    def _new(self, face: DetectedFace, seconds: float) -> Track:
        self._count += 1
        track = Track(self._count, face.detection, seconds, seconds)
        self._tracks.append(track)
        return track


def _by_place(tracks: Sequence[Track], detections: Sequence[Detection]) -> dict[int, Track]:
    """Whose each detection is by its place, where boxes overlap enough; the whole overlaps most."""
    from scipy.optimize import linear_sum_assignment

    overlaps = np.array(
        [[track.detection.box.overlap(item.box) for item in detections] for track in tracks]
    ).reshape(len(tracks), len(detections))
    rows, columns = linear_sum_assignment(-overlaps)
    return {
        int(column): tracks[row]
        for row, column in zip(rows, columns, strict=True)
        if overlaps[row, column] >= SAME_PLACE
    }


def _crowded(detections: Sequence[Detection]) -> set[int]:
    return {
        place
        for place, one in enumerate(detections)
        if any(one.box.overlap(other.box) > CROWDED for other in detections if other is not one)
    }


def _promise(detection: Detection) -> float:
    """How good a face will be once embedded, by its place alone: its size, nose in the middle."""
    points: NDArray[np.float64] = np.array(detection.landmarks)
    eyes = points[1] - points[0]
    size = float(np.hypot(*eyes))
    if size == 0:
        return 0.0
    aside = abs(float((points[2] - points[0]) @ eyes) / size**2 - 0.5)
    return size * detection.score * max(0.0, 1 - 2 * aside)
