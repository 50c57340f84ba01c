"""Which questions are asked, and in which order."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from photoclust.review.questions import PAGE, Asker, Item, _best_page, on_page
from tests.review.test_likeness import EACH, PEOPLE, scene


@pytest.mark.parametrize("seed", range(20))
def test_the_best_page_is_the_best_of_all_pages(seed: int) -> None:
    chance = np.random.default_rng(seed)
    gain, cost = chance.random(9), chance.random(9) / 2
    best = max(
        gain[list(page)].sum() / (1 + cost[list(page)].sum())
        for size in range(1, 10)
        for page in combinations(range(9), size)
    )
    page, settles = _best_page(gain, cost)
    assert settles == pytest.approx(best)
    assert gain[page].sum() / (1 + cost[page].sum()) == pytest.approx(best)


def test_a_page_has_room_for_so_many() -> None:
    page, _settles = _best_page(np.ones(3 * PAGE), np.zeros(3 * PAGE))
    assert len(page) == PAGE


def test_of_a_large_group_the_surest_and_the_least_sure_are_shown() -> None:
    assert on_page(range(PAGE)) == range(PAGE)
    shown = on_page(range(100))
    assert len(shown) == PAGE
    assert (shown[0], shown[1], shown[-1]) == (0, 101 - PAGE, 99)


def test_questions_come_in_the_order_of_what_they_settle() -> None:
    now = scene()
    now.owners[:3] = 1
    settles = [question.settles for question in Asker(now).questions(50)]
    assert settles == sorted(settles, reverse=True)


def test_everything_is_asked_about_once() -> None:
    asker, asked = Asker(scene()), []
    while found := asker.questions(1):
        asker.pass_over(found[0])
        asked.append((found[0].kind, found[0].items[0]))
    assert len(asked) == len(set(asked))
    assert {face for kind, item in asked if kind == "who" for face in item.faces} == set(
        range(PEOPLE * EACH)
    )


def test_nobody_is_proposed_twice_in_a_photo() -> None:
    now = scene()
    now.owners[:3] = 1
    now = replace(now, said=replace(now.said, photos=np.where(np.arange(30) > 2, 99, -1)))
    for page in Asker(now).pages():
        people = [item.person for item in page.items if now.owners[item.faces[0]] == 0]
        assert len(people) == len(set(people))


def test_who_was_shown_is_not_proposed_again() -> None:
    now = scene()
    now.owners[:3] = 1
    asker = Asker(now)
    proposed = next(item for page in asker.pages() for item in page.items if item.person == 1)
    asker.was_shown(proposed.faces, 1)
    assert proposed not in [item for page in asker.pages() for item in page.items]
    assert Item(proposed.faces) == Item(proposed.faces, chance=0.5)
