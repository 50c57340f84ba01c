"""HDBSCAN with a ceiling: what is one group, what is two, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from sklearn.metrics import adjusted_rand_score

from photoclust.clustering.density import (
    MIN_CLUSTER_SIZE,
    NOISE,
    Grouping,
    distance_of,
    group_by_density,
)
from photoclust.vectors import Matrix, normalised

LINK = 0.5
DIM = 64

Portraits = Callable[..., Matrix]


def strangers(count: int, seed: int = 0) -> Matrix:
    """Unit vectors that are all far apart: nobody is like anybody (cosine 0)."""
    chance = np.random.default_rng(seed)
    square, _ = np.linalg.qr(chance.standard_normal((DIM, DIM)))
    return square[:count].astype(np.float32)


def people(portraits: Portraits, *counts: int, spread: float = 0.4) -> tuple[Matrix, np.ndarray]:
    """So many portraits of each of several people, and whose each one is."""
    looks = [
        portraits(f"person {number}", count, spread, DIM) for number, count in enumerate(counts)
    ]
    return np.vstack(looks), np.repeat(np.arange(len(counts)), counts)


def sizes(grouping: Grouping) -> list[int]:
    """Members of each group, largest first."""
    _labels, counts = np.unique(grouping.labels[grouping.labels != NOISE], return_counts=True)
    return sorted(counts.tolist(), reverse=True)


def agreement(found: Grouping, truth: np.ndarray) -> float:
    return float(adjusted_rand_score(truth, found.labels))


def test_distance_of_a_cosine() -> None:
    assert distance_of(1.0) == 0.0
    assert distance_of(0.0) == pytest.approx(2**0.5)
    assert distance_of(-1.0) == pytest.approx(2.0)
    assert distance_of(1.0000001) == 0.0
    a, b = strangers(2)
    c = normalised(a + b)
    assert distance_of(float(a @ c)) == pytest.approx(float(np.linalg.norm(a - c)), abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_faces_are_no_group(count: int) -> None:
    found = group_by_density(np.repeat(strangers(1), count, axis=0), LINK)
    assert found.labels.tolist() == [NOISE] * count
    assert found.strengths.tolist() == [0.0] * count


def test_no_face_of_an_unknown_pack_is_no_group() -> None:
    assert group_by_density(np.empty((0, 0), np.float32), LINK).labels.shape == (0,)


@pytest.mark.parametrize("count", [3, 4, 5, 30])
def test_strangers_are_no_group(count: int) -> None:
    assert sizes(group_by_density(strangers(count), LINK)) == []


@pytest.mark.parametrize("count", [3, 4, 5, 12, 60])
def test_a_library_of_one_person_is_one_group(portraits: Portraits, count: int) -> None:
    found = group_by_density(portraits("Ann", count, 0.4, DIM), LINK)
    assert sizes(found) == [count]


@pytest.mark.parametrize("count", [3, 4, 5, 30])
def test_the_same_face_over_and_over_is_one_group(count: int) -> None:
    found = group_by_density(np.repeat(strangers(1), count, axis=0), LINK)
    assert sizes(found) == [count]
    assert found.strengths.tolist() == [1.0] * count


@pytest.mark.parametrize("counts", [(3, 3), (3, 4), (5, 30), (20, 20)])
def test_two_people_are_two_groups(portraits: Portraits, counts: tuple[int, int]) -> None:
    looks, truth = people(portraits, *counts)
    assert agreement(group_by_density(looks, LINK), truth) == 1.0


def test_strangers_beside_a_person_belong_to_nobody(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 8, 0.4, DIM), strangers(10)])
    found = group_by_density(looks, LINK)
    assert sizes(found) == [8]
    assert set(found.labels[8:]) == {NOISE}


def test_two_of_a_kind_are_too_few() -> None:
    looks = np.repeat(strangers(4), 2, axis=0)
    assert MIN_CLUSTER_SIZE == 3
    assert sizes(group_by_density(looks, LINK)) == []


def test_two_people_within_the_ceiling_part_where_it_is_thin(portraits: Portraits) -> None:
    """The ceiling is the latest place to part, not the only one."""
    ann, ben = strangers(2)
    ben = normalised(ann + 1.2 * ben)  # cosine 0.64
    chance = np.random.default_rng(3)
    away = normalised(chance.standard_normal((40, DIM)))
    looks = normalised(np.repeat([ann, ben], 20, axis=0) + 0.1 * away)
    assert agreement(group_by_density(looks, LINK), np.repeat([0, 1], 20)) == 1.0


@pytest.mark.parametrize("seed", range(12))
def test_no_group_reaches_across_the_ceiling(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(5, 120))
    centres = chance.standard_normal((int(chance.integers(1, 10)), DIM))
    looks = normalised(
        centres[chance.integers(0, len(centres), count)]
        + chance.uniform(0.1, 1.2) * chance.standard_normal((count, DIM))
    )
    found = group_by_density(looks, LINK)
    for label in set(found.labels.tolist()) - {NOISE}:
        members = looks[found.labels == label].astype(np.float64)
        longest = linkage(members, "single")[:, 2].max()
        assert longest <= distance_of(LINK) + 1e-6


def test_a_chain_is_cut_where_a_link_is_too_long() -> None:
    first, second = strangers(2)

    def at(degrees: float) -> np.ndarray:
        angle = np.radians(degrees)
        return np.cos(angle) * first + np.sin(angle) * second

    near = [at(degrees) for degrees in (0, 2, 4, 6, 8)]
    far = [at(degrees) for degrees in (80, 82, 84, 86, 88)]
    assert sizes(group_by_density(np.array([*near, *far], np.float32), LINK)) == [5, 5]
    assert sizes(group_by_density(np.array(near, np.float32), LINK)) == [5]


def test_every_face_has_one_label_and_a_strength(portraits: Portraits) -> None:
    looks, _truth = people(portraits, 9, 14, 4)
    looks = np.vstack([looks, strangers(6)])
    found = group_by_density(looks, LINK)
    assert found.labels.shape == found.strengths.shape == (33,)
    assert np.issubdtype(found.labels.dtype, np.integer)
    assert found.labels.min() >= NOISE
    assert (found.strengths >= 0).all()
    assert (found.strengths <= 1).all()
    assert (found.strengths[found.labels == NOISE] == 0).all()
    assert (found.strengths[found.labels != NOISE] > 0).all()


def test_the_same_faces_give_the_same_groups(portraits: Portraits) -> None:
    looks, _truth = people(portraits, 9, 14, 4, spread=0.9)
    once, again = group_by_density(looks, LINK), group_by_density(looks.copy(), LINK)
    assert once.labels.tolist() == again.labels.tolist()
    assert once.strengths.tolist() == again.strengths.tolist()


def test_the_order_of_the_faces_does_not_matter(portraits: Portraits) -> None:
    looks, _truth = people(portraits, 9, 14, 4)
    order = np.random.default_rng(0).permutation(len(looks))
    once, again = group_by_density(looks, LINK), group_by_density(looks[order], LINK)
    assert agreement(again, once.labels[order]) == 1.0


def test_the_faces_are_not_changed(portraits: Portraits) -> None:
    looks, _truth = people(portraits, 9, 14)
    before = looks.copy()
    group_by_density(looks, LINK)
    assert (looks == before).all()


@pytest.mark.parametrize("counts", [(10, 10), (8, 20, 30), (6,) * 9, (50, 5)])
def test_without_a_ceiling_it_is_plain_hdbscan(
    portraits: Portraits, counts: tuple[int, ...]
) -> None:
    from hdbscan import HDBSCAN

    looks, truth = people(portraits, *counts)
    plain = HDBSCAN(min_cluster_size=MIN_CLUSTER_SIZE, min_samples=2, approx_min_span_tree=False)
    expected = plain.fit_predict(looks.astype(np.float64))
    found = group_by_density(looks, link=None)
    assert agreement(found, expected) == 1.0
    assert agreement(found, truth) == 1.0


def with_copies(looks: Matrix, count: int, unlike: float = 0.0) -> Matrix:
    """One portrait some times more: other bytes, (almost) the same pixels.

    As after a change of its title or date, or in a burst of shots.
    """
    away = normalised(np.random.default_rng(0).standard_normal((count, DIM)))
    return np.vstack([looks, normalised(np.repeat(looks[:1], count, axis=0) + unlike * away)])


@pytest.mark.parametrize("unlike", [0.0, 0.02], ids=["copies", "burst"])
@pytest.mark.parametrize("person", ["Ann", "Ben", "Cem"])
def test_copies_of_one_portrait_do_not_tear_a_person_apart(
    portraits: Portraits, person: str, unlike: float
) -> None:
    looks = portraits(person, 17, 0.4, DIM)
    assert sizes(group_by_density(looks, LINK)) == [17]
    assert sizes(group_by_density(with_copies(looks, 3, unlike), LINK)) == [20]


def test_a_ceiling_that_nothing_passes_gives_no_group() -> None:
    assert sizes(group_by_density(strangers(8), link=1.0)) == []


def test_groups_are_numbered_without_gaps_or_with_but_never_below_zero(
    portraits: Portraits,
) -> None:
    looks, _truth = people(portraits, 5, 6, 7)
    labels = sorted(set(group_by_density(looks, LINK).labels.tolist()))
    assert all(label >= 0 for label in labels)
    assert all(after > before for before, after in pairwise(labels))
