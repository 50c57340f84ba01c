"""Score the clusters of a library against a truth."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import numpy as np

from photoclust.actions.cluster import regroup
from photoclust.actions.lookup import pack_in_use
from photoclust.clustering.density import NOISE
from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError
from photoclust.export.crops import data_uri, face_crops
from photoclust.export.sheet import is_sheet, write_sheet
from photoclust.export.writing import write_whole, writing_to
from photoclust.lab.pages import MARKER, Portrait, clusters_page, sweep_page
from photoclust.lab.reports import ClustersReport, SweepPoint, SweepReport, sweep_shifts
from photoclust.lab.scoring import Labelled, MixedCluster, mixed_clusters, pieces, score
from photoclust.lab.truth import Truth, read_truth
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.progress import Progress, Silent

# The most faces of a cluster on a page: a page of ten clusters stays below 2 MB.
PAGE_FACES = 48
PAGE_SIDE, PAGE_QUALITY = 144, 80  # pixels, WebP

# On contact sheets.
SHEET_FACES, SHEET_SIDE, FRAME = 240, 128, 6  # faces, pixels, pixels
WRONG = (192, 38, 38)
CAPTION_LETTERS = 17  # as many as fit below a crop


def evaluate_clusters(library: Library, truth: str) -> ClustersReport:
    """Score the present clustering.

    Parameters
    ----------
    truth : `folders`, or the path of a CSV file; see `lab.truth`.

    Raises
    ------
    UsageError : there is no such file.
    PhotoclustError : nothing was scanned, or the truth does not fit the library.
    """
    pack = pack_in_use(library)
    known = read_truth(library, truth)
    all_faces = library.faces.all()
    labelled = Labelled(
        ids=np.array([face.id for face in all_faces], np.int64),
        photos=np.array([face.photo_id for face in all_faces], np.int64),
        labels=np.array(
            [NOISE if face.cluster is None else face.cluster for face in all_faces], np.int64
        ),
    )
    return ClustersReport(
        library=library.path.name,
        pack=pack.name,
        faces=len(all_faces),
        truth=known,
        scores=score(known, labelled),
        mixed=tuple(mixed_clusters(known, labelled)),
        pieces=tuple(pieces(known, labelled)),
    )


def evaluate_sweep(
    library: Library, truth: str, *, steps: int = 6, progress: Progress | None = None
) -> SweepReport:
    """Cluster again at `steps` thresholds on each side of the pack's, and score each.

    Nothing is written.

    Raises
    ------
    UsageError, PhotoclustError : as `evaluate_clusters`.
    """
    progress = progress or Silent()
    pack = pack_in_use(library)
    known = read_truth(library, truth)
    faces = library.faces.vectors()
    shifts = sweep_shifts(pack.levels.join, steps)
    points = []
    progress.start("Clustering", len(shifts), "thresholds")
    for shift in shifts:
        labels = regroup(faces, pack, shift).labels
        scores = score(known, Labelled(faces.ids, faces.photo_ids, labels))
        points.append(SweepPoint(shift, round(pack.levels.join + shift, 6), scores))
        progress.advance()
    progress.finish()
    return SweepReport(
        library=library.path.name,
        pack=pack.name,
        join=pack.levels.join,
        faces=len(faces.ids),
        truth=known,
        points=tuple(points),
    )


def write_clusters_page(library: Library, report: ClustersReport, out: Path, *, worst: int) -> Path:
    """Write a report as one HTML file with the faces of the worst clusters; returns its path.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no report.
    """
    portraits = {
        cluster.cluster: _portraits(library, report.truth, cluster)
        for cluster in report.mixed[:worst]
    }
    return _write_page(out, clusters_page(report, portraits, _today(), worst))


def write_sweep_page(report: SweepReport, out: Path) -> Path:
    """Write a sweep as one HTML file; returns its path.

    Raises
    ------
    PhotoclustError : as `write_clusters_page`.
    """
    return _write_page(out, sweep_page(report, _today()))


def write_sheets(
    library: Library, report: ClustersReport, folder: Path, *, worst: int
) -> list[Path]:
    """Write a contact sheet of each of the worst clusters, `cluster-12.png`; returns the paths.

    Wrong faces come first, in a frame, with the name that the truth gives them.

    Raises
    ------
    PhotoclustError : one cannot be written, or would replace a file that is no sheet.
    """
    folder = Path(os.path.abspath(folder))
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    written = []
    for cluster in report.mixed[:worst]:
        out = folder / f"cluster-{cluster.cluster}.png"
        if out.exists() and not is_sheet(out):
            raise PhotoclustError(
                f"{out} exists and is no contact sheet.", "Give another folder for the sheets."
            )
        people = _people(report.truth)
        faces = _worst_first(library, people, cluster)[:SHEET_FACES]
        crops = {face.id: crop for face, crop in face_crops(library, faces, SHEET_SIDE)}
        captioned = []
        for face in faces:
            person = people.get(face.id)
            wrong = person not in (None, cluster.person)
            crop = _framed(crops[face.id]) if wrong else crops[face.id]
            captioned.append((crop, _caption(face, person)))
        title = f"Cluster {cluster.cluster}: {cluster.wrong} of {cluster.scored} wrong"
        write_sheet(captioned, out, title)
        written.append(out)
    return written


def _people(truth: Truth) -> dict[int, str]:
    """Stored face -> its person by the truth."""
    return {face.face_id: face.person for face in truth.faces if face.face_id is not None}


def _worst_first(library: Library, people: dict[int, str], cluster: MixedCluster) -> list[Face]:
    """The faces of a cluster: the others by name, then the person's, then those not scored."""

    def rank(face: Face) -> tuple[int, str]:
        person = people.get(face.id)
        if person is None:
            return 2, ""
        return int(person == cluster.person), person

    return sorted(library.faces.of_cluster(cluster.cluster), key=rank)


def _portraits(library: Library, truth: Truth, cluster: MixedCluster) -> list[Portrait]:
    people = _people(truth)
    faces = _worst_first(library, people, cluster)[:PAGE_FACES]
    pictures = {
        face.id: data_uri(crop, PAGE_QUALITY)
        for face, crop in face_crops(library, faces, PAGE_SIDE)
    }
    return [
        Portrait(
            face=face.id,
            picture=pictures[face.id],
            person=people.get(face.id),
            wrong=people.get(face.id) not in (None, cluster.person),
        )
        for face in faces
    ]


def _framed(crop: Pixels) -> Pixels:
    framed = np.empty_like(crop)
    framed[:] = WRONG
    framed[FRAME:-FRAME, FRAME:-FRAME] = crop[FRAME:-FRAME, FRAME:-FRAME]
    return framed


def _caption(face: Face, person: str | None) -> str:
    words = f"#{face.id}" if person is None else person
    return words if len(words) <= CAPTION_LETTERS else f"{words[: CAPTION_LETTERS - 1]}…"


def _today() -> date:
    return datetime.now().astimezone().date()


def _write_page(out: Path, page: bytes) -> Path:
    out = Path(os.path.abspath(out))
    with writing_to(out.parent):
        if out.is_dir() or (out.exists() and MARKER.encode() not in out.read_bytes()[:1000]):
            raise PhotoclustError(
                f"{out} exists and is no report of photoclust.", "Give the report another name."
            )
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, page)
    return out
