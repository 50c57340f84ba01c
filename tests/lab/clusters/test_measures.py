"""Measures against examples worked by hand, and against scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from photoclust.clustering.density import each_alone
from photoclust.lab.clusters.measures import (
    bcubed,
    entropies,
    pairwise,
    same_photo,
)

MEASURES = (bcubed, pairwise, entropies)


def arrays(found: str, truth: str) -> tuple[np.ndarray, np.ndarray]:
    """One letter a face."""
    return np.array(list(found)), np.array(list(truth))


def values(result: object) -> tuple[float, float, float]:
    names = ("precision", "recall", "f")
    if hasattr(result, "homogeneity"):
        names = ("homogeneity", "completeness", "v")
    return tuple(getattr(result, name) for name in names)


def test_bcubed_by_hand() -> None:
    # Group 1: A A A B; group 2: B B; group 3: C. Precision of its faces: 3/4 x 3, 1/4; 1 x 2; 1.
    # Recall: A 3/3 x 3; B 1/3, 2/3 x 2; C 1.
    result = bcubed(*arrays("1111223", "AAABBBC"))
    assert result.precision == pytest.approx((3 * 3 / 4 + 1 / 4 + 2 + 1) / 7)
    assert result.recall == pytest.approx((3 + 1 / 3 + 2 * 2 / 3 + 1) / 7)
    assert result.f == pytest.approx(
        2 * result.precision * result.recall / (result.precision + result.recall)
    )


def test_pairs_by_hand() -> None:
    # Joined: 6 + 1 pairs, of them right 3 + 1; same person: 3 + 3.
    result = pairwise(*arrays("1111223", "AAABBBC"))
    assert result.precision == pytest.approx(4 / 7)
    assert result.recall == pytest.approx(4 / 6)


def test_entropies_by_hand() -> None:
    # Two groups, each half A and half B: they tell nothing of the people.
    assert values(entropies(*arrays("1122", "ABAB"))) == (0, 0, 0)
    # Each face alone: nothing is mixed; half of what is to be known is too much.
    result = entropies(*arrays("1234", "AABB"))
    assert values(result) == pytest.approx((1, 0.5, 2 / 3))


@pytest.mark.parametrize("measure", MEASURES)
def test_perfect_whatever_the_labels_are(measure) -> None:
    assert values(measure(*arrays("xxyyz", "BBAAC"))) == pytest.approx((1, 1, 1))


def test_everybody_in_one_group_and_everybody_alone() -> None:
    together, alone = arrays("11111", "AAABB"), arrays("12345", "AAABB")
    assert values(bcubed(*together))[:2] == pytest.approx(((9 + 4) / 25, 1))
    assert values(bcubed(*alone))[:2] == pytest.approx((1, (3 / 3 + 2 / 2) / 5))
    assert values(pairwise(*together))[:2] == pytest.approx((4 / 10, 1))
    assert values(pairwise(*alone)) == (1, 0, 0)
    assert values(entropies(*together)) == (0, 1, 0)
    assert entropies(*alone).homogeneity == pytest.approx(1)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("faces", ["", "A"])
def test_nothing_to_do_wrong(measure, faces: str) -> None:
    assert values(measure(*arrays(faces, faces))) == (1, 1, 1)


@pytest.mark.parametrize("measure", MEASURES)
def test_unequal_lengths_are_a_bug(measure) -> None:
    with pytest.raises(ValueError, match=r"2 labels for 3 faces|inconsistent numbers"):
        measure(*arrays("12", "AAB"))


@pytest.mark.parametrize("seed", range(6))
def test_as_scikit_learn_has_it(seed: int) -> None:
    from sklearn.metrics import homogeneity_completeness_v_measure
    from sklearn.metrics.cluster import pair_confusion_matrix

    chance = np.random.default_rng(seed)
    size = int(chance.integers(2, 200))
    found = chance.integers(0, chance.integers(1, size + 1), size)
    truth = chance.integers(0, chance.integers(1, size + 1), size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # many classes
        expected = homogeneity_completeness_v_measure(truth, found)
        (_, joined), (torn, right) = pair_confusion_matrix(truth, found)
    assert values(entropies(found, truth)) == pytest.approx(expected, abs=1e-9)
    result = pairwise(found, truth)
    if right + joined:
        assert result.precision == pytest.approx(right / (right + joined))
    if right + torn:
        assert result.recall == pytest.approx(right / (right + torn))


@pytest.mark.parametrize("seed", range(4))
def test_bcubed_as_defined_face_by_face(seed: int) -> None:
    chance = np.random.default_rng(seed)
    found, truth = chance.integers(0, 9, 60), chance.integers(0, 9, 60)
    precision, recall = [], []
    for face in range(60):
        group, person = found == found[face], truth == truth[face]
        precision.append((group & person).sum() / group.sum())
        recall.append((group & person).sum() / person.sum())
    result = bcubed(found, truth)
    assert result.precision == pytest.approx(np.mean(precision))
    assert result.recall == pytest.approx(np.mean(recall))


@pytest.mark.parametrize("measure", MEASURES)
def test_order_and_names_of_labels_do_not_matter(measure) -> None:
    chance = np.random.default_rng(0)
    found, truth = chance.integers(0, 12, 80), chance.integers(0, 9, 80)
    expected = values(measure(found, truth))
    order = chance.permutation(80)
    renamed = chance.permutation(12)[found] * 1000
    assert values(measure(found[order], truth[order])) == pytest.approx(expected)
    assert values(measure(renamed, truth)) == pytest.approx(expected)
    swapped = values(measure(truth, found))
    assert (swapped[1], swapped[0]) == pytest.approx(expected[:2])


def test_noise_becomes_groups_of_one() -> None:
    labels = np.array([4, -1, 4, -1, 7])
    separate = each_alone(labels)
    assert len(set(separate.tolist())) == 4
    assert separate[0] == separate[2]
    assert labels.tolist() == [4, -1, 4, -1, 7]
    assert each_alone(np.array([-1, -1])).tolist() == [0, 1]
    assert each_alone(np.array([], np.int64)).tolist() == []


def test_same_photo() -> None:
    photos = np.array([1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4])
    labels = np.array([5, 5, 6, 5, 6, 5, -1, 7, 7, 8, 8])
    found = same_photo(labels, photos)
    assert (found.photos, found.crowded, found.collisions) == (3, 2, 3)
    assert found.purity == pytest.approx(1 / 3)


def test_same_photo_of_nothing() -> None:
    nobody = np.array([], np.int64)
    assert same_photo(nobody, nobody).purity == 1
    assert same_photo(np.array([-1, -1]), np.array([1, 1])).photos == 0
