"""Embeddings to places in a plane; the same embeddings always get the same places."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photoclust.choices import Placing
from photoclust.vectors import Matrix

Places = NDArray[np.float64]


SEED = 20

# Neighbours that a face is to stay near to: UMAP's own default.
NEIGHBOURS = 15

# How close dots may come. At UMAP's own 0.1 somebody with 20 photos is a single spot.
LEAST_DISTANCE = 0.5

# With fewer faces everybody is a neighbour of everybody, and UMAP has nothing to say.
FEWEST = 4


def place(embeddings: Matrix, method: Placing) -> Places:
    """Unit vectors (n, dim) as places (n, 2); fewer than `FEWEST` faces are placed by PCA."""
    places = _pca(embeddings)
    if method is Placing.UMAP and len(embeddings) >= FEWEST:
        places = _umap(embeddings, places)
    return np.asarray(np.round(places, 4), np.float64)


def aligned(places: Places, like: Places) -> Places:
    """Places (n, 2), turned, mirrored and scaled until they lie most like others of the same faces.

    Neither method says which way is up. Faces that have no place (NaN) in one of the two do not
    count. (Orthogonal Procrustes, Schönemann 1966.)
    """
    both = ~(np.isnan(places).any(axis=1) | np.isnan(like).any(axis=1))
    if both.sum() < 2:
        return places
    middle, wanted = places[both].mean(axis=0), like[both].mean(axis=0)
    ours, theirs = places[both] - middle, like[both] - wanted
    u, sizes, v = np.linalg.svd(ours.T @ theirs)
    spread = (ours**2).sum()
    scale = sizes.sum() / spread if spread > 0 else 1.0
    return np.asarray(np.round((places - middle) @ (u @ v) * scale + wanted, 4), np.float64)


def _pca(embeddings: Matrix) -> Places:
    """Along the two directions in which the faces differ most, always with the same sign."""
    away = embeddings - embeddings.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(away.T @ away)
    first = directions[:, :-3:-1]
    largest = np.abs(first).argmax(axis=0)
    places = away @ (first * np.sign(first[largest, np.arange(first.shape[1])]))
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))


def _umap(embeddings: Matrix, start: Places) -> Places:
    """From the places of PCA, which keeps more of the whole than a start by chance.

    (Kobak & Linderman 2021.) The neighbours are exact, by FAISS: UMAP's own search takes eight
    times as long for 5,000 faces, and a random seed forbids it a second thread.
    """
    import faiss

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow, threads, and searches that nobody makes
        from umap import UMAP

        count = min(NEIGHBOURS, len(embeddings) - 1)
        vectors = np.ascontiguousarray(embeddings, np.float32)
        cosines, nearest = faiss.knn(vectors, vectors, count, faiss.METRIC_INNER_PRODUCT)
        near = (nearest.astype(np.int32), np.clip(1 - cosines, 0, None).astype(np.float32))
        made = UMAP(
            n_neighbors=count,
            min_dist=LEAST_DISTANCE,
            metric="cosine",
            init=start.astype(np.float32),
            random_state=SEED,
            precomputed_knn=near,
        ).fit_transform(vectors)
    return np.asarray(made, np.float64)


def corresponding(clusters: Sequence[int | None], others: Sequence[int | None]) -> list[int | None]:
    """For each face's cluster the other that it shares most faces with, None where there is none.

    Both are in the order of the same faces. No two clusters correspond to one; the largest overlaps
    are matched first.
    """
    shared = Counter(
        (one, other)
        for one, other in zip(clusters, others, strict=True)
        if one is not None and other is not None
    )
    matched: dict[int, int] = {}
    taken = set()
    for one, other in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if one not in matched and other not in taken:
            matched[one] = other
            taken.add(other)
    return [None if one is None else matched.get(one) for one in clusters]
