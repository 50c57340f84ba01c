"""Where a clustering, or statements between themselves, break a rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from photoclust.clustering.constraints import (
    Constraints,
    Rule,
    Violation,
    contradictions,
    said_same,
    violations,
)

ANN, BEN = 7, 8


def saying(count: int, **what: Any) -> Constraints:
    """Statements on faces of as many photos, all taken on day 100."""
    constraints = {
        "photos": np.arange(count),
        "people": np.zeros(count, np.int64),
        "taken": np.full(count, 100.0),
    }
    for name in ("same", "different", "is_not"):
        if name in what:
            what[name] = np.array(what[name], np.int64).reshape(-1, 2)
    for name in ("photos", "people"):
        if name in what:
            what[name] = np.array(what[name], np.int64)
    return Constraints(**{**constraints, **what})


def labels(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def test_nothing_said_and_nothing_broken() -> None:
    constraints = Constraints.none(np.arange(4))
    assert violations(constraints, labels(0, 0, 1, -1)) == []
    assert violations(Constraints.none(np.arange(0)), labels()) == []


# Two faces of one photo


def test_two_faces_of_a_photo_in_a_cluster() -> None:
    constraints = Constraints.none(np.array([5, 5, 5, 6]))
    assert violations(constraints, labels(3, 3, 2, 3)) == [
        Violation(Rule.SAME_PHOTO, (0, 1), cluster=3)
    ]
    assert violations(constraints, labels(-1, -1, 2, 3)) == []


def test_a_photo_that_may_repeat_somebody_breaks_nothing() -> None:
    constraints = saying(3, photos=[-1, -2, 6], people=[ANN, ANN, ANN])
    assert violations(constraints, labels(3, 3, 3)) == []


def test_two_faces_of_a_photo_named_as_one_person_are_a_contradiction() -> None:
    constraints = saying(3, photos=[5, 5, 6], people=[ANN, ANN, ANN])
    expected = Violation(Rule.SAME_PHOTO, (0, 1), (ANN,), said=True)
    assert violations(constraints, labels(3, 3, 3)) == [expected]
    assert violations(constraints, labels(3, -1, 3)) == [expected]


def test_two_faces_of_a_photo_that_are_one_person_through_their_clusters() -> None:
    constraints = saying(3, photos=[5, 5, 6], people=[ANN, 0, 0])
    found = violations(constraints, labels(1, 2, 2), labels(ANN, ANN, ANN))
    assert found == [Violation(Rule.SAME_PHOTO, (0, 1), (ANN,))]


def test_two_faces_of_a_photo_said_to_be_the_same() -> None:
    constraints = saying(3, photos=[5, 6, 5], same=[(0, 1), (1, 2)])
    assert violations(constraints, labels(1, 1, 2)) == [
        Violation(Rule.SAME_PHOTO, (0, 2), said=True)
    ]


# Same and different


def test_the_same_are_together_in_a_cluster_or_as_a_person() -> None:
    constraints = saying(2, same=[(0, 1)])
    apart = [Violation(Rule.SAME, (0, 1))]
    assert violations(constraints, labels(4, 4)) == []
    assert violations(constraints, labels(-1, -1)) == []
    assert violations(constraints, labels(4, -1)) == apart
    assert violations(constraints, labels(4, 5)) == apart
    assert violations(constraints, labels(4, 5), labels(ANN, ANN)) == []
    assert violations(constraints, labels(4, 5), labels(ANN, BEN)) == [
        Violation(Rule.SAME, (0, 1), (ANN, BEN))
    ]


def test_the_different_are_apart() -> None:
    constraints = saying(2, different=[(0, 1)])
    assert violations(constraints, labels(4, 5)) == []
    assert violations(constraints, labels(-1, -1)) == []
    assert violations(constraints, labels(4, 4)) == [Violation(Rule.DIFFERENT, (0, 1), cluster=4)]
    assert violations(constraints, labels(4, 5), labels(ANN, ANN)) == [
        Violation(Rule.DIFFERENT, (0, 1), (ANN,))
    ]


def test_a_chain_of_the_same_that_ends_in_different_is_shown_as_the_chain() -> None:
    constraints = saying(5, same=[(0, 1), (2, 1), (2, 3), (0, 4)], different=[(3, 0)])
    expected = Violation(Rule.DIFFERENT, (3, 2, 1, 0), said=True)
    assert contradictions(constraints) == [expected]
    # what cannot be settled is not asked of the clustering too
    assert violations(constraints, labels(1, 1, 2, 2, 1)) == [expected]
    assert violations(constraints, labels(1, 1, 1, 1, 1)) == [expected]


def test_named_as_one_yet_said_to_be_different() -> None:
    constraints = saying(3, people=[ANN, ANN, 0], different=[(0, 1), (0, 2)])
    assert contradictions(constraints) == [Violation(Rule.DIFFERENT, (0, 1), (ANN,), said=True)]


def test_named_as_one_through_the_same_yet_said_to_be_different() -> None:
    constraints = saying(3, people=[ANN, ANN, 0], same=[(1, 2)], different=[(2, 0)])
    assert contradictions(constraints) == [Violation(Rule.DIFFERENT, (2, 0), (ANN,), said=True)]


def test_named_as_two_people_yet_said_to_be_the_same() -> None:
    constraints = saying(4, people=[ANN, 0, BEN, 0], same=[(0, 1), (1, 2), (2, 3)])
    expected = Violation(Rule.PEOPLE, (0, 1, 2), (ANN, BEN), said=True)
    assert contradictions(constraints) == [expected]
    assert violations(constraints, labels(1, 2, 2, 3)) == [expected]


def test_groups_of_the_same_have_the_lowest_index() -> None:
    constraints = saying(7, same=[(5, 6), (3, 1), (6, 3)])
    assert said_same(constraints).tolist() == [0, 1, 2, 1, 4, 1, 1]


def test_long_chains_are_followed() -> None:
    count = 3000
    ends = np.arange(count - 1)
    chain = np.column_stack([ends + 1, ends])[::-1]
    constraints = saying(count, same=chain, different=[(0, count - 1)])
    (found,) = contradictions(constraints)
    assert len(found.faces) == count


# People


def test_a_face_in_a_cluster_of_somebody_it_is_not() -> None:
    constraints = saying(3, people=[ANN, 0, 0], is_not=[(1, ANN)])
    assert violations(constraints, labels(1, 2, 1)) == []
    assert violations(constraints, labels(1, 1, 1)) == [
        Violation(Rule.NOT, (1,), (ANN,), cluster=1)
    ]
    assert violations(constraints, labels(1, 2, 1), labels(ANN, ANN, ANN)) == [
        Violation(Rule.NOT, (1,), (ANN,))
    ]


def test_said_to_be_the_same_as_somebody_it_is_not() -> None:
    constraints = saying(2, people=[ANN, 0], same=[(0, 1)], is_not=[(1, ANN)])
    assert contradictions(constraints) == [Violation(Rule.NOT, (1,), (ANN,), said=True)]


def test_nobody_is_in_a_photo_from_before_their_birth() -> None:
    taken = np.array([10.0, 20.0, np.nan, 30.0])
    constraints = saying(4, people=[0, 0, 0, ANN], taken=taken, born={ANN: 20.0, BEN: 25.0})
    assert violations(constraints, labels(1, 1, 1, 1)) == [
        Violation(Rule.BIRTH, (0,), (ANN,), cluster=1)
    ]
    assert violations(constraints, labels(2, 1, 1, 1)) == []
    assert violations(constraints, labels(2, 1, 1, 1), labels(ANN, ANN, ANN, ANN)) == [
        Violation(Rule.BIRTH, (0,), (ANN,))
    ]


def test_somebody_named_in_a_photo_from_before_their_birth_is_a_contradiction() -> None:
    constraints = saying(2, people=[ANN, ANN], taken=np.array([10.0, 30.0]), born={ANN: 20.0})
    expected = Violation(Rule.BIRTH, (0,), (ANN,), said=True)
    assert violations(constraints, labels(1, 1)) == [expected]


def test_two_people_in_a_cluster() -> None:
    constraints = saying(4, people=[ANN, 0, BEN, ANN])
    assert violations(constraints, labels(1, 1, 1, 1)) == [
        Violation(Rule.PEOPLE, (0, 2), (ANN, BEN), cluster=1)
    ]
    assert violations(constraints, labels(1, 1, -1, 1)) == []
