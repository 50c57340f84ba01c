"""What a pack saw, as a pack that was tuned on it sees the same."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from photoclust.domain import Box
from photoclust.library.faces import SAME_FACE
from photoclust.library.packs import StoredPack
from photoclust.models.projected_pack import Projection
from photoclust.vectors import from_bytes, to_blob

if TYPE_CHECKING:
    from photoclust.library.library import Library

_COPIED = "x1, y1, x2, y2, score, quality, landmarks, at_seconds, by_hand"

# How closely a photo was looked at, of the table `{0}`.
_CLOSENESS = "CASE {0}.detail WHEN 'low' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END"


def project_faces(library: Library, base: StoredPack, tuned: StoredPack) -> None:
    """Give a tuned pack every face of the pack below that it has not, and what was looked at.

    Detections stay as they are and embeddings are projected: no photo is looked at. Whom the pack
    below was to leave out, the tuned one leaves out too. In a transaction of the caller.
    """
    assert tuned.projection is not None
    _take_over_scans(library, base.id, tuned.id)
    run = library._connection.execute
    for face_id, vector in _missing(library, base.id, tuned.id):
        new_id = run(
            f"INSERT INTO faces (photo_id, pack_id, {_COPIED})"
            f" SELECT photo_id, ?, {_COPIED} FROM faces WHERE id = ?",
            (tuned.id, face_id),
        ).lastrowid
        run(
            "INSERT INTO embeddings (face_id, vector) VALUES (?, ?)",
            (new_id, _projected(vector, tuned.projection, tuned.dim)),
        )
    for who, vector in run(
        "SELECT who, vector FROM forgotten WHERE pack_id = ?1"
        " AND who NOT IN (SELECT who FROM forgotten WHERE pack_id = ?2) ORDER BY id",
        (base.id, tuned.id),
    ).fetchall():
        run(
            "INSERT INTO forgotten (who, pack_id, vector) VALUES (?, ?, ?)",
            (who, tuned.id, _projected(vector, tuned.projection, tuned.dim)),
        )


def _take_over_scans(library: Library, base_id: int, tuned_id: int) -> None:
    """Photos that the pack below has looked at, or more closely, the tuned one has too."""
    run = library._connection.execute
    columns = "status, reason, scanned_at, detail"
    below = "SELECT {0} FROM scans AS below WHERE below.pack_id = ?1 AND below.photo_id ="
    run(
        f"UPDATE scans SET ({columns}) = ({below.format(columns)} scans.photo_id)"
        f" WHERE pack_id = ?2 AND EXISTS ({below.format(1)} scans.photo_id AND status = 'done'"
        "  AND (scans.status = 'failed'"
        f"   OR {_CLOSENESS.format('below')} > {_CLOSENESS.format('scans')}))",
        (base_id, tuned_id),
    )
    run(
        f"INSERT INTO scans (photo_id, pack_id, {columns}) SELECT photo_id, ?2, {columns}"
        " FROM scans WHERE pack_id = ?1"
        " AND photo_id NOT IN (SELECT photo_id FROM scans WHERE pack_id = ?2)",
        (base_id, tuned_id),
    )


def _missing(library: Library, base_id: int, tuned_id: int) -> list[tuple[int, bytes]]:
    """Faces of the pack below, with their embeddings, where the tuned pack has none.

    A face that is older than all of the tuned pack's in its photo was taken over before.
    """
    newer = library.query(
        "SELECT faces.id, photo_id, x1, y1, x2, y2, at_seconds, vector FROM faces"
        " JOIN embeddings ON face_id = faces.id"
        " WHERE pack_id = ?1 AND faces.id > coalesce((SELECT max(id) FROM faces AS own"
        "  WHERE own.pack_id = ?2 AND own.photo_id = faces.photo_id), 0) ORDER BY faces.id",
        base_id,
        tuned_id,
    )
    known: dict[int, list[tuple[Box, float | None]]] = defaultdict(list)
    for photo, *corners, at in library.query(
        "SELECT photo_id, x1, y1, x2, y2, at_seconds FROM faces"
        " WHERE pack_id = ? AND photo_id IN (SELECT value FROM json_each(?))",
        tuned_id,
        json.dumps([row[1] for row in newer]),
    ):
        known[photo].append((Box(*corners), at))
    return [
        (face, vector)
        for face, photo, *corners, at, vector in newer
        if not any(
            at == then and Box(*corners).overlap(box) >= SAME_FACE for box, then in known[photo]
        )
    ]


def _projected(vector: bytes, projection: Projection, dim: int) -> bytes:
    """One by one, as a scan does it: sums of many at once are rounded otherwise."""
    return to_blob(projection.apply(from_bytes(vector, dim))[0])
