"""What humans said of the faces at hand, as `Constraints` aligned with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NO_CLUSTER, NOBODY, Constraints, Integers
from photoclust.library.library import Library

ABSENT = -1


class Listed(Protocol):
    """Faces in order: their ids (n,), ascending, and those of their photos (n,)."""

    @property
    def ids(self) -> Integers: ...

    @property
    def photo_ids(self) -> Integers: ...


def constraints_of(library: Library, faces: Listed) -> Constraints:
    """Everything humans said of these faces (such as `FaceVectors`), as it counts now.

    Statements on faces that are not among them, such as those of reference photos, are left out.
    """
    said = library.decisions
    links = said.links()
    people = np.full(len(faces.ids), NOBODY)
    named = _pairs((item.face_id, item.person_id) for item in library.people.named_faces())
    places = positions(faces.ids, named[:, 0])
    people[places[places != ABSENT]] = named[places != ABSENT, 1]
    photos = faces.photo_ids.copy()
    allowed = np.flatnonzero(np.isin(photos, list(said.allowed_photos())))
    photos[allowed] = -1 - allowed
    return Constraints(
        photos=photos,
        people=people,
        taken=_days_taken(library, faces.photo_ids),
        same=_among(faces, ((x.face_id, x.other_face_id) for x in links if x.same), 2),
        different=_among(faces, ((x.face_id, x.other_face_id) for x in links if not x.same), 2),
        is_not=_among(faces, said.denials(), 1),
        strangers=_among(faces, ((face, 0) for face in said.ignored()), 1)[:, 0],
        born={person: float(born.toordinal()) for person, born in said.births().items()},
    )


def positions(ids: Integers, wanted: Integers) -> Integers:
    """(m,) the index of each wanted id (m,) among ascending ids (n,), `ABSENT` if not there."""
    if not len(ids):
        return np.full(len(wanted), ABSENT)
    places = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    return np.where(ids[places] == wanted, places, ABSENT)


def _pairs(pairs: Iterable[tuple[int, int]]) -> Integers:
    return np.array(list(pairs), np.int64).reshape(-1, 2)


def _among(faces: Listed, pairs: Iterable[tuple[int, int]], columns: int) -> Integers:
    """The pairs whose first `columns` numbers are faces at hand, these numbers as indices."""
    found = _pairs(pairs)
    for column in range(columns):
        found[:, column] = positions(faces.ids, found[:, column])
    known = np.flatnonzero((found[:, :columns] != ABSENT).all(axis=1))
    return found[known]


def _days_taken(library: Library, photo_ids: Integers) -> NDArray[np.float64]:
    """(n,) the local day of each photo (`date.toordinal`), NaN where unknown."""
    rows = library.query(
        "SELECT id, substr(taken_at, 1, 10) FROM photos WHERE taken_at IS NOT NULL ORDER BY id"
    )
    taken = np.full(len(photo_ids), np.nan)
    if rows:
        ids = np.array([row[0] for row in rows], np.int64)
        days = np.array([date.fromisoformat(row[1]).toordinal() for row in rows], np.float64)
        places = positions(ids, photo_ids)
        taken[places != ABSENT] = days[places[places != ABSENT]]
    return taken


@dataclass(frozen=True, slots=True)
class PresentState:
    """How every face of the scanned photos stands now, in order of face id.

    Attributes
    ----------
    ids, photo_ids : (n,) of the face and of its photo.
    clusters : (n,) its cluster's number, `NO_CLUSTER` for none.
    owners : (n,) the person it belongs to, be it through its cluster, `NOBODY` for none.
    """

    ids: Integers
    photo_ids: Integers
    clusters: Integers
    owners: Integers


def present_state(library: Library) -> PresentState:
    """Clusters and people as they are, without any embedding."""
    rows = library.query(
        "SELECT face_id, photo_id, cluster_id, person_id FROM face_people"
        " WHERE EXISTS (SELECT 1 FROM files"
        "  WHERE files.photo_id = face_people.photo_id AND NOT reference)"
        " ORDER BY face_id"
    )
    return PresentState(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        np.array([NO_CLUSTER if row[2] is None else row[2] for row in rows], np.int64),
        np.array([NOBODY if row[3] is None else row[3] for row in rows], np.int64),
    )
