"""Verification: against scikit-learn, and against what can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from photoclust.errors import PhotoclustError
from photoclust.lab.verification.roc import roc, roc_of_blocks
from photoclust.lab.verification.scores import best_threshold, verify

Pairs = tuple[NDArray[np.float64], NDArray[np.bool_]]


def drawn(seed: int, count: int = 600, apart: float = 0.4, decimals: int = 2) -> Pairs:
    """Similarities of both kinds, overlapping, many of them equal."""
    chance = np.random.default_rng(seed)
    same = chance.random(count) < 0.6
    return np.round(chance.normal(apart * same, 0.3), decimals), same


# Coarse similarities, so that ties are usual; both kinds occur.
several_pairs = st.lists(
    st.tuples(st.integers(-10, 10).map(lambda tenths: tenths / 10), st.booleans()), min_size=2
).filter(lambda pairs: len({same for _, same in pairs}) == 2)


def arrays(pairs: list[tuple[float, bool]]) -> Pairs:
    return np.array([value for value, _ in pairs]), np.array([same for _, same in pairs])


@given(several_pairs)
def test_curve_and_auc_are_those_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    similarities, same = arrays(pairs)
    curve = roc(similarities, same)
    assert curve.auc == pytest.approx(roc_auc_score(same, similarities))
    fars, tars, _ = roc_curve(same, similarities, drop_intermediate=False)
    grid = np.linspace(0, 1, 101)
    best = [tars[fars <= far + 1e-12].max() for far in grid]
    np.testing.assert_allclose(curve.tars(grid + 1e-12), best)


@given(several_pairs)
def test_equal_error_rate_is_where_the_errors_meet(pairs: list[tuple[float, bool]]) -> None:
    similarities, same = arrays(pairs)
    fars, tars, _ = roc_curve(same, similarities, drop_intermediate=False)
    along = np.linspace(0, 1, 2_001)
    steps = np.arange(len(fars))
    far = np.interp(along * steps[-1], steps, fars)
    frr = 1 - np.interp(along * steps[-1], steps, tars)
    met = np.argmin(np.abs(far - frr))
    assert roc(similarities, same).eer == pytest.approx((far[met] + frr[met]) / 2, abs=2e-2)


def test_curve_by_hand() -> None:
    similarities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    curve = roc(similarities, np.array([True, True, False, True, False, False]))
    assert curve.auc == pytest.approx(8 / 9)
    assert curve.eer == pytest.approx(1 / 3)
    np.testing.assert_allclose(curve.tars(np.array([0, 0.3, 0.34, 1])), [2 / 3, 2 / 3, 1, 1])


@pytest.mark.parametrize("value", [1.0, 0.0])
def test_equal_similarities_tell_nothing(value: float) -> None:
    curve = roc(np.full(20, value), np.arange(20) < 12)
    assert (curve.auc, curve.eer) == (0.5, 0.5)


def test_perfect_and_upside_down() -> None:
    same = np.arange(20) < 12
    assert (roc(same + 0.0, same).auc, roc(same + 0.0, same).eer) == (1, 0)
    assert (roc(-1.0 * same, same).auc, roc(-1.0 * same, same).eer) == (0, 1)


def test_true_accepts_need_ten_false_ones() -> None:
    same = np.linspace(0.5, 1, 100)
    different = np.linspace(0, 0.6, 1000)
    curve = roc_of_blocks(same, np.split(different, 10))
    known = curve.true_accepts(1e-2)
    assert (known.impostors, known.tar) == (1000, (same > different[-11]).mean())
    assert known.threshold == min(same[same > different[-11]])
    assert curve.true_accepts(1e-3).tar is None
    assert curve.true_accepts(1e-3).impostors == 1000


def test_nothing_is_accepted_where_an_impostor_is_the_most_alike() -> None:
    curve = roc(np.repeat([0.5, 0.9], 2000), np.arange(4000) < 2000)
    assert (curve.true_accepts(1e-2).tar, curve.true_accepts(1e-2).threshold) == (0, None)


@given(several_pairs)
def test_no_threshold_is_better(pairs: list[tuple[float, bool]]) -> None:
    similarities, same = arrays(pairs)
    found = best_threshold(similarities, same)
    right = [((similarities >= at) == same).sum() for at in [*np.unique(similarities), 2.0]]
    assert ((similarities >= found) == same).sum() == max(right)


def test_threshold_lies_in_the_middle_of_the_widest_gap() -> None:
    similarities = np.array([0.1, 0.2, 0.6, 0.7, 0.75, 0.9])
    same = np.array([False, False, True, False, True, True])
    assert best_threshold(similarities, same) == pytest.approx(0.4)  # not 0.725, as good
    assert best_threshold(similarities, ~same) > 0.75


def test_folds_are_judged_by_the_others_as_scikit_learn_judges() -> None:
    similarities, same = drawn(seed=3)
    folds = np.arange(len(same)) % 10
    found = verify(similarities, same, folds)
    assert len(found.folds) == len(found.thresholds) == 10
    measures = {
        "accuracy": accuracy_score,
        "balanced_accuracy": balanced_accuracy_score,
        "precision": precision_score,
        "recall": recall_score,
        "f1": f1_score,
    }
    for name, measure in measures.items():
        values = []
        for number, threshold in enumerate(found.thresholds):
            inside = folds == number
            assert threshold == best_threshold(similarities[~inside], same[~inside])
            values.append(measure(same[inside], similarities[inside] >= threshold))
        told = getattr(found, name)
        assert told.mean == pytest.approx(np.mean(values))
        assert told.error == pytest.approx(np.std(values, ddof=1) / np.sqrt(10))
    assert found.auc == pytest.approx(roc_auc_score(same, similarities))
    assert found.fold_tars(np.array([0.0, 0.1, 1.0])).shape == (10, 3)
    assert (found.fold_tars(np.array([1.0])) == 1).all()


def test_a_fold_does_not_choose_its_own_threshold() -> None:
    similarities = np.array([0.9, 0.1, 0.9, 0.1, 0.3, 0.2])
    same = np.array([True, False, True, False, True, False])
    found = verify(similarities, same, np.array([1, 1, 2, 2, 3, 3]))
    assert found.thresholds == pytest.approx((0.25, 0.25, 0.5))
    assert [fold.accuracy for fold in found.folds] == [1, 1, 0.5]
    assert found.accuracy.error == pytest.approx(1 / 6)


def test_what_cannot_be_judged_is_said() -> None:
    similarities, same = drawn(seed=1, count=40)
    with pytest.raises(PhotoclustError, match="one only"):
        verify(similarities, same, np.zeros(40, int))
    with pytest.raises(PhotoclustError, match="Fold 1 has no pair of different people"):
        verify(similarities, same, np.where(same, 1, 2))
    similarities[3] = np.nan
    with pytest.raises(PhotoclustError, match="not numbers"):
        verify(similarities, same, np.arange(40) % 2)
