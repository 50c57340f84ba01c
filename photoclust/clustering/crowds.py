"""Groups that hold two faces of one photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import NOISE
from photoclust.vectors import Matrix, alike, normalised


def members(labels: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Label -> the indices that have it, `NOISE` left out."""
    return {int(labels[part[0]]): part for part in alike(labels, np.flatnonzero(labels != NOISE))}


def part_photos(labels: NDArray[np.int64], embeddings: Matrix, constraints: Constraints) -> None:
    """Of two faces of one photo in a cluster, only the one closer to the others stays.

    Faces that a human named are never put out.
    """
    photos_of, people = constraints.photos, constraints.people
    order = np.lexsort([photos_of, labels])
    again = (np.diff(labels[order]) == 0) & (np.diff(photos_of[order]) == 0)
    affected = np.unique(labels[order[1:][again]])
    for indices in members(np.where(np.isin(labels, affected), labels, NOISE)).values():
        photos, counts = np.unique(photos_of[indices], return_counts=True)
        crowded = photos[counts > 1]
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
