"""Recognise people in a camera, a video or a folder of photos, while it goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photoclust.actions.enrol_live import Enrolled, Teacher, place_for_shots
from photoclust.actions.looking import Gauge, gauge_for
from photoclust.actions.pack import recorded_pack
from photoclust.actions.references import KnownPerson, References, people_in, people_of_library
from photoclust.choices import Detail, Device
from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError, UsageError
from photoclust.export.film import Film, check_film, writing_film
from photoclust.lab.live.drawing import annotated
from photoclust.lab.live.frames import Source
from photoclust.lab.live.liveness import Liveness, installed_model
from photoclust.lab.live.naming import PATIENCE, Namer
from photoclust.lab.live.scene import Event, Scene
from photoclust.lab.live.session import Session
from photoclust.lab.live.tally import Sighting, Tally
from photoclust.library import Library
from photoclust.progress import Progress, Silent
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
    out: Path | None
    interrupted: bool

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / self.took if self.took else 0.0


def live(
    source: Source,
    *,
    library: Library | None = None,
    people: Path | None = None,
    enrol: str | None = None,
    keep: Path | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    threshold: float | None = None,
    pack: str | None = None,
    accept_licence: bool = False,
    detail: Detail = Detail.LOW,
    device: str = Device.AUTO,
    liveness: bool = True,
    tell: Tell | None = None,
    show: Show | None = None,
    progress: Progress | None = None,
) -> LiveReport:
    """Look at every frame of a source until it ends; Ctrl-C, or `show`, may end it before.

    Parameters
    ----------
    source : a `Video`, `Camera` or `Stills` of `photoclust.lab.live.frames`; it is closed.
    library : whose people are looked for; its pack and calibration count, unless there is a `pack`.
    people : a folder with one folder of photos a person, instead of those of the library.
    enrol : the name of somebody in front of the camera, who is taught to the library first.
    keep : where the picture of who is enrolled is kept; `enrolled` beside the library by default.
    out : an MP4 to write, with names drawn on its frames.
    threshold : distance (squared L2, 0..4) below which a face is somebody's; the pack's by default.
    liveness : see whether faces are live, where InsightFace's model for that is installed.
    tell : hears what happens, while it does.

    Raises
    ------
    UsageError : what was asked for does not go together.
    PhotoclustError : nobody is known, a file cannot be written, or nobody could be enrolled.
    """
    with closing(source):
        _check(source, library, people, enrol, pack, threshold)
        if out is not None:
            _check_out(out, source, library, overwrite)
        teacher = None
        if enrol is not None and library is not None:
            teacher = Teacher(library, enrol, place_for_shots(library, enrol, keep))
            recorded_pack(library, pack, accept_licence=accept_licence)
            pack = None
        known, references = [], None
        if people is None and library is not None:
            known = _known(library, or_nobody=teacher is not None)
        gauge = gauge_for(library, pack, accept_licence=accept_licence, device=device)
        model = installed_model() if liveness else None
        check = LifeCheck.ON if model else LifeCheck.NOT_INSTALLED if liveness else LifeCheck.OFF
        progress = progress or Silent()
        if people is not None:
            references = people_in(people, gauge.analyser, Detail.NORMAL, progress)
            known = references.people
        match = gauge.match if threshold is None else 1 - threshold / 2
        levels = gauge.analyser.description.thresholds
        namer = Namer(match, levels.match - levels.link, PATIENCE if source.moves else 1)
        namer.know(_exemplars(known))
        look = Liveness(model).look if model else None
        session = Session(gauge.analyser, namer, match, detail, moves=source.moves, look=look)
        begun = Begun(source.name, len(known), 2 - 2 * match, gauge, check, references)
        run = _Run(source, session, begun, library, teacher, tell or _nobody, show, progress)
        return run.all(out)


@dataclass(slots=True)
class _Run:
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
        self.session.namer.know(_exemplars(people_of_library(self.library)))
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


def _check(
    source: Source,
    library: Library | None,
    people: Path | None,
    enrol: str | None,
    pack: str | None,
    threshold: float | None,
) -> None:
    if enrol is not None and people is not None:
        raise UsageError(
            "Somebody is enrolled in a library, and of a folder of people nothing is kept.",
            "Leave --people away, or put a photo into that folder.",
        )
    if enrol is not None and not source.moves:
        raise UsageError(
            "Nobody is enrolled from a folder of photos by `live`.",
            f"`photoclust enrol {enrol} PHOTO` does it.",
        )
    if people is None and library is None:
        raise UsageError("Give a library, or a folder of people.")
    if pack is not None and people is None and enrol is None:
        raise UsageError(
            "The people of a library are compared by its own pack.",
            "Leave --pack away, or give a folder of people with --people.",
        )
    if threshold is not None and not 0 < threshold < 4:
        raise UsageError("A threshold is a squared distance of unit vectors, between 0 and 4.")


def _check_out(out: Path, source: Source, library: Library | None, overwrite: bool) -> None:
    check_film(out, overwrite=overwrite)
    absolute = os.path.abspath(out)
    looked_at = os.path.exists(out) and os.path.realpath(source.name) == os.path.realpath(out)
    if looked_at or (library is not None and library.photos.photo_at(absolute) is not None):
        raise PhotoclustError(
            f"{out} is what is looked at, or belongs to the library.", "Give another name."
        )


def _known(library: Library, *, or_nobody: bool) -> list[KnownPerson]:
    try:
        return people_of_library(library)
    except PhotoclustError:
        if or_nobody:
            return []
        raise


def _exemplars(known: Sequence[KnownPerson]) -> dict[str, Matrix]:
    return {person.name: person.exemplars for person in known}


def _nobody(_told: object) -> None: ...
