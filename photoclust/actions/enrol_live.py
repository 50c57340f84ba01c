"""Teach a library somebody who is in front of the camera, from the best look at them."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from photoclust.actions.enrol import enrol
from photoclust.actions.lookup import known_person
from photoclust.actions.shots import shots_folder
from photoclust.errors import PhotoclustError
from photoclust.export.writing import write_whole, writing_to
from photoclust.lab.live.enrolling import BestShot, Shot
from photoclust.lab.live.scene import Scene
from photoclust.library import Library
from photoclust.photos.discover import is_inside
from photoclust.query.filenames import safe_name, safe_value


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
    for root in library.roots.all():
        if str(folder) == root.path or is_inside(str(folder), root.path):
            raise PhotoclustError(
                f"{folder} lies in {root.path}, which is scanned: nothing is written among photos.",
                "Say with --keep FOLDER where the picture of the face may be kept.",
            )
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody was enrolled from the frame at `seconds`; the picture of it is kept at `path`."""

    name: str
    path: Path
    seconds: float


class Teacher:
    """Waits for a good look at one face, and gives it to a person.

    Attributes
    ----------
    name : the person's.
    advice : what the person in front of the camera should do, in a few words.
    enrolled : what came of it; None until then.
    """

    def __init__(self, library: Library, name: str, folder: Path) -> None:
        self._library, self.name, self._folder = library, name, folder
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
        name, path = _keep(self._library, self.name, shot, self._folder)
        self.enrolled = Enrolled(name, path, shot.seconds)
        return True


def _keep(library: Library, name: str, shot: Shot, folder: Path) -> tuple[str, Path]:
    """Write the picture as a PNG and enrol its face; the person's name, and the file.

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
    return report.named.person.name, path
