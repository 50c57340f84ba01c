"""What humans said: of a face, of two faces, of a photo, of a person. All of it in the journal.

Each statement belongs to an act (`Journal.begin`). The last word on its subject counts, and what
an act said counts no more once the act is taken back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ignored(StrEnum):
    """Why somebody is not to be asked about a face."""

    NOT_FACE = "not_face"  # a statue, a pattern: it is in no list and no cluster any more
    STRANGER = "stranger"  # somebody who does not matter: still grouped, never asked again
    HIDDEN = "hidden"  # likewise, and in no list and no gallery

    @property
    def words(self) -> str:
        """As people say it."""
        return {"not_face": "not a face", "stranger": "a stranger", "hidden": "hidden"}[self]


@dataclass(frozen=True, slots=True)
class Link:
    """Two faces, the lower number first, that an act said are the same person, or are not."""

    face_id: int
    other_face_id: int
    same: bool
    act: int


class Decisions:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def give(
        self, act_id: int, face_ids: Iterable[int], *, person_id: int | None, source: str
    ) -> None:
        """These faces are this person's, or (None) are no longer said to be anybody's.

        `source` is what was pointed at: `cluster` or `face`.
        """
        verdict = "unnamed" if person_id is None else "is"
        self._say_of_faces(act_id, face_ids, verdict, source, person_id)

    def ignore(self, act_id: int, face_ids: Iterable[int], *, kind: Ignored, source: str) -> None:
        """These faces are not to be asked about."""
        self._say_of_faces(act_id, face_ids, str(kind), source)

    def say_added(self, act_id: int, face_id: int) -> None:
        """A human marked this face by hand."""
        self._say_of_faces(act_id, [face_id], "added", "face")

    def say_same(self, act_id: int, face_id: int, other_face_id: int) -> None:
        """These two faces are one person, whoever it is."""
        self._link(act_id, face_id, other_face_id, "same")

    def say_different(self, act_id: int, face_id: int, other_face_id: int) -> None:
        """These two faces are two people."""
        self._link(act_id, face_id, other_face_id, "not_same")

    def say_not(self, act_id: int, face_id: int, person_id: int) -> None:
        """This face is not this person, until the face itself is given to them again."""
        self._say_of_faces(act_id, [face_id], "is_not", "face", person_id)

    def allow_same_photo(self, act_id: int, photo_id: int, *, allowed: bool = True) -> None:
        """This photo may (or may not) show one person twice: a collage, a mirror, a poster."""
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, photo_id, source) VALUES (?, ?, ?, 'photo')",
            (act_id, "may_repeat" if allowed else "may_not_repeat", photo_id),
        )

    def call(self, act_id: int, person_id: int, name: str) -> None:
        """The person has this name."""
        self._say_of_person(act_id, person_id, "called", text=name)

    def set_aliases(self, act_id: int, person_id: int, aliases: Iterable[str]) -> None:
        """The person is known by these other names too."""
        text = json.dumps(list(aliases), ensure_ascii=False)
        self._say_of_person(act_id, person_id, "aliases", text=text)

    def set_birth(self, act_id: int, person_id: int, born: date) -> None:
        """The person was born on this day: they are in no photo taken before."""
        self._say_of_person(act_id, person_id, "born", day=born.isoformat())

    def note(self, act_id: int, person_id: int, text: str) -> None:
        """What is to be remembered of the person."""
        self._say_of_person(act_id, person_id, "noted", text=text)

    def say_gone(self, act_id: int, person_id: int) -> None:
        """There is no such person any more. Their faces must have been given away before."""
        self._say_of_person(act_id, person_id, "gone")

    def links(self) -> list[Link]:
        """The last word on every pair of faces that was spoken of."""
        return [
            Link(face, other, verdict == "same", act)
            for face, other, verdict, act in self._connection.execute(
                "SELECT face_id, other_face_id, verdict, act_id FROM links"
                " ORDER BY face_id, other_face_id"
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

    def denied_by(self, face_id: int, person_id: int) -> tuple[int, ...]:
        """The acts by which a face is not this person."""
        rows = self._connection.execute(
            "SELECT DISTINCT act_id FROM face_words"
            " WHERE face_id = ? AND person_id = ? AND verdict = 'is_not' ORDER BY act_id",
            (face_id, person_id),
        )
        return tuple(row[0] for row in rows)

    def denied(self, person_id: int) -> set[int]:
        """The faces that a human said are not this person."""
        rows = self._connection.execute(
            "SELECT face_id FROM denials WHERE person_id = ?", (person_id,)
        )
        return {row[0] for row in rows}

    def ignored(self) -> dict[int, Ignored]:
        """Face -> why nobody is to be asked about it, of those of which a human said so."""
        rows = self._connection.execute(
            "SELECT face_id, verdict FROM last_words"
            " WHERE verdict IN ('not_face', 'stranger', 'hidden')"
        )
        return {face: Ignored(verdict) for face, verdict in rows}

    def said_before_ignoring(self, face_ids: Iterable[int]) -> dict[int, tuple[int | None, str]]:
        """Face -> whose it was said to be (None: nobody's), and what was pointed at.

        Where nothing was said, or it was denied since, it is nobody's as its cluster is.
        """
        faces = list(face_ids)
        rows = self._connection.execute(
            "SELECT face_id, iif(verdict = 'is', person_id, NULL), source FROM ("
            "  SELECT face_id, verdict, person_id, source,"
            "         row_number() OVER (PARTITION BY face_id ORDER BY act_id DESC, id DESC) AS age"
            "  FROM face_words WHERE verdict IN ('is', 'unnamed')"
            "  AND face_id IN (SELECT value FROM json_each(?)))"
            " WHERE age = 1 AND (face_id, ifnull(person_id, 0)) NOT IN"
            "  (SELECT face_id, person_id FROM denials)",
            (json.dumps(faces),),
        )
        said = {face: (person, source) for face, person, source in rows}
        return {face: said.get(face, (None, "cluster")) for face in faces}

    def allowed_photos(self) -> set[int]:
        """The photos that may show one person twice."""
        rows = self._connection.execute("SELECT photo_id FROM allowed_photos")
        return {int(row[0]) for row in rows}

    def photos_allowed_by_word(self) -> set[int]:
        """Those of them of which a human said so; videos are allowed without a word."""
        rows = self._connection.execute(
            "SELECT photo_id FROM photo_words WHERE verdict = 'may_repeat'"
        )
        return {int(row[0]) for row in rows}

    def births(self) -> dict[int, date]:
        """Person -> the day of their birth, of those for whom it was said."""
        return {
            person: date.fromisoformat(day)
            for person, day in self._connection.execute(
                "SELECT id, born FROM people WHERE born IS NOT NULL"
            )
        }

    def _say_of_faces(
        self,
        act_id: int,
        face_ids: Iterable[int],
        verdict: str,
        source: str,
        person_id: int | None = None,
    ) -> None:
        self._connection.executemany(
            "INSERT INTO decisions (act_id, face_id, verdict, person_id, source)"
            " VALUES (?, ?, ?, ?, ?)",
            ((act_id, face_id, verdict, person_id, source) for face_id in face_ids),
        )

    def _say_of_person(
        self,
        act_id: int,
        person_id: int,
        verdict: str,
        *,
        text: str | None = None,
        day: str | None = None,
    ) -> None:
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, person_id, text, day, source)"
            " VALUES (?, ?, ?, ?, ?, 'person')",
            (act_id, verdict, person_id, text, day),
        )

    def _link(self, act_id: int, face_id: int, other_face_id: int, verdict: str) -> None:
        self._connection.execute(
            "INSERT INTO decisions (act_id, verdict, face_id, other_face_id, source)"
            " VALUES (?, ?, ?, ?, 'face')",
            (act_id, verdict, face_id, other_face_id),
        )
