"""Who is to be in a photo: what a query means, and how it is written back."""

from __future__ import annotations

import doctest
import random
import subprocess
import sys

import numpy as np
import pytest

import photoclust.query
from photoclust.query import (
    And,
    Expression,
    Not,
    Or,
    Who,
    evaluate,
    parse,
    people_of,
    positives,
    signs_for,
    written,
)

JOHN, ANNA, MAX = Who("John"), Who("Anna"), Who("Max")
BEN = Who("Ben Smith")


# Names


@pytest.mark.parametrize(
    "name",
    [
        "John",
        "John Smith",
        "O'Brien",
        "O\u2019Brien",
        "Anne-Marie",
        "J.R.",
        "P!nk",
        "Yahoo!",
        "Smith, John",
        "José Ñuñez",
        "山田 太郎",
        "محمد",
        "And",
        "or not",
        "7",
        "C:\\temp",
        "مه\u200cدی",
    ],
)
def test_a_name_is_a_query(name: str) -> None:
    assert parse(name) == Who(name)
    assert written(Who(name)) == name


@pytest.mark.parametrize("text", ["Ben Smith", " Ben \t Smith ", "Ben\u3000Smith", "'Ben  Smith'"])
def test_blanks_in_a_name_are_single_ones(text: str) -> None:
    assert parse(text) == BEN


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"D&D"', "D&D"),
        ("'D|D'", "D|D"),
        ('"Anna (Mum)"', "Anna (Mum)"),
        (r'"The \"Rock\""', 'The "Rock"'),
        (r"'The \'Rock\''", "The 'Rock'"),
        (r'"a\\b\c"', r"a\b\c"),
        ("'O'Brien'", "O'Brien"),
        ('"\'t Hooft"', "'t Hooft"),
        ("“Ben Smith”", "Ben Smith"),
        ("„Ben Smith“", "Ben Smith"),
        ("« Ben Smith »", "Ben Smith"),
        ("\u2018Ben Smith\u2019", "Ben Smith"),
        ('"#3"', "#3"),
        ('"!Max"', "!Max"),
    ],
)
def test_in_quotes_signs_are_letters(text: str, name: str) -> None:
    assert parse(text) == Who(name)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("John#3", Who("John", 3)),
        ("John #3", Who("John", 3)),
        ('"Ben Smith"#3', Who("Ben Smith", 3)),
        ("Ben Smith#03", Who("Ben Smith", 3)),
        ("#3", Who("", 3)),
        (f"#{'9' * 18}", Who("", 10**18 - 1)),
    ],
)
def test_a_number_tells_people_of_one_name_apart(text: str, who: Who) -> None:
    assert parse(text) == who


def test_a_person_knows_the_place_in_the_text() -> None:
    assert [who.at for who in people_of(parse(' John | !("Ben Smith"#2 & #3)'))] == [1, 10, 26]


# Signs


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("John & Anna", And((JOHN, ANNA))),
        ("John&Anna&Max", And((JOHN, ANNA, MAX))),
        ("John && Anna", And((JOHN, ANNA))),
        ("John || Anna", Or((JOHN, ANNA))),
        ("!Max", Not(MAX)),
        ("!!Max", Not(Not(MAX))),
        ("John & Anna | Max", Or((And((JOHN, ANNA)), MAX))),
        ("John | Anna & Max", Or((JOHN, And((ANNA, MAX))))),
        ("!John & Anna", And((Not(JOHN), ANNA))),
        ("!(John & Anna)", Not(And((JOHN, ANNA)))),
        ("(John | Anna) & Max", And((Or((JOHN, ANNA)), MAX))),
        ("((John))", JOHN),
        ("(John & Anna) & Max", And((And((JOHN, ANNA)), MAX))),
        (
            'John & (Anna | "Ben Smith") & !Max',
            And((JOHN, Or((ANNA, BEN)), Not(MAX))),
        ),
    ],
)
def test_not_comes_before_and_and_and_before_or(text: str, expression: Expression) -> None:
    assert parse(text) == expression


def test_only_what_stands_before_the_end_is_read() -> None:
    assert parse("John & Anna: & (", 11) == And((JOHN, ANNA))


def test_a_query_may_be_long_and_nested() -> None:
    assert len(people_of(parse(" | ".join(f"p{number}" for number in range(5000))))) == 5000
    assert parse("(" * 50 + "John" + ")" * 50) == JOHN


# Written back


def some_expression(chance: random.Random, depth: int) -> Expression:
    kind = chance.choice((Who, Who, Not, And, Or)) if depth else Who
    if kind is Who:
        letters = "ab é&|!()#\"'\\“\u2018„«\u2019:,.山\u0301\u200d"
        name = " ".join("".join(chance.choices(letters, k=chance.randrange(7))).split())
        number = chance.randrange(20) if not name or chance.random() < 0.3 else None
        return Who(name, number)
    if kind is Not:
        return Not(some_expression(chance, depth - 1))
    parts = tuple(some_expression(chance, depth - 1) for _ in range(chance.randrange(2, 4)))
    return And(parts) if kind is And else Or(parts)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_written_is_read_back(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(200):
        expression = some_expression(chance, 4)
        assert parse(written(expression)) == expression


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("((John))&( Anna )", "John & Anna"),
        ("(John && Anna) || !(Max)", "John & Anna | !Max"),
        ("'Ben Smith' #3", "Ben Smith#3"),
        ('"D&D"', '"D&D"'),
        ("!(John | Anna)", "!(John | Anna)"),
    ],
)
def test_what_is_written_has_no_needless_signs(text: str, short: str) -> None:
    assert written(parse(text)) == short


# People


@pytest.mark.parametrize(
    ("text", "everybody", "wanted"),
    [
        ("John", "John", "John"),
        ("Max & John & Max", "Max John", "Max John"),
        ("John & !Max", "John Max", "John"),
        ("!(John | !Anna)", "John Anna", "Anna"),
        ("!!John", "John", "John"),
        ("!Max", "Max", ""),
        ("!Max | Max", "Max", "Max"),
    ],
)
def test_people_are_mentioned_and_wanted(text: str, everybody: str, wanted: str) -> None:
    assert [who.text for who in people_of(parse(text))] == everybody.split()
    assert [who.text for who in positives(parse(text))] == wanted.split()


# Photos

PHOTOS = {"John": {1, 2, 3}, "Anna": {2, 3, 4}, "Max": {3, 5}, "Stray": {1, 99}}
EVERYTHING = {1, 2, 3, 4, 5, 6}

ANSWERS = [
    ("John", {1, 2, 3}),
    ("John & Anna", {2, 3}),
    ("John & Anna & Max", {3}),
    ("John | Anna", {1, 2, 3, 4}),
    ("!Max", {1, 2, 4, 6}),
    ("!!Max", {3, 5}),
    ("John & !Max", {1, 2}),
    ("!(John | Anna)", {5, 6}),
    ("(Anna | Max) & !John", {4, 5}),
    ("Stray", {1}),
    ("!Stray", {2, 3, 4, 5, 6}),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_sets_of_photos_are_combined(text: str, answer: set[int]) -> None:
    query = parse(text)
    assert evaluate(query, lambda who: PHOTOS[who.text], EVERYTHING) == answer
    frozen = evaluate(query, lambda who: frozenset(PHOTOS[who.text]), frozenset(EVERYTHING))
    assert frozen == answer


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_arrays_and_single_photos_are_judged_alike(text: str, answer: set[int]) -> None:
    query = parse(text)
    ids = np.array(sorted(EVERYTHING))
    shows = {name: np.isin(ids, list(photos)) for name, photos in PHOTOS.items()}
    chosen = evaluate(query, lambda who: shows[who.text], np.ones(len(ids), np.bool_))
    assert set(ids[chosen].tolist()) == answer
    for index, photo in enumerate(ids.tolist()):
        shown = {Who(name): bool(photos[index]) for name, photos in shows.items()}
        assert evaluate(query, shown.__getitem__, True) is (photo in answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("John", {1}), ("!John", {3}), ("!!John", {1}), ("John & !(Max | !John)", {1})],
)
def test_who_is_not_to_be_there_can_be_seen_in_other_photos(text: str, answer: set[int]) -> None:
    sure, perhaps = {"John": {1}, "Max": {2}}, {"John": {1, 2}, "Max": {2}}
    query = parse(text)
    found = evaluate(query, lambda who: sure[who.text], {1, 2, 3}, lambda who: perhaps[who.text])
    assert found == answer


def test_what_is_given_is_not_changed() -> None:
    before = {name: set(photos) for name, photos in PHOTOS.items()}
    evaluate(parse("(John | Anna | Max) & !Max & John"), lambda who: PHOTOS[who.text], EVERYTHING)
    assert before == PHOTOS
    assert {1, 2, 3, 4, 5, 6} == EVERYTHING


# Hints


@pytest.mark.parametrize("name", ["John and Anna", "John OR Anna", "not Max", "John, Anna"])
def test_who_writes_words_for_signs_is_told(name: str) -> None:
    assert "&" in signs_for(Who(name))


@pytest.mark.parametrize("name", ["John", "Andy Norman", "Notker Orlando"])
def test_nobody_else_is(name: str) -> None:
    assert signs_for(Who(name)) == ""


def test_the_examples_of_the_docs_hold() -> None:
    assert doctest.testmod(photoclust.query).failed == 0
    assert "Examples" in (photoclust.query.__doc__ or "")


def test_the_language_needs_nothing_heavy() -> None:
    code = "import sys, photoclust.query; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "typer", "rich", "PIL", "sqlite3", "scipy", "cv2"}
    assert heavy.isdisjoint(loaded.stdout.split())
