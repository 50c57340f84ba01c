"""Miners and loss against all triplets, written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from photoclust.choices import Mining
from photoclust.lab.training.mining import mine, triplet_loss
from photoclust.lab.training.offline import nearest_semi_hard
from photoclust.vectors import Matrix, normalised

PEOPLE = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 3])
MARGIN = 0.4

Triplet = tuple[int, int, int]


@pytest.fixture
def vectors() -> Matrix:
    return normalised(np.random.default_rng(5).standard_normal((len(PEOPLE), 3)))


def distances(vectors: Matrix) -> np.ndarray:
    return np.array([[((one - other) ** 2).sum() for other in vectors] for one in vectors])


def every_triplet() -> list[Triplet]:
    return [
        (a, p, n)
        for a, p, n in product(range(len(PEOPLE)), repeat=3)
        if a != p and PEOPLE[a] == PEOPLE[p] and PEOPLE[a] != PEOPLE[n]
    ]


def mined(vectors: Matrix, mining: Mining, seed: int = 0) -> tuple[list[Triplet], int]:
    chance = np.random.default_rng(seed)
    found = mine(torch.from_numpy(vectors), torch.from_numpy(PEOPLE), mining, MARGIN, chance)
    return [tuple(map(int, one)) for one in zip(*found.indices, strict=True)], found.possible


def test_all_are_those_within_the_margin(vectors: Matrix) -> None:
    d = distances(vectors)
    expected = [(a, p, n) for a, p, n in every_triplet() if d[a, n] <= d[a, p] + MARGIN]
    found, possible = mined(vectors, Mining.ALL)
    assert sorted(found) == sorted(expected)
    assert possible == len(every_triplet())


@pytest.mark.parametrize("mining", [Mining.SEMI_HARD, Mining.HARD])
def test_each_pair_gets_one_negative_that_fits_and_any_of_them(
    vectors: Matrix, mining: Mining
) -> None:
    d = distances(vectors)

    def fits(a: int, p: int, n: int) -> bool:
        hard = d[a, n] <= d[a, p]
        return hard if mining is Mining.HARD else not hard and d[a, n] <= d[a, p] + MARGIN

    valid = {triplet for triplet in every_triplet() if fits(*triplet)}
    seen = set()
    for seed in range(200):
        found, possible = mined(vectors, mining, seed)
        pairs = [(a, p) for a, p, _n in found]
        assert len(set(pairs)) == len(pairs)
        assert set(pairs) == {(a, p) for a, p, _n in valid}
        assert possible == len({(a, p) for a, p, _n in every_triplet()})
        seen |= set(found)
    assert seen == valid


def test_batch_hard_is_the_farthest_positive_and_the_nearest_negative(vectors: Matrix) -> None:
    d = distances(vectors)
    expected = []
    for anchor, person in enumerate(PEOPLE):
        positives = [i for i in np.flatnonzero(person == PEOPLE) if i != anchor]
        negatives = np.flatnonzero(person != PEOPLE)
        if positives:
            farthest = max(positives, key=lambda i: d[anchor, i])
            expected.append((anchor, farthest, min(negatives, key=lambda i: d[anchor, i])))
    assert sorted(mined(vectors, Mining.BATCH_HARD)[0]) == expected


def test_offline_takes_the_nearest_negative_beyond_the_positive(vectors: Matrix) -> None:
    d = distances(vectors)
    expected = []
    for a, p in {(a, p) for a, p, _n in every_triplet()}:
        beyond = [n for n in np.flatnonzero(PEOPLE[a] != PEOPLE) if d[a, n] > d[a, p]]
        nearest = min(beyond, key=lambda n: d[a, n], default=None)
        if nearest is not None and d[a, nearest] < d[a, p] + MARGIN:
            expected.append((a, p, nearest))
    found = nearest_semi_hard(vectors, PEOPLE, MARGIN)
    assert sorted(map(tuple, found.tolist())) == sorted(expected)


def test_the_same_chance_mines_the_same(vectors: Matrix) -> None:
    assert mined(vectors, Mining.SEMI_HARD, 4) == mined(vectors, Mining.SEMI_HARD, 4)


def test_the_loss_is_the_mean_over_triplets_that_have_one(vectors: Matrix) -> None:
    d = distances(vectors)
    losses = [max(0.0, d[a, p] - d[a, n] + MARGIN) for a, p, n in every_triplet()]
    active = [loss for loss in losses if loss > 0]
    indices = tuple(torch.tensor(places) for places in zip(*every_triplet(), strict=True))
    loss = triplet_loss(MARGIN)(torch.from_numpy(vectors), torch.from_numpy(PEOPLE), indices)
    assert float(loss) == pytest.approx(sum(active) / len(active), rel=1e-5)


def test_where_everything_is_one_point_the_loss_is_the_margin() -> None:
    vectors = np.tile(normalised(np.ones(3)), (len(PEOPLE), 1))
    indices = tuple(torch.tensor(places) for places in zip(*every_triplet(), strict=True))
    loss = triplet_loss(MARGIN)(torch.from_numpy(vectors), torch.from_numpy(PEOPLE), indices)
    assert float(loss) == pytest.approx(MARGIN)
