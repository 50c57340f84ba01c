"""Where photos lie: what is known of a folder, taking it out of the library, moving it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

AT_OR_BELOW = "(path = ? OR path >= ? AND path < ?)"


def span(folder: str) -> tuple[bytes, bytes, bytes]:
    """What `AT_OR_BELOW` compares with: the path, and the bounds of all paths below it."""
    separator = os.fsencode(os.sep)
    path = os.fsencode(folder).rstrip(separator)
    return path or separator, path + separator, path + bytes([separator[0] + 1])


def moved_path(path: bytes, old: str, new: str) -> bytes:
    """The path (at `old` or below it) as it is once `old` is `new`."""
    separator = os.fsencode(os.sep)
    rest = path[len(os.fsencode(old).rstrip(separator)) :]
    return (os.fsencode(new).rstrip(separator) + rest).rstrip(separator) or separator


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A known path, as `os.fsencode` gives it, and what it held when it was last read."""

    path: bytes
    photo_id: int | None
    size: int
    mtime_ns: int
    reference: bool


@dataclass(frozen=True, slots=True)
class FileCounts:
    """Files that were there at the last scan and that were not, their photos and faces."""

    files: int
    missing: int
    photos: int
    faces: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the library no longer shows once some photos are not listed any more.

    Attributes
    ----------
    faces, named : their faces, and how many of them a human gave to somebody.
    gone : clusters of which nothing stays.
    nameless : clusters of which faces stay that were somebody's by the leaving faces alone,
        with that name.
    """

    faces: int
    named: int
    gone: list[int]
    nameless: list[tuple[int, str]]


class Files:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[StoredFile]:
        """Every scanned file, in order of path; references left out."""
        return self._select("NOT reference")

    def within(self, folder: str, *, references: bool = False) -> list[StoredFile]:
        """The scanned files, or all, at this absolute path and below it, in order of path."""
        which = "" if references else " AND NOT reference"
        return self._select(AT_OR_BELOW + which, *span(folder))

    def counts(self, folder: str) -> FileCounts:
        """How much of the library lies at this absolute path and below it."""
        here = f"FROM files WHERE {AT_OR_BELOW} AND NOT reference"
        files, missing, photos = self._connection.execute(
            "SELECT count(*) - count(missing_since), count(missing_since),"
            f" count(DISTINCT photo_id) {here}",
            span(folder),
        ).fetchone()
        (faces,) = self._connection.execute(
            "SELECT count(*) FROM faces JOIN packs ON packs.id = pack_id AND in_use"
            f" WHERE photo_id IN (SELECT photo_id {here})",
            span(folder),
        ).fetchone()
        return FileCounts(files, missing, photos, faces)

    def photos_only_at(self, paths: Iterable[bytes]) -> set[int]:
        """The photos that no scanned file holds any more once these paths are gone."""
        gone = set(paths)
        here: set[int] = set()
        elsewhere: set[int] = set()
        for path, photo_id in self._connection.execute(
            "SELECT path, photo_id FROM files WHERE photo_id IS NOT NULL AND NOT reference"
        ):
            (here if path in gone else elsewhere).add(photo_id)
        return here - elsewhere

    def references(self) -> set[int]:
        """The photos that were given to `enrol`."""
        return {
            row[0] for row in self._connection.execute("SELECT photo_id FROM files WHERE reference")
        }

    def leaving(self, photo_ids: Collection[int]) -> Leaving:
        """What would no longer be shown without these photos."""
        photos = json.dumps(list(photo_ids))
        faces, named = self._connection.execute(
            "SELECT count(*), count(named_faces.face_id) FROM faces"
            " JOIN packs ON packs.id = pack_id AND in_use"
            " LEFT JOIN named_faces ON named_faces.face_id = faces.id"
            " WHERE photo_id IN (SELECT value FROM json_each(?))",
            (photos,),
        ).fetchone()
        clusters = self._connection.execute(
            "WITH members AS (SELECT cluster_id, face_id, photo_id NOT IN"
            "  (SELECT value FROM json_each(?)) AS stays FROM memberships"
            "  JOIN faces ON faces.id = face_id)"
            " SELECT cluster_id, people.name, max(stays),"
            "  max(stays AND named_faces.face_id IS NOT NULL) FROM members"
            " LEFT JOIN named_faces ON named_faces.face_id = members.face_id"
            "  AND source = 'cluster'"
            " LEFT JOIN cluster_people USING (cluster_id)"
            " LEFT JOIN people ON people.id = cluster_people.person_id"
            " GROUP BY cluster_id ORDER BY cluster_id",
            (photos,),
        ).fetchall()
        return Leaving(
            faces,
            named,
            [number for number, _name, stays, _named in clusters if not stays],
            [
                (number, name)
                for number, name, stays, stays_named in clusters
                if name is not None and stays and not stays_named
            ],
        )

    def spoken_of(self, photo_ids: Collection[int]) -> set[int]:
        """Those of these photos that a decision mentions, or a face of which one does."""
        rows = self._connection.execute(
            "SELECT photo_id FROM (SELECT faces.photo_id FROM decisions"
            "  JOIN faces ON faces.id IN (decisions.face_id, decisions.other_face_id)"
            "  UNION SELECT photo_id FROM decisions WHERE photo_id IS NOT NULL)"
            " WHERE photo_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(photo_ids)),),
        )
        return {row[0] for row in rows}

    def remove(self, paths: Iterable[bytes]) -> None:
        """Forget these paths; what is known of their photos stays."""
        self._connection.executemany("DELETE FROM files WHERE path = ?", ((x,) for x in paths))

    def leave_clusters(self, photo_ids: Collection[int]) -> None:
        """Take the faces of these photos out of their clusters, and drop clusters left empty."""
        self._connection.execute(
            "DELETE FROM memberships WHERE face_id IN (SELECT id FROM faces"
            " WHERE photo_id IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(photo_ids)),),
        )
        self._connection.execute(
            "DELETE FROM clusters WHERE id NOT IN (SELECT cluster_id FROM memberships)"
        )

    def remove_photos(self, photo_ids: Collection[int]) -> None:
        """Delete photos that no file holds and no decision speaks of, with their faces."""
        photos = json.dumps(list(photo_ids))
        for table, column in (("faces", "photo_id"), ("scans", "photo_id"), ("photos", "id")):
            self._connection.execute(
                f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", (photos,)
            )

    def relist(self, photo_id: int) -> None:
        """Before a file of it is recorded: have the next clustering look at its faces again.

        A photo that has a scanned file stays as it is. The faces of one that has none, because
        its folder was forgotten or it was only a reference, may be older than the last clustering.
        """
        self._connection.execute(
            "UPDATE clusterings SET last_face = min(last_face, (SELECT min(faces.id) - 1"
            "  FROM faces WHERE photo_id = ?1 AND faces.pack_id = clusterings.pack_id))"
            " WHERE id IN (SELECT max(id) FROM clusterings GROUP BY pack_id)"
            " AND EXISTS (SELECT 1 FROM faces"
            "  WHERE photo_id = ?1 AND faces.pack_id = clusterings.pack_id)"
            " AND NOT EXISTS (SELECT 1 FROM files WHERE photo_id = ?1 AND NOT reference)",
            (photo_id,),
        )

    def at(self, paths: Iterable[bytes]) -> dict[bytes, StoredFile]:
        """What is known at exactly these paths; those that are unknown left out."""
        found = (self._select("path = ?", path) for path in paths)
        return {file.path: file for files in found for file in files}

    def move(self, moves: Iterable[tuple[bytes, bytes]]) -> None:
        """Give files other paths. Nothing may be known at a new path that does not move itself.

        Of nested folders a path is free when the shorter ones have moved before.
        """
        self._connection.executemany(
            "UPDATE files SET path = ?, path_text = ? WHERE path = ?",
            (
                (new, new.decode("utf-8", "replace"), old)
                for old, new in sorted(moves, key=lambda move: len(move[0]))
            ),
        )

    def mark_found(self, paths: Iterable[bytes]) -> None:
        """These paths are there."""
        self._connection.executemany(
            "UPDATE files SET missing_since = NULL WHERE path = ?", ((path,) for path in paths)
        )

    def mark_scanned(self, paths: Iterable[bytes]) -> None:
        """These paths are part of the library, and no mere references."""
        self._connection.executemany(
            "UPDATE files SET reference = 0 WHERE path = ?", ((path,) for path in paths)
        )

    def _select(self, where: str, *parameters: object) -> list[StoredFile]:
        return [
            StoredFile(path, photo_id, size, mtime_ns, bool(reference))
            for path, photo_id, size, mtime_ns, reference in self._connection.execute(
                "SELECT path, photo_id, size, mtime_ns, reference FROM files"
                f" WHERE {where} ORDER BY path",
                parameters,
            )
        ]
