"""What a pack saw, as a pack that was tuned on it sees the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photoclust.library.packs import StoredPack
from photoclust.models.projected_pack import Projection
from photoclust.vectors import from_bytes, to_blob

if TYPE_CHECKING:
    from photoclust.library.library import Library

_COPIED = "x1, y1, x2, y2, score, quality, landmarks, at_seconds, by_hand"

# Of a photo: the pack ?1 has looked at it, and ?2 has not.
_NEW = (
    "photo_id IN (SELECT photo_id FROM scans WHERE pack_id = ?1)"
    " AND photo_id NOT IN (SELECT photo_id FROM scans WHERE pack_id = ?2)"
)


def project_faces(library: Library, base: StoredPack, tuned: StoredPack) -> None:
    """Give a tuned pack what the pack below saw in photos that it has not seen itself.

    Detections stay as they are and embeddings are projected: no photo is looked at. Whom the pack
    below was to leave out, the tuned one leaves out too. In a transaction of the caller.
    """
    assert tuned.projection is not None
    packs = (base.id, tuned.id)
    run = library._connection.execute
    old = run(
        "SELECT faces.id, vector FROM faces JOIN embeddings ON face_id = faces.id"
        f" WHERE pack_id = ?1 AND {_NEW} ORDER BY faces.id",
        packs,
    ).fetchall()
    run(
        "INSERT INTO scans (photo_id, pack_id, status, reason, scanned_at, detail)"
        " SELECT photo_id, ?2, status, reason, scanned_at, detail FROM scans"
        f" WHERE pack_id = ?1 AND {_NEW}",
        packs,
    )
    for face_id, vector in old:
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
        packs,
    ).fetchall():
        run(
            "INSERT INTO forgotten (who, pack_id, vector) VALUES (?, ?, ?)",
            (who, tuned.id, _projected(vector, tuned.projection, tuned.dim)),
        )


def _projected(vector: bytes, projection: Projection, dim: int) -> bytes:
    """One by one, as a scan does it: sums of many at once are rounded otherwise."""
    return to_blob(projection.apply(from_bytes(vector, dim))[0])
