"""What humans said beside names: of two faces, of a photo, of a person. All of it in the journal.

Each statement belongs to an act (`People.begin_act`). The last word on its subject counts, and
what an act said counts no more once the act is taken back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Link:
    """Two faces, the lower number first, that a human said are the same person, or are not."""

    face_id: int
    other_face_id: int
    same: bool


class Decisions:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def say_same(self, act_id: int, face_id: int, other_face_id: int) -> None:
        """These two faces are one person, whoever it is."""
        self._link(act_id, face_id, other_face_id, "same")

    def say_different(self, act_id: int, face_id: int, other_face_id: int) -> None:
        """These two faces are two people."""
        self._link(act_id, face_id, other_face_id, "not_same")

    def say_not(self, act_id: int, face_id: int, person_id: int) -> None:
        """This face is not this person, until the face itself is given to them again."""
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, face_id, person_id, source)"
            " VALUES (?, 'is_not', ?, ?, 'face')",
            (act_id, face_id, person_id),
        )

    def allow_same_photo(self, act_id: int, photo_id: int) -> None:
        """This photo may show one person twice: a collage, a mirror, a picture on the wall."""
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, photo_id, source)"
            " VALUES (?, 'may_repeat', ?, 'photo')",
            (act_id, photo_id),
        )

    def set_birth(self, act_id: int, person_id: int, born: date) -> None:
        """The person was born on this day: they are in no photo taken before."""
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, person_id, day, source)"
            " VALUES (?, 'born', ?, ?, 'person')",
            (act_id, person_id, born.isoformat()),
        )

    def take_back(self, act_ids: Iterable[int], undoing_act_id: int) -> None:
        """These acts do not count any more; the later act says so."""
        self._connection.executemany(
            "UPDATE acts SET undone_by = ? WHERE id = ? AND undone_by IS NULL",
            ((undoing_act_id, act_id) for act_id in act_ids),
        )

    def links(self) -> list[Link]:
        """The last word on every pair of faces that was spoken of."""
        return [
            Link(face, other, verdict == "same")
            for face, other, verdict in self._connection.execute(
                "SELECT face_id, other_face_id, verdict FROM links ORDER BY face_id, other_face_id"
            )
        ]

    def denials(self) -> list[tuple[int, int]]:
        """(face, person) that a human said do not belong together."""
        return [
            (face, person)
            for face, person in self._connection.execute(
                "SELECT face_id, person_id FROM denials ORDER BY face_id, person_id"
            )
        ]

    def allowed_photos(self) -> set[int]:
        """The photos that may show one person twice."""
        rows = self._connection.execute("SELECT photo_id FROM allowed_photos")
        return {int(row[0]) for row in rows}

    def acts_allowing(self, photo_ids: Iterable[int]) -> dict[int, list[int]]:
        """Photo -> the acts by which it may show one person twice; photos without one left out."""
        acts: dict[int, list[int]] = {}
        for photo_id, act_id in self._connection.execute(
            "SELECT photo_id, act_id FROM standing_decisions WHERE verdict = 'may_repeat'"
            " AND photo_id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(photo_ids)),),
        ):
            acts.setdefault(photo_id, []).append(act_id)
        return acts

    def births(self) -> dict[int, date]:
        """Person -> the day of their birth, of those for whom it was said."""
        return {
            person: date.fromisoformat(day)
            for person, day in self._connection.execute("SELECT person_id, day FROM people_born")
        }

    def _link(self, act_id: int, face_id: int, other_face_id: int, verdict: str) -> None:
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, face_id, other_face_id, source)"
            " VALUES (?, ?, ?, ?, 'face')",
            (act_id, verdict, face_id, other_face_id),
        )
