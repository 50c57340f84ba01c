"""Which faces stand for a person, and how like a person a face is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photoclust.search.match import (
    MAX_EXEMPLARS,
    best_of_each_photo,
    choose_exemplars,
    similarity_to,
)
from photoclust.vectors import Matrix, normalised

Portraits = Callable[..., Matrix]


# Exemplars


@pytest.mark.parametrize("count", [0, 1, 2, MAX_EXEMPLARS])
def test_of_few_faces_all_are_exemplars(portraits: Portraits, count: int) -> None:
    chosen = choose_exemplars(portraits("Ann", count), np.linspace(0, 1, count))
    assert chosen.tolist() == list(range(count))


@pytest.mark.parametrize("count", [17, 40, 200])
def test_of_many_faces_no_more_than_the_limit_are(portraits: Portraits, count: int) -> None:
    chosen = choose_exemplars(portraits("Ann", count), np.linspace(0, 1, count))
    assert len(chosen) == MAX_EXEMPLARS
    assert sorted(set(chosen.tolist())) == chosen.tolist()
    assert chosen.max() < count


def test_the_best_face_is_an_exemplar(portraits: Portraits) -> None:
    quality = np.full(50, 0.5)
    quality[37] = 0.9
    assert 37 in choose_exemplars(portraits("Ann", 50), quality, limit=4)


def test_a_blurred_face_is_no_exemplar(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 30), portraits("Ben", 1)])
    quality = np.r_[np.full(30, 0.9), 0.01]
    assert 30 not in choose_exemplars(looks, quality, limit=5)


def test_exemplars_cover_every_age(portraits: Portraits) -> None:
    looks = np.vstack([portraits(age, 10, 0.1) for age in ("child", "grown", "old")])
    quality = np.random.default_rng(0).uniform(0.4, 0.9, 30)
    chosen = choose_exemplars(looks, quality, limit=3)
    assert {int(index) // 10 for index in chosen} == {0, 1, 2}


def test_exemplars_cover_every_age_when_all_are_equally_good(portraits: Portraits) -> None:
    looks = np.vstack([portraits(age, 10, 0.1) for age in ("child", "grown", "old")])
    chosen = choose_exemplars(looks, np.full(30, 0.9), limit=3)
    assert {int(index) // 10 for index in chosen} == {0, 1, 2}


def test_the_choice_is_the_same_each_time(portraits: Portraits) -> None:
    looks, quality = portraits("Ann", 90), np.full(90, 0.9)
    assert choose_exemplars(looks, quality).tolist() == choose_exemplars(looks, quality).tolist()


@pytest.mark.parametrize("different", [1, 6])
def test_no_face_is_chosen_twice(portraits: Portraits, different: int) -> None:
    looks = np.repeat(portraits("Ann", different), 42 // different, axis=0)
    chosen = choose_exemplars(looks, np.full(len(looks), 0.9))
    assert len(set(chosen.tolist())) == len(chosen)


# Similarity


def test_with_one_exemplar_it_is_the_cosine(portraits: Portraits) -> None:
    ann, ben = portraits("Ann", 1), portraits("Ben", 5)
    assert similarity_to(ann, ben) == pytest.approx((ben @ ann[0]), abs=1e-6)
    assert similarity_to(ann, ann) == pytest.approx([1.0], abs=1e-6)


def test_with_two_exemplars_it_is_the_mean_of_both(portraits: Portraits) -> None:
    exemplars, faces = portraits("Ann", 2), portraits("Ben", 4)
    expected = (faces @ exemplars.T).mean(axis=1)
    assert similarity_to(exemplars, faces) == pytest.approx(expected, abs=1e-6)


def test_with_five_exemplars_it_is_the_mean_of_the_three_nearest(portraits: Portraits) -> None:
    exemplars, faces = portraits("Ann", 5, 0.9), portraits("Ben", 4)
    expected = np.sort(faces @ exemplars.T, axis=1)[:, -3:].mean(axis=1)
    assert similarity_to(exemplars, faces) == pytest.approx(expected, abs=1e-6)


def test_one_blurred_exemplar_does_not_bring_its_own_matches(portraits: Portraits) -> None:
    exemplars = np.vstack([portraits("Ann", 5), portraits("Ben", 1)])
    ann, ben = portraits("Ann", 1), portraits("Ben", 1)
    assert similarity_to(exemplars, ann)[0] > 0.9
    assert similarity_to(exemplars, ben)[0] < similarity_to(exemplars, ann)[0] - 0.3


def test_a_person_is_compared_with_no_face_at_all(portraits: Portraits) -> None:
    found = similarity_to(portraits("Ann", 4), np.empty((0, 16), np.float32))
    assert found.shape == (0,)
    assert found.dtype == np.float32


def test_similarity_is_a_cosine(portraits: Portraits) -> None:
    faces = normalised(np.random.default_rng(0).standard_normal((100, 16)))
    found = similarity_to(portraits("Ann", 7), faces)
    assert found.shape == (100,)
    assert (np.abs(found) <= 1 + 1e-6).all()


# One face a photo


def test_the_best_of_each_photo_is_kept() -> None:
    photos = np.array([5, 5, 2, 9, 2, 2])
    similarities = np.array([0.3, 0.6, 0.7, 0.1, 0.9, 0.8])
    assert best_of_each_photo(photos, similarities).tolist() == [1, 3, 4]


def test_of_equal_faces_the_first_is_kept() -> None:
    assert best_of_each_photo(np.array([1, 1]), np.array([0.5, 0.5])).tolist() == [0]


def test_no_face_no_photo() -> None:
    assert best_of_each_photo(np.array([], np.int64), np.array([])).tolist() == []
