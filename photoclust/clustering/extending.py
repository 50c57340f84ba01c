"""New faces in a library that is clustered already: they join what exists, the rest is grouped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import group_centres
from photoclust.clustering.crowds import members
from photoclust.clustering.density import NOISE, Grouping
from photoclust.clustering.grouping import SEED_QUALITY, each_its_own, find_groups, sureness
from photoclust.clustering.levels import Levels
from photoclust.clustering.rules import Rules
from photoclust.search.match import choose_exemplars, similarity_to
from photoclust.vectors import Matrix

# How many faces of the clusters show what strangers look like.
STRANGERS = 8000

# New faces that are compared with all others at a time: 100 MB for 100,000.
ROWS = 256

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
    some = np.flatnonzero(labels != NOISE)
    if len(some) > STRANGERS:
        some = np.sort(np.random.default_rng(0).choice(some, STRANGERS, replace=False))
    others = group_centres(embeddings[some], labels[some])
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
    face, host = _near(embeddings, new, labels != NOISE, levels.link)
    candidates = np.unique(np.column_stack([face, labels[host]]), axis=0)
    order = np.argsort(candidates[:, 1], kind="stable")
    similarity = np.empty(len(candidates))
    members_of = members(np.where(np.isin(labels, candidates[:, 1]), labels, NOISE))
    for places in np.split(order, np.flatnonzero(np.diff(candidates[order, 1])) + 1):
        if not len(places):
            continue
        hosts = members_of[int(candidates[places[0], 1])]
        exemplars = hosts[choose_exemplars(embeddings[hosts], quality[hosts])]
        faces = candidates[places, 0]
        similarity[places] = similarity_to(embeddings[exemplars], embeddings[faces])
    groups = each_its_own(labels)
    rules = Rules(constraints, groups)
    host_of = {number: int(groups[hosts[0]]) for number, hosts in members_of.items()}
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
    _, company = _near(embeddings, new, (labels == NOISE) & (quality >= SEED_QUALITY), link)
    return np.union1d(new, company)


def _near(
    embeddings: Matrix, faces: Labels, others: NDArray[np.bool_], link: float
) -> tuple[Labels, Labels]:
    """Pairs of one of the faces (m,) and one of the others (n,) no less similar than `link`."""
    found = [(faces[:0], faces[:0])]
    for start in range(0, len(faces), ROWS):
        some = faces[start : start + ROWS]
        row, other = np.nonzero(embeddings[some] @ embeddings.T >= link)
        wanted = others[other] & (some[row] != other)
        found.append((some[row[wanted]], other[wanted]))
    ends = [np.concatenate(part) for part in zip(*found, strict=True)]
    return ends[0], ends[1]
