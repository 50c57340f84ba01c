"""A clustering of a library, scored against a truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.density import NOISE, each_alone
from photoclust.lab.clusters.measures import (
    Agreement,
    Entropies,
    SamePhoto,
    bcubed,
    entropies,
    pairwise,
    same_photo,
)
from photoclust.lab.clusters.truth import Truth


@dataclass(frozen=True, slots=True)
class Labelled:
    """Every face of a library: its id, photo, and cluster (`NOISE` for none), each (n,)."""

    ids: NDArray[np.int64]
    photos: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scores:
    """How good a clustering is.

    `same_photo`, `clusters` and `clustered` are over all faces of the library, the rest over those
    of the truth.
    """

    bcubed: Agreement
    pairwise: Agreement
    entropies: Entropies
    same_photo: SamePhoto
    clusters: int
    clustered: int


@dataclass(frozen=True, slots=True)
class MixedCluster:
    """A cluster with more than one person.

    Attributes
    ----------
    person : whom most of its scored faces show (of equals the first by name).
    scored : faces of the truth in it; `faces` : all that are in it.
    wrong : scored faces of anybody else.
    others : these people and how many faces of each, most first.
    """

    cluster: int
    person: str
    faces: int
    scored: int
    wrong: int
    others: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What became of a person with several photos: parts in clusters, and faces in none."""

    person: str
    photos: int
    clusters: int
    alone: int

    @property
    def pieces(self) -> int:
        return self.clusters + self.alone


def labels_of_truth(truth: Truth, all_faces: Labelled) -> NDArray[np.int64]:
    """The cluster of each face of the truth (n,): `NOISE` for none, and for no stored face."""
    cluster_of = dict(zip(all_faces.ids.tolist(), all_faces.labels.tolist(), strict=True))
    return np.array(
        [
            NOISE if face.face_id is None else cluster_of.get(face.face_id, NOISE)
            for face in truth.faces
        ],
        np.int64,
    )


def score(truth: Truth, all_faces: Labelled) -> Scores:
    """Every measure of a clustering."""
    found = each_alone(labels_of_truth(truth, all_faces))
    people = np.array([face.person for face in truth.faces])
    _, persons = np.unique(people, return_inverse=True)
    clustered = all_faces.labels[all_faces.labels != NOISE]
    return Scores(
        bcubed=bcubed(found, persons),
        pairwise=pairwise(found, persons),
        entropies=entropies(found, persons),
        same_photo=same_photo(all_faces.labels, all_faces.photos),
        clusters=len(np.unique(clustered)),
        clustered=len(clustered),
    )


def mixed_clusters(truth: Truth, all_faces: Labelled) -> list[MixedCluster]:
    """Clusters with several people of the truth, most wrong faces first."""
    people: dict[int, Counter[str]] = defaultdict(Counter)
    for face, label in zip(truth.faces, labels_of_truth(truth, all_faces).tolist(), strict=True):
        if label != NOISE:
            people[label][face.person] += 1
    sizes = Counter(all_faces.labels.tolist())
    mixed = []
    for cluster, counts in people.items():
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        (person, right), others = ranked[0], dict(ranked[1:])
        if others:
            scored = counts.total()
            mixed.append(
                MixedCluster(cluster, person, sizes[cluster], scored, scored - right, others)
            )
    return sorted(mixed, key=lambda item: (-item.wrong, item.scored, item.cluster))


def pieces(truth: Truth, all_faces: Labelled) -> list[Pieces]:
    """Everybody with two photos or more, those in most pieces first."""
    labels: dict[str, list[int]] = defaultdict(list)
    for face, label in zip(truth.faces, labels_of_truth(truth, all_faces).tolist(), strict=True):
        labels[face.person].append(label)
    torn = [
        Pieces(person, len(of_person), len(set(of_person) - {NOISE}), of_person.count(NOISE))
        for person, of_person in labels.items()
        if len(of_person) > 1
    ]
    return sorted(torn, key=lambda item: (-item.pieces, -item.clusters, item.person))
