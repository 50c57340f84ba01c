"""How much of a person `find` found, judged by what humans said of faces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from photoclust.actions.sightings import Sightings, own_faces
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
from photoclust.search.match import similarity_to

# Other people who are looked at, and faces of each: exemplars of a person and one more.
OTHERS, OTHERS_FACES = 50, 17


def completeness_of(
    library: Library, pack: StoredPack, vectors: FaceVectors, sightings: Sightings
) -> Completeness | None:
    """The share of the person's photos that was found; None with fewer than two named faces."""
    person = sightings.person
    own = sampled(own_faces(library, vectors, person))
    inside = np.array(library.clusters.faces_of(person.id), np.int64)
    hit = held_out(vectors.matrix[own], vectors.quality[own], pack.match)
    hit |= np.isin(vectors.ids[own], inside)

    found = [item for item in sightings.found if item.how != "maybe"]
    photos = {item.photo_id for item in found}
    in_clusters = set(inside.tolist())
    unaided = {
        item.photo_id for item in found if item.how != "named" or item.face_id in in_clusters
    }
    exemplars = positions(vectors.ids, np.array(sightings.exemplars, np.int64))
    similarity = similarity_to(vectors.matrix[exemplars], vectors.matrix)
    similarity[np.isin(vectors.photo_ids, list(photos))] = -np.inf
    left = int(np.isfinite(similarity).sum())
    nearest = np.argpartition(-similarity, min(MOST_BELOW, len(similarity) - 1))[:MOST_BELOW]
    nearest = nearest[np.isfinite(similarity[nearest])]
    belonging = library.faces.belonging(vectors.ids[nearest].tolist())
    denied = library.decisions.denied(person.id)
    free = [
        index
        for index, face in zip(nearest.tolist(), vectors.ids[nearest].tolist(), strict=True)
        if face in belonging
        and belonging[face].person_id is None
        and belonging[face].ignored is None
        and face not in denied
    ]
    return estimate(
        int(hit.sum()),
        len(hit),
        len(photos),
        len(unaided),
        similarity[free],
        left,
        pack.match,
        pack.levels.typical,
        prior_of(_others(library, pack, vectors, person.id)),
    )


def _others(
    library: Library, pack: StoredPack, vectors: FaceVectors, but: int
) -> Iterator[tuple[int, int]]:
    """(hits, tries) of other people's faces that were named one by one."""
    named = [item for item in library.people.named_faces() if item.person_id != but]
    places = positions(vectors.ids, np.array([item.face_id for item in named], np.int64))
    person = np.array([item.person_id for item in named], np.int64)
    single = np.array([item.source == "face" for item in named], np.bool_)
    for one in sampled(np.unique(person[single]), OTHERS):
        some = sampled(np.flatnonzero((person == one) & (places != ABSENT)), OTHERS_FACES)
        faces = places[some]
        hit = held_out(vectors.matrix[faces], vectors.quality[faces], pack.match)
        yield int(hit[single[some]].sum()), int(single[some].sum())
