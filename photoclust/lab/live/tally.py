"""Who was seen, and for how long."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from photoclust.lab.live.scene import Scene

LONGEST_STEP = 1.0  # seconds; after a longer gap nobody knows who was there


@dataclass(slots=True)
class Sighting:
    """What was seen of somebody.

    Attributes
    ----------
    person : None stands for everybody new.
    seconds : for how long, from frame to frame; a photo counts as one.
    frames : in how many.
    first : seconds from the beginning to the first of them.
    distance : the least of a sight to the person (squared L2, 0..4); None of new people.
    times : how often they came, or how many photos they are in.
    """

    person: str | None
    seconds: float = 0.0
    frames: int = 0
    first: float = float("inf")
    distance: float | None = None
    times: int = 0

    def add(self, other: Sighting) -> None:
        """This much more was seen of them."""
        self.seconds += other.seconds
        self.frames += other.frames
        self.first = min(self.first, other.first)
        self.times += other.times
        if other.distance is not None:
            self.distance = min(other.distance, self.distance or other.distance)


class Tally:
    """Counts scene after scene.

    Parameters
    ----------
    step : seconds from one frame to the next, for the first of them.
    """

    def __init__(self, step: float) -> None:
        self._step, self._before = step, 0.0
        self._tracks: defaultdict[int, dict[str | None, Sighting]] = defaultdict(dict)
        self._decided: set[int] = set()
        self.frames = 0

    def add(self, scene: Scene) -> None:
        """One more frame. Pictures of people are nobody."""
        now = scene.frame.seconds
        passed = min(now - self._before, LONGEST_STEP) if self.frames else self._step
        self._before = now
        self.frames += 1
        for face in scene.faces:
            if face.is_picture:
                continue
            if face.standing.decided:
                self._decided.add(face.track)
            seen = self._tracks[face.track].setdefault(face.person, Sighting(face.person))
            distance = face.standing.distance if face.person else None
            seen.add(Sighting(face.person, passed, 1, now, distance))

    def sightings(self) -> list[Sighting]:
        """Everybody known who was seen, the longest first, then who is new.

        A track that had no name at first belongs to whoever had it longest; one that was too short
        to be anybody's is left out.
        """
        people: dict[str | None, Sighting] = {}
        for track in self._decided:
            shares = self._tracks[track]
            known = [share for person, share in shares.items() if person is not None]
            owner = max(known, key=lambda share: share.frames, default=shares.get(None))
            for share in shares.values():
                whose = owner.person if owner and share.person is None else share.person
                share.times = 1 if share is owner or share.person is not None else 0
                people.setdefault(whose, Sighting(whose)).add(share)
        return sorted(people.values(), key=lambda item: (item.person is None, -item.seconds))
