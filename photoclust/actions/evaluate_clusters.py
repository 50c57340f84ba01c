"""Score the clusters of a library against a truth."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from photoclust.actions.lookup import pack_in_use
from photoclust.actions.report_page import today, write_page
from photoclust.clustering.density import NOISE
from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError
from photoclust.export.crops import data_uri, face_crops
from photoclust.export.sheet import is_sheet, write_sheet
from photoclust.export.writing import writing_to
from photoclust.lab.clusters.pages import Portrait, clusters_page
from photoclust.lab.clusters.reports import ClustersReport
from photoclust.lab.clusters.scoring import Labelled, MixedCluster, mixed_clusters, pieces, score
from photoclust.lab.clusters.truth import Truth, read_truth
from photoclust.library import Library
from photoclust.library.faces import Face

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
    truth : `folders`, or the path of a CSV file; see `lab.clusters.truth`.

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
    return write_page(out, clusters_page(report, portraits, today(), worst))


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
