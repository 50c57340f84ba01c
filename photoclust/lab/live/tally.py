"""Who was seen, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photoclust.lab.live.scene import Scene, SeenFace

LONGEST_STEP = 1.0  # seconds; after a longer gap nobody knows who was there


@dataclass(slots=True)
class Sighting:
    """What was seen of somebody.

    Attributes
    ----------
    person : None stands for everybody new.
    seconds : for how long; of photos, in how many.
    frames : in how many.
    first : seconds from the beginning to the first sight.
    distance : the least of a sight to the person (squared L2, 0..4); None of new people.
    tracks : how often they came, or how many photos they are in.
    """

    person: str | None
    seconds: float
    frames: int
    first: float
    distance: float | None
    tracks: set[int]


class Tally:
    """Counts scene after scene.

    Parameters
    ----------
    step : seconds from one frame to the next, for the first of them.
    """

    def __init__(self, step: float) -> None:
        self._step, self._before = step, 0.0
        self._seen: dict[str | None, Sighting] = {}
        self._waiting: dict[int, list[tuple[float, float]]] = {}
        self.frames = 0

    def add(self, scene: Scene) -> None:
        """One more frame; the first sights of a track count once it is known whose they are."""
        now = scene.frame.seconds
        passed = min(now - self._before, LONGEST_STEP) if self.frames else self._step
        self._before = now
        self.frames += 1
        counted = set()
        for face in scene.faces:
            if face.is_picture:
                continue
            if not face.standing.decided:
                self._waiting.setdefault(face.track, []).append((now, passed))
                continue
            moments = self._waiting.pop(face.track, [])
            if face.person not in counted:
                counted.add(face.person)
                moments.append((now, passed))
            self._count(face, moments)

    def _count(self, face: SeenFace, moments: Sequence[tuple[float, float]]) -> None:
        distance = face.standing.distance if face.person else None
        first = moments[0][0] if moments else self._before
        seen = self._seen.setdefault(
            face.person, Sighting(face.person, 0.0, 0, first, distance, set())
        )
        seen.tracks.add(face.track)
        seen.frames += len(moments)
        seen.seconds += sum(passed for _now, passed in moments)
        if distance is not None and seen.distance is not None:
            seen.distance = min(seen.distance, distance)

    def sightings(self) -> list[Sighting]:
        """Everybody known who was seen, the longest first, then who is new."""
        return sorted(self._seen.values(), key=lambda item: (item.person is None, -item.seconds))
