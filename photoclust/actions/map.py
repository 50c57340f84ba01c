"""Draw the faces of a library as a map."""

from __future__ import annotations

import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from photoclust.actions.cluster import would_be_clusters
from photoclust.actions.lookup import cluster_faces, pack_in_use, person_named
from photoclust.choices import Placing
from photoclust.clustering.density import NOISE
from photoclust.errors import NotFound
from photoclust.export.crops import data_uri, face_crops
from photoclust.export.map.pages import MARKER, Map, State, map_page
from photoclust.export.map.placing import SEED, Places, aligned, corresponding, place
from photoclust.export.writing import check_replaceable, write_whole, writing_to
from photoclust.extras import MAP
from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.library.faces import SAME_FACE, Face
from photoclust.progress import Progress, Silent
from photoclust.vectors import Matrix

# What `largest` shows: the picture that papers on face recognition show.
PEOPLE, FACES_EACH = 20, 20

# A map of so many faces is 13 MB and takes a browser a second (docs/map.md).
LIMIT = 5_000

CROP_SIDE, CROP_QUALITY = 80, 70  # pixels, WebP

# The crops are small, so their photos are decoded smaller than for other pictures of faces.
DECODED_SIDE = 800  # pixels

# What `beside` calls the clusters that a clustering from nothing would make.
FULL = "full"


@dataclass(frozen=True, slots=True)
class MapReport:
    """Where the page is, how many faces it shows, and how many more were meant."""

    page: Path
    faces: int
    left_out: int


def draw_map(
    library: Library,
    out: Path | None = None,
    *,
    method: Placing = Placing.UMAP,
    people: Sequence[str] = (),
    clusters: Sequence[int] = (),
    largest: bool = False,
    beside: str | None = None,
    limit: int = LIMIT,
    ending: Sequence[str] = (),
    progress: Progress | None = None,
) -> MapReport:
    """Write a page on which faces that look alike lie near each other.

    Parameters
    ----------
    out : the page; without it a new file in a folder for temporary ones.
    people, clusters : only these; without any, everybody.
    largest : only the `PEOPLE` with most faces, `FACES_EACH` of each.
    beside : what to compare with: `FULL`, or the path of a library with the same photos.
    limit : of more faces only so many are drawn, by chance but always the same.
    ending : what the commands on the page end with, such as `--db FILE`.

    Raises
    ------
    PhotoclustError : the extra is not installed, there are no faces, or the page cannot be written
        or would replace a file that is no map.
    """
    MAP.require()
    progress = progress or Silent()
    out = page_path(out)
    vectors = library.faces.vectors()
    known = set(vectors.ids.tolist())
    meant = [f for f in _meant(library, people, clusters, largest) if f.id in known]
    if not meant:
        raise NotFound(
            f"There are no faces to draw in {library.path}.",
            "`photoclust status` tells what is there.",
        )
    faces = _sampled(meant, limit)
    progress.start(f"Placing {len(faces):,} faces", None, "faces")
    rows = positions(vectors.ids, np.array([face.id for face in faces], np.int64))
    places = place(vectors.matrix[rows], method)
    present = [face.cluster for face in faces]
    states = [State("Now", places, _called(library, faces), present, present)]
    if beside == FULL:
        states.append(_made_anew(library, faces, places))
    elif beside is not None:
        states.insert(0, _other(Path(beside), library, faces, places, method))
    drawn = _Drawn(
        faces, method, states, 0 if beside is None or beside == FULL else 1, len(meant) - len(faces)
    )
    return _write(library, out, drawn, ending, progress)


def draw_two_embeddings(
    library: Library,
    out: Path,
    faces: Sequence[Face],
    before: Matrix,
    after: Matrix,
    *,
    ending: Sequence[str] = (),
    progress: Progress | None = None,
) -> MapReport:
    """Write a map of faces by two embeddings of theirs, side by side.

    Parameters
    ----------
    before, after : unit vectors (n, dim), in the order of the faces.

    Raises
    ------
    PhotoclustError : as `draw_map`.
    """
    MAP.require()
    progress = progress or Silent()
    out = page_path(out)
    progress.start(f"Placing {len(faces):,} faces", None, "faces")
    places = place(before, Placing.UMAP)
    people, clusters = _called(library, faces), [face.cluster for face in faces]
    states = [
        State("Before", places, people, clusters, clusters),
        State("After", aligned(place(after, Placing.UMAP), places), people, clusters, clusters),
    ]
    return _write(library, out, _Drawn(faces, Placing.UMAP, states), ending, progress)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a map shows, of `Map`."""

    faces: Sequence[Face]
    method: Placing
    states: Sequence[State]
    now: int = 0
    left_out: int = 0


def _write(
    library: Library, out: Path, drawn: _Drawn, ending: Sequence[str], progress: Progress
) -> MapReport:
    page = map_page(
        Map(
            library=library.path.name,
            method=drawn.method,
            faces=drawn.faces,
            files=_files(library, drawn.faces),
            crops=_crops(library, drawn.faces, progress),
            states=drawn.states,
            now=drawn.now,
            left_out=drawn.left_out,
            ending=ending,
        ),
        datetime.now().astimezone().date(),
    )
    with writing_to(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, page)
    return MapReport(out, len(drawn.faces), drawn.left_out)


def page_path(out: Path | None) -> Path:
    """Where a map goes, as an absolute path; by default a new temporary file.

    Raises
    ------
    PhotoclustError : it would replace a file that is no map.
    """
    if out is None:
        return Path(tempfile.mkdtemp(prefix="photoclust-")) / "map.html"
    out = Path(os.path.abspath(out))
    with writing_to(out.parent):
        check_replaceable(out, MARKER, "map")
    return out


def _meant(
    library: Library, people: Sequence[str], clusters: Sequence[int], largest: bool
) -> list[Face]:
    """The faces to show, in order of their number, without those that are hidden."""
    pack_in_use(library)
    faces = [face for face in library.faces.all() if face.ignored != "hidden"]
    if people or clusters:
        persons = {person_named(library, name).id for name in people}
        wanted = {face.id for number in clusters for face in cluster_faces(library, number)}
        return [face for face in faces if face.person_id in persons or face.id in wanted]
    return _of_largest(faces) if largest else faces


def _of_largest(faces: list[Face]) -> list[Face]:
    """The best faces of whoever has most: people, and clusters without a name."""
    groups: dict[tuple[bool, int], list[Face]] = defaultdict(list)
    for face in faces:
        number = face.cluster if face.person_id is None else face.person_id
        if number is not None:
            groups[face.person_id is None, number].append(face)
    order = sorted(groups, key=lambda group: (-len(groups[group]), group))
    chosen = [
        face
        for group in order[:PEOPLE]
        for face in sorted(groups[group], key=lambda face: (-face.quality, face.id))[:FACES_EACH]
    ]
    return sorted(chosen, key=lambda face: face.id)


def _sampled(faces: list[Face], limit: int) -> list[Face]:
    if len(faces) <= limit:
        return faces
    chosen = np.random.default_rng(SEED).choice(len(faces), limit, replace=False)
    return [faces[index] for index in sorted(chosen.tolist())]


def _made_anew(library: Library, faces: Sequence[Face], places: Places) -> State:
    """The clusters that `cluster --full` would make."""
    ids, labels = would_be_clusters(library)
    at = positions(ids, np.array([face.id for face in faces], np.int64))
    clusters = [None if labels[i] == NOISE else int(labels[i]) for i in at.tolist()]
    names = _called(library, faces)
    owners = {
        face.cluster: name for face, name in zip(faces, names, strict=True) if face.how == "cluster"
    }
    people = [
        name if face.how == "named" else owners.get(cluster)
        for face, name, cluster in zip(faces, names, clusters, strict=True)
    ]
    return State("As cluster --full would make them", places, people, clusters, clusters)


def _other(
    path: Path, library: Library, faces: Sequence[Face], places: Places, method: Placing
) -> State:
    """The same faces in another library, placed by what its model pack says of them."""
    with Library.open(path) as other:
        vectors = other.faces.vectors()
        known = _in_photos(other)
        vectors_of = {face_id: row for row, face_id in enumerate(vectors.ids.tolist())}
        hashes = _hashes(library)
        found = [_same(face, known.get(hashes[face.photo_id], [])) for face in faces]
        people = _called(other, found)
    there = [
        index for index, face in enumerate(found) if face is not None and face.id in vectors_of
    ]
    if not there:
        raise NotFound(
            f"{path} holds none of these faces.", "Compare libraries of the same photos."
        )
    rows = [vectors_of[face.id] for index in there if (face := found[index]) is not None]
    old = np.full_like(places, np.nan)
    old[there] = place(vectors.matrix[rows], method)
    clusters = [face.cluster if face else None for face in found]
    return State(
        path.name,
        aligned(old, places),
        people,
        clusters,
        corresponding(clusters, [face.cluster for face in faces]),
    )


def _called(library: Library, faces: Sequence[Face | None]) -> list[str | None]:
    """Whose each face is; `John#3` where another person is called John too."""
    names = Counter(person.name for person in library.people.all())
    return [
        None
        if face is None or face.person is None
        else face.person
        if names[face.person] < 2
        else f"{face.person}#{face.person_id}"
        for face in faces
    ]


def _in_photos(library: Library) -> dict[str, list[Face]]:
    hashes = _hashes(library)
    found: dict[str, list[Face]] = defaultdict(list)
    for face in library.faces.all():
        found[hashes[face.photo_id]].append(face)
    return found


def _hashes(library: Library) -> dict[int, str]:
    return dict(map(tuple, library.query("SELECT id, content_hash FROM photos")))


def _same(face: Face, others: Sequence[Face]) -> Face | None:
    """Which of these faces of the same photo it is."""
    at_once = [other for other in others if other.at_seconds == face.at_seconds]
    best = max(at_once, key=lambda other: face.box.overlap(other.box), default=None)
    return best if best and face.box.overlap(best.box) >= SAME_FACE else None


def _files(library: Library, faces: Sequence[Face]) -> dict[int, str]:
    paths = library.photos.paths_of(face.photo_id for face in faces)
    return {photo: its_paths[0] for photo, its_paths in paths.items() if its_paths}


def _crops(library: Library, faces: Sequence[Face], progress: Progress) -> dict[int, str]:
    progress.start("Cutting out faces", len(faces), "faces")
    crops = {}
    for face, crop in face_crops(library, faces, CROP_SIDE, decoded=DECODED_SIDE):
        crops[face.id] = data_uri(crop, CROP_QUALITY)
        progress.advance()
    progress.finish()
    return crops
