"""One run of `live`: each frame looked at, told, drawn, counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from photoclust.actions.enrol_live import Enrolled, Teacher
from photoclust.actions.looking import Gauge
from photoclust.actions.references import KnownPerson, References, people_of_library
from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError
from photoclust.export.film import Film, scaled_into, writing_film
from photoclust.lab.live.drawing import annotated
from photoclust.lab.live.frames import CutOff, Source
from photoclust.lab.live.scene import Event, Scene
from photoclust.lab.live.session import Session
from photoclust.lab.live.tally import Sighting, Tally
from photoclust.library import Library
from photoclust.progress import Progress
from photoclust.vectors import Matrix

# Photos of any shape are fitted into this, in a video of them.
PHOTO_FILM = (1280, 720)  # pixels

Tell = Callable[["Begun | Event | Enrolled"], None]
Show = Callable[[Pixels], bool]
"""Is given each frame with names drawn on it; answers whether to go on."""


class LifeCheck(StrEnum):
    """Is it looked after whether faces are live?"""

    ON = "on"
    NOT_INSTALLED = "not installed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Begun:
    """What is compared with what, told before the first frame.

    Attributes
    ----------
    source : as its name was given.
    people : how many are known.
    threshold : below this distance (squared L2, 0..4) a face is somebody's.
    references : what came of the folder of people, if they came from one.
    """

    source: str
    people: int
    threshold: float
    gauge: Gauge
    liveness: LifeCheck
    references: References | None


@dataclass(frozen=True, slots=True)
class LiveReport:
    """What was seen.

    Attributes
    ----------
    sightings : everybody known who was seen, the longest first, then who is new.
    frames : how many were looked at, in `took` seconds.
    embedded : how many faces were, of `faces` that were seen.
    unreadable : path and reason of photos.
    cut_off : where a video broke off that is damaged.
    interrupted : somebody ended it before the source did.
    """

    begun: Begun
    sightings: list[Sighting]
    frames: int
    took: float
    faces: int
    embedded: int
    enrolled: Enrolled | None
    unreadable: list[tuple[str, str]]
    cut_off: CutOff | None
    out: Path | None
    interrupted: bool

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / self.took if self.took else 0.0


@dataclass(slots=True)
class Run:
    """One source from its first frame to its last."""

    source: Source
    session: Session
    begun: Begun
    library: Library | None
    teacher: Teacher | None
    tell: Tell
    show: Show | None
    progress: Progress
    faces: int = 0

    def all(self, out: Path | None) -> LiveReport:
        """From the first frame to the last, or to Ctrl-C.

        Raises
        ------
        PhotoclustError : the film cannot be written, or nobody could be enrolled.
        """
        self.tell(self.begun)
        self.session.sparing = self.teacher is None
        tally = Tally(1 / self.source.rate)
        size = None if self.source.moves else PHOTO_FILM
        film = writing_film(out, self.source.rate, size) if out else nullcontext()
        start = time.perf_counter()
        self.progress.start("Looking", self.source.total, "frames")
        with film as writing:
            interrupted = not self._frames(tally, writing)
            took = time.perf_counter() - start
            for event in self.session.end():
                self.tell(event)
        self.progress.finish()
        if self.teacher is not None:
            self._finish(self.teacher)
        return LiveReport(
            begun=self.begun,
            sightings=tally.sightings(),
            frames=tally.frames,
            took=took,
            faces=self.faces,
            embedded=self.session.embedded,
            enrolled=self.teacher.enrolled if self.teacher else None,
            unreadable=self.source.unreadable,
            cut_off=self.source.cut_off,
            out=out if tally.frames else None,
            interrupted=interrupted,
        )

    def _frames(self, tally: Tally, film: Film | None) -> bool:
        """Every frame; False if somebody has seen enough before the last."""
        try:
            for frame in self.source.frames():
                scene = self.session.look(frame)
                self.faces += len(scene.faces)
                tally.add(scene)
                if self.teacher is not None and self.teacher.look(scene):
                    self._knows_more(self.teacher)
                for event in scene.events:
                    self.tell(event)
                if not self._shown(scene, film):
                    return False
                self.progress.advance(", ".join(face.person for face in scene.faces if face.person))
        except KeyboardInterrupt:
            return False
        return True

    def _shown(self, scene: Scene, film: Film | None) -> bool:
        if film is None and self.show is None:
            return True
        if not self.source.moves:  # drawn on a small photo, words would not fit and then be blurred
            pixels = scaled_into(scene.frame.pixels, PHOTO_FILM)
            scene = replace(scene, frame=scene.frame._replace(pixels=pixels))
        picture = annotated(scene, self.begun.threshold, self._note(scene))
        if film is not None:
            for _ in range(self._copies(scene, film)):
                film.write(picture)
        return self.show is None or self.show(picture)

    def _copies(self, scene: Scene, film: Film) -> int:
        """How often a frame is written: one of a camera for those that were passed over, too."""
        if self.source.waits:
            return 1
        return round(scene.frame.seconds * self.source.rate) + 1 - film.frames

    def _note(self, scene: Scene) -> str:
        """The line at the bottom of a frame."""
        teacher = self.teacher
        if teacher is not None and teacher.enrolled is None:
            return f"{teacher.name}: {teacher.advice or 'good, a moment'}"
        if scene.frame.name:
            return Path(scene.frame.name).name
        minutes, seconds = divmod(scene.frame.seconds, 60)
        return f"{minutes:.0f}:{seconds:04.1f}"

    def _knows_more(self, teacher: Teacher) -> None:
        """Somebody was enrolled."""
        assert self.library is not None
        assert teacher.enrolled is not None
        self.tell(teacher.enrolled)
        self.session.namer.know(exemplars_of(people_of_library(self.library)))
        self.session.sparing = True

    def _finish(self, teacher: Teacher) -> None:
        """The source has ended: whoever was to be enrolled must be by now."""
        if teacher.finish():
            self._knows_more(teacher)
        if teacher.enrolled is None:
            raise PhotoclustError(
                f"{teacher.name} was not enrolled: {teacher.advice or 'nothing was to be seen'}.",
                "One face alone, near the camera and turned to it, in good light, is enough.",
            )


def exemplars_of(known: Sequence[KnownPerson]) -> dict[str, Matrix]:
    """What a namer knows people by."""
    return {person.name: person.exemplars for person in known}
