"""How often strangers are so alike: reading a curve between its points and beyond them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from photoclust.models.insightface_pack import MEASURED_THRESHOLDS, USUAL_THRESHOLDS
from photoclust.models.open_pack import THRESHOLDS
from photoclust.models.strangers import RATES, Rate, among, strangers_of

MEASURED = [THRESHOLDS, *MEASURED_THRESHOLDS.values()]


@pytest.mark.parametrize("thresholds", MEASURED)
def test_every_measured_pack_has_a_curve(thresholds) -> None:  # type: ignore[no-untyped-def]
    curve = strangers_of(thresholds)
    assert curve is not None
    assert all(low < high for low, high in pairwise(curve.similarities))
    assert all(low > high for low, high in pairwise(RATES))
    assert curve.caveat.endswith(".")
    for share, similarity in zip(RATES, curve.similarities, strict=True):
        assert curve.rate(similarity).share == pytest.approx(share)
        assert curve.similarity(share) == pytest.approx(similarity)


@pytest.mark.parametrize("thresholds", MEASURED)
def test_the_reference_is_about_one_in_a_thousand(thresholds) -> None:  # type: ignore[no-untyped-def]
    curve = strangers_of(thresholds)
    assert curve is not None
    assert thresholds.reference is not None
    assert 0.0008 < curve.rate(thresholds.reference).share < 0.00125
    assert curve.rate(thresholds.match).share < 1e-4


def test_packs_that_were_not_measured_have_none() -> None:
    assert strangers_of(USUAL_THRESHOLDS) is None
    assert strangers_of(replace(THRESHOLDS, reference=None)) is None


def test_between_the_points_the_logarithm_counts() -> None:
    curve = strangers_of(THRESHOLDS)
    assert curve is not None
    middle = curve.rate((0.9287 + 0.9364) / 2)
    assert middle.share == pytest.approx(math.sqrt(0.001 * 3e-4))
    assert middle.known == "about"
    assert curve.similarity(middle.share) == pytest.approx((0.9287 + 0.9364) / 2)


def test_beyond_the_points_it_is_a_bound() -> None:
    curve = strangers_of(THRESHOLDS)
    assert curve is not None
    assert curve.rate(1.0) == Rate(RATES[-1], "at most")
    assert curve.rate(-1.0) == Rate(RATES[0], "at least")


def test_among_many_people_chance_adds_up() -> None:
    rare = Rate(1e-5)
    assert among(rare, [1] * 300).share == pytest.approx(0.003, rel=0.01)
    assert among(rare, [5]).share == pytest.approx(1e-5)
    assert among(rare, [16]).share == pytest.approx(3.2e-5, rel=0.01)
    assert among(Rate(0.5, "at least"), [1] * 100).share == pytest.approx(1)
    assert among(Rate(3e-6, "at most"), [1, 1]).known == "at most"


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(3.7e-5), "about 1 in 27,000"),
        (Rate(3e-6, "at most"), "fewer than 1 in 330,000"),
        (Rate(0.5, "at least"), "more than 1 in 2"),
        (Rate(0.011), "about 1 in 91"),
        (Rate(0.9), "nearly all"),
    ],
)
def test_it_is_told_in_words(rate: Rate, words: str) -> None:
    assert str(rate) == words
