"""Clusters: the machine's groups, replaced as a whole by every clustering."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Membership:
    """A face's place in a cluster; strength 0..1."""

    face_id: int
    cluster: int
    strength: float


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """One row of `photoclust clusters`; first and last are dates (ISO 8601) of its photos.

    `ignored` is why nobody is to be asked about it: `stranger`, `hidden` or None.
    """

    cluster: int
    person: str | None
    faces: int
    photos: int
    first: str | None
    last: str | None
    strength: float
    ignored: str | None


class Clusters:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def memberships(self) -> list[Membership]:
        """The present clustering."""
        return [
            Membership(*row)
            for row in self._connection.execute(
                "SELECT face_id, cluster_id, strength FROM memberships ORDER BY face_id"
            )
        ]

    def present(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """The present clustering as arrays (m,): faces, ascending, their clusters and strengths."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        rows = cursor.execute(
            "SELECT face_id, cluster_id, strength FROM memberships ORDER BY face_id"
        ).fetchall()
        faces, numbers, strengths = zip(*rows, strict=True) if rows else ((), (), ())
        return np.array(faces, np.int64), np.array(numbers, np.int64), np.array(strengths, float)

    def new(self, pack_id: int) -> int:
        """A cluster with a number that no cluster of this library ever had."""
        cursor = self._connection.execute("INSERT INTO clusters (pack_id) VALUES (?)", (pack_id,))
        return int(cursor.lastrowid or 0)

    def replace(self, memberships: Iterable[Membership]) -> None:
        """Make these the present clustering."""
        self.change([item.face_id for item in self.memberships()], memberships)

    def change(self, gone: Iterable[int], changed: Iterable[Membership]) -> None:
        """Take faces out of their clusters, put others in, and drop clusters that are empty."""
        self._connection.executemany(
            "DELETE FROM memberships WHERE face_id = ?", ((face,) for face in gone)
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO memberships (face_id, cluster_id, strength) VALUES (?, ?, ?)",
            ((item.face_id, item.cluster, item.strength) for item in changed),
        )
        self._connection.execute(
            "DELETE FROM clusters WHERE id NOT IN (SELECT cluster_id FROM memberships)"
        )

    def record(
        self, pack_id: int, *, whole: bool, last_face: int, faces: int, clustered: int, at: str
    ) -> None:
        """Remember a clustering of all faces up to `last_face`."""
        self._connection.execute(
            "INSERT INTO clusterings (pack_id, made_at, whole, last_face, faces, clustered)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (pack_id, at, whole, last_face, faces, clustered),
        )

    def last_face(self, pack_id: int) -> int | None:
        """The highest number of a face that was clustered, or None before the first clustering."""
        found = self._connection.execute(
            "SELECT last_face FROM clusterings WHERE pack_id = ? ORDER BY id DESC LIMIT 1",
            (pack_id,),
        ).fetchone()
        return None if found is None else int(found[0])

    def faces_at_last_whole(self, pack_id: int) -> int:
        """How many faces there were when the clusters were last made from nothing."""
        found = self._connection.execute(
            "SELECT faces FROM clusterings WHERE pack_id = ? AND whole ORDER BY id DESC LIMIT 1",
            (pack_id,),
        ).fetchone()
        return 0 if found is None else int(found[0])

    def owners(self, clusters: Iterable[int] | None = None) -> dict[int, int]:
        """Cluster -> the person it was named as, of these or of all that have a name."""
        # Numbers as they are: SQLite hands those down into the view, but no subquery.
        numbers = None if clusters is None else ", ".join(str(int(number)) for number in clusters)
        some = "" if numbers is None else f"WHERE cluster_id IN ({numbers})"
        return dict(
            self._connection.execute(
                f"SELECT cluster_id, person_id FROM cluster_people {some}"
            ).fetchall()
        )

    def faces_of(self, person_id: int) -> list[int]:
        """The faces in the clusters that were named as this person."""
        rows = self._connection.execute(
            "SELECT face_id FROM memberships WHERE cluster_id IN"
            " (SELECT cluster_id FROM cluster_people WHERE person_id = ?) ORDER BY face_id",
            (person_id,),
        )
        return [row[0] for row in rows]

    def people_of(self, clusters: Iterable[int]) -> dict[int, set[int]]:
        """Cluster -> the people whom a human gave faces of it to, of these clusters."""
        people: dict[int, set[int]] = {cluster: set() for cluster in clusters}
        for cluster, person in self._connection.execute(
            "SELECT DISTINCT cluster_id, person_id FROM memberships"
            " JOIN named_faces USING (face_id)"
            " WHERE cluster_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(people)),),
        ):
            people[cluster].add(person)
        return people

    def summaries(self) -> list[ClusterSummary]:
        """Every cluster, biggest first."""
        return [
            ClusterSummary(*row)
            for row in self._connection.execute(
                "SELECT * FROM cluster_summary ORDER BY faces DESC, cluster"
            )
        ]
