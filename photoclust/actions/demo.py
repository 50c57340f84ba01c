"""The whole program on a small library of its own, made of photos that other packages ship."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.find import find
from photoclust.actions.name import name_cluster
from photoclust.actions.scan import ScanReport, scan
from photoclust.demo.scenes import COPIES, SCENES, PlacedFace, build_scenes
from photoclust.errors import PhotoclustError
from photoclust.export.gallery import GalleryReport, export_gallery
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.progress import Progress, Silent

MARKER = ".photoclust-demo"

# A stored face with at least this overlap (intersection over union) is the face that was placed.
SAME_FACE_OVERLAP = 0.4


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How the demo went: of `placed` faces `right` ended up with the right name.

    `found` of the `expected` photos of `person` came out of `find`, with `wrong` others.
    """

    folder: Path
    database: Path
    scan: ScanReport
    people: list[str]
    placed: int
    right: int
    person: str
    expected: int
    found: int
    wrong: int
    gallery: GalleryReport


def demo(folder: Path, progress: Progress | None = None) -> DemoReport:
    """Make the photos, then scan, cluster, name, find and export them for real.

    Raises
    ------
    PhotoclustError : the folder holds something else, or a package lacks its pictures.
    """
    progress = progress or Silent()
    folder = _prepared(folder)
    photos = folder / "photos"
    placed = _build(photos, progress)
    database = folder / "demo.db"
    with Library.open(database, create=True) as library:
        scanned = scan(library, [photos], progress=progress)
        truth = _truth(library, photos, placed)
        _name_clusters(library, truth)
        faces = library.faces.all()
        people = [person.name for person in library.people.all()]
        if not people:
            raise PhotoclustError("The demo found no people: this is a bug.", "Please report it.")
        person = people[0]
        found = [truth.get(item.faces[0].face.id) == person for item in find(library, person).found]
        gallery = export_gallery(library, folder / "gallery", title="Demo", progress=progress)
    return DemoReport(
        folder=folder,
        database=database,
        scan=scanned,
        people=people,
        placed=len(placed),
        right=sum(face.person is not None and truth.get(face.id) == face.person for face in faces),
        person=person,
        expected=sum(item.person == person for item in placed),
        found=sum(found),
        wrong=len(found) - sum(found),
        gallery=gallery,
    )


def _prepared(folder: Path) -> Path:
    """An empty folder, or an earlier demo with its library taken away."""
    folder = Path(os.path.abspath(folder))
    marker = folder / MARKER
    if folder.exists() and not marker.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PhotoclustError(
            f"{folder} exists and is no demo of photoclust.", "Give an empty or new folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marker.touch()
        for suffix in ("", "-wal", "-shm"):
            (folder / f"demo.db{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise PhotoclustError(
            f"Cannot write to {folder}: {error.strerror}.", "Give another folder."
        ) from error
    return folder


def _build(photos: Path, progress: Progress) -> list[PlacedFace]:
    """Write the scenes; returns who was placed where, copies of a scene left out."""
    progress.start("Making photos", len(SCENES), "photos")
    placed = build_scenes(photos, lambda _done, _all: progress.advance())
    progress.finish()
    return [item for item in placed if item.file not in COPIES]


def _truth(library: Library, photos: Path, placed: list[PlacedFace]) -> dict[int, str]:
    """Stored face -> who was placed there."""
    faces = library.faces.all()
    paths = library.photos.paths_of(face.photo_id for face in faces)
    by_path: dict[str, list[Face]] = defaultdict(list)
    for face in faces:
        for path in paths[face.photo_id]:
            by_path[path].append(face)
    truth = {}
    for item in placed:
        for face in by_path[str(photos / item.file)]:
            if face.box.overlap(item.box) >= SAME_FACE_OVERLAP:
                truth[face.id] = item.person
    return truth


def _name_clusters(library: Library, truth: dict[int, str]) -> None:
    """Name every cluster as a person who looks at it would: after most of its faces."""
    for summary in library.clusters.summaries():
        members = library.faces.of_cluster(summary.cluster)
        names = Counter(truth[face.id] for face in members if face.id in truth)
        if names:
            name_cluster(library, summary.cluster, names.most_common(1)[0][0])
