"""Batches, pairs and thresholds: by chance, but always the same, and what they should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from photoclust.lab.training.batches import Dealer, altered
from photoclust.lab.training.operating import MEASURED, thresholds_from, usual_share
from photoclust.lab.training.pairs import auc, judge, sample_pairs
from photoclust.lab.training.people import Faces
from photoclust.vectors import normalised


@settings(max_examples=30, deadline=None)
@given(
    counts=st.lists(st.integers(1, 9), min_size=3, max_size=30).filter(
        lambda counts: sum(count > 1 for count in counts) > 1
    ),
    people=st.integers(2, 8),
    photos=st.integers(2, 6),
)
def test_a_batch_is_so_many_photos_of_so_many_people(
    counts: list[int], people: int, photos: int
) -> None:
    who = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    faces = Faces(np.zeros((len(who), 1)), np.arange(len(who)), who)
    places = Dealer(faces, people, photos).deal(np.random.default_rng(1))
    assert len(set(places.tolist())) == len(places)
    dealt = Counter(who[places].tolist())
    assert len(dealt) == min(people, sum(count > 1 for count in counts))
    assert all(number == min(photos, counts[person]) > 1 for person, number in dealt.items())


def test_altered_chips_stay_chips_and_come_out_the_same_again() -> None:
    chips = torch.rand(6, 1, 64, 64) * 255
    one, same, other = (altered(chips, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert one.shape == chips.shape
    assert one.min() >= 0
    assert one.max() <= 255


def test_altered_chips_are_turned_by_degrees_not_on_their_heads() -> None:
    top = torch.zeros(40, 1, 64, 64)
    top[:, :, :16] = 255
    found = altered(top, np.random.default_rng(0))
    assert (found[:, :, :8, 24:40].mean(dim=(1, 2, 3)) > 200).all()
    assert (found[:, :, 40:].mean(dim=(1, 2, 3)) < 1).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=4, max_size=30), st.integers(0, 5))
def test_pairs_come_in_folds_whose_people_are_disjoint(counts: list[int], seed: int) -> None:
    people = np.repeat(np.arange(len(counts)), counts)
    pairs = sample_pairs(people, seed)
    whose = people[pairs.places]
    np.testing.assert_array_equal(whose[:, 0] == whose[:, 1], pairs.same)
    assert (pairs.places[:, 0] != pairs.places[:, 1]).all()
    folds = [set(whose[pairs.folds == fold].ravel()) for fold in np.unique(pairs.folds)]
    assert sum(map(len, folds)) == len(set().union(*folds))
    for fold in np.unique(pairs.folds):
        assert pairs.same[pairs.folds == fold].mean() == 0.5
    of_one = [tuple(sorted(pair)) for pair in pairs.places[pairs.same].tolist()]
    assert len(set(of_one)) == len(of_one)


def test_pairs_of_perfect_vectors_are_all_right() -> None:
    people = np.repeat(np.arange(30), 3)
    vectors = np.eye(30, dtype=np.float32)[people]
    pairs = sample_pairs(people, seed=0)
    assert auc(vectors, pairs) == 1
    assert judge(vectors, pairs).accuracy.mean == 1


def test_thresholds_lie_where_those_of_measured_packs_do(faces: Callable[..., Faces]) -> None:
    made = faces(400, 2)
    found = thresholds_from(made.rows.astype(np.float32), made.people, "made up")
    assert found.reference is not None
    similarities = (made.rows @ made.rows.T)[made.people[:, None] < made.people[None]]
    for name in ("typical", "split", "link"):
        share = (similarities >= getattr(found, name)).mean()
        assert share == np.float64(usual_share(name)) or 0.5 < share / usual_share(name) < 2
    assert found.typical < found.reference < found.join < found.match < 1


def test_the_usual_share_lies_between_those_of_the_measured_packs() -> None:
    assert len(MEASURED) == 2
    assert 1.5e-5 < usual_share("match") < 4e-5


def test_few_people_give_no_reference_and_no_threshold_beyond_what_was_seen() -> None:
    vectors = normalised(np.random.default_rng(0).standard_normal((20, 8)))
    people = np.arange(20) // 2
    found = thresholds_from(vectors, people, "made up")
    similarities = (vectors @ vectors.T)[people[:, None] != people[None]]
    assert found.reference is None
    assert found.match == round(float(similarities.max()), 4)
