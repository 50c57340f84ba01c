"""Comparing faces with the exemplars of a person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.vectors import Matrix

# A face's similarity to a person is the mean over this many of the most similar exemplars: the
# best one alone lets every blurred exemplar bring its own false matches (docs/benchmarks.md).
NEAREST_EXEMPLARS = 3

MAX_EXEMPLARS = 16


def choose_exemplars(
    embeddings: Matrix, quality: NDArray[np.floating], limit: int = MAX_EXEMPLARS
) -> NDArray[np.int64]:
    """Indices of at most `limit` faces that stand for a person.

    The best face first, then always the one least like those chosen, among the better half by
    quality, so that ages and poses are covered but not blurred faces.
    """
    count = len(embeddings)
    if count <= limit:
        return np.arange(count)
    quality = np.asarray(quality)
    pool = np.flatnonzero(quality >= min(np.median(quality), np.sort(quality)[-limit]))
    candidates = embeddings[pool]
    chosen = int(quality[pool].argmax())
    order = [chosen]
    nearest = np.full(len(pool), -np.inf)
    while len(order) < limit:
        nearest = np.maximum(nearest, candidates @ candidates[chosen])
        nearest[chosen] = np.inf
        chosen = int(nearest.argmin())
        order.append(chosen)
    return np.sort(pool[order])


def similarity_to(exemplars: Matrix, embeddings: Matrix) -> NDArray[np.float32]:
    """How like a person each face is: cosine -1..1, (n,), for exemplars (m, dim), m >= 1."""
    return mean_of_nearest(embeddings @ exemplars.T)


def mean_of_nearest(cosines: NDArray[np.floating]) -> NDArray[np.float32]:
    """The mean over the highest cosines of each face (n, m) with exemplars, (n,), m >= 1."""
    nearest = min(NEAREST_EXEMPLARS, cosines.shape[1])
    best = np.partition(cosines, -nearest, axis=1)[:, -nearest:]
    return np.asarray(best.mean(axis=1), np.float32)


def best_of_each_photo(
    photo_ids: NDArray[np.int64], similarities: NDArray[np.floating]
) -> NDArray[np.int64]:
    """Indices of the most similar face of every photo: a person is in a photo once."""
    order = np.lexsort((-similarities, photo_ids))
    _photos, first = np.unique(photo_ids[order], return_index=True)
    return np.sort(order[first])
