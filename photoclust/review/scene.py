"""A library as the questions see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NO_CLUSTER, NOBODY, Constraints
from photoclust.clustering.levels import Levels
from photoclust.vectors import Matrix

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scene:
    """n faces by index, and what is known of them.

    Attributes
    ----------
    embeddings : unit vectors (n, dim).
    quality : (n,) 0..1.
    clusters, strengths : (n,) the cluster's number, `NO_CLUSTER` for none, and how sure it is.
    owners : (n,) the person each face belongs to, be it through its cluster, `NOBODY` for none.
    confirmed : (n,) bool: a human gave this very face to its owner.
    closed : (n,) bool: not to be asked about, such as strangers.
    said : the statements of humans.
    levels : of the pack.
    """

    embeddings: Matrix
    quality: NDArray[np.floating]
    clusters: Indices
    strengths: Floats
    owners: Indices
    confirmed: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    said: Constraints
    levels: Levels

    @property
    def homes(self) -> Indices:
        """(n,) the group of each face that nobody owns: its cluster, or for a single face -2 minus
        its index; `NO_CLUSTER` for faces that are not to be asked about."""
        alone = -2 - np.arange(len(self.clusters))
        homes = np.where(self.clusters == NO_CLUSTER, alone, self.clusters)
        return np.where((self.owners == NOBODY) & ~self.closed, homes, NO_CLUSTER)
