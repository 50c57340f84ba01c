"""Thresholds of a new pack: at the shares of strangers where those of measured packs lie.

What similarity means one person differs from pack to pack; how many strangers may be taken for one
person does not. The shares are the geometric means of `open` and MobileFaceNet on their curves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.models.insightface_pack import MEASURED_THRESHOLDS
from photoclust.models.open_pack import THRESHOLDS
from photoclust.models.pack import Thresholds
from photoclust.models.strangers import MOBILEFACENET_Y1, strangers_of
from photoclust.vectors import Matrix

MEASURED = (THRESHOLDS, MEASURED_THRESHOLDS[MOBILEFACENET_Y1])

REFERENCE = 1e-3  # the share that `Thresholds.reference` is defined by
# With fewer pairs than this fewer than ten are expected beyond it, and it is not told.
PAIRS_FOR_REFERENCE = 10 / REFERENCE

# Faces that are compared at most, chosen by chance: their similarities are 36 MB.
MOST_FACES = 3000


def thresholds_from(vectors: Matrix, people: NDArray[np.int64], source: str) -> Thresholds:
    """Thresholds from faces (n, dim) of people (n,) whom training never saw.

    Where there are too few pairs for a share, what the most similar strangers reach counts.
    """
    if len(people) > MOST_FACES:
        chosen = np.random.default_rng(0).choice(len(people), MOST_FACES, replace=False)
        vectors, people = vectors[chosen], people[chosen]
    similarities, weights = _strangers(vectors, people)
    shares = np.cumsum(weights)

    def reached(share: float) -> float:
        place = min(int(np.searchsorted(shares, share)), len(shares) - 1)
        return round(float(similarities[place]), 4)

    present = len(np.unique(people))
    pairs = present * (present - 1) / 2
    return Thresholds(
        match=reached(usual_share("match")),
        link=reached(usual_share("link")),
        split=reached(usual_share("split")),
        join=reached(usual_share("join")),
        typical=reached(usual_share("typical")),
        reference=reached(REFERENCE) if pairs >= PAIRS_FOR_REFERENCE else None,
        source=source,
    )


def usual_share(name: str) -> float:
    """The share of pairs of strangers beyond this threshold of a measured pack."""
    rates = []
    for thresholds in MEASURED:
        curve = strangers_of(thresholds)
        assert curve is not None
        rates.append(curve.rate(getattr(thresholds, name)).share)
    return float(np.exp(np.mean(np.log(rates))))


def _strangers(
    vectors: Matrix, people: NDArray[np.int64]
) -> tuple[NDArray[np.floating], NDArray[np.float64]]:
    """Similarities of different people's faces, falling, and what each weighs, together 1.

    Two people weigh as much as any two others, however many photos there are of them.
    """
    first, second = np.triu_indices(len(people), 1)
    apart = people[first] != people[second]
    first, second = first[apart], second[apart]
    similarities = (vectors @ vectors.T)[first, second]
    each = 1 / np.bincount(people)[people]
    weights = each[first] * each[second]
    order = np.argsort(-similarities)
    return similarities[order], weights[order] / weights.sum()
