"""How much of a person `find` found, judged by what humans said of faces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from photoclust.actions.sightings import Sightings
from photoclust.library import Library
from photoclust.library.constraints import ABSENT, positions
from photoclust.library.faces import FaceVectors
from photoclust.library.packs import StoredPack
from photoclust.search.completeness import (
    MOST_BELOW,
    Completeness,
    estimate,
    held_out,
    prior_of,
    sampled,
)

# Other people who are looked at, and faces of each: exemplars of a person and one more.
OTHERS, OTHERS_FACES = 50, 17


def completeness_of(
    library: Library, pack: StoredPack, vectors: FaceVectors, sightings: Sightings
) -> Completeness | None:
    """The share of the person's photos that was found; None with fewer than two named faces."""
    person = sightings.person
    own = sampled(positions(vectors.ids, sightings.own))
    hit = held_out(vectors.matrix[own], vectors.quality[own], pack.match)
    hit |= np.isin(vectors.ids[own], sightings.inside)

    found = [item for item in sightings.found if item.how != "maybe"]
    photos = {item.photo_id for item in found}
    in_clusters = set(sightings.inside.tolist())
    unaided = {
        item.photo_id for item in found if item.how != "named" or item.face_id in in_clusters
    }
    left = ~np.isin(vectors.photo_ids, list(photos))
    below = [item.similarity for item in sightings.below if item.photo_id not in photos]
    return estimate(
        int(hit.sum()),
        len(hit),
        len(photos),
        len(unaided),
        np.array(below[:MOST_BELOW]),
        int(left.sum()),
        pack.match,
        pack.levels.typical,
        prior_of(_others(library, pack, vectors, person.id)),
    )


def _others(
    library: Library, pack: StoredPack, vectors: FaceVectors, but: int
) -> Iterator[tuple[int, int]]:
    """(hits, tries) of other people's faces that were named one by one."""
    rows = library.query("SELECT face_id, person_id, source = 'face' FROM named_faces")
    named = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 3)
    face, person, single = named[named[:, 1] != but].T
    places = positions(vectors.ids, face)
    single = single.astype(np.bool_)
    for one in sampled(np.unique(person[single]), OTHERS):
        some = sampled(np.flatnonzero((person == one) & (places != ABSENT)), OTHERS_FACES)
        faces = places[some]
        hit = held_out(vectors.matrix[faces], vectors.quality[faces], pack.match)
        yield int(hit[single[some]].sum()), int(single[some].sum())
