"""How far a similarity stands out from what strangers reach.

Some faces are like many others: small children, blurred ones, those of a group of people that the
model was taught little of. Equal cosines then say less. Adaptive symmetric score normalisation,
known from speaker recognition (Auckenthaler et al. 2000, Matejka et al. 2017), measures each
similarity by what either face reaches with its most similar strangers. Strangers are the other
groups of the library, one vector each, so that somebody with a thousand photos counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.vectors import Matrix, normalised

# Groups that stand for all strangers; a random choice of so many where there are more.
COHORT = 4096

# The most similar strangers that are looked at, and how many of them are left out as perhaps the
# same person. Of a smaller cohort than `FULL_COHORT` as many fewer.
NEAREST, LEFT_OUT = 50, 2
FULL_COHORT = 500
LEAST_NEAREST = 5

# With fewer strangers than this the pack's typical face counts as much as they lack.
TRUSTED_COHORT = 200

# A face's spread of strangers is taken for half to twice the usual one at most.
MOST_SCALE = 2.0


@dataclass(frozen=True, slots=True)
class Contrast:
    """What similarities of each face (n,) are measured by.

    Similarity s of faces i and j becomes `typical` plus the mean of scale * (s - strangers) of
    both. For the pack's typical face it stays what it is, and so do thresholds.

    Attributes
    ----------
    strangers : (n,) mean cosine of its most similar strangers.
    scale : (n,) the usual spread of these cosines by the face's own.
    typical : what `strangers` is for the pack's typical face.
    """

    strangers: NDArray[np.float64]
    scale: NDArray[np.float64]
    typical: float

    def of(self, some: slice | NDArray[np.int64]) -> Contrast:
        """Of some of the faces only."""
        return Contrast(self.strangers[some], self.scale[some], self.typical)


def contrast_of(embeddings: Matrix, groups: NDArray[np.int64], typical: float) -> Contrast:
    """The contrast of unit vectors (n, dim) in groups (n,), numbered from 0 without a gap."""
    import faiss

    cohort = group_centres(embeddings, groups)
    chosen = np.arange(len(cohort))
    if len(cohort) > COHORT:
        chosen = np.sort(np.random.default_rng(0).choice(len(cohort), COHORT, replace=False))
    share = min(1.0, len(chosen) / FULL_COHORT)
    nearest, left_out = max(LEAST_NEAREST, round(NEAREST * share)), round(LEFT_OUT * share)
    if len(chosen) <= nearest:
        return Contrast(np.full(len(embeddings), typical), np.ones(len(embeddings)), typical)
    cosines, found = faiss.knn(embeddings, cohort[chosen], nearest + 1, faiss.METRIC_INNER_PRODUCT)
    own = chosen[found] == groups[:, None]
    # Its own group, or else the least similar stranger, makes room for exactly `nearest`.
    own[~own.any(axis=1), -1] = True
    strangers = cosines[~own].reshape(len(embeddings), nearest)[:, left_out:].astype(np.float64)
    mean, spread = strangers.mean(axis=1), np.maximum(strangers.std(axis=1), 1e-6)
    scale = np.clip(spread.mean() / spread, 1 / MOST_SCALE, MOST_SCALE)
    trust = min(1.0, len(chosen) / TRUSTED_COHORT)
    return Contrast(trust * mean + (1 - trust) * typical, trust * scale + 1 - trust, typical)


def group_centres(embeddings: Matrix, groups: NDArray[np.int64]) -> Matrix:
    """The mean direction of every group, as unit vectors (groups, dim)."""
    order = np.argsort(groups, kind="stable")
    first = np.flatnonzero(np.diff(groups[order], prepend=-1))
    return normalised(np.add.reduceat(embeddings[order], first))
