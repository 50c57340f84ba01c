"""Who is who, from outside: names of folders, or a CSV file.

The scoring rule: one face a truth photo, the most central one, unless the CSV says which. A truth
photo without such a face counts as a face alone. The same photo under the same name counts once,
however many files of it there are.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from photoclust.errors import NotFound, PhotoclustError
from photoclust.lab.clusters.table import Line, Spot, read_table
from photoclust.library import Library
from photoclust.library.faces import Face

FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class TruthFace:
    """One face to score: whose it is, and the stored face, None if there is none."""

    person: str
    face_id: int | None


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything a clustering is scored against.

    Attributes
    ----------
    source : `folders`, or the name of the CSV file.
    faces : one each photo, or each line of the CSV; never empty.
    unknown : lines of the CSV whose file the library does not hold.
    nameless : photos beside the folders, or lines without a person: not scored.
    copies : further files of a photo already counted under the same name.
    disputed : faces that were given to several people; each of them counts.
    """

    source: str
    faces: tuple[TruthFace, ...]
    unknown: int = 0
    nameless: int = 0
    copies: int = 0
    disputed: int = 0

    @property
    def people(self) -> int:
        return len({face.person for face in self.faces})

    @property
    def covered(self) -> int:
        """Faces of the truth that the library holds."""
        return sum(face.face_id is not None for face in self.faces)

    @property
    def coverage(self) -> float:
        return self.covered / len(self.faces)


def read_truth(library: Library, source: str) -> Truth:
    """The truth that `folders`, or else a CSV file of this path, tells of a library's photos.

    Raises
    ------
    UsageError : there is no such file.
    PhotoclustError : it is no truth of this library; the message says why.
    """
    files = _files(library)
    if not files:
        raise NotFound(
            f"The library {library.path} knows no photo that is there.",
            "Scan the photos first: `photoclust scan FOLDER`.",
        )
    if source == FOLDERS:
        return _from_folders(library, files)
    return _from_table(library, files, Path(source))


def most_central(faces: Iterable[Face]) -> Face | None:
    """The face nearest to the middle of its photo, in shares of width and height."""
    return min(faces, key=lambda face: (face.box.distance_to(), face.id), default=None)


def _files(library: Library) -> dict[str, int | None]:
    """Path -> photo of every scanned file that is there; None for a file that cannot be read."""
    rows = library.query(
        "SELECT path, photo_id FROM files WHERE NOT reference AND missing_since IS NULL"
        " ORDER BY path"
    )
    return {os.fsdecode(row["path"]): row["photo_id"] for row in rows}


def _from_folders(library: Library, files: dict[str, int | None]) -> Truth:
    """The person is the folder, named from the folder that holds all photos."""
    folders = {path: os.path.dirname(path) for path in files}
    root = _common(set(folders.values()))
    named = {
        path: Path(os.path.relpath(folder, root) if root else folder).as_posix()
        for path, folder in folders.items()
        if folder != root
    }
    if not named:
        raise PhotoclustError(
            f"All photos of the library are in one folder, {root}, so folders tell nobody apart.",
            "Say who is who in a CSV file: `--truth FILE.csv` with the columns path and person.",
        )
    by_photo = _faces_by_photo(library)
    truth = _Gathered()
    for path, person in named.items():
        photo = files[path]
        central = most_central(by_photo.get(photo, ())) if photo is not None else None
        truth.add(person, central, key=path if photo is None else photo)
    return truth.finished(FOLDERS, nameless=len(files) - len(named))


def _from_table(library: Library, files: dict[str, int | None], source: Path) -> Truth:
    lines = read_table(source)
    finder = _Finder(files, Path(os.path.abspath(source)).parent)
    of_photo: dict[int | str, list[Line]] = defaultdict(list)
    unknown = nameless = 0
    for line in lines:
        path = finder.find(line)
        if path is None:
            unknown += 1
        elif not line.person:
            nameless += 1
        else:
            photo = files[path]
            of_photo[path if photo is None else photo].append(line)
    if not of_photo:
        reason = (
            f"None of the {len(lines)} files in {source} is in the library {library.path}."
            if unknown
            else f"No line of {source} names a person."
        )
        raise NotFound(reason, "`photoclust faces --csv` shows how the library knows its files.")
    by_photo = _faces_by_photo(library)
    truth = _Gathered()
    for photo_key, its_lines in of_photo.items():
        faces = by_photo.get(photo_key, []) if isinstance(photo_key, int) else []
        for line, face in _matched(its_lines, faces):
            spot = line.spot if line.spot is not None else line.face
            truth.add(line.person, face, key=(photo_key, spot) if face is None else photo_key)
    return truth.finished(source.name, unknown=unknown, nameless=nameless)


def _common(folders: set[str]) -> str:
    """The folder that holds them all; empty where they are on several drives."""
    try:
        return os.path.commonpath(folders)
    except ValueError:
        return ""


class _Gathered:
    """The truth while it is read: the same face under the same name counts once."""

    def __init__(self) -> None:
        self._faces: dict[object, TruthFace] = {}
        self._copies = 0

    def add(self, person: str, face: Face | None, key: object) -> None:
        """`key` tells faces apart that the library does not hold."""
        whole_key = (person, face.id if face else None, None if face else key)
        if whole_key in self._faces:
            self._copies += 1
        self._faces[whole_key] = TruthFace(person, face.id if face else None)

    def finished(self, source: str, *, unknown: int = 0, nameless: int = 0) -> Truth:
        faces = tuple(self._faces.values())
        people = Counter(face.face_id for face in faces if face.face_id is not None)
        return Truth(
            source=source,
            faces=faces,
            unknown=unknown,
            nameless=nameless,
            copies=self._copies,
            disputed=sum(count > 1 for count in people.values()),
        )


class _Finder:
    """Files of the library by what a CSV calls them."""

    def __init__(self, files: dict[str, int | None], folder: Path) -> None:
        self._files = files
        self._folder = folder
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self._by_name[os.path.basename(path)].append(path)

    def find(self, line: Line) -> str | None:
        """By the path, from the CSV's folder if it is relative; else by how paths end.

        Raises
        ------
        PhotoclustError : several files end like this.
        """
        beside = os.path.abspath(self._folder / line.path)
        for path in (beside, os.path.realpath(beside)):
            if path in self._files:
                return path
        if os.path.isabs(line.path):
            return None
        wanted = Path(os.path.normpath(line.path)).parts
        ending = [
            path
            for path in self._by_name.get(wanted[-1], ())
            if Path(path).parts[-len(wanted) :] == wanted
        ]
        if len(ending) > 1 and len({self._files[path] for path in ending}) > 1:
            raise PhotoclustError(
                f"{line.place}: {line.path} may be {ending[0]} or {ending[1]}.",
                "Give more of the path.",
            )
        return ending[0] if ending else None


def _matched(lines: list[Line], faces: list[Face]) -> list[tuple[Line, Face | None]]:
    """Each line of one photo with its face.

    Raises
    ------
    PhotoclustError : a line names a face of another photo, or lines do not say which face.
    """
    unsaid = [line for line in lines if line.spot is None and line.face is None]
    if unsaid and len({line.person for line in lines}) > 1:
        raise PhotoclustError(
            f"{unsaid[-1].place}: {unsaid[-1].path} is given to several people, so each of its "
            "lines must say which face.",
            "Add the columns x and y (a point in the face, 0..1), or face (its number).",
        )
    known = {face.id: face for face in faces}
    matched: list[tuple[Line, Face | None]] = [(line, most_central(faces)) for line in unsaid]
    for line in lines:
        if line.face is not None:
            if line.face not in known:
                raise NotFound(
                    f"{line.place}: {line.path} has no face {line.face}.",
                    "`photoclust faces` lists the faces of every photo.",
                )
            matched.append((line, known[line.face]))
    return matched + _nearest([line for line in lines if line.spot and line.face is None], faces)


def _nearest(lines: list[Line], faces: list[Face]) -> list[tuple[Line, Face | None]]:
    """Lines with a point each get the face around it, nearest centre first, no face twice."""
    pairs = sorted(
        (face.box.distance_to(line.spot.x, line.spot.y), index, face.id)
        for index, line in enumerate(lines)
        for face in faces
        if line.spot and _around(face, line.spot)
    )
    taken: dict[int, int] = {}
    for _, index, face_id in pairs:
        if index not in taken and face_id not in taken.values():
            taken[index] = face_id
    known = {face.id: face for face in faces}
    return [
        (line, known[taken[index]] if index in taken else None) for index, line in enumerate(lines)
    ]


def _around(face: Face, spot: Spot) -> bool:
    box = face.box
    return box.x1 <= spot.x <= box.x2 and box.y1 <= spot.y <= box.y2


def _faces_by_photo(library: Library) -> dict[int, list[Face]]:
    found: dict[int, list[Face]] = defaultdict(list)
    for face in library.faces.all():
        found[face.photo_id].append(face)
    return found
