"""Faces to groups: HDBSCAN proposes, average linkage verifies, weak faces come last.

docs/clustering.md explains the method and has its figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints, said_same
from photoclust.clustering.contrast import Contrast, contrast_of
from photoclust.clustering.crowds import part_photos
from photoclust.clustering.density import (
    MIN_SAMPLES,
    NOISE,
    Grouping,
    distance_of,
    each_alone,
    group_by_density,
)
from photoclust.clustering.levels import Levels
from photoclust.clustering.linkage import Linkage
from photoclust.clustering.neighbours import Links
from photoclust.clustering.rules import Rules
from photoclust.clustering.spanning import find_near
from photoclust.vectors import Matrix

# Faces of less quality never bring others together; they join what they are like at the end.
SEED_QUALITY = 0.07

# Similarity above `join`, as a share of what is left to 1, at which a face is 73 % sure.
SURE = 0.1

# Faces through which a weak face finds the groups it may belong to.
NEAREST_HOSTS = 16

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Faces:
    """What linkage goes by, of n faces.

    Attributes
    ----------
    dense : (n,) the groups that HDBSCAN proposes, each face that is in none its own.
    links : (m, 2) pairs of near neighbours below the ceiling.
    """

    embeddings: Matrix
    quality: NDArray[np.floating]
    contrast: Contrast
    dense: Labels
    links: Labels

    def of(self, some: Labels) -> _Faces:
        """Some of the faces (k,) only, with the links between them."""
        place = np.full(len(self.dense), -1)
        place[some] = np.arange(len(some))
        links = place[self.links]
        return _Faces(
            self.embeddings[some],
            self.quality[some],
            self.contrast.of(some),
            self.dense[some],
            links[(links >= 0).all(axis=1)],
        )


def find_groups(
    embeddings: Matrix,
    quality: NDArray[np.floating],
    levels: Levels,
    constraints: Constraints,
    strangers: Matrix | None = None,
) -> Grouping:
    """Group the faces of people: unit vectors (n, dim), and the quality (n,) 0..1 of each face.

    `strangers` (m, dim) are others who are known already; they show what is usual and no more.
    Strength is how sure a face is of its group: 0.5 where it is as like the others, on average, as
    `join` asks for. Nobody is less sure because a human said that two groups are one.
    """
    count = len(embeddings)
    if count < 2:
        return Grouping(np.full(count, NOISE), np.zeros(count))
    seeds = np.flatnonzero(quality >= SEED_QUALITY)
    dense = np.full(count, NOISE)
    dense[seeds], links = _dense_groups(embeddings[seeds], levels.link)
    dense = each_its_own(dense)
    known = embeddings if strangers is None else np.vstack([embeddings, strangers])
    outside = np.arange(len(known) - count) + dense.max() + 1
    contrast = contrast_of(known, np.append(dense, outside), levels.typical).of(slice(count))
    pairs = np.column_stack([seeds[links.a], seeds[links.b]])
    faces = _Faces(embeddings, quality, contrast, dense, pairs)
    start = np.unique(said_same(constraints), return_inverse=True)[1]
    linkage = _linked(faces, levels, constraints, start)
    labels = linkage.labels
    similarity = linkage.similarity_to_own(embeddings, contrast)
    told = np.flatnonzero(np.isin(labels, labels[constraints.same]))
    similarity[told] = _untold(faces.of(told), levels, constraints.of(told))
    part_photos(labels, embeddings, constraints)
    labels = each_its_own(labels)
    labels = np.where(np.bincount(labels)[labels] > 1, labels, NOISE)
    return Grouping(labels, np.where(labels == NOISE, 0.0, sureness(similarity, levels.join)))


def _linked(faces: _Faces, levels: Levels, constraints: Constraints, start: Labels) -> Linkage:
    """Average linkage of the groups at first (n,), then of weak faces."""
    linkage = Linkage(faces.embeddings, faces.contrast, Rules(constraints, start), start)
    a, b = faces.links.T
    within = faces.dense[a] == faces.dense[b]
    linkage.merge(a[within], b[within], levels.split)
    linkage.merge(a, b, levels.join)
    _adopt_weak(linkage, faces, levels)
    return linkage


def _untold(faces: _Faces, levels: Levels, constraints: Constraints) -> NDArray[np.float64]:
    """(n,) how like its group each face would be, had nobody said that two faces are the same.

    What nothing but a human's word holds in its group is at the threshold.
    """
    linkage = _linked(faces, levels, constraints, np.arange(len(faces.dense)))
    alone = np.bincount(linkage.labels)[linkage.labels] == 1
    return np.where(alone, levels.join, linkage.similarity_to_own(faces.embeddings, faces.contrast))


def _dense_groups(embeddings: Matrix, link: float) -> tuple[Labels, Links]:
    """What HDBSCAN proposes, and the links between near neighbours below the ceiling."""
    near = find_near(embeddings, MIN_SAMPLES, distance_of(link))
    labels = group_by_density(embeddings, link, near=near).labels
    return labels, near.links[near.links.length < distance_of(link)]


def sureness(similarity: NDArray[np.floating], join: float) -> NDArray[np.float64]:
    """Strength 0..1 of similarities (n,): 0.5 at `join`, and a logistic curve around it."""
    from scipy.special import expit

    return np.asarray(expit((np.asarray(similarity) - join) / (SURE * (1 - join))), np.float64)


def _adopt_weak(linkage: Linkage, faces: _Faces, levels: Levels) -> None:
    """Give weak faces to the groups of the seeds that they are like."""
    import faiss

    labels = linkage.labels
    is_seed = faces.quality >= SEED_QUALITY
    hosts = np.flatnonzero(is_seed & (np.bincount(labels)[labels] > 1))
    weak = np.flatnonzero(~is_seed)
    if not len(hosts) or not len(weak):
        return
    nearest = min(NEAREST_HOSTS, len(hosts))
    cosines, found = faiss.knn(
        faces.embeddings[weak], faces.embeddings[hosts], nearest, faiss.METRIC_INNER_PRODUCT
    )
    row, column = np.nonzero(cosines >= levels.link)
    linkage.adopt(weak[row], hosts[found[row, column]], levels.join)


def each_its_own(labels: Labels) -> Labels:
    """Labels (n,) from 0 without a gap, where each that was `NOISE` has its own."""
    return np.unique(each_alone(labels), return_inverse=True)[1].astype(np.int64)
