"""Heed faces again that were ignored: they count as any other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from photoclust.actions.ignore import IgnoreReport, rarely_seen
from photoclust.actions.lookup import photos_at
from photoclust.errors import NotFound
from photoclust.library import Library
from photoclust.library.journal import Move
from photoclust.library.library import unless


def heed_again(library: Library, face_ids: Sequence[int], *, dry_run: bool = False) -> IgnoreReport:
    """These faces.

    Raises
    ------
    NotFound : one is not ignored.
    """
    with unless(dry_run, library.transaction()):
        ignored = _ignored(library)
        faces = list(dict.fromkeys(face_ids))
        for face in faces:
            if face not in ignored:
                raise NotFound(f"Face {face} is not ignored.", "`photoclust log` says what was.")
        return _heed(library, faces, f"face {' '.join(map(str, faces))}", dry_run)


def heed_cluster(library: Library, cluster: int, *, dry_run: bool = False) -> IgnoreReport:
    """Every ignored face of a cluster, and those that join it later.

    Raises
    ------
    NotFound : nobody in it is ignored, or all of it left it as no face.
    """
    with unless(dry_run, library.transaction()):
        faces = [face.id for face in library.faces.of_cluster(cluster) if face.ignored]
        if not faces:
            raise NotFound(
                f"Nobody is ignored in a cluster {cluster}.",
                "`photoclust log` says what was ignored, and `photoclust undo N` takes it back.",
            )
        return _heed(library, faces, f"cluster {cluster}", dry_run)


def heed_unnamed(
    library: Library, *, max_photos: int | None = None, dry_run: bool = False
) -> IgnoreReport:
    """Every stranger and everybody hidden, be it a cluster or a face, in at most so many photos."""
    with unless(dry_run, library.transaction()):
        ignored = [face for face in library.faces.all() if face.ignored]
        faces = [face.id for face in rarely_seen(ignored, max_photos)]
        limit = "" if max_photos is None else f" --max-photos {max_photos}"
        return _heed(library, faces, f"--unnamed{limit}", dry_run)


def heed_in_photo(library: Library, path: Path, *, dry_run: bool = False) -> IgnoreReport:
    """Every ignored face of a photo.

    Raises
    ------
    NotFound : there is no such photo in the library, or nobody in it is ignored.
    """
    with unless(dry_run, library.transaction()):
        (photo,) = photos_at(library, [path])
        rows = library.query("SELECT id FROM faces WHERE photo_id = ? ORDER BY id", photo)
        ignored = _ignored(library)
        faces = [row[0] for row in rows if row[0] in ignored]
        if not faces:
            raise NotFound(f"Nobody in {path} is ignored.")
        return _heed(library, faces, f"--in {path}", dry_run)


def _ignored(library: Library) -> set[int]:
    """Faces that are ignored by themselves or with their cluster."""
    return {*library.faces.ignored(), *library.decisions.ignored()}


def _heed(library: Library, faces: list[int], what: str, dry_run: bool) -> IgnoreReport:
    """They count as before they were ignored, and go back where that took them from."""
    act = None
    clusters, photos = library.query(
        "SELECT count(DISTINCT cluster_id), count(DISTINCT photo_id) FROM faces"
        " LEFT JOIN memberships ON face_id = id WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps(faces),
    )[0]
    if faces and not dry_run:
        act = library.journal.begin(f"ignore {what} --undo")
        before = library.decisions.said_before_ignoring(faces)
        for person, source in sorted(set(before.values()), key=str):
            same = [face for face in faces if before.get(face) == (person, source)]
            library.decisions.give(act, same, person_id=person, source=source)
        library.journal.move(act, _ways_back(library, faces))
        still = [face.id for face in library.faces.get_all(faces).values() if face.ignored]
        library.decisions.give(act, still, person_id=None, source="face")  # not as their cluster
    return IgnoreReport(act, None, len(faces), clusters, photos)


def _ways_back(library: Library, face_ids: Sequence[int]) -> list[Move]:
    """Back into the clusters that ignoring took these faces out of, if they may be there now."""
    ways = library.journal.taken_out_by_ignoring(face_ids)
    people = library.clusters.people_of(way.cluster for way in ways if way.cluster is not None)
    denied = set(library.decisions.denials())
    own = {item.face_id: item.person_id for item in library.people.named_faces(face_ids)}
    return [
        way
        for way in ways
        if way.cluster is not None
        and not any(
            (way.face_id, person) in denied or own.get(way.face_id, person) != person
            for person in people[way.cluster]
        )
    ]
