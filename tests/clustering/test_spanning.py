"""The spanning tree: the same as HDBSCAN's, whichever way its links were found."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hdbscan import HDBSCAN
from hdbscan._hdbscan_linkage import label
from hdbscan._hdbscan_tree import compute_stability, condense_tree, get_clusters
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from photoclust.clustering import neighbours, spanning
from photoclust.clustering.neighbours import Links, Near, all_near, components
from photoclust.clustering.spanning import NEIGHBOURS, spanning_tree
from photoclust.vectors import Matrix, normalised

Tree = NDArray[np.float64]

CEILING = 0.9

# Distances are of float32 here and of float64 there.
ROUNDING = 2e-7

CROWDS = [(300, 8, 0), (1000, 32, 1), (2000, 128, 2), (1500, 512, 3)]
every_crowd = pytest.mark.parametrize(("count", "dim", "seed"), CROWDS)
every_min_samples = pytest.mark.parametrize("min_samples", [1, 2, 5])


@cache
def crowd(count: int, dim: int, seed: int) -> Matrix:
    """People of many sizes, some tight and some loose, and a fifth strangers; shuffled."""
    chance = np.random.default_rng(seed)
    person = np.repeat(np.arange(count), np.minimum(chance.zipf(1.6, count), 200))
    person = np.append(person[: count * 4 // 5], np.arange(count, count + count // 5))
    looks = normalised(chance.standard_normal((2 * count, dim)))[person]
    spread = chance.uniform(0.02, 0.9, 2 * count)[person, None]
    faces = looks + spread * normalised(chance.standard_normal((count, dim)))
    return chance.permutation(normalised(faces))


@cache
def by_hdbscan(count: int, dim: int, seed: int, min_samples: int) -> Tree:
    return tree_of_hdbscan(crowd(count, dim, seed), min_samples)


def tree_of_hdbscan(embeddings: Matrix, min_samples: int) -> Tree:
    model = HDBSCAN(min_samples=min_samples, gen_min_span_tree=True, approx_min_span_tree=False)
    tree = model.fit(embeddings.astype(np.float64)).minimum_spanning_tree_
    return np.asarray(tree.to_numpy(), np.float64)


def lengths(tree: Tree) -> NDArray[np.float64]:
    return np.sort(tree[:, 2])


def groups(tree: Tree) -> NDArray[np.int64]:
    """HDBSCAN's labels by this tree, with clusters of three and more."""
    condensed = condense_tree(label(tree[np.argsort(tree[:, 2], kind="stable")]), 3)
    return np.asarray(get_clusters(condensed, compute_stability(condensed))[0])


def below(tree: Tree, length: float) -> NDArray[np.int64]:
    """Which points the links below this length tie together."""
    short = tree[tree[:, 2] < length]
    ends = short[:, :2].astype(np.int64)
    return components(Links(ends[:, 0], ends[:, 1], short[:, 2]), len(tree) + 1)


def assert_same(ours: Tree, theirs: Tree) -> None:
    """Two spanning trees of one graph: of equal links either may have taken another."""
    assert lengths(ours) == pytest.approx(lengths(theirs), abs=ROUNDING)
    in_order = lengths(theirs)
    gaps = np.flatnonzero(np.diff(in_order) > 4 * ROUNDING)
    for gap in gaps[:: max(1, len(gaps) // 50)]:
        cut = in_order[gap : gap + 2].mean()
        assert adjusted_rand_score(below(theirs, cut), below(ours, cut)) == 1.0
    assert len(np.unique(below(ours, np.inf))) == 1


@every_crowd
@every_min_samples
def test_it_is_the_tree_of_hdbscan(count: int, dim: int, seed: int, min_samples: int) -> None:
    theirs = by_hdbscan(count, dim, seed, min_samples)
    assert_same(spanning_tree(crowd(count, dim, seed), min_samples), theirs)


@every_crowd
def test_it_gives_the_labels_of_hdbscan(count: int, dim: int, seed: int) -> None:
    """With more than one sample there are equal links, and labels hang on the order of points."""
    ours, theirs = spanning_tree(crowd(count, dim, seed), 1), by_hdbscan(count, dim, seed, 1)
    assert adjusted_rand_score(groups(theirs), groups(ours)) == 1.0


@every_crowd
@every_min_samples
def test_below_a_ceiling(
    count: int, dim: int, seed: int, min_samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Homes first, then what is between them: nothing is missed however rough the homes are."""
    monkeypatch.setattr(spanning, "SMALL", 0)
    theirs = by_hdbscan(count, dim, seed, min_samples).copy()
    theirs[:, 2] = np.minimum(theirs[:, 2], CEILING)
    assert_same(spanning_tree(crowd(count, dim, seed), min_samples, CEILING), theirs)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("ceiling", [CEILING, np.inf])
def test_few_neighbours_need_a_wider_search(
    count: int, ceiling: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spanning, "NEIGHBOURS", count)
    theirs = by_hdbscan(1000, 32, 1, 1).copy()
    theirs[:, 2] = np.minimum(theirs[:, 2], ceiling)
    near = all_near(crowd(1000, 32, 1), count)
    assert len(np.unique(components(near.links, 1000))) > 1
    assert_same(spanning_tree(crowd(1000, 32, 1), 1, ceiling), theirs)


@every_min_samples
def test_links_that_the_rough_neighbours_missed(
    min_samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here they miss all, so that everybody is a home and every link is between homes."""
    monkeypatch.setattr(spanning, "SMALL", 0)
    nothing = np.empty(0, np.int64)
    none = Near(Links(nothing, nothing, np.empty(0)), nothing, np.empty(0))
    monkeypatch.setattr(neighbours, "roughly_near", lambda *_: none)
    theirs = by_hdbscan(1000, 32, 1, min_samples).copy()
    theirs[:, 2] = np.minimum(theirs[:, 2], CEILING)
    assert_same(spanning_tree(crowd(1000, 32, 1), min_samples, CEILING), theirs)


def test_approximately(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links that are missed only make others longer, and they are few."""
    monkeypatch.setattr(spanning, "LARGE", 0)
    ours = lengths(spanning_tree(crowd(2000, 128, 2), 2, CEILING))
    exact = np.minimum(lengths(by_hdbscan(2000, 128, 2, 2)), CEILING)
    assert (ours >= exact - ROUNDING).all()
    assert (ours <= exact + ROUNDING).mean() > 0.9


@every_min_samples
def test_copies(min_samples: int) -> None:
    """More copies of a face than it has neighbours, and faces twice."""
    faces = crowd(300, 8, 0)
    faces = np.vstack([faces, np.repeat(faces[:2], 3 * NEIGHBOURS, axis=0), faces[100:150]])
    ours, theirs = spanning_tree(faces, min_samples), tree_of_hdbscan(faces, min_samples)
    assert (lengths(ours) == 0).sum() == (lengths(theirs) == 0).sum()
    assert_same(ours, theirs)


@pytest.mark.parametrize("count", [0, 1, 2, 3, NEIGHBOURS, NEIGHBOURS + 1, NEIGHBOURS + 2])
def test_a_few_points(count: int) -> None:
    faces = crowd(300, 8, 0)[:count]
    tree = spanning_tree(faces, 2)
    assert tree.shape == (max(0, count - 1), 3)
    if count > 2:
        assert_same(tree, tree_of_hdbscan(faces, 2))


def test_more_samples_than_points() -> None:
    faces = crowd(300, 8, 0)[:10]
    assert_same(spanning_tree(faces, 50), tree_of_hdbscan(faces, 9))
