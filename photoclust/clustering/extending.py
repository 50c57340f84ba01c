"""New faces in a library that is clustered already: they join what exists, the rest is grouped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import group_centres
from photoclust.clustering.density import NOISE, Grouping
from photoclust.clustering.grouping import SEED_QUALITY, each_its_own, find_groups, sureness
from photoclust.clustering.levels import Levels
from photoclust.clustering.rules import Rules
from photoclust.search.match import choose_exemplars, similarity_to
from photoclust.vectors import Matrix

# Clustered faces through which a new face finds the clusters it may belong to, and single faces
# that it may make a cluster with.
NEAREST = 32

# How many other clusters show what strangers look like.
STRANGERS = 1000

Labels = NDArray[np.int64]


def extend(
    embeddings: Matrix,
    quality: NDArray[np.floating],
    present: Grouping,
    new: Labels,
    levels: Levels,
    constraints: Constraints,
) -> Grouping:
    """The present clusters with the new faces, given by index (m,) and in no cluster yet.

    No face that has a cluster moves, and a face that had none joins only a cluster that new faces
    bring about. Labels of such clusters are higher than those present.
    """
    labels, strengths = present.labels.copy(), present.strengths.copy()
    _join(embeddings, quality, labels, strengths, new, levels, constraints)
    rest = _with_company(embeddings, quality, labels, new[labels[new] == NOISE], levels.link)
    clustered = np.flatnonzero(labels != NOISE)
    others = group_centres(embeddings[clustered], labels[clustered])
    if len(others) > STRANGERS:
        others = others[np.random.default_rng(0).choice(len(others), STRANGERS, replace=False)]
    made = find_groups(embeddings[rest], quality[rest], levels, constraints.of(rest), others)
    fresh = made.labels != NOISE
    labels[rest[fresh]] = made.labels[fresh] + labels.max(initial=NOISE) + 1
    strengths[rest[fresh]] = made.strengths[fresh]
    return Grouping(labels, strengths)


def _join(
    embeddings: Matrix,
    quality: NDArray[np.floating],
    labels: Labels,
    strengths: NDArray[np.float64],
    new: Labels,
    levels: Levels,
    constraints: Constraints,
) -> None:
    """Give the new faces to clusters whose exemplars they match, the most similar first."""
    clustered = np.flatnonzero(labels != NOISE)
    face, host = _near(embeddings, new, clustered, levels.link)
    candidates = np.unique(np.column_stack([face, labels[host]]), axis=0)
    order = np.argsort(candidates[:, 1], kind="stable")
    similarity = np.empty(len(candidates))
    members_of: dict[int, list[int]] = {
        number: [] for number in np.unique(candidates[:, 1]).tolist()
    }
    for index in clustered[np.isin(labels[clustered], candidates[:, 1])].tolist():
        members_of[int(labels[index])].append(index)
    for places in np.split(order, np.flatnonzero(np.diff(candidates[order, 1])) + 1):
        if not len(places):
            continue
        members = np.array(members_of[int(candidates[places[0], 1])])
        exemplars = members[choose_exemplars(embeddings[members], quality[members])]
        faces = candidates[places, 0]
        similarity[places] = similarity_to(embeddings[exemplars], embeddings[faces])
    groups = each_its_own(labels)
    rules = Rules(constraints, groups)
    host_of = {number: int(groups[members[0]]) for number, members in members_of.items()}
    for place in np.argsort(-similarity, kind="stable").tolist():
        index, number = candidates[place].tolist()
        if similarity[place] < levels.match:
            break
        if labels[index] == NOISE and rules.allow(host_of[number], int(groups[index])):
            rules.merge(host_of[number], int(groups[index]))
            labels[index] = number
            strengths[index] = sureness(similarity[place], levels.match)


def _with_company(
    embeddings: Matrix, quality: NDArray[np.floating], labels: Labels, new: Labels, link: float
) -> Labels:
    """The new faces and the single ones that they may make a cluster with, in order."""
    single = np.flatnonzero((labels == NOISE) & (quality >= SEED_QUALITY))
    _, company = _near(embeddings, new, single, link)
    return np.union1d(new, company)


def _near(embeddings: Matrix, faces: Labels, others: Labels, link: float) -> tuple[Labels, Labels]:
    """Pairs of a face and one of the others that are no less similar than `link`."""
    import faiss

    if not len(faces) or not len(others):
        return faces[:0], others[:0]
    cosines, found = faiss.knn(
        embeddings[faces],
        embeddings[others],
        min(NEAREST, len(others)),
        faiss.METRIC_INNER_PRODUCT,
    )
    row, column = np.nonzero(cosines >= link)
    return faces[row], others[found[row, column]]
