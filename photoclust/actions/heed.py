"""Heed faces again that were ignored: they count as any other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from photoclust.actions.ignore import IgnoreReport, rarely_seen
from photoclust.actions.lookup import photos_at
from photoclust.errors import NotFound
from photoclust.library import Library


def heed_again(library: Library, face_ids: Sequence[int], *, dry_run: bool = False) -> IgnoreReport:
    """These faces.

    Raises
    ------
    NotFound : one is not ignored.
    """
    ignored = _ignored(library)
    for face in face_ids:
        if face not in ignored:
            raise NotFound(f"Face {face} is not ignored.", "`photoclust log` says what was.")
    faces = list(dict.fromkeys(face_ids))
    return _heed(library, faces, "face", f"face {' '.join(map(str, faces))}", dry_run)


def heed_cluster(library: Library, cluster: int, *, dry_run: bool = False) -> IgnoreReport:
    """Every ignored face of a cluster, and those that join it later.

    Raises
    ------
    NotFound : nobody in it is ignored, or all of it left it as no face.
    """
    faces = [face.id for face in library.faces.of_cluster(cluster) if face.ignored]
    if not faces:
        raise NotFound(
            f"Nobody is ignored in a cluster {cluster}.",
            "`photoclust log` says what was ignored, and `photoclust undo N` takes it back.",
        )
    return _heed(library, faces, "cluster", f"cluster {cluster}", dry_run)


def heed_unnamed(
    library: Library, *, max_photos: int | None = None, dry_run: bool = False
) -> IgnoreReport:
    """Every stranger and everybody hidden, be it a cluster or a face, in at most so many photos."""
    ignored = [face for face in library.faces.all() if face.ignored]
    faces = [face.id for face in rarely_seen(ignored, max_photos)]
    limit = "" if max_photos is None else f" --max-photos {max_photos}"
    return _heed(library, faces, "cluster", f"--unnamed{limit}", dry_run)


def heed_in_photo(library: Library, path: Path, *, dry_run: bool = False) -> IgnoreReport:
    """Every ignored face of a photo.

    Raises
    ------
    NotFound : there is no such photo in the library, or nobody in it is ignored.
    """
    (photo,) = photos_at(library, [path])
    rows = library.query("SELECT id FROM faces WHERE photo_id = ? ORDER BY id", photo)
    ignored = _ignored(library)
    faces = [row[0] for row in rows if row[0] in ignored]
    if not faces:
        raise NotFound(f"Nobody in {path} is ignored.")
    return _heed(library, faces, "face", f"--in {path}", dry_run)


def _ignored(library: Library) -> set[int]:
    """Faces that are ignored by themselves or with their cluster."""
    return {*library.faces.ignored(), *library.decisions.ignored()}


def _heed(
    library: Library, faces: list[int], source: str, what: str, dry_run: bool
) -> IgnoreReport:
    act = None
    clusters, photos = library.query(
        "SELECT count(DISTINCT cluster_id), count(DISTINCT photo_id) FROM faces"
        " LEFT JOIN memberships ON face_id = id WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps(faces),
    )[0]
    if faces and not dry_run:
        with library.transaction():
            act = library.journal.begin(f"ignore {what} --undo")
            library.decisions.give(act, faces, person_id=None, source=source)
    return IgnoreReport(act, None, len(faces), clusters, photos)
