"""How complete what was found is said to be."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
import pytest

from photoclust.search.completeness import (
    CONFIDENCE,
    PRIOR_FACES,
    UNSEEN,
    USUAL_RATE,
    Completeness,
    estimate,
    held_out,
    missed_by_rate,
    near_misses,
    prior_of,
    sampled,
    summary,
    weighed,
)
from photoclust.search.match import choose_exemplars, similarity_to
from photoclust.vectors import Matrix

MATCH, TYPICAL = 0.44, 0.22

Portraits = Callable[..., Matrix]


def strangers(count: int = 2000) -> np.ndarray:
    """Similarities of strangers: they thin out by e every 0.03, and the nearest is at 0.3."""
    return 0.3 - 0.03 * np.log(np.arange(1, count + 1))


def missed(count: int) -> np.ndarray:
    """Similarities of the person's faces that were not found, under the threshold."""
    return MATCH - 0.1 * (np.arange(count) + 0.5) / max(count, 1)


def said(hits: int, tries: int, *, found: int = 8, near: int = 0) -> Completeness:
    below = np.concatenate([missed(near), strangers()])
    result = estimate(hits, tries, tries + found, found, below, len(below), MATCH, TYPICAL)
    assert result is not None
    return result


# Holding out


def test_a_face_unlike_the_others_is_not_found(portraits: Portraits) -> None:
    faces = np.concatenate([portraits("Ann", 5), portraits("Ben", 1)])
    assert held_out(faces, np.full(6, 0.9), 0.7).tolist() == [True] * 5 + [False]


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_is_found_by_nothing(portraits: Portraits, count: int) -> None:
    assert held_out(portraits("Ann", count), np.full(count, 0.9), -1.0).tolist() == [False] * count


def test_two_faces_are_compared_with_each_other(portraits: Portraits) -> None:
    faces = portraits("Ann", 2)
    similarity = float(faces[0] @ faces[1])
    assert held_out(faces, np.full(2, 0.9), similarity - 0.01).all()
    assert not held_out(faces, np.full(2, 0.9), similarity + 0.01).any()


@pytest.mark.parametrize("count", [3, 17, 18, 60])
def test_holding_out_is_finding_without_that_face(portraits: Portraits, count: int) -> None:
    faces, quality = portraits("Ann", count, spread=1.0), np.linspace(0.2, 0.9, count)
    alike = np.empty(count)
    for face in range(count):
        others = np.delete(np.arange(count), face)
        chosen = others[choose_exemplars(faces[others], quality[others])]
        alike[face] = similarity_to(faces[chosen], faces[face : face + 1])[0]
    match = float(np.median(alike)) + 1e-6
    agree = held_out(faces, quality, match) == (alike >= match)
    # A face that is no exemplar may still move the median of quality that exemplars are over.
    assert agree.mean() >= (1.0 if count <= 17 else 0.9)


def test_one_exemplar_less_is_made_up_for(portraits: Portraits) -> None:
    faces, chance = portraits("Ann", 400, spread=1.0), np.random.default_rng(0)
    match, few = 0.58, 6
    held, uncorrected, later = [], [], []
    for _ in range(300):
        some = chance.permutation(400)
        mine, others = faces[some[:few]], faces[some[few:40]]
        held.append(held_out(mine, np.ones(few), match).mean())
        uncorrected += [
            similarity_to(np.delete(mine, face, 0), mine[face : face + 1])[0] >= match
            for face in range(few)
        ]
        later.append((similarity_to(mine, others) >= match).mean())
    assert abs(np.mean(held) - np.mean(later)) < abs(np.mean(uncorrected) - np.mean(later)) / 2


def test_a_sample_is_spread_over_all() -> None:
    assert sampled(np.arange(5), 10).tolist() == [0, 1, 2, 3, 4]
    assert sampled(np.arange(100), 4).tolist() == [0, 33, 66, 99]


# The prior


def test_without_other_people_the_usual_rate_is_expected() -> None:
    prior = prior_of([])
    assert prior.hits == pytest.approx(PRIOR_FACES * USUAL_RATE)
    assert prior.hits + prior.misses == pytest.approx(PRIOR_FACES)


def test_other_people_show_what_to_expect() -> None:
    easy, hard = prior_of([(50, 50), (49, 50)]), prior_of([(20, 50), (25, 50)])
    assert easy.hits / PRIOR_FACES > 0.97
    assert hard.hits / PRIOR_FACES < 0.5
    assert easy.hits + easy.misses == pytest.approx(hard.hits + hard.misses)


# The estimate


@pytest.mark.parametrize(("tries", "photos"), [(0, 3), (1, 4), (2, 0)])
def test_too_little_is_no_estimate(tries: int, photos: int) -> None:
    assert estimate(tries, tries, photos, 0, strangers(), 2000, MATCH, TYPICAL) is None


def test_faces_that_are_not_found_again_say_that_photos_are_missing() -> None:
    good, fair, bad = said(10, 10), said(8, 10, near=2), said(4, 10, near=10)
    assert good.share > fair.share > bad.share
    assert good.missed < fair.missed < bad.missed
    assert good.high == 1.0
    assert bad.high < 1.0


def test_more_held_out_faces_make_it_surer() -> None:
    few, many = said(4, 5, found=4, near=1), said(160, 200, found=160, near=40)
    assert many.high - many.low < few.high - few.low
    assert many.share == pytest.approx(360 / 400, abs=0.02)


def test_near_misses_speak_of_missing_photos() -> None:
    assert said(9, 10, near=3).missed > said(9, 10).missed + 0.5


def test_the_interval_holds_the_share_and_its_chance_is_close_to_what_is_wanted() -> None:
    for hits in range(11):
        result = said(hits, 10, found=30)
        assert 0 <= result.low <= result.share <= result.high <= 1
        assert result.sure == pytest.approx(CONFIDENCE, abs=0.06)
        assert result.held_out == 10


def test_no_more_are_missed_than_there_are_faces() -> None:
    result = estimate(0, 5, 5, 0, strangers(3), 3, MATCH, TYPICAL)
    assert result is not None
    assert result.low >= 5 / 8
    nobody_left = estimate(1, 2, 2, 0, strangers(0), 0, MATCH, TYPICAL)
    assert nobody_left is not None
    assert (nobody_left.low, nobody_left.share, nobody_left.sure) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "below",
    [
        np.full(500, MATCH),
        np.full(500, -1.0),
        np.full(500, np.nextafter(MATCH, 0)),
        np.concatenate([np.full(20, MATCH), np.full(480, -1.0)]),
    ],
)
def test_odd_similarities_still_give_a_share(below: np.ndarray) -> None:
    result = estimate(7, 8, 20, 12, below, 500, MATCH, TYPICAL)
    assert result is not None
    assert 0 < result.low <= result.share <= result.high <= 1
    assert np.isfinite(result.missed)


def test_stated_intervals_hold_for_people_made_up_as_supposed() -> None:
    chance = np.random.default_rng(0)
    held, sure, error = [], [], []
    for _ in range(200):
        rate, tries, rest = chance.beta(8, 2), int(chance.integers(2, 12)), 20
        hits, found = chance.binomial([tries, rest], rate).tolist()
        others = 0.07 + chance.exponential(0.03, 2000)
        theirs = MATCH - chance.exponential(0.09, rest - found)
        below = np.concatenate([others[others < MATCH], theirs])
        result = estimate(hits, tries, tries + found, found, below, 2000, MATCH, TYPICAL)
        assert result is not None
        share = (tries + found) / (tries + rest)
        held.append(result.low <= share <= result.high)
        sure.append(result.sure)
        error.append(result.share - share)
    assert np.mean(held) == pytest.approx(np.mean(sure), abs=0.08)
    assert np.mean(error) == pytest.approx(0, abs=0.04)


# Its parts


def test_missed_photos_follow_a_beta_negative_binomial() -> None:
    """Averaged over rates, so many are missed until so many are found: by numerical integration."""
    a, b, found = 30.0, 4.0, 6 + UNSEEN
    rates = (np.arange(20_000) + 0.5) / 20_000
    weights = rates ** (a - 1) * (1 - rates) ** (b - 1)
    wanted = [
        comb(int(found) + m - 1, m) * (weights * rates**found * (1 - rates) ** m).sum()
        for m in range(61)
    ]
    assert missed_by_rate(6, a, b, 60) == pytest.approx(np.array(wanted) / sum(wanted), abs=1e-6)


def test_what_strangers_explain_is_no_evidence() -> None:
    """The likelihood ratio has the mean 1 over random strangers."""
    chance, ratios = np.random.default_rng(0), []
    for _ in range(500):
        below = 0.15 + chance.exponential(0.03, chance.poisson(2000))
        ratios.append(np.exp(near_misses(below[below < MATCH], MATCH, TYPICAL, 0, 1)[1]))
    assert np.mean(ratios) == pytest.approx(1, abs=0.25)


def test_few_strangers_say_nothing() -> None:
    assert not near_misses(strangers(50), MATCH, TYPICAL, 0, 5).any()


def test_nothing_is_said_against_as_many_missed_as_are_near() -> None:
    near = np.array([0.43, 0.42, 0.4, 0.38])
    logs = near_misses(np.concatenate([near, strangers()]), MATCH, TYPICAL, 0, 20)
    assert logs[0] == pytest.approx(0)
    assert 2 <= logs.argmax() <= 6


def test_the_row_nearest_to_the_wanted_chance_is_taken() -> None:
    sure_of_all = summary(np.array([0.95, 0.05]), 10, 3)
    assert sure_of_all.sure == pytest.approx(0.95)
    assert (sure_of_all.low, sure_of_all.high) == (sure_of_all.share, 1.0)
    rather_both = summary(np.array([0.7, 0.25, 0.05]), 10, 3)
    assert rather_both.sure == pytest.approx(0.95)
    assert rather_both.low == pytest.approx(10 / 11)
    in_the_middle = summary(np.array([0.05, 0.2, 0.5, 0.21, 0.04]), 10, 3)
    assert (in_the_middle.low, in_the_middle.high) == (
        pytest.approx(10 / 13),
        pytest.approx(10 / 11),
    )
    assert in_the_middle.missed == pytest.approx(1.99)


def test_weights_add_up_to_one_however_small() -> None:
    assert weighed(np.array([0.5, 0.5]), np.array([-2000.0, -2000.0])) == pytest.approx([0.5, 0.5])
