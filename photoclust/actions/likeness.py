"""Nameless faces that look like somebody who is to be forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from photoclust.actions.sightings import sightings_of
from photoclust.domain import Box
from photoclust.library import Library
from photoclust.library.faces import SAME_FACE
from photoclust.library.people import Person
from photoclust.library.traces import Traces
from photoclust.search.match import similarity_to
from photoclust.vectors import from_bytes

# Nobody can look at these: no scanned file holds the photo, or another pack is in use. No human
# said whose they are, or that they are not these people's.
_UNSEEN = """
SELECT faces.id, vector FROM faces JOIN embeddings ON face_id = faces.id
JOIN packs ON packs.id = pack_id
WHERE pack_id = ?1 AND (NOT in_use OR photo_id NOT IN
  (SELECT photo_id FROM files WHERE photo_id IS NOT NULL AND NOT reference))
AND faces.id NOT IN (SELECT face_id FROM last_words
                     WHERE verdict IN ('is', 'stranger', 'hidden', 'not_face'))
AND faces.id NOT IN (SELECT face_id FROM denials
                     WHERE person_id IN (SELECT value FROM json_each(?2)))
ORDER BY faces.id
"""

# The faces that the pack in use shows in the same listed photos.
_SHOWN = """
SELECT one.id, one.x1, one.y1, one.x2, one.y2, other.x1, other.y1, other.x2, other.y2
FROM faces AS one JOIN faces AS other ON other.photo_id = one.photo_id
  AND other.pack_id <> one.pack_id AND other.at_seconds IS one.at_seconds
JOIN packs ON packs.id = other.pack_id AND in_use
WHERE one.id IN (SELECT value FROM json_each(?))
  AND one.photo_id IN (SELECT photo_id FROM files WHERE photo_id IS NOT NULL AND NOT reference)
"""


def matches(library: Library, person: Person) -> set[int]:
    """Nameless faces that `find` takes for the person."""
    # Not `library.vectors()`, which may write them beside the library for the next time.
    pack, vectors = library.packs.in_use(), library.faces.vectors(references=True)
    if pack is None or not np.isin(vectors.ids, library.people.faces_of(person.id)).any():
        return set()
    found = sightings_of(library, pack, vectors, person).found
    return {item.face_id for item in found if item.how == "match"}


def unseen(
    library: Library, traces: Traces, exemplars: Mapping[int, Sequence[bytes]]
) -> frozenset[int]:
    """Faces that `find` would take for the person, but that nobody is ever shown.

    They are in an earlier version of a file, in a folder that was taken out, beside somebody in a
    reference photo, or only another pack than that in use saw them.

    Parameters
    ----------
    exemplars : of the person, by pack.
    """
    found: set[int] = set()
    for pack in library.packs.all():
        rows = library.query(_UNSEEN, pack.id, json.dumps(traces.people))
        if pack.id in exemplars and rows:
            standards = from_bytes(b"".join(exemplars[pack.id]), pack.dim)
            matrix = from_bytes(b"".join(row["vector"] for row in rows), pack.dim)
            alike = np.flatnonzero(similarity_to(standards, matrix) >= pack.match)
            found |= {rows[place]["id"] for place in alike.tolist()}
    found -= traces.all_faces
    shown = library.query(_SHOWN, json.dumps(list(found)))
    return frozenset(found - {row[0] for row in shown if _overlap(row)})


def _overlap(row: Sequence[Any]) -> bool:
    return Box(*row[1:5]).overlap(Box(*row[5:9])) >= SAME_FACE
