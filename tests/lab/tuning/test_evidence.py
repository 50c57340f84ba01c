"""Which pairs of faces humans said something of, and which they did not."""

from __future__ import annotations

import numpy as np

from photoclust.clustering.constraints import Constraints
from photoclust.lab.tuning.evidence import FACES_PER_PERSON, UNKNOWN, Evidence, gather

COUNT = 10


def said(
    people: list[int],
    *,
    photos: list[int] | None = None,
    same: list[tuple[int, int]] = [],  # noqa: B006
    different: list[tuple[int, int]] = [],  # noqa: B006
    is_not: list[tuple[int, int]] = [],  # noqa: B006
) -> Constraints:
    return Constraints(
        photos=np.arange(len(people)) if photos is None else np.array(photos),
        people=np.array(people),
        taken=np.full(len(people), np.nan),
        same=np.array(same, np.int64).reshape(-1, 2),
        different=np.array(different, np.int64).reshape(-1, 2),
        is_not=np.array(is_not, np.int64).reshape(-1, 2),
    )


def evidence_of(constraints: Constraints, weak: tuple[int, ...] = ()) -> Evidence:
    quality = np.full(len(constraints.people), 0.9)
    quality[list(weak)] = 0.01
    return gather(constraints, quality)


def pairs(evidence: Evidence, kind: str) -> set[tuple[int, int]]:
    """As faces, the lower number first."""
    one, other = np.nonzero(getattr(evidence, kind))
    faces = evidence.indices
    return {
        (int(faces[a]), int(faces[b]))
        for a, b in zip(one, other, strict=True)
        if faces[a] < faces[b]
    }


def test_named_people_are_the_same_and_different() -> None:
    evidence = evidence_of(said([1, 1, 2, 2, 0, 3]))
    assert pairs(evidence, "same") == {(0, 1), (2, 3)}
    assert pairs(evidence, "different") == {(0, 2), (0, 3), (1, 2), (1, 3)}
    assert set(evidence.indices.tolist()) == {0, 1, 2, 3}  # neither who has no name nor a lone face


def test_faces_said_to_be_the_same_are_one_person_with_or_without_a_name() -> None:
    evidence = evidence_of(said([1, 0, 0, 0, 2, 2], same=[(0, 1), (2, 3)]))
    assert pairs(evidence, "same") == {(0, 1), (2, 3), (4, 5)}
    assert pairs(evidence, "different") == {
        (0, 4),
        (0, 5),
        (1, 4),
        (1, 5),
    }  # 2 and 3 may be anybody


def test_whoever_shares_a_photo_is_somebody_else_and_no_more_is_known_of_them() -> None:
    evidence = evidence_of(said([1, 1, 0, 0], photos=[1, 2, 2, 3]))
    assert pairs(evidence, "same") == {(0, 1)}
    assert pairs(evidence, "different") == {(1, 2)}
    mate = evidence.indices.tolist().index(2)
    assert evidence.people[mate] == UNKNOWN
    assert evidence.beside[mate] == evidence.people[evidence.indices.tolist().index(1)]


def test_whoever_is_named_twice_in_one_photo_is_one_person_there() -> None:
    evidence = evidence_of(said([1, 1, 0], photos=[1, 1, 1]))
    assert pairs(evidence, "same") == {(0, 1)}
    assert pairs(evidence, "different") == {(0, 2), (1, 2)}


def test_in_a_photo_that_may_show_somebody_twice_nothing_follows() -> None:
    assert pairs(evidence_of(said([1, 1, 0], photos=[1, -7, -8])), "different") == set()


def test_statements_on_two_faces_and_on_a_person_count() -> None:
    evidence = evidence_of(said([1, 1, 0, 0], different=[(2, 0)], is_not=[(3, 1)]))
    assert pairs(evidence, "different") == {(0, 2), (0, 3), (1, 3)}


def test_weak_faces_are_left_out() -> None:
    assert set(evidence_of(said([1, 1, 1, 2, 2]), weak=(2, 4)).indices.tolist()) == {0, 1}


def test_of_many_faces_always_the_same_are_taken() -> None:
    constraints = said([1] * 50 + [2] * 50)
    once, again = evidence_of(constraints), evidence_of(constraints)
    assert len(once.indices) == 2 * FACES_PER_PERSON
    assert (once.indices == again.indices).all()


def test_nothing_said_is_no_evidence() -> None:
    evidence = evidence_of(said([0] * COUNT))
    assert len(evidence.indices) == 0
    assert [len(side) for pair in evidence.pairs() for side in pair] == [0, 0, 0, 0]
