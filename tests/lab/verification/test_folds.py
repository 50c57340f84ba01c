"""Dividing pairs into folds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photoclust.lab.verification.folds import FOLDS, crossing, stratified_folds

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]


def drawn(seed: int, people: int, same: int, different: int) -> Pairs:
    """Pairs of so many people at random."""
    chance = np.random.default_rng(seed)
    alone = chance.integers(0, people, same)
    one, away = chance.integers(0, people, different), chance.integers(1, people, different)
    kinds = np.repeat([True, False], [same, different])
    return np.append(alone, one), np.append(alone, (one + away) % people), kinds


def counts(folds: NDArray[np.int64], kind: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(folds[kind])[1:]


def test_few_ties_leave_people_apart() -> None:
    one, two, same = drawn(seed=1, people=1000, same=900, different=300)
    folds = stratified_folds(one, two, same)
    assert set(folds) == set(range(1, FOLDS + 1))
    assert crossing(one, two, folds) == 0
    assert counts(folds, same).min() >= 88
    assert counts(folds, same).max() <= 92
    assert counts(folds, ~same).min() >= 29
    assert counts(folds, ~same).max() <= 31


def test_many_ties_are_cut_where_it_costs_little() -> None:
    one, two, same = drawn(seed=2, people=1500, same=1000, different=1000)
    folds = stratified_folds(one, two, same)
    assert np.ptp(counts(folds, same)) <= 10
    assert np.ptp(counts(folds, ~same)) <= 20
    at_random = np.random.default_rng(0).permutation(len(same)) % FOLDS
    assert crossing(one, two, folds) < 0.4 * crossing(one, two, at_random)


def test_the_same_pairs_have_the_same_folds() -> None:
    pairs = drawn(seed=3, people=200, same=150, different=150)
    np.testing.assert_array_equal(stratified_folds(*pairs), stratified_folds(*pairs))


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 40), st.integers(2, 40))
def test_every_fold_has_both_kinds(seed: int, people: int, same: int, different: int) -> None:
    one, two, kinds = drawn(seed, people, same, different)
    folds = stratified_folds(one, two, kinds)
    count = min(FOLDS, same, different)
    assert (counts(folds, kinds) > 0).sum() == (counts(folds, ~kinds) > 0).sum() == count


def test_crossing_by_hand() -> None:
    one, two = np.array([0, 1, 0, 2]), np.array([0, 1, 1, 3])
    assert crossing(one, two, np.array([1, 1, 1, 2])) == 0
    assert crossing(one, two, np.array([1, 2, 1, 2])) == 2  # Ben's two
    assert crossing(one, two, np.array([1, 2, 3, 4])) == 3


@pytest.mark.parametrize("people", [1, 2])
def test_one_person_in_all_pairs(people: int) -> None:
    one, two = np.zeros(20, np.int64), np.repeat([0, people], 10)
    folds = stratified_folds(one, two, two == 0)
    assert counts(folds, two == 0).tolist() == counts(folds, two > 0).tolist() == [1] * 10
