"""What a fresh clustering becomes: numbers stay, names stay, and nobody is in a photo twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import NOISE, Grouping
from photoclust.clustering.settle import settle
from photoclust.vectors import Matrix, normalised

NOBODY = 0
ANN, BEN = 1, 2
FIRST_NEW = 100

Portraits = Callable[..., Matrix]


def settled(
    labels: list[int],
    before: list[int] | None = None,
    people: list[int] | None = None,
    photos: list[int] | None = None,
    looks: Matrix | None = None,
) -> Grouping:
    """`settle` with what is not said taken as: no earlier cluster, nobody, a photo for each."""
    size = len(labels)
    numbers = count(FIRST_NEW)
    return settle(
        Grouping(np.array(labels, np.int64), np.where(np.array(labels) == NOISE, 0.0, 0.5)),
        np.tile(np.eye(1, 8, dtype=np.float32), (size, 1)) if looks is None else looks,
        np.array(before or [NOISE] * size, np.int64),
        replace(
            Constraints.none(np.array(photos or range(1, size + 1), np.int64)),
            people=np.array(people or [NOBODY] * size, np.int64),
        ),
        lambda: next(numbers),
    )


def numbers(*arguments: object, **named: object) -> list[int]:
    return settled(*arguments, **named).labels.tolist()  # type: ignore[arg-type]


# Numbers


def test_larger_groups_get_smaller_new_numbers() -> None:
    assert numbers([0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]) == [102] * 3 + [100] * 5 + [101] * 4


def test_groups_of_one_size_are_numbered_in_their_order() -> None:
    assert numbers([1, 1, 0, 0]) == [101, 101, 100, 100]


def test_nothing_to_settle() -> None:
    assert numbers([]) == []
    assert numbers([NOISE, NOISE]) == [NOISE, NOISE]


def test_a_group_keeps_its_number() -> None:
    before = [7, 7, 7, 3, 3, 3]
    assert numbers([0, 0, 0, 1, 1, 1], before) == before
    assert numbers([1, 1, 1, 0, 0, 0], before) == before


def test_new_faces_join_the_number_of_their_group() -> None:
    assert numbers([0, 0, 0, 0, 0], [7, 7, NOISE, NOISE, NOISE]) == [7] * 5


def test_of_a_group_that_parts_the_larger_piece_keeps_the_number() -> None:
    assert numbers([0, 0, 1, 1, 1], [7] * 5) == [100, 100, 7, 7, 7]


def test_of_groups_that_merge_the_larger_gives_the_number() -> None:
    assert numbers([0] * 5, [7, 7, 3, 3, 3]) == [3] * 5


def test_a_number_is_given_once() -> None:
    found = numbers([0, 0, 0, 1, 1, 1], [7] * 6)
    assert sorted(set(found)) == [7, 100]


def test_faces_that_fall_out_lose_their_number() -> None:
    assert numbers([0, 0, NOISE], [7, 7, 7]) == [7, 7, NOISE]


# Names


def test_named_faces_never_move() -> None:
    before = [7, 7, 7, 3, 3, 3]
    people = [ANN, ANN, ANN, BEN, BEN, BEN]
    for labels in ([0] * 6, [NOISE] * 6, [0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2]):
        assert numbers(labels, before, people) == before


def test_two_clusters_of_one_person_stay_two_clusters() -> None:
    found = numbers([0] * 7, [7, 7, 7, 3, 3, NOISE, NOISE], [ANN] * 5 + [NOBODY] * 2)
    assert found == [7, 7, 7, 3, 3, 7, 7]


def test_a_face_named_meanwhile_does_not_join_somebody_else() -> None:
    found = numbers([0, 0, 0, 0], [7, 7, NOISE, NOISE], [ANN, ANN, BEN, NOBODY])
    assert found == [7, 7, NOISE, 7]


def test_a_named_face_outside_every_cluster_joins_its_group() -> None:
    assert numbers([0, 0, 0], people=[ANN, NOBODY, NOBODY]) == [100, 100, 100]


def test_a_named_face_alone_keeps_its_cluster() -> None:
    assert numbers([NOISE, NOISE], [7, NOISE], [ANN, ANN]) == [7, NOISE]


def test_a_named_face_whose_group_went_elsewhere_stays() -> None:
    assert numbers([0, 0, 0, 0], [7, 3, 3, 3], [ANN, NOBODY, NOBODY, NOBODY]) == [7, 3, 3, 3]


def test_a_group_of_one_person_does_not_get_the_number_of_another(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 2), portraits("Ben", 4)])
    found = numbers(
        [NOISE, NOISE, 0, 0, 0, 0],
        [7, 7, 7, 7, 7, NOISE],
        [ANN, ANN, NOBODY, NOBODY, NOBODY, BEN],
        looks=looks,
    )
    assert found[:2] == [7, 7]
    assert found[5] != 7


def test_strangers_do_not_get_the_number_of_a_named_cluster(portraits: Portraits) -> None:
    """One face of theirs was wrongly in it; that must not give the name to all of them."""
    looks = np.vstack([portraits("Ann", 4), portraits("Ben", 4)])
    found = numbers(
        [0, 0, 0, 0, 1, 1, 1, 1],
        [5, 5, 3, 3, 3, NOISE, NOISE, NOISE],
        [ANN, ANN, ANN, ANN, NOBODY, NOBODY, NOBODY, NOBODY],
        looks=looks,
    )
    assert found[:4] == [5, 5, 3, 3]
    assert len(set(found[4:])) == 1
    assert found[4] not in (3, 5)


# Photos


def test_two_faces_of_one_photo_are_two_people(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 4), portraits("Ben", 1)])
    found = numbers([0] * 5, photos=[1, 2, 3, 4, 4], looks=looks)
    assert found == [100, 100, 100, 100, NOISE]


def test_of_three_faces_of_one_photo_one_stays(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 4), portraits("Ben", 2)])
    assert numbers([0] * 6, photos=[1, 2, 3, 4, 4, 4], looks=looks) == [100] * 4 + [NOISE] * 2


def test_a_named_face_stays_and_its_rival_goes(portraits: Portraits) -> None:
    looks = np.vstack([portraits("Ann", 4), portraits("Ben", 1)])
    people = [NOBODY, NOBODY, NOBODY, NOBODY, ANN]
    assert numbers([0] * 5, people=people, photos=[1, 2, 3, 4, 4], looks=looks) == [
        *[100] * 3,
        NOISE,
        100,
    ]


def test_two_named_faces_of_one_photo_both_stay() -> None:
    people = [ANN, ANN, ANN, NOBODY, NOBODY]
    found = numbers([0] * 5, [7] * 5, people, photos=[1, 1, 2, 3, 1])
    assert found == [7, 7, 7, 7, NOISE]


def test_a_group_of_one_photo_only_is_no_group() -> None:
    assert numbers([0, 0, 0], photos=[1, 1, 1]) == [NOISE] * 3


def test_a_single_left_over_is_dropped() -> None:
    assert numbers([0, 0, 1], photos=[1, 1, 2]) == [NOISE] * 3


def test_no_number_is_used_up_by_a_group_that_is_dropped() -> None:
    found = numbers([0, 0, 0, 0, 1, 1, 1], photos=[1, 1, 1, 1, 2, 3, 4])
    assert found == [NOISE] * 4 + [FIRST_NEW] * 3


# Strengths


def test_what_is_in_no_cluster_has_no_strength() -> None:
    found = settled([0, 0, 0, NOISE], photos=[1, 2, 2, 3])
    assert found.strengths[found.labels == NOISE].tolist() == [0.0, 0.0]
    assert found.strengths[found.labels != NOISE].tolist() == [0.5, 0.5]


def test_what_is_given_is_not_changed() -> None:
    labels, strengths = np.array([0, 0, 1, 1]), np.full(4, 0.5)
    clusters, people, photos = np.array([7, 7, 3, 3]), np.array([1, 2, 0, 0]), np.arange(4)
    looks = np.eye(4, dtype=np.float32)
    inputs = (labels, strengths, clusters, people, photos, looks)
    before = [array.copy() for array in inputs]
    said = replace(Constraints.none(photos), people=people)
    settle(Grouping(labels, strengths), looks, clusters, said, lambda: 9)
    for array, copy in zip(inputs, before, strict=True):
        assert (array == copy).all()


# The rules, on libraries made by chance


@pytest.mark.parametrize("seed", range(60))
def test_the_rules_hold_for_any_library(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = int(chance.integers(3, 40))
    labels = chance.integers(NOISE, 5, size)
    before = chance.integers(NOISE, 5, size)
    people = np.where(chance.random(size) < 0.3, before % 3 + 1, NOBODY)  # a name a cluster
    people[before == NOISE] = NOBODY
    photos = chance.integers(1, size + 1, size)
    looks = normalised(chance.standard_normal((size, 8)))
    found = settled(
        labels.tolist(), before.tolist(), people.tolist(), photos.tolist(), looks
    ).labels

    named = people != NOBODY
    assert (found[named] == before[named]).all(), "a named face moved"
    for number in set(found.tolist()) - {NOISE}:
        members = found == number
        assert len(set(people[members & named].tolist())) <= 1, "two people share a cluster"
        assert members.sum() > 1 or named[members].all(), "a single unnamed face is a cluster"
        for photo in set(photos[members].tolist()):
            crowd = members & (photos == photo)
            unnamed = int((crowd & ~named).sum())
            assert unnamed == 0 or crowd.sum() == 1, "two faces of one photo share a cluster"
