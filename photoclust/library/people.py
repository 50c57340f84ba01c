"""People and the journal of what humans decided."""

from __future__ import annotations

import getpass
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class NamedFace:
    """The last word of a human on a face; `source` is what was pointed at: cluster or face."""

    face_id: int
    person_id: int
    source: str


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One row of `photoclust people`; `clusters` are numbers joined by commas, dates ISO 8601."""

    id: int
    name: str
    faces: int
    photos: int
    clusters: str
    first: str | None
    last: str | None


def folded(name: str) -> str:
    """A name as it is compared: without regard to case and to how accents are encoded."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


class People:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[Person]:
        """Every person, in order of name."""
        rows = self._connection.execute("SELECT id, name FROM people").fetchall()
        return sorted((Person(*row) for row in rows), key=lambda person: folded(person.name))

    def by_name(self, name: str) -> Person | None:
        """The person of this name, whatever its case."""
        wanted = folded(name)
        return next((person for person in self.all() if folded(person.name) == wanted), None)

    def add(self, name: str, created_at: str) -> Person:
        """A new person."""
        cursor = self._connection.execute(
            "INSERT INTO people (name, created_at) VALUES (?, ?)", (name, created_at)
        )
        return Person(int(cursor.lastrowid or 0), name)

    def rename(self, person_id: int, name: str) -> None:
        """Give a person another name."""
        self._connection.execute("UPDATE people SET name = ? WHERE id = ?", (name, person_id))

    def summaries(self) -> list[PersonSummary]:
        """Every person with what is known, most faces first."""
        return [
            PersonSummary(*row)
            for row in self._connection.execute(
                "SELECT people.id, name, count(listed_photos.id) AS faces,"
                " count(DISTINCT listed_photos.id),"
                " coalesce(group_concat(DISTINCT cluster_id), ''), min(taken_at), max(taken_at)"
                " FROM people LEFT JOIN face_people ON person_id = people.id"
                " LEFT JOIN listed_photos ON listed_photos.id = photo_id"
                " GROUP BY people.id ORDER BY faces DESC, name"
            )
        ]

    def named_faces(self) -> list[NamedFace]:
        """Every face that a human gave to somebody, references included."""
        return [
            NamedFace(*row)
            for row in self._connection.execute(
                "SELECT face_id, person_id, source FROM named_faces ORDER BY face_id"
            )
        ]

    def begin_act(self, what: str, made_at: str) -> int:
        """Open an entry of the journal; its decisions refer to the number returned."""
        cursor = self._connection.execute(
            "INSERT INTO acts (made_at, made_by, what) VALUES (?, ?, ?)",
            (made_at, _account(), what),
        )
        return int(cursor.lastrowid or 0)

    def decide(
        self, act_id: int, face_ids: Iterable[int], *, person_id: int | None, source: str
    ) -> None:
        """These faces are this person's, or (None) are no longer said to be anybody's."""
        verdict = "unnamed" if person_id is None else "is"
        self._connection.executemany(
            "INSERT INTO decisions (act_id, face_id, verdict, person_id, source)"
            " VALUES (?, ?, ?, ?, ?)",
            ((act_id, face_id, verdict, person_id, source) for face_id in face_ids),
        )


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
