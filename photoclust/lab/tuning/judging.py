"""Does a projection help with people it was not learned from, and by more than chance?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.tuning.evidence import Evidence, Integers
from photoclust.lab.tuning.learning import learn
from photoclust.lab.verification.roc import FEWEST_ACCEPTS, Roc, roc
from photoclust.vectors import Matrix, normalised

# Each half of the people is judged by what the other half taught, and that so many times with other
# halves: quarters have too few pairs of different people to see 1 in 1,000 of them.
HALVINGS = 4

# With fewer people there is nothing to hold out.
FEWEST_PEOPLE = 8

# The share of impostors that may be accepted: 1 in 1,000 is where the thresholds of packs lie, and
# the next ones are for libraries with too few pairs of different people to see that.
FARS = (1e-3, 1e-2, 1e-1)

RESAMPLES = 400
CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The pairs of people who were held out, by the pack and by what the other people taught.

    Attributes
    ----------
    before, after : similarities of same pairs, then of different ones (n,).
    same : (n,) which they are.
    people : (n, 2) whose faces they are.
    places : (m,) which faces of the evidence these people are.
    projection : what the others taught.
    """

    before: Floats
    after: Floats
    same: NDArray[np.bool_]
    people: Integers
    places: Integers
    projection: Matrix

    def rocs(self) -> tuple[Roc, Roc]:
        return roc(self.before, self.same), roc(self.after, self.same)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the projection brings people who were held out: means over the halves.

    Attributes
    ----------
    people : how many were judged.
    same, different : how many pairs of either kind a half has.
    far : the share of impostors that the next three let in.
    before, after : the share of same pairs that is accepted then (TAR).
    low, high : of the difference of the two, a 95 % interval over people.
    auc_before, auc_after, eer_before, eer_after : the area under the curve; the equal error rate.
    """

    people: int
    same: int
    different: int
    far: float
    before: float
    after: float
    low: float
    high: float
    auc_before: float
    auc_after: float
    eer_before: float
    eer_after: float

    @property
    def better(self) -> bool:
        """Is the gain beyond noise?"""
        return self.low > 0


def hold_out(matrix: Matrix, evidence: Evidence, margin: float) -> Iterator[HeldOut]:
    """Judge one half of the people after the other by a projection that the rest taught.

    `matrix` (n, dim) are the embeddings of the evidence's faces.
    """
    chance = np.random.default_rng(0)
    everybody = np.unique(evidence.people[evidence.people >= 0])
    for _ in range(HALVINGS):
        for half in np.array_split(chance.permutation(everybody), 2):
            inside = np.isin(evidence.beside, half)
            others, own = np.flatnonzero(~inside), np.flatnonzero(inside)
            projection = learn(matrix[others], evidence.part(others), margin)
            yield _held_out(matrix[own], evidence.part(own), own, projection)


def _held_out(matrix: Matrix, evidence: Evidence, places: Integers, projection: Matrix) -> HeldOut:
    (one, other), (first, second) = evidence.pairs()
    a, b = np.concatenate([one, first]), np.concatenate([other, second])
    after = normalised(matrix @ projection.T)
    return HeldOut(
        np.einsum("ij,ij->i", matrix[a], matrix[b], dtype=np.float64),
        np.einsum("ij,ij->i", after[a], after[b], dtype=np.float64),
        np.arange(len(a)) < len(one),
        np.stack([evidence.beside[a], evidence.beside[b]], axis=1),
        places,
        projection,
    )


def far_to_judge(parts: list[HeldOut]) -> float | None:
    """The lowest rate that every part has impostors enough for; None if there is none."""
    fewest = min(int((~part.same).sum()) for part in parts)
    return next((far for far in FARS if far * fewest >= FEWEST_ACCEPTS), None)


def judge(parts: list[HeldOut], far: float) -> Verdict:
    """What the parts say together.

    The interval resamples people: each counts as often as chance will have it, in every part, and a
    pair as often as both of its people together (the pigeonhole bootstrap, Owen 2007).
    """
    curves = [part.rocs() for part in parts]
    tars = np.array([[curve.true_accepts(far).tar for curve in pair] for pair in curves], float)
    everybody = np.unique(np.concatenate([part.people.ravel() for part in parts]))
    resampled = [_Resampled(part, everybody, far) for part in parts]
    chance = np.random.default_rng(0)
    gains = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(len(everybody), size=len(everybody))
        times = np.bincount(drawn, minlength=len(everybody))
        gains.append(float(np.mean([part.gain(times) for part in resampled])))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(gains, [tail, 1 - tail])
    return Verdict(
        people=len(everybody),
        same=int(np.mean([part.same.sum() for part in parts])),
        different=int(np.mean([(~part.same).sum() for part in parts])),
        far=far,
        before=float(tars[:, 0].mean()),
        after=float(tars[:, 1].mean()),
        low=float(low),
        high=float(high),
        auc_before=float(np.mean([before.auc for before, _ in curves])),
        auc_after=float(np.mean([after.auc for _, after in curves])),
        eer_before=float(np.mean([before.eer for before, _ in curves])),
        eer_after=float(np.mean([after.eer for _, after in curves])),
    )


class _Resampled:
    """A part, sorted once, that tells its gain with other people of the kind."""

    def __init__(self, part: HeldOut, everybody: Integers, far: float) -> None:
        self._far = far
        self._curves = [
            self._sorted(similarities, part.same, np.searchsorted(everybody, part.people))
            for similarities in (part.before, part.after)
        ]

    def gain(self, times: Integers) -> float:
        """Of the TAR, with everybody (n,) counting so often."""
        before, after = (self._tar(*curve, times) for curve in self._curves)
        return after - before

    @staticmethod
    def _sorted(
        similarities: Floats, same: NDArray[np.bool_], people: Integers
    ) -> tuple[Integers, Integers, Integers]:
        """Impostors and same pairs, the most similar first, and how many impostors are above."""
        impostors = np.flatnonzero(~same)[np.argsort(-similarities[~same], kind="stable")]
        genuine = np.flatnonzero(same)
        above = np.searchsorted(-similarities[impostors], -similarities[genuine], side="right")
        return people[impostors], people[genuine, 0], above.astype(np.int64)

    def _tar(
        self, impostors: Integers, genuine: Integers, above: Integers, times: Integers
    ) -> float:
        accepted = np.cumsum(times[impostors[:, 0]] * times[impostors[:, 1]])
        weights = times[genuine]
        if not accepted[-1] or not weights.any():
            return 0.0
        let_in = np.concatenate([[0], accepted])[above]
        return float(weights[let_in <= self._far * accepted[-1]].sum() / weights.sum())
