"""The gradient is that of the loss, and learning finds what does not tell people apart."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.clustering.constraints import Constraints
from photoclust.lab.tuning.evidence import Evidence, gather
from photoclust.lab.tuning.judging import (
    FARS,
    HALVINGS,
    HeldOut,
    Sample,
    _Sorted,
    far_to_judge,
    fewest_impostors,
    halves,
    hold_out,
    judge,
)
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


def held_out(matrix: Matrix, evidence: Evidence) -> list[HeldOut]:
    """Judged with everybody's own face as a stranger to all others."""
    sample = Sample(matrix, evidence.people, THRESHOLDS.typical)
    return list(hold_out(sample, evidence, halves(evidence), MARGIN))


def rate(evidence: Evidence) -> float | None:
    return far_to_judge(fewest_impostors(evidence, halves(evidence)))


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
    parts, far = held_out(matrix, evidence), rate(evidence)
    assert far in FARS
    assert far is not None
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
    parts, far = held_out(matrix, evidence), rate(evidence)
    assert far is not None
    assert not judge(parts, far).better


def test_nobody_is_judged_by_what_they_taught() -> None:
    matrix, evidence = album(light=0.8, people=10)
    parts = held_out(matrix, evidence)
    assert len(parts) == 2 * HALVINGS
    for one, other in zip(parts[::2], parts[1::2], strict=True):
        assert not set(np.unique(one.people)) & set(np.unique(other.people))
        assert len(one.places) + len(other.places) == len(matrix)


def test_with_few_pairs_the_rate_is_one_that_they_reach() -> None:
    _matrix, evidence = album(light=0.8, people=8, faces=3)
    # Halves of 4 people with 3 faces: 54 pairs of two people, 5 of them at 1 in 10.
    assert rate(evidence) is None
    _matrix, evidence = album(light=0.8, people=8, faces=8)
    assert rate(evidence) == 0.1


def test_as_many_strangers_reach_the_thresholds_as_before() -> None:
    matrix, evidence = album(light=0.8)
    parts = held_out(matrix, evidence)
    after = moved(
        THRESHOLDS, [part.line for part in parts], [part.clustered_line for part in parts]
    )
    assert after.reference is None
    before_share, after_share = (
        np.mean([(part.found[side][~part.same] >= limit).mean() for part in parts])
        for side, limit in ((0, THRESHOLDS.match), (1, after.match))
    )
    assert after_share == pytest.approx(before_share, rel=0.35)
    assert after.typical < after.match


def test_with_few_groups_contrast_counts_as_the_clusters_count_it() -> None:
    """Where strangers are few, the pack's typical face stands in for those that lack."""
    matrix, evidence = album(light=0.0)
    parts, far = held_out(matrix, evidence), rate(evidence)
    assert far is not None
    verdict = judge(parts, far)
    assert verdict.clustered.before > 0.9 * verdict.found.before


def test_a_face_beside_somebody_comes_as_often_as_they_do() -> None:
    people = np.array([[0, 0], [0, 1], [1, 1], [0, 0], [1, 1]])
    same = np.array([False, False, False, True, True])
    pairs = _Sorted(np.array([0.9, 0.5, 0.1, 0.6, 0.3]), same, people)
    # Of impostors 3, 1 * 3 and 1 count, the first 3 above both same pairs, which count 3 and 1.
    assert pairs.tar(3 / 7, np.array([3, 1])) == 3 / 4
