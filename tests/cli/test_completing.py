"""What the shell is offered for a name that was begun."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from photoclust.actions.name import name_faces
from photoclust.cli import app

if TYPE_CHECKING:
    from tests.conftest import TwoPeople


@pytest.fixture
def tab(two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`tab("find", "Jo")`: the words as bash has them, and what it would put for the last."""
    library, (first, second, third) = two_people.library, two_people.ann
    for face, name in ((first, "Ben Smith"), (second, "John"), (third, "John")):
        name_faces(library, [face], name, another=True)
    name_faces(library, two_people.ben[:1], 'Al "O" (Cy) & Co')
    monkeypatch.setenv("PHOTOCLUST_DB", str(library.path))

    def tab(*words: str, shell: str = "bash") -> list[str]:
        typed = ["photoclust", *words]
        environment = {"_PHOTOCLUST_COMPLETE": f"complete_{shell}"}
        if shell == "bash":
            environment |= {"COMP_WORDS": "\n".join(typed), "COMP_CWORD": str(len(words))}
        else:
            environment |= {
                "_TYPER_COMPLETE_ARGS": " ".join(typed),
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            }
        ran = CliRunner().invoke(app, env=environment, prog_name="photoclust")
        return ran.stdout.splitlines()

    return tab


@pytest.mark.parametrize("words", [["person", "show"], ["merge"], ["name", "3"], ["find"]])
@pytest.mark.parametrize("begun", ["Ben", "ben", r"Ben\ S", "B"])
def test_a_name_of_two_words_stays_one_word(
    tab: Callable[..., list[str]], words: list[str], begun: str
) -> None:
    (offered,) = tab(*words, begun)
    assert shlex.split(offered) == ["Ben Smith"]


@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_open_quote_stays(tab: Callable[..., list[str]], quote: str) -> None:
    assert tab("person", "show", f"{quote}Ben S") == ["Ben Smith"]


def test_fish_and_zsh_quote_themselves(tab: Callable[..., list[str]]) -> None:
    assert tab("person", "show", "Ben", shell="fish") == ["Ben Smith"]
    assert '"Ben Smith"' in tab("person", "show", "Ben", shell="zsh")[0]


def test_people_of_one_name_are_offered_by_number(tab: Callable[..., list[str]]) -> None:
    assert [shlex.split(offered) for offered in tab("find", "Jo")] == [["John#2"], ["John#3"]]


@pytest.mark.parametrize("before", ["Ann & ", "Ann|", "!", "(Ann & !", ""])
def test_the_last_name_of_a_query_is_completed(tab: Callable[..., list[str]], before: str) -> None:
    for words in (["find"], ["export", "gallery", "out", "--query"]):
        assert tab(*words, f"'{before}Ben") == [f"{before}Ben Smith"]
        assert tab(*words, f"'{before}\"Ben") == [f'{before}"Ben Smith"']


def test_a_name_with_signs_is_quoted_in_a_query(tab: Callable[..., list[str]]) -> None:
    (offered,) = tab("find", "Al")
    assert shlex.split(offered) == [r'"Al \"O\" (Cy) & Co"']


def test_an_age_begins_with_a_name(tab: Callable[..., list[str]]) -> None:
    assert tab("find", "--age", "Ben") == [r"Ben\ Smith:"]


def test_nothing_is_offered_without_a_library(
    tab: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOCLUST_DB", "/nowhere/people.db")
    assert tab("find", "Ben") == [""]
