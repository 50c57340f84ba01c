"""The file beside a library that holds its embeddings once more: `people.db.vectors`.

After a head of 4,096 bytes come the vectors (n, dim) as little-endian float32, then ids and photo
ids as int64 and qualities as float64, (n,) each. It is written under another name, synced and
renamed, so that half of it is never seen, not even after a power cut.
"""

from __future__ import annotations

import os
import struct
import tempfile
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from photoclust.errors import LibraryError
from photoclust.library.faces import FaceVectors
from photoclust.vectors import STORED_DTYPE

ENDING, UNFINISHED = ".vectors", ".part"

MARK = b"photoclust vectors 1"
SQLITE_MARK = b"SQLite format 3\0"

# A page of memory, so that the vectors begin at a multiple of any register's size.
HEAD_BYTES = 4096

# Mark, the pack's fingerprint and dim, the state, rows, checksum of all that follows the vectors.
HEAD = struct.Struct("<20s64sq4qdqI")

# Ids, photo ids, quality.
COLUMNS = (np.dtype("<i8"), np.dtype("<i8"), np.dtype("<f8"))


@dataclass(frozen=True, slots=True)
class State:
    """What tells the faces of a pack, up to the last of these, from any others.

    Embeddings are never changed and no id is used twice, unless a library is restored from a
    backup and scanned again: then the qualities tell.

    Attributes
    ----------
    last : the highest id.
    faces, ids, photo_ids : how many, and the sums of their numbers.
    quality : the sum of the qualities, each times its id.
    """

    last: int
    faces: int
    ids: int
    photo_ids: int
    quality: float


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of a file: the faces of the pack with this fingerprint, in this state."""

    fingerprint: str
    state: State
    vectors: FaceVectors


def place_of(library: Path) -> Path:
    """Where the file of a library is: one, by whatever link the library was opened."""
    return Path(os.path.realpath(library) + ENDING)


def files_of(library: Path) -> list[Path]:
    """The files beside a library that hold its embeddings, finished or not.

    Raises
    ------
    OSError : the folder cannot be read.
    """
    place = place_of(library)
    return [
        file
        for file in place.parent.iterdir()
        if (file == place or _is_unfinished(file, place)) and is_ours(file)
    ]


def is_ours(file: Path) -> bool:
    """Something is there, and it is no library that somebody gave such a name."""
    if not file.is_file():
        return file.is_symlink()
    try:
        with file.open("rb") as content:
            return content.read(len(SQLITE_MARK)) != SQLITE_MARK
    except OSError:
        return True


def remove(library: Path) -> None:
    """Delete the file, and what is left of one that a process could not finish.

    Raises
    ------
    LibraryError : it cannot be deleted.
    """
    try:
        for file in files_of(library):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(
            f"Cannot delete {error.filename}: {error.strerror}.",
            "Delete it yourself: it holds embeddings of faces.",
        ) from error


def read(library: Path) -> Stored | None:
    """What the file holds, the vectors mapped; None if there is none or it is not whole.

    Bits that changed on the disk are noticed in all but the vectors.
    """
    place = place_of(library)
    with suppress(OSError, ValueError):
        if not place.is_file():  # to open a pipe would wait
            return None
        with place.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if len(head) < HEAD_BYTES or not head.startswith(MARK):
                return None
            _, fingerprint, dim, *state, rows, checksum = HEAD.unpack_from(head)
            width = dim * STORED_DTYPE.itemsize
            size = HEAD_BYTES + rows * (width + sum(column.itemsize for column in COLUMNS))
            if min(rows, dim) < 1 or os.fstat(file.fileno()).st_size != size:
                return None
            content = np.asarray(np.memmap(file, np.uint8, "r"))
        matrix, rest = np.split(content[HEAD_BYTES:], [rows * width])
        if crc32(rest.data) != checksum:
            return None
        ids, photo_ids, quality = np.split(rest, [8 * rows, 16 * rows])
        return Stored(
            fingerprint.rstrip(b"\0").decode(),
            State(*state),
            FaceVectors(
                ids.view(COLUMNS[0]).astype(np.int64),
                photo_ids.view(COLUMNS[1]).astype(np.int64),
                quality.view(COLUMNS[2]).astype(np.float64),
                matrix.view(STORED_DTYPE).reshape(rows, dim).astype(np.float32, copy=False),
            ),
        )
    return None


def write(library: Path, content: Stored) -> None:
    """Make the file, readable by whom the library is, in place of what is there.

    Raises
    ------
    OSError : it cannot be made, or somebody else deleted it meanwhile.
    """
    place = place_of(library)
    if place.exists() and not is_ours(place):
        raise FileExistsError(f"{place} is something else")
    for left in files_of(library):
        if left != place:
            left.unlink(missing_ok=True)
    vectors = content.vectors
    columns = zip((vectors.ids, vectors.photo_ids, vectors.quality), COLUMNS, strict=True)
    rest = b"".join(column.astype(kind).tobytes() for column, kind in columns)
    fingerprint, (rows, dim) = content.fingerprint.encode(), vectors.matrix.shape
    head = HEAD.pack(MARK, fingerprint, dim, *astuple(content.state), rows, crc32(rest))
    handle, name = tempfile.mkstemp(UNFINISHED, f"{place.name}.", place.parent)
    try:
        with open(handle, "wb") as file:
            file.write(head.ljust(HEAD_BYTES, b"\0"))
            file.write(np.ascontiguousarray(vectors.matrix, STORED_DTYPE).data)
            file.write(rest)
            file.flush()
            os.fsync(file.fileno())
        _share_like(name, library)
        os.replace(name, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _is_unfinished(file: Path, place: Path) -> bool:
    return file.name.startswith(f"{place.name}.") and file.name.endswith(UNFINISHED)


def _share_like(name: str, library: Path) -> None:
    """Give a file, which only its owner can read so far, the library's owner and mode."""
    like = library.stat()
    with suppress(PermissionError):
        if hasattr(os, "chown"):
            os.chown(name, like.st_uid, like.st_gid)
        os.chmod(name, like.st_mode & 0o666)
