"""Teach a library somebody who is in front of the camera, from the best look at them."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from photoclust.actions.enrol import enrol
from photoclust.actions.lookup import known_person
from photoclust.actions.references import KnownPerson
from photoclust.actions.shots import shots_folder
from photoclust.errors import PhotoclustError
from photoclust.export.writing import write_whole, writing_to
from photoclust.lab.live.enrolling import BestShot, Shot
from photoclust.lab.live.scene import Scene
from photoclust.library import Library
from photoclust.library.people import Person
from photoclust.photos.discover import is_inside
from photoclust.query.filenames import safe_name, safe_value
from photoclust.search.match import similarity_to
from photoclust.vectors import Vector


def place_for_shots(library: Library, name: str, keep: Path | None) -> Path:
    """The folder for pictures of who is enrolled, before anybody is; makes it.

    Raises
    ------
    UsageError : it is no name, or several people have it.
    PhotoclustError : photos are scanned from that folder, or it cannot be written.
    LibraryError : the library cannot be written.
    """
    with library.transaction():
        known_person(library, name, another=False)
    folder = Path(os.path.abspath(keep)) if keep else shots_folder(library)
    hint = "Say with --keep FOLDER where the picture of the face may be kept."
    check_not_among_photos(folder, library, hint)
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_not_among_photos(folder: Path, library: Library, hint: str) -> None:
    """Is a folder no root of the library, and in none, whatever links lead there?

    Raises
    ------
    PhotoclustError : it is; with this way out.
    """
    place = os.path.realpath(folder)
    for root in library.roots.all():
        scanned = os.path.realpath(root.path)
        if place == scanned or is_inside(place, scanned):
            where = "is" if place == scanned else f"lies in {root.path}, which is"
            raise PhotoclustError(
                f"{folder} {where} scanned: nothing is written among photos.", hint
            )


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Somebody known, and how far a face is from them (squared L2, 0..4)."""

    name: str
    distance: float


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody was enrolled from the frame at `seconds`; the picture of it is kept at `path`.

    `looks_like` is who the face would have been taken for, if that is somebody else.
    """

    name: str
    path: Path
    seconds: float
    looks_like: Resemblance | None


class Teacher:
    """Waits for a good look at one face, and gives it to a person.

    Parameters
    ----------
    known : everybody in the library.
    match : at least this similar (cosine) to somebody of them, a face is theirs.

    Attributes
    ----------
    name : the person's.
    advice : what the person in front of the camera should do, in a few words.
    enrolled : what came of it; None until then.
    """

    def __init__(
        self,
        library: Library,
        name: str,
        folder: Path,
        known: Sequence[KnownPerson],
        match: float,
    ) -> None:
        self._library, self.name, self._folder = library, name, folder
        self._known, self._match = known, match
        self._shots = BestShot()
        self.advice = ""
        self.enrolled: Enrolled | None = None

    def look(self, scene: Scene) -> bool:
        """Was somebody enrolled just now? The faces of each scene must be embedded until then.

        Raises
        ------
        PhotoclustError : the picture cannot be written, or the person is not to be learned.
        """
        if self.enrolled is not None:
            return False
        self.advice = self._shots.look(scene)
        return self._shots.is_done(scene.frame.seconds) and self.finish()

    def finish(self) -> bool:
        """No more scenes come: was the best look so far good enough to enrol somebody now?"""
        shot = self._shots.best
        if shot is None or self.enrolled is not None:
            return False
        person, path = _keep(self._library, self.name, shot, self._folder)
        own = (person.name, f"{person.name}#{person.id}")
        others = [other for other in self._known if other.name not in own]
        alike = _nearest(others, shot.embedding, self._match)
        self.enrolled = Enrolled(person.name, path, shot.seconds, alike)
        return True


def _nearest(people: Sequence[KnownPerson], embedding: Vector, match: float) -> Resemblance | None:
    """Who a face is most like, if it is at least `match` so."""
    likeness = {one.name: float(similarity_to(one.exemplars, embedding[None])[0]) for one in people}
    name = max(likeness, key=likeness.__getitem__, default=None)
    if name is None or likeness[name] < match:
        return None
    return Resemblance(name, max(0.0, 2 - 2 * likeness[name]))


def _keep(library: Library, name: str, shot: Shot, folder: Path) -> tuple[Person, Path]:
    """Write the picture as a PNG and enrol its face; the person, and the file.

    No file stays if that fails.
    """
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(shot.pixels).save(encoded, "PNG")
    moment = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    path = folder / safe_name(f"{safe_value(name)} {moment}", ".png")
    with writing_to(folder):
        write_whole(path, encoded.getvalue())
    try:
        report = enrol(library, name, [path])
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return report.named.person, path
