"""The whole of clustering on made-up people: what is found, and what new faces change."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from photoclust.clustering.constraints import Constraints, violations
from photoclust.clustering.density import NOISE, Grouping
from photoclust.clustering.extending import extend
from photoclust.clustering.grouping import each_its_own, find_groups, sureness
from photoclust.clustering.levels import Levels
from photoclust.vectors import Matrix, normalised

DIM = 64
LEVELS = Levels(link=0.4, split=0.45, join=0.45, match=0.5, typical=0.2)


def library(people: int, seed: int) -> tuple[Matrix, np.ndarray]:
    """Faces of so many people, 1 to 12 each, in any order; and whose they are."""
    chance = np.random.default_rng(seed)
    owners = np.repeat(np.arange(people), chance.integers(1, 13, people))
    centres = normalised(chance.normal(size=(people, DIM)))
    faces = centres[owners] + 0.6 * chance.normal(size=(len(owners), DIM)) / np.sqrt(DIM)
    order = chance.permutation(len(owners))
    return normalised(faces[order]), owners[order]


def found(looks: Matrix, constraints: Constraints | None = None, quality: float = 0.9) -> Grouping:
    constraints = constraints or Constraints.none(np.arange(len(looks)))
    return find_groups(looks, np.full(len(looks), quality), LEVELS, constraints)


@pytest.mark.parametrize("seed", range(5))
def test_people_are_found(seed: int) -> None:
    looks, owners = library(40, seed)
    labels = found(looks).labels
    seldom = np.bincount(owners)[owners] == 1
    assert (labels[seldom] == NOISE).mean() > 0.9
    for label in set(labels.tolist()) - {NOISE}:
        assert len(set(owners[labels == label])) == 1
    pieces = [len(set(labels[owners == owner])) for owner in set(owners[~seldom])]
    assert np.mean(pieces) < 1.2


def test_two_photos_of_somebody_are_a_cluster() -> None:
    looks = np.eye(3, DIM, dtype=np.float32)[[0, 0, 1, 2]]
    assert found(looks).labels.tolist() == [0, 0, NOISE, NOISE]


def test_no_faces_and_one() -> None:
    assert found(np.empty((0, DIM), np.float32)).labels.tolist() == []
    assert found(np.eye(1, DIM, dtype=np.float32)).labels.tolist() == [NOISE]


def test_weak_faces_join_but_never_begin() -> None:
    looks = np.eye(2, DIM, dtype=np.float32)[[0, 0, 0, 1, 1, 1]]
    quality = np.array([0.9, 0.9, 0.01, 0.01, 0.01, 0.01])
    labels = find_groups(looks, quality, LEVELS, Constraints.none(np.arange(6))).labels
    assert labels.tolist() == [0, 0, 0, NOISE, NOISE, NOISE]


def test_only_weak_faces() -> None:
    looks = np.tile(np.eye(1, DIM, dtype=np.float32), (4, 1))
    assert found(looks, quality=0.0).labels.tolist() == [NOISE] * 4


def test_faces_said_to_be_the_same_are_together_whatever_they_are_like() -> None:
    looks = np.eye(4, DIM, dtype=np.float32)[[0, 0, 1, 1]]
    said = replace(Constraints.none(np.arange(4)), same=np.array([[1, 2]]))
    labels = found(looks, said).labels
    assert labels[1] == labels[2] != NOISE


def test_a_mirror_does_not_keep_the_halves_of_somebody_apart() -> None:
    looks = np.tile(np.eye(1, DIM, dtype=np.float32), (40, 1))
    photos = np.arange(40)
    photos[39] = 0
    labels = found(looks, Constraints.none(photos)).labels
    assert sorted(labels.tolist()) == [NOISE] + [0] * 39
    assert (labels[0] == NOISE) != (labels[39] == NOISE)


def test_strength_is_a_half_at_the_threshold_and_grows() -> None:
    assert sureness(np.array([0.45]), 0.45) == pytest.approx([0.5])
    sure = sureness(np.linspace(-1, 1, 50), 0.45)
    assert (np.diff(sure) > 0).all()
    assert sure.min() >= 0
    assert sure.max() <= 1
    assert sureness(np.array([-1.0]), 0.99) == pytest.approx([0.0])  # and no warning


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_less_sure_because_groups_were_said_to_be_one(seed: int) -> None:
    looks, _owners = library(20, seed)
    nothing_said = Constraints.none(np.arange(len(looks)))
    before = found(looks)
    two = np.unique(before.labels[before.labels != NOISE])[:2]
    first, *others = np.flatnonzero(np.isin(before.labels, two)).tolist()
    pairs = np.array([(first, face) for face in others])
    after = found(looks, replace(nothing_said, same=pairs))
    assert set(after.labels[others]) == {after.labels[first]}
    assert after.strengths == pytest.approx(before.strengths, abs=1e-5)


def test_what_only_a_humans_word_holds_is_at_the_threshold() -> None:
    looks = np.eye(3, DIM, dtype=np.float32)[[0, 0, 1, 2]]
    said = replace(Constraints.none(np.arange(4)), same=np.array([[0, 2]]))
    assert found(looks, said).labels.tolist() == [0, 0, 0, NOISE]
    assert found(looks, said).strengths == pytest.approx([1, 1, 0.5, 0], abs=1e-2)


def test_each_its_own() -> None:
    assert each_its_own(np.array([NOISE, 5, 5, NOISE, 2])).tolist() == [2, 1, 1, 3, 0]


@pytest.mark.parametrize("seed", range(6))
def test_what_humans_said_holds(seed: int) -> None:
    """Photos with several faces, names, denials, birthdays and pairs, all at random but true."""
    chance = np.random.default_rng(seed)
    looks, owners = library(25, seed)
    count = len(owners)
    named = chance.random(count) < 0.1
    faces = chance.integers(0, count, (12, 2))
    different = faces[owners[faces[:, 0]] != owners[faces[:, 1]]]
    photos = chance.permutation(count) // 2
    constraints = Constraints(
        photos=photos,
        people=np.where(named, owners + 1, 0),
        taken=chance.integers(0, 100, count).astype(float),
        different=different,
        is_not=np.column_stack([np.arange(10), (owners[:10] + 1) % 25 + 1]),
        born={3: 50.0},
    )
    clash = (constraints.people == 3) & (constraints.taken < 50)
    constraints = replace(constraints, people=np.where(clash, 0, constraints.people))
    labels = found(looks, constraints).labels
    broken = [item for item in violations(constraints, labels) if not item.said]
    assert broken == []


# New faces


@pytest.mark.parametrize("seed", range(5))
def test_churn(seed: int) -> None:
    """Faces that change their cluster when photos come: none. The table the issue asks for."""
    looks, owners = library(40, seed)
    before = len(looks) * 2 // 3
    present = found(looks[:before])
    padded = Grouping(
        np.append(present.labels, np.full(len(looks) - before, NOISE)),
        np.append(present.strengths, np.zeros(len(looks) - before)),
    )
    new = np.arange(before, len(looks))
    after = extend(
        looks,
        np.full(len(looks), 0.9),
        padded,
        new,
        LEVELS,
        Constraints.none(np.arange(len(looks))),
    )
    was = padded.labels[:before]
    now = after.labels[:before]
    churn = Counter(
        "stays" if a == b else "joins" if a == NOISE else "moves"
        for a, b in zip(was, now, strict=True)
    )
    assert churn["moves"] == 0
    # Who was alone joins only a cluster that a new face is in.
    for face in np.flatnonzero((was == NOISE) & (now != NOISE)):
        assert (after.labels[new] == now[face]).any()
    for label in set(after.labels.tolist()) - {NOISE}:
        assert len(set(owners[after.labels == label])) == 1
    # New faces of people with a cluster are nearly all in it.
    homes = {owner: was[owners[:before] == owner].max() for owner in set(owners[:before])}
    known = [face for face in new if homes.get(owners[face], NOISE) != NOISE]
    assert np.mean([after.labels[face] == homes[owners[face]] for face in known]) > 0.9


def test_nothing_new_changes_nothing() -> None:
    looks, _owners = library(10, 0)
    present = found(looks)
    constraints = Constraints.none(np.arange(len(looks)))
    quality = np.full(len(looks), 0.9)
    after = extend(looks, quality, present, np.empty(0, np.int64), LEVELS, constraints)
    assert (after.labels == present.labels).all()
    assert (after.strengths == present.strengths).all()


def test_a_new_face_does_not_join_a_cluster_of_its_own_photo() -> None:
    looks = np.tile(np.eye(1, DIM, dtype=np.float32), (5, 1))
    present = Grouping(np.array([7, 7, 7, NOISE, NOISE]), np.full(5, 0.9))
    constraints = Constraints.none(np.array([1, 2, 3, 3, 4]))
    after = extend(looks, np.full(5, 0.9), present, np.array([3, 4]), LEVELS, constraints)
    assert after.labels.tolist() == [7, 7, 7, NOISE, 7]


def test_a_new_face_brings_a_single_one_into_a_cluster() -> None:
    looks = np.eye(2, DIM, dtype=np.float32)[[0, 0, 0, 1, 1]]
    present = Grouping(np.array([7, 7, 7, NOISE, NOISE]), np.full(5, 0.9))
    constraints = Constraints.none(np.arange(5))
    after = extend(looks, np.full(5, 0.9), present, np.array([4]), LEVELS, constraints)
    assert after.labels[3] == after.labels[4] != NOISE
