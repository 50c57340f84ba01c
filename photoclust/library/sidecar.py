"""All embeddings of a library as arrays, soon: mapped from the file beside it, where that agrees.

The file (`vector_file`) is disposable: it is used as long as it agrees with the library, made again
when it does not, and done without where it cannot be written. Whoever deletes faces deletes it,
too, after the commit; a process that is just then writing it notices, and takes it back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.library import vector_file
from photoclust.library.faces import COUNTED_QUALITY, FaceVectors, read_vectors
from photoclust.library.vector_file import State, Stored
from photoclust.vectors import to_blob

# Fewer faces than this are read from SQLite in less than 0.1 s.
LEAST_FACES = 20_000

# The share of the faces that has to be new before the file is written again.
LEAST_NEW = 0.02

# So many vectors, evenly spread, are compared with the library's own.
SAMPLES = 32

_LAST_ROW = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Pack:
    id: int
    fingerprint: str
    dim: int


def load(connection: sqlite3.Connection, library: Path, *, writable: bool) -> FaceVectors:
    """Embeddings of all faces of the pack in use, of references too, in order of face id.

    The matrix may be mapped from the file, and then cannot be written to. Faces that are missing
    there are read from the library. The file is made or renewed where that is worth it, `writable`
    and possible, but never inside a transaction.
    """
    found = connection.execute("SELECT id, fingerprint, dim FROM packs WHERE in_use").fetchone()
    if found is None:
        return read_vectors(connection, 1, "FALSE")
    pack = _Pack(*found)
    writable = writable and not connection.in_transaction
    with _snapshot(connection):
        stored = vector_file.read(library)
        if stored is not None and not _agrees(stored, connection, pack):
            stored = None
        after = stored.state.last if stored else 0
        new = read_vectors(connection, pack.dim, "pack_id = ? AND faces.id > ?", pack.id, after)
        vectors = _joined(stored.vectors, new) if stored else new
        enough = len(vectors.ids) >= LEAST_FACES and len(new.ids) >= LEAST_NEW * len(vectors.ids)
        state = _state(connection, pack) if writable and enough else None
    if writable and state is None and stored is None:
        _discard(library)
    if state is not None:
        stored = None  # Windows replaces no file that is mapped
        with suppress(OSError):
            vector_file.write(library, Stored(pack.fingerprint, state, vectors))
        if _state(connection, pack, state.last) != state:  # faces were deleted meanwhile
            _discard(library)
    return vectors


def _agrees(stored: Stored, connection: sqlite3.Connection, pack: _Pack) -> bool:
    """The library still holds exactly these faces up to the last, and the same vectors."""
    vectors = stored.vectors
    if (stored.fingerprint, vectors.matrix.shape[1]) != (pack.fingerprint, pack.dim):
        return False
    if _state(connection, pack, stored.state.last) != stored.state:
        return False
    rows = np.linspace(0, len(vectors.ids) - 1, SAMPLES).astype(np.int64)
    sample = {int(vectors.ids[row]): to_blob(vectors.matrix[row]) for row in rows}
    return sample == dict(
        connection.execute(
            "SELECT face_id, vector FROM embeddings WHERE face_id IN"
            " (SELECT value FROM json_each(?))",
            (json.dumps(list(sample)),),
        )
    )


def _state(connection: sqlite3.Connection, pack: _Pack, last: int = _LAST_ROW) -> State:
    """Sums over the faces up to this one, always in one order."""
    return State(
        *connection.execute(
            "SELECT coalesce(max(id), 0), count(*), coalesce(sum(id), 0),"
            f" coalesce(sum(photo_id), 0), total({COUNTED_QUALITY} * id)"
            " FROM faces NOT INDEXED WHERE pack_id = ? AND id <= ?",
            (pack.id, last),
        ).fetchone()
    )


def _joined(stored: FaceVectors, new: FaceVectors) -> FaceVectors:
    if not len(new.ids):
        return stored
    return FaceVectors(
        np.concatenate([stored.ids, new.ids]),
        np.concatenate([stored.photo_ids, new.photo_ids]),
        np.concatenate([stored.quality, new.quality]),
        np.concatenate([stored.matrix, new.matrix]),
    )


def _discard(library: Path) -> None:
    """A file that is not used is not left lying about."""
    place = vector_file.place_of(library)
    if vector_file.is_ours(place):
        with suppress(OSError):
            place.unlink(missing_ok=True)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """All questions inside are answered from one moment of the library."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
