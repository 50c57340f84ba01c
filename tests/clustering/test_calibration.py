"""Pairs that are certain, and the curve that is read from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photoclust.clustering.calibration import (
    FACES_PER_PERSON,
    FACES_PER_PHOTO,
    Faces,
    Pairs,
    enough,
    estimate,
    missed,
    of_named,
    of_one_burst,
    of_one_photo,
)
from photoclust.vectors import normalised

LEFT, MIDDLE, RIGHT = (0.1, 0.2, 0.3, 0.6), (0.4, 0.2, 0.6, 0.6), (0.7, 0.2, 0.9, 0.6)


def made(count: int, **known: Any) -> Faces:
    """Faces of unlike looks, each in a photo of its own, good, in the middle, of unknown time."""
    fields = {
        "matrix": normalised(np.random.default_rng(1).standard_normal((count, 16))),
        "photos": np.arange(count),
        "people": np.zeros(count, np.int64),
        "quality": np.full(count, 0.9),
        "boxes": np.tile(MIDDLE, (count, 1)),
        "seconds": np.full(count, np.nan),
    }
    return Faces(**{**fields, **{name: np.array(value) for name, value in known.items()}})


def cosines(faces: Faces, *pairs: tuple[int, int]) -> list[float]:
    return [float(faces.matrix[a].astype(float) @ faces.matrix[b]) for a, b in pairs]


# Pairs


def test_two_faces_of_a_photo_are_two_people() -> None:
    faces = made(4, photos=[3, 8, 3, 3], boxes=[LEFT, LEFT, MIDDLE, RIGHT])
    found = of_one_photo(faces)
    assert found.similarities == pytest.approx(cosines(faces, (0, 2), (0, 3), (2, 3)), abs=1e-6)
    assert found.units.tolist() == [[3, 3]] * 3


def test_a_weak_face_an_allowed_photo_and_a_double_detection_prove_nothing() -> None:
    nearly = (0.42, 0.22, 0.62, 0.62)
    apart = [LEFT, RIGHT]
    assert len(of_one_photo(made(2, photos=[1, 1], boxes=apart))) == 1
    assert len(of_one_photo(made(2, photos=[1, 1], boxes=apart, quality=[0.9, 0.01]))) == 0
    assert len(of_one_photo(made(2, photos=[-1, -2], boxes=apart))) == 0
    assert len(of_one_photo(made(2, photos=[1, 1], boxes=[MIDDLE, nearly]))) == 0


def test_a_crowd_counts_by_its_best_faces() -> None:
    count = 100
    boxes = [(i / count, 0.0, (i + 1) / count, 0.1) for i in range(count)]
    quality = np.linspace(0.1, 1.0, count)
    faces = made(count, photos=np.zeros(count, np.int64), boxes=boxes, quality=quality)
    found = of_one_photo(faces)
    assert len(found) == FACES_PER_PHOTO * (FACES_PER_PHOTO - 1) // 2
    assert found.similarities[0] == pytest.approx(
        cosines(faces, (count - 1, count - 2))[0], abs=1e-6
    )


def test_shots_of_a_burst_show_the_same_people_at_the_same_places() -> None:
    faces = made(
        7,
        photos=[0, 0, 1, 1, 2, 3, 3],
        boxes=[LEFT, RIGHT, RIGHT, LEFT, MIDDLE, MIDDLE, LEFT],
        seconds=[100, 100, 102, 102, 104, 108, 108],
    )
    found = of_one_burst(faces)
    assert sorted(found.similarities) == pytest.approx(
        sorted(cosines(faces, (0, 3), (1, 2))), abs=1e-6
    )


def test_photos_of_unknown_time_are_no_burst() -> None:
    assert len(of_one_burst(made(4, photos=[0, 1, 2, 3]))) == 0


def test_named_faces_are_pairs_of_one_or_of_two_people() -> None:
    faces = made(5, people=[7, 7, 8, 0, 8], photos=[0, 1, 2, 3, 0])
    same, different = of_named(faces)
    assert sorted(same.similarities) == pytest.approx(
        sorted(cosines(faces, (0, 1), (2, 4))), abs=1e-6
    )
    assert sorted(different.similarities) == pytest.approx(
        sorted(cosines(faces, (0, 2), (1, 2), (1, 4))),  # not (0, 4): of one photo
        abs=1e-6,
    )
    assert {tuple(sorted(pair)) for pair in different.units.tolist()} == {(7, 8)}


def test_somebody_with_many_faces_does_not_outweigh_the_rest() -> None:
    same, different = of_named(made(102, people=[7] * 100 + [8, 8]))
    assert len(same) == FACES_PER_PERSON * (FACES_PER_PERSON - 1) // 2 + 1
    assert len(different) == 2 * FACES_PER_PERSON


def test_many_named_people_are_sampled() -> None:
    _same, different = of_named(made(3000, people=np.arange(1, 3001)))
    assert 190_000 < len(different) <= 200_000


def test_nothing_known_is_no_pair() -> None:
    for faces in (made(0), made(3)):
        assert len(of_one_photo(faces)) == len(of_one_burst(faces)) == 0
        same, different = of_named(faces)
        assert len(same) == len(different) == 0


# The curve


def strangers(count: int, power: float = 1.0, seed: int = 0) -> Pairs:
    """P(similarity >= t) = (1 - t) ** (2 * power) between 0 and 1, each pair of a photo."""
    chance = np.random.default_rng(seed).random(count)
    units = np.arange(count)
    return Pairs(1 - chance ** (1 / (2 * power)), np.column_stack([units, units]))


@pytest.mark.parametrize("rate", [0.1, 0.01, 0.001])
def test_the_curve_of_strangers_is_found(rate: float) -> None:
    found = estimate(strangers(20_000), rate)
    truth = 1 - rate**0.5
    assert found.low <= truth <= found.high
    assert found.similarity == pytest.approx(truth, abs=0.01)
    assert found == estimate(strangers(20_000), rate)


def test_pairs_of_one_photo_are_corrected_for_being_alike() -> None:
    pairs = strangers(2_000, power=0.6)
    found = estimate(pairs, 0.001, (0.6, 0.4, 0.9))
    truth = 1 - 0.001**0.5
    assert found.similarity == pytest.approx(truth, abs=0.01)
    assert found.low < truth < found.high
    exact = estimate(pairs, 0.001, (0.6, 0.6, 0.6))
    assert found.high - found.low > exact.high - exact.low


def test_few_photos_make_a_wide_interval() -> None:
    many = strangers(5_000)
    few = Pairs(many.similarities, np.repeat(np.arange(50), 100)[:, None].repeat(2, axis=1))
    crossed = Pairs(many.similarities, np.random.default_rng(0).integers(40, size=(5_000, 2)))
    widths = [found.high - found.low for found in (estimate(p, 0.01) for p in (many, crossed))]
    assert widths[1] > widths[0]
    assert estimate(few, 0.01).similarity == estimate(many, 0.01).similarity


def test_equal_pairs_have_an_interval_of_no_width() -> None:
    pairs = Pairs(np.full(100, 0.25), np.arange(200).reshape(100, 2))
    found = estimate(pairs, 0.01)
    assert (found.low, found.similarity, found.high) == (0.25, 0.25, 0.25)


def test_enough_is_five_pairs_beyond_and_thirty_photos() -> None:
    assert enough(strangers(5_000), 0.001)
    assert not enough(strangers(4_999), 0.001)
    assert enough(strangers(320), 0.001, 0.6)
    one_crowd = Pairs(np.zeros(5_000), np.zeros((5_000, 2), np.int64))
    assert not enough(one_crowd, 0.001)
    assert not enough(strangers(0), 0.1)


def test_what_a_threshold_misses() -> None:
    pairs = Pairs(np.array([0.2, 0.4, 0.6, 0.8]), np.zeros((4, 2), np.int64))
    assert missed(pairs, 0.5) == 0.5
    assert missed(pairs, 0.8) == 0.75
    assert missed(strangers(0), 0.5) is None
