"""What cannot be understood: one sentence, and a caret at the place."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from photoclust.errors import UsageError
from photoclust.query import (
    QueryError,
    marked,
    parse,
    parse_age,
    parse_day,
    parse_limit,
    parse_place,
    parse_range,
    parse_similarity,
    parse_sort,
    parse_template,
    written,
)
from photoclust.query.errors import LONGEST_SHOWN, columns


def test_the_hint_shows_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("John & ")
    assert caught.value.message == "Nothing follows the & in this query."
    assert caught.value.hint == "John & \n       ^"
    assert str(caught.value) == f"{caught.value.message}\n{caught.value.hint}"
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("", 0, "query is empty"),
        ("   ", 3, "query is empty"),
        ("& John", 0, "before the &"),
        ("John |", 6, "follows the |"),
        ("!", 1, "follows the !"),
        ("John & | Anna", 7, "between & and |"),
        ("John &&& Anna", 7, "between & and &"),
        ("John & ! | Anna", 9, "between ! and |"),
        ("John & ()", 7, "in these parentheses"),
        ("(& John)", 1, "before the &"),
        ("(John | ) & Anna", 8, "follows the | in these parentheses"),
        ("John & (Anna | (Max)", 7, "never closed"),
        ("John & (", 7, "never closed"),
        ("John) & Anna", 4, "There is no ("),
        (") John", 0, "There is no ("),
        ("John !Max", 5, "missing"),
        ("John (Anna)", 5, "missing"),
        ("(John) Anna", 7, "missing"),
        ('"Ben" "Anna"', 6, "missing"),
        ('John & "Ben Smith', 7, "no end"),
        ("John & 't Hooft", 7, "no end"),
        ('John & "Ben\\"', 7, "no end"),
        ('John & " "', 7, "no name"),
        ("John#", 5, "number"),
        ("John# 3", 5, "number"),
        ("John#three", 5, "number"),
        ("John#\uff13", 5, "number"),
        ("#" + "9" * 19, 1, "number"),
        ("John#3#4", 5, "number"),
        ("(" * 60 + "John" + ")" * 60, 51, "inside each other"),
        ("!" * 100_000 + "John", 51, "inside each other"),
    ],
)
def test_the_place_and_the_reason_are_told(text: str, at: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.text) == (at, text)
    assert said in caught.value.message


# The caret


@pytest.mark.parametrize(
    ("before", "wide"),
    [
        ("John", 4),
        ("山田太郎", 8),
        ("\uff2a\uff4f\uff48\uff4e", 8),
        ("Jose\u0301", 4),
        ("José", 4),
        ("\u1112\u1161\u11ab", 2),
        ("한", 2),
        ("مه\u200cدی", 4),
        ("👨\u200d👩", 4),
        ("", 0),
    ],
)
def test_the_caret_stands_below_the_place_however_wide_the_letters_are(
    before: str, wide: int
) -> None:
    assert columns(before) == wide
    text, caret = marked(f"{before}& rest", len(before)).split("\n")
    assert text == f"{before}& rest"
    assert caret == " " * wide + "^"


@pytest.mark.parametrize("bad", ["\n", "\r", "\t", "\x1b", "\0", "\u202e", "\ud800", "\u2028"])
def test_nothing_that_steers_a_terminal_is_shown(bad: str) -> None:
    lines = marked(f"Jo{bad}hn & ", 8).split("\n")
    assert len(lines) == 2
    assert lines[0].isprintable()
    assert lines[1] == " " * 8 + "^"


@pytest.mark.parametrize("at", [0, 1, 39, 40, 41, 72, 500, 999, 1000])
def test_of_a_long_text_what_is_around_the_place_is_shown(at: int) -> None:
    text = ("0123456789" * 100)[:1000]
    line, caret = marked(text, at).split("\n")
    assert len(line) <= LONGEST_SHOWN + 2
    assert (line + " ")[len(caret) - 1].strip("… ") == text[at : at + 1]


# Whatever is given

SIGNS = [
    *"abc \t\n&|!()#\"'\\.,:;{}%/-+0123456789kmYNSEW é山“”\u2018\u2019„«»\u0301\u200d\ud800\x00",
    "..",
]

READERS: dict[str, Callable[[str], Any]] = {
    "query": parse,
    "range": parse_range,
    "first day": partial(parse_day, end=False),
    "last day": partial(parse_day, end=True),
    "place": parse_place,
    "age": parse_age,
    "similarity": parse_similarity,
    "limit": parse_limit,
    "sort": parse_sort,
    "template": parse_template,
}


def refusal(read: Callable[[str], Any], text: str) -> QueryError | None:
    """The error that the text brings, if any; no other one may come."""
    try:
        read(text)
    except QueryError as error:
        return error
    return None


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("seed", range(3))
def test_any_text_is_understood_or_refused_at_a_place(
    read: Callable[[str], Any], seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(1000):
        text = "".join(chance.choices(SIGNS, k=chance.randrange(15)))
        error = refusal(read, text)
        if error:
            assert 0 <= error.at <= len(text)
            assert error.text == text
            assert error.message.endswith(".")


def test_random_queries_are_often_understood_and_can_be_written() -> None:
    chance = random.Random(1)
    understood = 0
    pieces = ["John", "Ben Smith", '"D&D"', "#3", " ", "&", "|", "!", "(", ")", "'x'"]
    for _ in range(5000):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 8)))
        try:
            expression = parse(text)
        except QueryError:
            continue
        understood += 1
        assert parse(written(expression)) == expression
    assert understood > 300


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("sign", [" ", "1", ".", "..", ",", "(", "!", '"', "{", "a ", "-", "\\"])
def test_a_very_long_text_is_no_trouble(read: Callable[[str], Any], sign: str) -> None:
    for text in (sign * 3000, sign * 3000 + "x", "1" + sign * 3000 + "x"):
        error = refusal(read, text)
        assert error is None or 0 <= error.at <= len(text)
