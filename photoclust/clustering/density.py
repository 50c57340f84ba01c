"""HDBSCAN with an absolute ceiling, and a floor.

HDBSCAN (Campello, Moulavi & Sander 2013) alone has no absolute distance: where everybody is a
stranger it still joins whoever is least unlike. Here every link of its minimum spanning tree that
is longer than the pack's ceiling is shortened to just the ceiling before clusters are selected.
Groups then part at the ceiling at the latest, and no selected cluster reaches across it.

It has no floor either: a burst of nearly equal shots is so dense that it is torn out of its person.
So links shorter than half the ceiling count as half the ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.neighbours import Near
from photoclust.clustering.spanning import spanning_tree
from photoclust.vectors import Matrix

# Somebody with one or two photos is named by the face. With 2 the selection splits real people.
MIN_CLUSTER_SIZE = 3

# With 1 more is found, and what it chains is split again (docs/clustering.md has the figures).
MIN_SAMPLES = 1

# Links shorter than this share of the ceiling count as this: at 0.25 copies of one portrait still
# tear a person of 17 apart, at 0.5 they do not, and lfw-a stays as it is (docs/benchmarks.md).
FLOOR = 0.5

NOISE = -1


@dataclass(frozen=True, slots=True)
class Grouping:
    """One label (n,) per face, `NOISE` for none, and its strength (n,) in 0..1."""

    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]


def each_alone(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cluster labels (n,) with a new label for each `NOISE`, so that it is a group of one."""
    separate = labels.astype(np.int64, copy=True)
    alone = separate == NOISE
    separate[alone] = separate.max(initial=NOISE) + 1 + np.arange(alone.sum())
    return separate


def distance_of(similarity: float) -> float:
    """The Euclidean distance between unit vectors of this cosine."""
    return float(np.sqrt(max(0.0, 2.0 - 2.0 * similarity)))


def group_by_density(
    embeddings: Matrix,
    link: float | None,
    min_cluster_size: int = MIN_CLUSTER_SIZE,
    min_samples: int = MIN_SAMPLES,
    near: Near | None = None,
) -> Grouping:
    """Group unit vectors (n, dim); no group holds together across a gap below `link` (cosine).

    With None there is neither ceiling nor floor: plain HDBSCAN. `near` is what `find_near` gave
    for the same ceiling.
    """
    count = len(embeddings)
    if count < max(min_cluster_size, 2) or (link is not None and link >= 1):
        return Grouping(np.full(count, NOISE), np.zeros(count))
    if link is None:
        tree = spanning_tree(embeddings, min(min_samples, count - 1))
        return _select(tree, min_cluster_size, count, np.inf)
    ceiling = distance_of(link)
    tree = spanning_tree(embeddings, min(min_samples, count - 1), ceiling, near)
    tree[:, 2] = np.clip(tree[:, 2], ceiling * FLOOR, ceiling)
    tree = _with_strangers(tree, ceiling, min_cluster_size)
    return _select(tree, min_cluster_size, count, ceiling)


def _with_strangers(
    tree: NDArray[np.float64], ceiling: float, min_cluster_size: int
) -> NDArray[np.float64]:
    """Hang a group of strangers at the ceiling of the tree.

    They (numbers from n up) are close to each other and just the ceiling away from everybody
    else. HDBSCAN never selects its root; with them the root is never a group of real faces, so a
    library of one person gets that person, and every group's stability counts from the ceiling
    down.
    """
    count = len(tree) + 1
    strangers = range(count, count + min_cluster_size)
    chain = [(float(a), float(b), ceiling * FLOOR) for a, b in pairwise(strangers)]
    return np.vstack([tree, [(0.0, float(count), ceiling)], chain])


def _select(
    tree: NDArray[np.float64], min_cluster_size: int, count: int, ceiling: float
) -> Grouping:
    """Condensed tree and excess-of-mass selection by the hdbscan package."""
    from hdbscan._hdbscan_linkage import label
    from hdbscan._hdbscan_tree import compute_stability, condense_tree, get_clusters

    in_order = tree[np.argsort(tree[:, 2], kind="stable")]
    condensed = condense_tree(label(in_order), min_cluster_size)
    labels, strengths, _stabilities = get_clusters(condensed, compute_stability(condensed))
    # Groups that part at the ceiling part one after the other, so the last one is still handed
    # the faces that nothing below the ceiling ties to it.
    fallen = condensed["child"][condensed["lambda_val"] <= 1.0 / ceiling]
    labels[fallen[fallen < len(labels)]] = NOISE
    labels, strengths = labels[:count].astype(np.int64), strengths[:count]
    return Grouping(labels, np.where(labels == NOISE, 0.0, strengths))
