"""Offline mining: every n steps the newest weights choose triplets from a subset of all photos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.training.people import Faces
from photoclust.vectors import Matrix

# Photos that are looked at each time: all their distances are one matrix of 16 MB.
SUBSET = 2048


def subset(faces: Faces, chance: np.random.Generator) -> NDArray[np.int64]:
    """Places of all photos of people chosen by chance, about `SUBSET`."""
    order = chance.permutation(faces.count)
    counts = np.bincount(faces.people)[order]
    chosen = order[: int(np.searchsorted(np.cumsum(counts), SUBSET)) + 1]
    return np.flatnonzero(np.isin(faces.people, chosen))


def nearest_semi_hard(
    vectors: Matrix, people: NDArray[np.int64], margin: float
) -> NDArray[np.int64]:
    """For each pair of one person the nearest negative beyond the positive, within the margin.

    Takes unit vectors (n, dim) of people (n,); gives (t, 3) places of anchor, positive, negative.
    A pair without such a negative is dropped.
    """
    distances = 2 - 2 * vectors @ vectors.T
    triplets = []
    for anchor, row in enumerate(distances):
        others = np.flatnonzero(people != people[anchor])
        others = others[np.argsort(row[others], kind="stable")]
        positives = np.flatnonzero(people == people[anchor])
        positives = positives[positives != anchor]
        if not len(others) or not len(positives):
            continue
        first = np.searchsorted(row[others], row[positives], side="right")
        there = first < len(others)
        negatives = others[first[there]]
        positives = positives[there]
        near = row[negatives] < row[positives] + margin
        for positive, negative in zip(positives[near], negatives[near], strict=True):
            triplets.append((anchor, positive, negative))
    return np.array(triplets, np.int64).reshape(-1, 3)
