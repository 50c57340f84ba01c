"""Groups that hold two faces of one photo."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import NOISE
from photoclust.vectors import Matrix, normalised


def members(labels: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Label -> the indices that have it, `NOISE` left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        if label != NOISE:
            found[int(label)].append(index)
    return {label: np.array(indices) for label, indices in found.items()}


def part_photos(labels: NDArray[np.int64], embeddings: Matrix, constraints: Constraints) -> None:
    """Of two faces of one photo in a cluster, only the one closer to the others stays.

    Faces that a human named are never put out.
    """
    photos_of, people = constraints.photos, constraints.people
    for indices in members(labels).values():
        photos, counts = np.unique(photos_of[indices], return_counts=True)
        crowded = photos[counts > 1]
        if not len(crowded):
            continue
        alone = indices[~np.isin(photos_of[indices], crowded)]
        typical = alone if len(alone) else indices
        centre = normalised(embeddings[typical].mean(axis=0))
        for photo in crowded:
            rivals = indices[photos_of[indices] == photo]
            named = rivals[people[rivals] > 0]
            unnamed = rivals[people[rivals] == 0]
            if not len(named):
                best = (embeddings[unnamed] @ centre).argmax()
                unnamed = np.delete(unnamed, best)
            labels[unnamed] = NOISE
