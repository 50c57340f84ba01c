"""The gradient is that of the loss, and learning finds what does not tell people apart."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.clustering.constraints import Constraints
from photoclust.lab.tuning.evidence import Evidence, gather
from photoclust.lab.tuning.judging import FARS, HALVINGS, Sample, far_to_judge, hold_out, judge
from photoclust.lab.tuning.learning import learn, loss_gradient
from photoclust.lab.tuning.levels import moved
from photoclust.models.pack import Thresholds
from photoclust.vectors import Matrix, normalised

THRESHOLDS = Thresholds(0.5, 0.5, 0.5, 0.5, 0.2, None, "made up")
MARGIN = 0.2


def album(light: float, people: int = 24, faces: int = 8) -> tuple[Matrix, Evidence]:
    """People who differ in eight numbers; eight others are the light, which is no one's own."""
    chance = np.random.default_rng(3)
    own = normalised(chance.standard_normal((people, 8))).repeat(faces, axis=0)
    own = own + 0.15 * chance.standard_normal(own.shape)
    others = light * normalised(chance.standard_normal(own.shape))
    matrix = normalised(np.hstack([own, others]))
    named = np.arange(people).repeat(faces) + 1
    said = Constraints(np.arange(len(named)), named, np.full(len(named), np.nan))
    evidence = gather(said, np.full(len(named), 0.9))
    return matrix[evidence.indices], evidence


def sample(matrix: Matrix) -> Sample:
    return Sample(matrix, np.arange(len(matrix)))


def loss(projection: np.ndarray, matrix: np.ndarray, triplets: list[tuple[int, int, int]]) -> float:
    unit = matrix @ projection.T
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return float(
        np.mean(
            [
                max(
                    0.0,
                    ((unit[a] - unit[p]) ** 2).sum() - ((unit[a] - unit[n]) ** 2).sum() + MARGIN,
                )
                for a, p, n in triplets
            ]
        )
    )


def test_the_gradient_is_that_of_the_loss() -> None:
    chance = np.random.default_rng(0)
    matrix = normalised(chance.standard_normal((3, 5))).astype(np.float64)
    projection = np.eye(5) + 0.1 * chance.standard_normal((5, 5))
    unit = matrix @ projection.T
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    distances = 2 - 2 * unit @ unit.T
    # Three faces, two of one person: each anchor has one positive and one negative.
    same = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], bool)
    different = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], bool)
    ids = np.arange(3)
    evidence = Evidence(ids, np.array([0, 0, 1]), np.array([0, 0, 1]), same, different)
    margin = float(np.ptp(distances)) + 1  # every negative beyond its positive is semi-hard
    triplets = [(a, 1 - a, 2) for a in (0, 1) if distances[a, 2] > distances[a, 1 - a]]
    assert triplets
    found = loss_gradient(projection, matrix, evidence, margin, chance)
    step = 1e-6
    for row, column in ((0, 0), (2, 3), (4, 1)):
        nudge = np.zeros((5, 5))
        nudge[row, column] = step
        numeric = (
            loss(projection + nudge, matrix, triplets) - loss(projection - nudge, matrix, triplets)
        ) / (2 * step)
        if all(
            ((unit[a] - unit[p]) ** 2).sum() + MARGIN > ((unit[a] - unit[n]) ** 2).sum()
            for a, p, n in triplets
        ):
            assert found[row, column] == pytest.approx(numeric, abs=1e-6)


def test_without_a_semi_hard_negative_nothing_moves() -> None:
    matrix = np.eye(3)[[0, 0, 1]]
    same = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], bool)
    different = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], bool)
    ids = np.arange(3)
    evidence = Evidence(ids, ids, ids, same, different)
    chance = np.random.default_rng(0)
    assert not loss_gradient(np.eye(3), matrix, evidence, MARGIN, chance).any()


def test_what_is_no_ones_own_counts_less_and_strangers_gain() -> None:
    matrix, evidence = album(light=0.8)
    parts = list(hold_out(sample(matrix), evidence, MARGIN))
    far = far_to_judge(parts)
    assert far in FARS
    verdict = judge(parts, far)
    assert verdict.better
    assert verdict.people == 24
    assert verdict.found.auc_after > verdict.found.auc_before
    assert verdict.found.low < verdict.found.after - verdict.found.before < verdict.found.high
    projection = learn(matrix, evidence, MARGIN)
    assert np.linalg.norm(projection[:, :8]) > np.linalg.norm(projection[:, 8:])
    assert (projection == learn(matrix, evidence, MARGIN)).all()


def test_where_there_is_nothing_to_learn_nothing_is_offered() -> None:
    matrix, evidence = album(light=0.0)
    parts = list(hold_out(sample(matrix), evidence, MARGIN))
    far = far_to_judge(parts)
    assert far is not None
    assert not judge(parts, far).better


def test_nobody_is_judged_by_what_they_taught() -> None:
    matrix, evidence = album(light=0.8, people=10)
    parts = list(hold_out(sample(matrix), evidence, MARGIN))
    assert len(parts) == 2 * HALVINGS
    for one, other in zip(parts[::2], parts[1::2], strict=True):
        assert not set(np.unique(one.people)) & set(np.unique(other.people))
        assert len(one.places) + len(other.places) == len(matrix)


def test_with_few_pairs_the_rate_is_one_that_they_reach() -> None:
    matrix, evidence = album(light=0.8, people=8, faces=3)
    # Halves of 4 people with 3 faces: 54 pairs of two people, 5 of them at 1 in 10.
    assert far_to_judge(list(hold_out(sample(matrix), evidence, MARGIN))) is None
    matrix, evidence = album(light=0.8, people=8, faces=8)
    assert far_to_judge(list(hold_out(sample(matrix), evidence, MARGIN))) == 0.1


def test_as_many_strangers_reach_the_thresholds_as_before() -> None:
    matrix, evidence = album(light=0.8)
    parts = list(hold_out(sample(matrix), evidence, MARGIN))
    after = moved(THRESHOLDS, parts)
    assert after.reference is None
    before_share, after_share = (
        np.mean([(part.found[side][~part.same] >= limit).mean() for part in parts])
        for side, limit in ((0, THRESHOLDS.match), (1, after.match))
    )
    assert after_share == pytest.approx(before_share, rel=0.35)
    assert after.typical < after.match
