"""What there is of a person in a library, or of everybody: all that erasing them takes away."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from photoclust.domain import Box
from photoclust.library.faces import SAME_FACE
from photoclust.library.library import Library
from photoclust.library.people import folded
from photoclust.library.words import composed, pattern

# What follows a name in the bytes of a row of `decisions`: its `source`.
OF_PERSON = "person"

_THESE = "(SELECT value FROM json_each(?1))"

# As `face_people` knows it, of every pack.
_BY_CLUSTER = f"""
SELECT face_id FROM memberships JOIN cluster_people USING (cluster_id)
LEFT JOIN last_words USING (face_id)
WHERE cluster_people.person_id IN {_THESE}
AND coalesce(verdict, '') NOT IN ('is', 'stranger', 'hidden', 'not_face')
AND NOT (coalesce(verdict, '') = 'unnamed' AND source = 'face')
AND (face_id, cluster_people.person_id) NOT IN (SELECT face_id, person_id FROM denials)
"""

# What was said of these faces and then of the same as another pack, or file, shows them.
_SAID_ALIKE = f"""
WITH one AS (SELECT coalesce(copy_of, id) AS root FROM decisions WHERE face_id IN {_THESE}),
other AS (SELECT coalesce(copy_of, id) AS root FROM decisions WHERE other_face_id IN {_THESE})
SELECT face_id FROM decisions WHERE face_id IS NOT NULL
  AND (id IN (SELECT root FROM one) OR copy_of IN (SELECT root FROM one))
UNION SELECT other_face_id FROM decisions WHERE other_face_id IS NOT NULL
  AND (id IN (SELECT root FROM other) OR copy_of IN (SELECT root FROM other))
"""

_SAME_EMBEDDING = f"""
SELECT face_id FROM embeddings
WHERE vector IN (SELECT vector FROM embeddings WHERE face_id IN {_THESE})
"""

_OF_OTHER_PACKS = f"""
SELECT other.id, one.x1, one.y1, one.x2, one.y2, other.x1, other.y1, other.x2, other.y2
FROM faces AS one JOIN faces AS other ON other.photo_id = one.photo_id
  AND other.pack_id <> one.pack_id AND other.at_seconds IS one.at_seconds
WHERE one.id IN {_THESE}
"""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is to be erased, as numbers.

    Attributes
    ----------
    people : the person, and those who were found to be the same.
    names : every name they ever had, the newest first.
    faces : all that are theirs, in every pack; `named` those that a human gave to them, and
        `beside` those of others in reference photos that go.
    references : photos given to `enrol` for nobody else; `photos` those of them that are no part
        of what was scanned, and go as a whole.
    decisions : those on the person, and on faces and photos that go.
    words : act -> the words that it loses.
    notes : what was noted of them.
    phrases : texts that hold one of the names, as the bytes of the file hold them.
    """

    faces: frozenset[int]
    decisions: frozenset[int]
    words: dict[int, str]
    people: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    named: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    references: frozenset[int] = frozenset()
    photos: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    @property
    def all_faces(self) -> frozenset[int]:
        return self.faces | self.beside


def of_person(library: Library, person_id: int, also: Collection[int] = ()) -> Traces:
    """Whatever is known of a person.

    Their faces are those a human gave to them, those that are theirs through a cluster, in every
    pack, and `also` these. And the same faces once more: as another pack or another version of the
    file shows them, or with the very same embedding. What a human gave to somebody else, or said
    is not them, is not theirs.
    """
    people = _same_people(library, person_id)
    named = _ids(library, f"SELECT face_id FROM named_faces WHERE person_id IN {_THESE}", people)
    of_others = f"SELECT face_id FROM named_faces WHERE person_id NOT IN {_THESE}"
    others = _ids(library, of_others, people)
    others |= _ids(library, f"SELECT face_id FROM denials WHERE person_id IN {_THESE}", people)
    faces = named | _ids(library, _BY_CLUSTER, people) | set(also)
    found = faces
    while found:
        found = _once_more(library, found) - faces - others
        faces |= found
    references = _ids(
        library,
        "SELECT photo_id FROM files JOIN faces USING (photo_id)"
        f" WHERE reference AND faces.id IN {_THESE}",
        faces,
    )
    references -= _ids(library, f"SELECT photo_id FROM faces WHERE id IN ({of_others})", people)
    photos = references - _ids(library, "SELECT photo_id FROM files WHERE NOT reference", ())
    beside = _ids(library, f"SELECT id FROM faces WHERE photo_id IN {_THESE}", photos) - faces
    decisions = _decisions(library, people, faces | beside, photos)
    names = names_of(library, people)
    words = _words(library, decisions, people, names)
    said = _texts(library, decisions)
    return Traces(
        frozenset(faces),
        frozenset(decisions),
        words,
        people,
        names,
        frozenset(named),
        frozenset(beside),
        frozenset(references),
        frozenset(photos),
        tuple(text for verdict, text in said if verdict == "noted" and text),
        tuple(
            [text for text in words.values() if pattern(names).search(composed(text))]
            + [text + OF_PERSON for verdict, text in said if verdict != "noted" and text != "[]"]
        ),
    )


def of_everybody(library: Library) -> Traces:
    """Every face, and all that was said of faces. People, photos and what was said of them stay."""
    decisions = _ids(library, "SELECT id FROM decisions WHERE face_id IS NOT NULL", ())
    faces = _ids(library, "SELECT id FROM faces", ())
    return Traces(frozenset(faces), frozenset(decisions), _words(library, decisions, (), ()))


def names_of(library: Library, people: Collection[int]) -> tuple[str, ...]:
    """Every name and alias that one of these people ever had, the newest first.

    The names that a merging lent them which was taken back are the other's.
    """
    names: list[str] = []
    for verdict, text in library.query(
        "SELECT verdict, text FROM decisions WHERE verdict IN ('called', 'aliases')"
        f" AND person_id IN {_THESE} AND NOT (verdict = 'aliases'"
        "  AND act_id IN (SELECT act_id FROM undone_acts)"
        "  AND act_id IN (SELECT act_id FROM decisions WHERE verdict = 'gone'))"
        " ORDER BY verdict DESC, id DESC",
        listed(people),
    ):
        names += [text] if verdict == "called" else json.loads(text)
    return tuple(dict.fromkeys(names))


def embeddings(library: Library, faces: Collection[int], limit: int) -> list[bytes]:
    """The embeddings of these faces as they are stored, evenly chosen if there are too many."""
    chosen = sorted(faces)
    if len(chosen) > limit:
        chosen = [chosen[place * len(chosen) // limit] for place in range(limit)]
    rows = library.query(f"SELECT vector FROM embeddings WHERE face_id IN {_THESE}", listed(chosen))
    return [bytes(vector) for (vector,) in rows]


def embeddings_that_stay(library: Library, faces: Collection[int]) -> set[bytes]:
    """Those of these faces' embeddings that another face has as well."""
    rows = library.query(
        f"WITH these AS MATERIALIZED {_THESE} SELECT DISTINCT vector FROM embeddings"
        " WHERE face_id NOT IN these"
        " AND vector IN (SELECT vector FROM embeddings WHERE face_id IN these)",
        listed(faces),
    )
    return {bytes(vector) for (vector,) in rows}


def way_back(library: Library, name: str) -> str | None:
    """The command that has somebody be a person again who had this name and is none now."""
    for person_id, gone, made in library.query(
        "SELECT id, (SELECT max(act_id) FROM standing_decisions"
        "  WHERE person_id = identities.id AND verdict = 'gone'),"
        " (SELECT min(act_id) FROM decisions WHERE person_id = identities.id)"
        " FROM identities WHERE id NOT IN (SELECT id FROM people) ORDER BY id DESC"
    ):
        if folded(name) in map(folded, names_of(library, (person_id,))):
            return f"undo {gone}" if gone else f"redo {made}"
    return None


def _same_people(library: Library, person_id: int) -> tuple[int, ...]:
    merged = f"SELECT person_id FROM gone_people WHERE kept_id IN {_THESE}"
    return tuple(sorted({person_id} | _ids(library, merged, [person_id])))


def _once_more(library: Library, faces: Collection[int]) -> set[int]:
    """The same faces as another pack or file shows them, and those with the same embedding."""
    found = _ids(library, _SAID_ALIKE, faces) | _ids(library, _SAME_EMBEDDING, faces)
    for row in library.query(_OF_OTHER_PACKS, listed(faces)):
        if Box(*row[1:5]).overlap(Box(*row[5:9])) >= SAME_FACE:
            found.add(row[0])
    return found


def _decisions(
    library: Library, people: Collection[int], faces: Collection[int], photos: Collection[int]
) -> set[int]:
    """What was said of these, and all else that acts on these people said which were taken back.

    Such an act counts for nothing. Half of it must not be done again.
    """
    return {
        row[0]
        for row in library.query(
            "WITH of_people AS MATERIALIZED"
            f" (SELECT id, act_id, source FROM decisions WHERE person_id IN {_THESE}),"
            " of_faces AS MATERIALIZED (SELECT value AS id FROM json_each(?2))"
            " SELECT id FROM of_people"
            " UNION SELECT id FROM decisions WHERE face_id IN of_faces"
            "  OR other_face_id IN of_faces"
            "  OR photo_id IN (SELECT value FROM json_each(?3))"
            " UNION SELECT id FROM decisions WHERE act_id IN"
            "  (SELECT act_id FROM of_people WHERE source = 'person')"
            "  AND act_id IN (SELECT act_id FROM undone_acts)",
            *map(listed, (people, faces, photos)),
        )
    }


def _words(
    library: Library, decisions: Collection[int], people: Collection[int], names: Collection[str]
) -> dict[int, str]:
    """The acts that lose their words: nothing of them is left, or they hold one of the names.

    Where an act still speaks of somebody whose name holds it (another John, John Smith), the words
    stay.
    """
    kept: dict[int, set[int | None]] = {}
    emptied: set[int] = set()
    for number, act, person in library.query("SELECT id, act_id, person_id FROM decisions"):
        if number in decisions:
            emptied.add(act)
        else:
            kept.setdefault(act, set()).add(person)
    theirs = pattern(names)
    lost = {}
    for act, words in library.query("SELECT id, what FROM acts"):
        if act in emptied and act not in kept:
            lost[act] = words
        elif theirs.search(composed(words)):
            others = {person for person in kept.get(act, ()) if person} - set(people)
            without_others = pattern(names_of(library, others)).sub("", composed(words))
            if theirs.search(without_others):
                lost[act] = words
    return lost


def _texts(library: Library, decisions: Collection[int]) -> list[tuple[str, str]]:
    rows = library.query(
        f"SELECT DISTINCT verdict, text FROM decisions WHERE text IS NOT NULL AND id IN {_THESE}",
        listed(decisions),
    )
    return [(verdict, text) for verdict, text in rows]


def _ids(library: Library, sql: str, chosen: Collection[int]) -> set[int]:
    """The numbers that a question on these numbers (`?1`, a JSON list) gives."""
    parameters = (listed(chosen),) if "?1" in sql else ()
    return {row[0] for row in library.query(sql, *parameters) if row[0] is not None}


def listed(numbers: Iterable[int]) -> str:
    """Numbers for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(numbers))
