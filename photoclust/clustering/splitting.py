"""One group into parts: average linkage again, by what is known of its faces, then stricter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import Contrast
from photoclust.clustering.linkage import Linkage
from photoclust.clustering.neighbours import all_near
from photoclust.clustering.rules import Rules
from photoclust.vectors import Matrix

# Levels are raised by so much (cosine) until the group falls into parts.
STEP = 0.005

# Fewer faces than this are no part of their own, unless the whole group is hardly larger, or there
# are no parts otherwise and a human asks for some.
LEAST_PART = 2
SMALL_GROUP = 4

# Nearest faces each is compared with; in a group of a thousand that is more than a clustering does.
NEIGHBOURS = 32

Labels = NDArray[np.int64]


def split_group(
    embeddings: Matrix, constraints: Constraints, level: float, into: int | None = None
) -> Labels:
    """Parts of a group of unit vectors (n, dim), numbered from 0, the largest first.

    What keeps faces apart comes first: people, pairs said to be two, one photo. If that makes no
    parts, levels rise from `level` (cosine) until there are two, or `into`. Single faces that
    fall out on the way go with the part they are most like. All in one part: there is none.
    """
    count = len(embeddings)
    wanted = min(into or 2, count)
    best = np.zeros(count, np.int64)
    for least in (LEAST_PART, 1) if into or count < SMALL_GROUP else (LEAST_PART,):
        best = _best_cut(embeddings, constraints, level, wanted, least, exactly=into is not None)
        if best.max() + 1 >= wanted:
            break
    return best if best.max() == 0 else _whole(embeddings, best, constraints)


def _best_cut(
    embeddings: Matrix,
    constraints: Constraints,
    level: float,
    wanted: int,
    least: int,
    *,
    exactly: bool,
) -> Labels:
    """Parts of at least so many faces at the lowest level that has as many as wanted, or most."""
    count = len(embeddings)
    links = all_near(embeddings, NEIGHBOURS).links
    start = np.arange(count)
    flat = Contrast(np.zeros(count), np.ones(count), 0.0)
    best = np.zeros(count, np.int64)
    for threshold in (-1.0, *np.arange(level, 1.0, STEP).tolist()):
        linkage = Linkage(embeddings, flat, Rules(constraints, start), start)
        linkage.merge(links.a, links.b, threshold)
        labels = _parts(linkage.labels, least, wanted if exactly else None)
        if labels.max() > best.max():
            best = labels
        if labels.max() + 1 >= wanted:
            break
    return best


def _parts(labels: Labels, least: int, most: int | None) -> Labels:
    """The groups of at least so many faces by size, at most so many; -1 for the other faces."""
    sizes = np.bincount(labels)
    order = np.argsort(-sizes, kind="stable")
    kept = order[sizes[order] >= least][:most]
    if not len(kept):
        kept = order[:1]
    place = np.full(len(sizes), -1)
    place[kept] = np.arange(len(kept))
    return np.asarray(place[labels], np.int64)


def _whole(embeddings: Matrix, labels: Labels, constraints: Constraints) -> Labels:
    """Give each face that is in no part to the part it is most like, as far as rules allow."""
    count = int(labels.max()) + 1
    sums = np.vstack([embeddings[labels == part].sum(axis=0) for part in range(count)])
    likeness = embeddings @ (sums / np.bincount(labels[labels >= 0])[:, None]).T
    alone = labels < 0
    groups = np.where(alone, count + np.cumsum(alone) - 1, labels).astype(np.int64)
    rules = Rules(constraints, groups)
    for face in np.flatnonzero(alone)[np.argsort(-likeness[alone].max(axis=1), kind="stable")]:
        ranked = np.argsort(-likeness[face], kind="stable").tolist()
        allowed = [part for part in ranked if rules.allow(part, int(groups[face]))]
        part = (allowed or ranked)[0]
        labels[face] = part
        rules.merge(part, int(groups[face]))
    order = np.argsort(-np.bincount(labels), kind="stable")
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    return place[labels]
