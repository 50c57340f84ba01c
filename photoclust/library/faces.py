"""Stored faces and their embeddings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Box, DetectedFace, Detection
from photoclust.vectors import STORED_DTYPE, Matrix, Vector, from_bytes, to_blob

# Leaves any quality below the least that a cluster begins with (clustering.grouping.SEED_QUALITY).
VIDEO_WEIGHT = 0.05

# A face's quality as it counts when it stands for somebody or joins them, in SQL.
COUNTED_QUALITY = f"iif(at_seconds IS NULL, quality, quality * {VIDEO_WEIGHT})"

# Boxes that overlap so much (intersection over union) are two sightings of one face.
SAME_FACE = 0.5


# So many faces are asked for by their numbers; SQLite takes no more than a million bytes of SQL
# (https://sqlite.org/limits.html), and each number is in it four times.
FEW = 10_000


@dataclass(frozen=True, slots=True)
class Face:
    """A stored face and what is known of it.

    Attributes
    ----------
    box : 0..1 of the upright photo; width and height are that photo's, in pixels.
    person : its person's name, by a human's word or through its cluster.
    how : `named` (a human's word on this face), `cluster`, or None.
    ignored : why nobody is to be asked about it: `stranger`, `hidden` or None.
    at_seconds : in a video, when it was seen.
    """

    id: int
    photo_id: int
    box: Box
    score: float
    quality: float
    width: int
    height: int
    taken_at: str | None
    cluster: int | None
    strength: float | None
    person_id: int | None
    person: str | None
    how: str | None
    ignored: str | None
    at_seconds: float | None


class Belonging(NamedTuple):
    """Whose a face is, how that is known, its cluster, and why it is ignored, if it is."""

    person_id: int | None
    how: str | None
    cluster: int | None
    ignored: str | None


@dataclass(frozen=True, slots=True)
class FaceVectors:
    """Aligned arrays over faces: ids (n,), photo ids (n,), quality (n,), unit vectors (n, dim).

    The quality of a face in a video counts `VIDEO_WEIGHT`: it joins people, but brings none
    together.
    """

    ids: NDArray[np.int64]
    photo_ids: NDArray[np.int64]
    quality: NDArray[np.float64]
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pack saw a face, be that pack in use or not.

    Attributes
    ----------
    at_seconds : in a video, when.
    by_hand, undone : it was marked by a human, and that was taken back.
    said : an act speaks of it, be that taken back or not.
    """

    id: int
    photo_id: int
    detection: Detection
    at_seconds: float | None
    by_hand: bool
    undone: bool
    said: bool


class Sight(NamedTuple):
    """Where a face was seen: its photo, the box in 0..1 of it, and when in a video."""

    photo_id: int
    box: Box
    at_seconds: float | None


_FACE_ROWS = """
SELECT faces.id, faces.photo_id, x1, y1, x2, y2, score, quality, width, height, taken_at,
       cluster_id, strength, face_people.person_id, people.name, how,
       ignored, at_seconds
FROM faces JOIN face_people ON face_people.face_id = faces.id
JOIN photos ON photos.id = faces.photo_id
LEFT JOIN people ON people.id = face_people.person_id
"""

# Of a face: a human marked it, and took that back.
_UNDONE = (
    "by_hand AND faces.id NOT IN (SELECT face_id FROM standing_decisions WHERE verdict = 'added')"
)

# A reference photo given to `enrol` is no part of what was scanned.
_LISTED = (
    "EXISTS (SELECT 1 FROM files WHERE files.photo_id = faces.photo_id AND NOT files.reference)"
)


class Faces:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(
        self,
        photo_id: int,
        pack_id: int,
        faces: Sequence[DetectedFace],
        seconds: Sequence[float] | None = None,
    ) -> list[int]:
        """Store the faces that a pack found in a photo; returns the ids of those that are new.

        A face that overlaps one that is there already is that one, which stays as it is: it may
        have a name. One that was marked by hand no more is not there. `seconds` are where in a
        video each face was seen.
        """
        known = [
            (Box(*corners), at)
            for *corners, at in self._connection.execute(
                "SELECT x1, y1, x2, y2, at_seconds FROM faces"
                f" WHERE photo_id = ? AND pack_id = ? AND NOT ({_UNDONE})",
                (photo_id, pack_id),
            )
        ]
        ids = []
        for face, at in zip(faces, seconds or repeat(None), strict=seconds is not None):
            box = face.detection.box
            if any(at == then and box.overlap(other) >= SAME_FACE for other, then in known):
                continue
            ids.append(self.add_at(photo_id, pack_id, face, at))
        return ids

    def add_by_hand(self, photo_id: int, pack_id: int, face: DetectedFace) -> int:
        """Store a face that a human marked; it is one as long as they say so (`say_added`)."""
        return self.add_at(photo_id, pack_id, face, by_hand=True)

    def add_at(
        self,
        photo_id: int,
        pack_id: int,
        face: DetectedFace,
        at_seconds: float | None = None,
        *,
        by_hand: bool = False,
    ) -> int:
        """Store a face whatever is there already; returns its id."""
        detection = face.detection
        cursor = self._connection.execute(
            "INSERT INTO faces (photo_id, pack_id, x1, y1, x2, y2, score, quality, landmarks,"
            " at_seconds, by_hand) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                photo_id,
                pack_id,
                *detection.box,
                detection.score,
                face.quality,
                json.dumps([[round(x, 5), round(y, 5)] for x, y in detection.landmarks]),
                at_seconds,
                int(by_hand),
            ),
        )
        face_id = int(cursor.lastrowid or 0)
        self._connection.execute(
            "INSERT INTO embeddings (face_id, vector) VALUES (?, ?)",
            (face_id, to_blob(face.embedding)),
        )
        return face_id

    def places(
        self, pack_ids: Collection[int], photo_ids: Collection[int] | None = None
    ) -> list[Place]:
        """Where these packs saw faces, in these photos or in all, in order of face id."""
        some = "" if photo_ids is None else " AND photo_id IN (SELECT value FROM json_each(?2))"
        parameters = [json.dumps(list(ids)) for ids in (pack_ids, photo_ids) if ids is not None]
        rows = self._connection.execute(
            "SELECT id, photo_id, x1, y1, x2, y2, score, landmarks, at_seconds, by_hand,"
            f" {_UNDONE} AS undone, id IN (SELECT face_id FROM decisions) OR"
            "  id IN (SELECT other_face_id FROM decisions WHERE other_face_id NOT NULL) AS said"
            f" FROM faces WHERE pack_id IN (SELECT value FROM json_each(?1)){some} ORDER BY id",
            parameters,
        )
        return [_place(row) for row in rows]

    def looks(self, face_ids: Iterable[int]) -> dict[int, Vector]:
        """The embeddings of these faces, whichever pack made them, each of unit length."""
        return {
            face_id: from_bytes(vector, len(vector) // STORED_DTYPE.itemsize)[0]
            for face_id, vector in self._connection.execute(
                "SELECT face_id, vector FROM embeddings"
                " WHERE face_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(face_ids)),),
            )
        }

    def all(self) -> list[Face]:
        """Every face of the scanned photos."""
        return self._select(f"WHERE {_LISTED} ORDER BY faces.id")

    def belonging(self, face_ids: Iterable[int] | None = None) -> dict[int, Belonging]:
        """Whose each face of the scanned photos is; of these, or of all."""
        faces = None if face_ids is None else list(face_ids)
        some = "" if faces is None else "face_id IN (SELECT value FROM json_each(?)) AND "
        return {
            face_id: Belonging(*known)
            for face_id, *known in self._connection.execute(
                self._views_of(faces)
                + "SELECT face_id, person_id, how, cluster_id, ignored FROM face_people AS faces"
                f" WHERE {some}{_LISTED}",
                [] if faces is None else [json.dumps(faces)],
            )
        }

    def ignored(self) -> list[int]:
        """The faces that nobody is to be asked about, be it through their cluster."""
        rows = self._connection.execute("SELECT face_id FROM face_people WHERE ignored IS NOT NULL")
        return [row[0] for row in rows]

    def counts(self, photo_ids: Iterable[int]) -> dict[int, int]:
        """How many faces each of these photos shows; photos without any left out."""
        return dict(
            self._connection.execute(
                "SELECT photo_id, count(*) FROM face_people"
                " WHERE photo_id IN (SELECT value FROM json_each(?)) GROUP BY photo_id",
                (json.dumps(list(photo_ids)),),
            ).fetchall()
        )

    def get(self, face_id: int) -> Face | None:
        """One face by its number."""
        return self.get_all([face_id]).get(face_id)

    def get_all(self, face_ids: Iterable[int]) -> dict[int, Face]:
        """These faces, by number."""
        faces = list(face_ids)
        found = self._select(
            "WHERE faces.id IN (SELECT value FROM json_each(?)) ORDER BY faces.id",
            json.dumps(faces),
            views=self._views_of(faces),
        )
        return {face.id: face for face in found}

    def sight(self, face_id: int) -> Sight | None:
        """Where a face was seen; quick in a library of any size, as whose it is is not asked."""
        row = self._connection.execute(
            "SELECT photo_id, x1, y1, x2, y2, at_seconds FROM faces WHERE id = ?", (face_id,)
        ).fetchone()
        return None if row is None else Sight(row[0], Box(*row[1:5]), row[5])

    def of_photo(self, photo_id: int) -> list[Face]:
        """The faces of one photo, references included."""
        faces = self._connection.execute("SELECT id FROM faces WHERE photo_id = ?", (photo_id,))
        return list(self.get_all(row[0] for row in faces).values())

    def of_cluster(self, cluster: int) -> list[Face]:
        """The members of one cluster, strongest first."""
        faces = self._connection.execute(
            "SELECT face_id FROM memberships WHERE cluster_id = ?", (cluster,)
        )
        members = self.get_all(row[0] for row in faces).values()
        return sorted(members, key=lambda face: -(face.strength or 0.0))

    def of_person(self, person_id: int) -> list[Face]:
        """Somebody's faces, by a human's word or through a cluster, references included."""
        return self._select("WHERE face_people.person_id = ? ORDER BY faces.id", person_id)

    def vectors(self, *, references: bool = False) -> FaceVectors:
        """Embeddings of the pack in use, in order of face id; of scanned photos, or of all."""
        pack = self._connection.execute("SELECT id, dim FROM packs WHERE in_use").fetchone()
        pack_id, dim = pack or (None, 1)
        listed = "" if references else f" AND {_LISTED}"
        return read_vectors(
            self._connection,
            dim,
            f"pack_id = ?{listed} AND faces.id NOT IN (SELECT face_id FROM left_out)",
            pack_id,
        )

    def undone(self) -> list[int]:
        """What a human marked as a face, and took back."""
        return [row[0] for row in self._connection.execute(f"SELECT id FROM faces WHERE {_UNDONE}")]

    def count(self) -> int:
        """How many faces the scanned photos have."""
        return int(
            self._connection.execute(
                f"SELECT count(*) FROM face_people AS faces WHERE {_LISTED}"
            ).fetchone()[0]
        )

    def _select(self, where: str, *parameters: object, views: str = "") -> list[Face]:
        return [
            Face(row[0], row[1], Box(*row[2:6]), *row[6:])
            for row in self._connection.execute(views + _FACE_ROWS + where, parameters)
        ]

    def _views_of(self, faces: Sequence[int] | None) -> str:
        """Before a query on `face_people`: what it says of these faces, if they are a few, alone.

        It is the view's own text, over what its parts say of these faces and of their clusters.
        SQLite by itself has each part say all it knows, however few faces are asked for.
        """
        if faces is None or len(faces) > FEW:
            return ""
        numbers = ", ".join(str(int(face)) for face in faces)
        homes = self._connection.execute(
            f"SELECT DISTINCT cluster_id FROM memberships WHERE face_id IN ({numbers})"
        )
        clusters = ", ".join(str(row[0]) for row in homes)
        parts = [
            f"{part} AS MATERIALIZED (SELECT * FROM main.{part} WHERE face_id IN ({numbers}))"
            for part in ("last_words", "denials", "left_out")
        ]
        (view,) = self._connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'face_people'"
        ).fetchone()
        _head, _line, whose = view.partition("\n")
        return (
            f"WITH {', '.join(parts)}, cluster_words AS MATERIALIZED"
            f" (SELECT * FROM main.cluster_words WHERE cluster_id IN ({clusters})),"
            f" face_people AS ({whose}) "
        )


def read_vectors(
    connection: sqlite3.Connection, dim: int, where: str, *parameters: object
) -> FaceVectors:
    """Embeddings, of so many numbers, of the faces of which SQL holds, in order of id."""
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples: with a hundred thousand rows it shows
    ids, photo_ids, qualities, data = [], [], [], bytearray()
    for face_id, photo_id, quality, vector in cursor.execute(
        f"SELECT faces.id, photo_id, {COUNTED_QUALITY}, vector FROM faces"
        f" JOIN embeddings ON face_id = faces.id WHERE {where} ORDER BY faces.id",
        parameters,
    ):
        ids.append(face_id)
        photo_ids.append(photo_id)
        qualities.append(quality)
        data += vector
    return FaceVectors(
        np.array(ids, np.int64),
        np.array(photo_ids, np.int64),
        np.array(qualities, np.float64),
        from_bytes(data, dim),
    )


def _place(row: sqlite3.Row) -> Place:
    landmarks = tuple((x, y) for x, y in json.loads(row["landmarks"]))
    return Place(
        row["id"],
        row["photo_id"],
        Detection(Box(*row[2:6]), row["score"], landmarks),
        row["at_seconds"],
        bool(row["by_hand"]),
        bool(row["undone"]),
        bool(row["said"]),
    )
