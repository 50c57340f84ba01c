"""Ranges, days, ages, places and the like: from text to values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from photoclust.query import (
    Age,
    IntRange,
    Place,
    QueryError,
    Sort,
    Who,
    age_in_months,
    age_in_years,
    distance,
    parse_age,
    parse_day,
    parse_limit,
    parse_place,
    parse_range,
    parse_similarity,
    parse_sort,
)
from photoclust.query.places import EARTH_RADIUS


def place_of_error(read: Callable[[str], Any], text: str) -> int:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert caught.value.text == text
    return caught.value.at


# Ranges


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2..4", 2, 4),
        ("2", 2, 2),
        ("2..", 2, None),
        ("..4", 0, 4),
        (" 2 .. 4 ", 2, 4),
        ("0", 0, 0),
        ("3..3", 3, 3),
    ],
)
def test_a_range_has_one_end_or_two(text: str, low: int, high: int | None) -> None:
    assert parse_range(text) == IntRange(low, high)


def test_both_ends_are_in_the_range() -> None:
    assert [n for n in range(7) if IntRange(2, 4).holds(n)] == [2, 3, 4]
    assert [n for n in range(7) if IntRange(5, None).holds(n)] == [5, 6]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("..", 2),
        ("a", 0),
        ("2..b", 3),
        ("2 4", 2),
        ("1.5", 1),
        ("2...4", 3),
        ("2-4", 1),
        ("-2", 0),
        ("2m", 1),
        ("4 .. 2", 5),
        ("1..2..3", 4),
        ("٢", 0),
        ("1234567890", 9),
    ],
)
def test_what_is_no_range_is_refused_at_the_place(text: str, at: int) -> None:
    assert place_of_error(parse_range, text) == at


# Days


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2020-06", date(2020, 6, 1), date(2020, 6, 30)),
        ("2020-2", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021-02", date(2021, 2, 1), date(2021, 2, 28)),
        (" 2020-06-15 ", date(2020, 6, 15), date(2020, 6, 15)),
        ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
    ],
)
def test_a_year_or_month_is_all_its_days(text: str, first: date, last: date) -> None:
    assert parse_day(text, end=False) == first
    assert parse_day(text, end=True) == last


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("20", 0),
        ("June 2020", 0),
        ("0000", 0),
        ("2020-13", 5),
        ("2020-00", 5),
        ("2021-02-29", 8),
        ("2020-06-31", 8),
        ("2020-06-00", 8),
        ("2020/06", 4),
        ("20200615", 4),
        ("2020-06-15T10", 10),
    ],
)
def test_what_is_no_day_is_refused_at_the_place(text: str, at: int) -> None:
    assert place_of_error(partial(parse_day, end=False), text) == at


def test_a_day_that_the_month_lacks_tells_how_many_it_has() -> None:
    with pytest.raises(QueryError, match="2021-02 has 28 days"):
        parse_day("2021-02-29", end=False)


# Ages

LEAP = date(2004, 2, 29)


@pytest.mark.parametrize(
    ("born", "day", "years", "months"),
    [
        (date(2010, 6, 15), date(2010, 6, 15), 0, 0),
        (date(2010, 6, 15), date(2010, 7, 14), 0, 0),
        (date(2010, 6, 15), date(2010, 7, 15), 0, 1),
        (date(2010, 6, 15), date(2013, 6, 14), 2, 35),
        (date(2010, 6, 15), date(2013, 6, 15), 3, 36),
        (date(2010, 6, 15), date(2010, 6, 14), -1, -1),
        (date(2010, 1, 31), date(2010, 2, 28), 0, 0),
        (date(2010, 1, 31), date(2010, 3, 1), 0, 1),
        (LEAP, date(2005, 2, 28), 0, 11),
        (LEAP, date(2005, 3, 1), 1, 12),
        (LEAP, date(2008, 2, 28), 3, 47),
        (LEAP, date(2008, 2, 29), 4, 48),
    ],
)
def test_an_age_is_completed_years_and_months(
    born: date, day: date, years: int, months: int
) -> None:
    assert age_in_years(born, day) == years
    assert age_in_months(born, day) == months


@pytest.mark.parametrize(
    ("text", "who", "low", "high"),
    [
        ("John:0..2", Who("John"), 0, 35),
        ("John:2", Who("John"), 24, 35),
        ("John:6m..18m", Who("John"), 6, 18),
        ("John:6m..2", Who("John"), 6, 35),
        ("John:6m..2y", Who("John"), 6, 35),
        ("John:18..", Who("John"), 216, None),
        ("John:..1", Who("John"), 0, 23),
        ("John Smith : 5", Who("John Smith"), 60, 71),
        ('"Ben: Smith"#3:1', Who("Ben: Smith", 3), 12, 23),
        ("#3:1", Who("", 3), 12, 23),
        ("O'Brien:1", Who("O'Brien"), 12, 23),
    ],
)
def test_an_age_is_that_of_a_person(text: str, who: Who, low: int, high: int | None) -> None:
    assert parse_age(text) == Age(who, IntRange(low, high))


def test_somebody_is_two_until_the_day_before_the_third_birthday() -> None:
    two = parse_age("John:0..2")
    born = date(2010, 6, 15)
    assert not two.holds(born, date(2010, 6, 14))
    assert two.holds(born, born)
    assert two.holds(born, date(2013, 6, 14))
    assert not two.holds(born, date(2013, 6, 15))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("John", 4),
        ("John:", 5),
        ("John:..", 7),
        (":2", 0),
        (" :2", 1),
        ('"A:B"', 5),
        ("“A:B”", 5),
        ("John:2w", 6),
        ("John:5..2", 8),
        ("John:two", 5),
        ("John & Anna:2", 0),
        ("!John:2", 0),
        ("John &:2", 6),
        ('John & "Anna:2', 7),
        ("(John:2", 0),
    ],
)
def test_what_is_no_age_is_refused_at_the_place(text: str, at: int) -> None:
    assert place_of_error(parse_age, text) == at


# Places


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("45.4,9.2,5km", Place(45.4, 9.2, 5000)),
        ("45.4, 9.2, 5", Place(45.4, 9.2, 5000)),
        ("-33.9,151.2,800m", Place(-33.9, 151.2, 800)),
        ("33.9S, 151.2 e, .5 KM", Place(-33.9, 151.2, 500)),
        ("40N,74W,1mi", Place(40, -74, 1609.344)),
        ("+90,-180,1m", Place(90, -180, 1)),
    ],
)
def test_a_place_is_a_point_and_a_distance(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("45.4", 4),
        ("45.4,9.2", 8),
        ("45,4,9,2,5km", 7),
        ("1,,5", 2),
        ("Rome,9.2,5", 0),
        ("90.1,0,1", 0),
        ("0, 180.1,1", 3),
        ("-33S,1,1", 0),
        ("9E,45N,1", 0),
        ("nan,0,1", 0),
        ("1,1,0km", 4),
        ("1,1, 5 feet", 5),
        ("1,1,-5", 4),
    ],
)
def test_what_is_no_place_is_refused_at_the_place(text: str, at: int) -> None:
    assert place_of_error(parse_place, text) == at


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 0), (0, 90), 1 / 4),
        ((0, 0), (90, 0), 1 / 4),
        ((90, 0), (-90, 0), 1 / 2),
        ((0, 0), (0, 180), 1 / 2),
        ((0, 179), (0, -179), 2 / 360),
        ((10, 20), (11, 20), 1 / 360),
        ((90, 0), (90, 120), 0),
        ((12.3, 45.6), (12.3, 45.6), 0),
    ],
)
def test_a_distance_is_a_share_of_the_way_round_the_earth(
    one: tuple[float, float], other: tuple[float, float], share: float
) -> None:
    around = 2 * 3.141592653589793 * EARTH_RADIUS
    assert distance(*one, *other) == pytest.approx(share * around, abs=1e-3)
    assert distance(*other, *one) == pytest.approx(share * around, abs=1e-3)


def test_no_rounding_carries_beyond_the_other_side_of_the_earth() -> None:
    for tenths in range(901):
        half = distance(tenths / 10, 43.9, -tenths / 10, 43.9 - 180)
        assert half == pytest.approx(3.141592653589793 * EARTH_RADIUS)


def test_a_known_distance_is_met() -> None:
    # Nashville and Los Angeles airports, the usual example: 2,887.26 km with a radius of 6372.8 km.
    metres = distance(36.12, -86.67, 33.94, -118.40)
    assert metres == pytest.approx(2_887_260 * EARTH_RADIUS / 6_372_800, rel=1e-5)


def test_near_is_within_the_distance_across_the_date_line_too() -> None:
    near = parse_place("0,180,150km")
    assert near.holds(0, 179)
    assert near.holds(0, -179)
    assert not near.holds(0, 178)


# The rest


@pytest.mark.parametrize(
    ("text", "value"), [("0.5", 0.5), ("-1", -1), ("1.", 1), (" .25 ", 0.25), ("+0", 0)]
)
def test_a_similarity_is_a_cosine(text: str, value: float) -> None:
    assert parse_similarity(text) == value


@pytest.mark.parametrize("text", ["", "1.01", "-2", "nan", "inf", "0,5", "50%", "1e-3", "1_0"])
def test_what_is_no_similarity_is_refused(text: str) -> None:
    assert place_of_error(parse_similarity, text) == 0


def test_a_limit_is_one_or_more() -> None:
    assert parse_limit(" 25 ") == 25
    for text in ("", "0", "-1", "1.5", "all", "٣", "9" * 5000):
        assert place_of_error(parse_limit, text) == 0


def test_an_order_is_one_of_three() -> None:
    assert [parse_sort(text) for text in ("date", "Similarity ", "path")] == list(Sort)
    assert place_of_error(parse_sort, " size") == 1
