"""People, as their names and faces stand now. What is said of them goes through `Decisions`."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from photoclust.library.clock import now


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a name; `born` is a date (ISO 8601)."""

    id: int
    name: str
    born: str | None = None
    aliases: tuple[str, ...] = ()
    note: str = ""


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
    born: str | None

    @property
    def cluster_numbers(self) -> list[int]:
        return sorted(int(number) for number in self.clusters.split(",") if number)


def folded(name: str) -> str:
    """A name as it is compared: without regard to case and to how accents are encoded."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


class People:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self) -> list[Person]:
        """Every person, in order of name."""
        return sorted(self._select(), key=lambda person: (folded(person.name), person.id))

    def called(self, name: str) -> list[Person]:
        """The people of this name, whatever its case; if there are none, those known by it too."""
        wanted, everybody = folded(name), self.all()
        return [person for person in everybody if folded(person.name) == wanted] or [
            person for person in everybody if wanted in map(folded, person.aliases)
        ]

    def faces_of(self, person_id: int) -> list[int]:
        """The faces that a human gave to this person, references included."""
        rows = self._connection.execute(
            "SELECT face_id FROM named_faces WHERE person_id = ? ORDER BY face_id", (person_id,)
        )
        return [row[0] for row in rows]

    def numbered(self, person_id: int) -> Person:
        """The person of this number, who must be there."""
        (person,) = self._select("WHERE id = ?", person_id)
        return person

    def add(self, act_id: int, name: str) -> Person:
        """A new person, made by an act: they are there as long as any word of them stands."""
        cursor = self._connection.execute(
            "INSERT INTO identities (created_at) VALUES (?)", (now(),)
        )
        person = Person(int(cursor.lastrowid or 0), name)
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, person_id, text, source)"
            " VALUES (?, 'called', ?, ?, 'person')",
            (act_id, person.id, name),
        )
        return person

    def summaries(self) -> list[PersonSummary]:
        """Every person with what is known, most faces first."""
        return [
            PersonSummary(*row)
            for row in self._connection.execute(
                "SELECT people.id, name, count(listed_photos.id) AS faces,"
                " count(DISTINCT listed_photos.id),"
                " coalesce(group_concat(DISTINCT cluster_id), ''), min(taken_at), max(taken_at),"
                " born"
                " FROM people LEFT JOIN face_people ON person_id = people.id"
                " LEFT JOIN listed_photos ON listed_photos.id = photo_id"
                " GROUP BY people.id ORDER BY faces DESC, name"
            )
        ]

    def named_faces(self, face_ids: Iterable[int] | None = None) -> list[NamedFace]:
        """The faces that a human gave to somebody, of these, or of all and of references."""
        some = "" if face_ids is None else "WHERE face_id IN (SELECT value FROM json_each(?))"
        return [
            NamedFace(*row)
            for row in self._connection.execute(
                f"SELECT face_id, person_id, source FROM named_faces {some} ORDER BY face_id",
                () if face_ids is None else (json.dumps(list(face_ids)),),
            )
        ]

    def _select(self, where: str = "", *parameters: object) -> list[Person]:
        return [
            Person(number, name, born, tuple(json.loads(aliases)), note)
            for number, name, born, aliases, note in self._connection.execute(
                f"SELECT id, name, born, aliases, note FROM people {where}", parameters
            )
        ]
