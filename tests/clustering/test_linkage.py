"""Average linkage along links, what strangers reach, and who must stay apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import Contrast, contrast_of, group_centres
from photoclust.clustering.linkage import Linkage
from photoclust.clustering.rules import Rules
from photoclust.vectors import Matrix, normalised


def people_of(count: int, each: int, seed: int, noise: float = 0.6) -> Matrix:
    """So many people with so many faces each, in 24 dimensions."""
    chance = np.random.default_rng(seed)
    centres = normalised(chance.normal(size=(count, 24)))
    faces = np.repeat(centres, each, axis=0)
    return normalised(faces + noise * chance.normal(size=faces.shape) / np.sqrt(24))


def all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.triu_indices(count, 1)
    return a.astype(np.int64), b.astype(np.int64)


def grown(
    looks: Matrix,
    threshold: float,
    constraints: Constraints | None = None,
    contrast: Contrast | None = None,
    start: np.ndarray | None = None,
) -> list[int]:
    count = len(looks)
    constraints = constraints or Constraints.none(np.arange(count))
    contrast = contrast or Contrast(np.zeros(count), np.ones(count), 0.0)
    start = np.arange(count) if start is None else start
    groups = Linkage(looks, contrast, Rules(constraints, start), start)
    groups.merge(*all_pairs(count), threshold)
    return groups.labels.tolist()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_with_all_links_it_is_average_linkage(seed: int, threshold: float) -> None:
    looks = people_of(12, 6, seed)
    distances = np.clip(1 - looks.astype(float) @ looks.T, 0, None)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    wanted = fcluster(tree, 1 - threshold, "distance")
    assert adjusted_rand_score(wanted, grown(looks, threshold)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_contrast_counts_pair_by_pair(seed: int) -> None:
    looks = people_of(10, 5, seed)
    chance = np.random.default_rng(seed)
    contrast = Contrast(chance.uniform(0.1, 0.3, 50), chance.uniform(0.5, 2, 50), 0.2)
    cosines = looks.astype(float) @ looks.T
    mine = contrast.scale[:, None] * (cosines - contrast.strangers[:, None])
    similarity = contrast.typical + (mine + mine.T) / 2
    distances = similarity.max() - similarity
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    wanted = fcluster(tree, similarity.max() - 0.45, "distance")
    assert adjusted_rand_score(wanted, grown(looks, 0.45, contrast=contrast)) == 1


def test_how_like_its_group_a_face_is() -> None:
    looks = people_of(3, 4, 0)
    start = np.repeat(np.arange(4), [4, 4, 3, 1])
    count = len(looks)
    chance = np.random.default_rng(0)
    contrast = Contrast(chance.uniform(0.1, 0.3, count), chance.uniform(0.5, 2, count), 0.2)
    groups = Linkage(looks, contrast, Rules(Constraints.none(np.arange(count)), start), start)
    mine = contrast.scale[:, None] * (looks @ looks.T - contrast.strangers[:, None])
    similarity = contrast.typical + (mine + mine.T) / 2
    for face, found in enumerate(groups.similarity_to_own(looks, contrast)):
        others = np.flatnonzero((start == start[face]) & (np.arange(count) != face))
        wanted = similarity[face, others].mean() if len(others) else -1
        assert found == pytest.approx(wanted, abs=1e-5)


def test_only_linked_groups_meet() -> None:
    looks = people_of(1, 4, 0)
    start = np.arange(4)
    contrast = Contrast(np.zeros(4), np.ones(4), 0.0)
    groups = Linkage(looks, contrast, Rules(Constraints.none(start), start), start)
    groups.merge(np.array([0, 2]), np.array([1, 3]), 0.1)
    assert groups.labels.tolist() == [0, 0, 1, 1]


def test_nothing_to_link() -> None:
    assert grown(np.eye(1, 24, dtype=np.float32), 0.5) == [0]
    assert grown(np.empty((0, 24), np.float32), 0.5) == []


def test_the_adopted_join_one_group_and_tie_nobody() -> None:
    looks = np.eye(3, 8, dtype=np.float32)[[0, 0, 1, 1, 2]]
    looks[4] = normalised(looks[0] + looks[2] * 0.9)
    start = np.arange(5)
    contrast = Contrast(np.zeros(5), np.ones(5), 0.0)
    groups = Linkage(looks, contrast, Rules(Constraints.none(start), start), start)
    groups.merge(np.array([0, 2]), np.array([1, 3]), 0.9)
    groups.adopt(np.array([4, 4]), np.array([0, 2]), 0.5)
    assert groups.labels.tolist() == [0, 0, 1, 1, 0]


# Who must stay apart

ANN, BEN = 1, 2


def said(**more: object) -> Constraints:
    """Constraints on four faces, whose photos are their own unless said."""
    return replace(Constraints.none(np.arange(4)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "constraints",
    [
        said(photos=np.array([5, 6, 5, 7])),
        said(people=np.array([ANN, 0, BEN, 0])),
        said(different=np.array([[0, 2]])),
        said(people=np.array([ANN, 0, 0, 0]), is_not=np.array([[2, ANN]])),
        said(
            people=np.array([ANN, 0, 0, 0]),
            taken=np.array([np.nan, 10, 3, np.nan]),
            born={ANN: 5.0},
        ),
    ],
    ids=["photo", "people", "different", "is not", "birth"],
)
def test_faces_that_are_two_people_are_never_in_one_group(constraints: Constraints) -> None:
    looks = np.tile(np.eye(1, 8, dtype=np.float32), (4, 1))
    labels = grown(looks, 0.5, constraints)
    assert labels[0] != labels[2]
    assert len(set(labels)) == 2  # and everybody else is with one of them


def test_a_photo_that_may_repeat_somebody_keeps_nobody_apart() -> None:
    looks = np.tile(np.eye(1, 8, dtype=np.float32), (4, 1))
    assert grown(looks, 0.5, said(photos=np.array([-1, -2, -3, -4]))) == [0] * 4


def test_rules_hold_while_groups_grow() -> None:
    """The photos of what was taken in count as well."""
    rules = Rules(said(photos=np.array([1, 2, 2, 3])), np.arange(4))
    assert rules.allow(0, 1)
    rules.merge(0, 1)
    assert not rules.allow(0, 2)
    assert rules.allow(0, 3)


# Contrast


def test_centres_of_groups_are_unit_vectors() -> None:
    looks = people_of(4, 3, 0)
    centres = group_centres(looks, np.tile([0, 1, 2, 3], 3))
    assert np.linalg.norm(centres, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert centres[1] == pytest.approx(normalised(looks[[1, 5, 9]].mean(axis=0)), abs=1e-6)


def test_without_strangers_similarities_stay() -> None:
    looks = people_of(1, 5, 0)
    contrast = contrast_of(looks, np.zeros(5, np.int64), 0.2)
    assert (contrast.strangers == 0.2).all()
    assert (contrast.scale == 1).all()


def test_faces_that_are_like_many_have_more_similar_strangers() -> None:
    looks = np.random.default_rng(0).normal(size=(400, 24))
    looks[:200, 0] += 5
    contrast = contrast_of(normalised(looks), np.arange(400), 0.2)
    assert contrast.strangers[:200].mean() > contrast.strangers[200:].mean() + 0.2


def test_somebody_with_many_faces_is_one_stranger() -> None:
    chance = np.random.default_rng(0)
    strangers = normalised(chance.normal(size=(300, 24)))
    crowd = np.repeat(strangers[:1], 200, axis=0)
    alone = contrast_of(strangers, np.arange(300), 0.2)
    groups = np.append(np.arange(300), np.zeros(200, np.int64))
    crowded = contrast_of(np.vstack([strangers, crowd]), groups, 0.2)
    assert crowded.strangers[:300] == pytest.approx(alone.strangers, abs=1e-5)


def test_own_group_is_no_stranger() -> None:
    looks = people_of(60, 5, 3, noise=0.2)
    contrast = contrast_of(looks, np.repeat(np.arange(60), 5), 0.0)
    assert contrast.strangers.max() < 0.8
