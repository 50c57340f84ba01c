"""Does a projection help with people it was not learned from, and by more than chance?

Similarities are compared as `find` does, and as clusters are made, where each is measured by what
strangers of either face reach (`clustering.contrast`). The two need not agree: what a projection
gains in the one, contrast may have gained before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.contrast import contrast_of
from photoclust.lab.tuning.evidence import Evidence, Integers
from photoclust.lab.tuning.learning import learn
from photoclust.lab.tuning.levels import Line, line_between
from photoclust.lab.verification.roc import FEWEST_ACCEPTS, roc
from photoclust.vectors import Matrix, normalised

# Each half of the people is judged by what the other half taught, and that so many times with other
# halves: quarters have too few pairs of different people to see 1 in 1,000 of them.
HALVINGS = 4

# With fewer people there is nothing to hold out.
FEWEST_PEOPLE = 8

# The share of pairs of two people that may be taken for one: 1 in 1,000 is where the thresholds of
# packs lie, and the next ones are for libraries with too few such pairs to see that.
FARS = (1e-3, 1e-2, 1e-1)

RESAMPLES = 400
CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Faces of a library: those of the evidence, in its order, and others behind them.

    Attributes
    ----------
    matrix : (n, dim) unit vectors.
    groups : (n,) groups that the pack makes of them by itself, numbered from 0 without a gap; who
        is in none is a group alone.
    typical : what a typical face reaches with its most similar strangers, by the pack.
    """

    matrix: Matrix
    groups: Integers
    typical: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The pairs of people who were held out, by the pack and by what the other people taught.

    Attributes
    ----------
    same : (n,) which pairs are one person.
    people : (n, 2) whose faces they are.
    found : their similarities as `find` compares, before and after (n,).
    clustered : the same as clusters are made.
    line, clustered_line : where the similarities of two people went, compared in either way.
    places : (m,) which faces of the evidence these people are.
    projection : what the others taught.
    """

    same: NDArray[np.bool_]
    people: Integers
    found: tuple[Floats, Floats]
    clustered: tuple[Floats, Floats]
    line: Line
    clustered_line: Line
    places: Integers
    projection: Matrix


@dataclass(frozen=True, slots=True)
class Gain:
    """One way of comparing, before and after: means over the halves.

    Attributes
    ----------
    before, after : the share of same pairs that is accepted (TAR).
    low, high : of the difference of the two, a 95 % interval over people.
    auc_before, auc_after, eer_before, eer_after : the area under the ROC curve, and the equal error
        rate.
    """

    before: float
    after: float
    low: float
    high: float
    auc_before: float
    auc_after: float
    eer_before: float
    eer_after: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the projection brings people who were held out.

    Attributes
    ----------
    people : how many were judged.
    same, different : how many pairs of either kind a half has.
    far : the share of pairs of two people that is taken for one.
    found, clustered : as `find` compares, and as clusters are made.
    """

    people: int
    same: int
    different: int
    far: float
    found: Gain
    clustered: Gain

    @property
    def better(self) -> bool:
        """Does `find` gain beyond noise, and do clusters not lose beyond noise?"""
        return self.found.low > 0 and self.clustered.high >= 0


def halves(evidence: Evidence) -> list[Integers]:
    """The faces (places) of one half of the people after the other, several times."""
    chance = np.random.default_rng(0)
    everybody = np.unique(evidence.people[evidence.people >= 0])
    return [
        np.flatnonzero(np.isin(evidence.beside, half))
        for _ in range(HALVINGS)
        for half in np.array_split(chance.permutation(everybody), 2)
    ]


def fewest_impostors(evidence: Evidence, parts: Sequence[Integers]) -> int:
    """The pairs of two people in the half that has fewest."""
    return min(int(evidence.different[np.ix_(part, part)].sum()) // 2 for part in parts)


def far_to_judge(impostors: int) -> float | None:
    """The lowest rate that there are impostors enough for; None if there is none."""
    return next((far for far in FARS if far * impostors >= FEWEST_ACCEPTS), None)


def hold_out(
    sample: Sample, evidence: Evidence, parts: Sequence[Integers], margin: float
) -> Iterator[HeldOut]:
    """Judge each part by a projection that the rest of the evidence taught."""
    for own in parts:
        others = np.setdiff1d(np.arange(len(evidence.indices)), own)
        projection = learn(sample.matrix[others], evidence.part(others), margin)
        yield _held_out(sample, evidence.part(own), own, projection)


def _held_out(sample: Sample, evidence: Evidence, places: Integers, projection: Matrix) -> HeldOut:
    (one, other), (first, second) = evidence.pairs()
    a, b = np.concatenate([one, first]), np.concatenate([other, second])
    same = np.arange(len(a)) < len(one)
    projected = normalised(sample.matrix @ projection.T)
    before, after = (
        np.einsum("ij,ij->i", matrix[places[a]], matrix[places[b]], dtype=np.float64)
        for matrix in (sample.matrix, projected)
    )
    line = line_between(before[~same], after[~same])
    pairs = places[a], places[b]
    clustered = (
        _contrasted(before, pairs, sample.matrix, sample.groups, sample.typical),
        _contrasted(after, pairs, projected, sample.groups, line.at(sample.typical)),
    )
    return HeldOut(
        same=same,
        people=np.stack([evidence.beside[a], evidence.beside[b]], axis=1),
        found=(before, after),
        clustered=clustered,
        line=line,
        clustered_line=line_between(clustered[0][~same], clustered[1][~same]),
        places=places,
        projection=projection,
    )


def _contrasted(
    cosines: Floats,
    pairs: tuple[Integers, Integers],
    matrix: Matrix,
    groups: Integers,
    typical: float,
) -> Floats:
    """Each cosine (n,) by how much it stands out from what strangers of its two faces reach."""
    contrast = contrast_of(matrix, groups, typical)
    ours, theirs = (contrast.scale[side] * (cosines - contrast.strangers[side]) for side in pairs)
    return np.asarray(typical + (ours + theirs) / 2, np.float64)


def judge(parts: Sequence[HeldOut], far: float) -> Verdict:
    """What the parts say together."""
    everybody = np.unique(np.concatenate([part.people.ravel() for part in parts]))
    return Verdict(
        people=len(everybody),
        same=int(np.mean([part.same.sum() for part in parts])),
        different=int(np.mean([(~part.same).sum() for part in parts])),
        far=far,
        found=_gain(parts, [part.found for part in parts], everybody, far),
        clustered=_gain(parts, [part.clustered for part in parts], everybody, far),
    )


def _gain(
    parts: Sequence[HeldOut],
    compared: Sequence[tuple[Floats, Floats]],
    everybody: Integers,
    far: float,
) -> Gain:
    """With an interval over people: each counts as often as chance will have it, in every part.

    A pair counts as often as both of its people together (the pigeonhole bootstrap, Owen 2007).
    """
    chance = np.random.default_rng(0)
    sides = []
    for part, both in zip(parts, compared, strict=True):
        people = np.searchsorted(everybody, part.people)
        sides.append([_Sorted(similarities, part.same, people) for similarities in both])
    once = np.ones(len(everybody), np.int64)
    tars = np.array([[side.tar(far, once) for side in both] for both in sides])
    gains = []
    for _ in range(RESAMPLES):
        drawn = chance.integers(len(everybody), size=len(everybody))
        times = np.bincount(drawn, minlength=len(everybody))
        gains.append(
            np.mean([after.tar(far, times) - before.tar(far, times) for before, after in sides])
        )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(gains, [tail, 1 - tail])
    curves = [
        [roc(similarities, part.same) for similarities in both]
        for part, both in zip(parts, compared, strict=True)
    ]
    aucs = np.mean([[curve.auc for curve in both] for both in curves], axis=0)
    eers = np.mean([[curve.eer for curve in both] for both in curves], axis=0)
    before, after = tars.mean(axis=0)
    return Gain(*map(float, (before, after, low, high, *aucs, *eers)))


class _Sorted:
    """Pairs, the most similar first, that tell their TAR with everybody counting so often."""

    def __init__(self, similarities: Floats, same: NDArray[np.bool_], people: Integers) -> None:
        order = np.argsort(-similarities[~same], kind="stable")
        self._impostors = people[~same][order]
        self._genuine = people[same, 0]
        falling = -similarities[~same][order]
        self._above = np.searchsorted(falling, -similarities[same], side="right")

    def tar(self, far: float, times: Integers) -> float:
        """The share of same pairs that is accepted with at most so many of the impostors."""
        one, other = self._impostors.T
        # A face that only is not somebody goes with them, and comes as often as they do.
        accepted = np.cumsum(times[one] * np.where(one == other, 1, times[other]))
        weights = times[self._genuine]
        if not accepted[-1] or not weights.any():
            return 0.0
        let_in = np.concatenate([[0], accepted])[self._above]
        return float(weights[let_in <= far * accepted[-1]].sum() / weights.sum())
