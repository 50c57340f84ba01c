"""What the program and the package show of themselves, and what starting them costs."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import version

import pytest
import typer
from typer.testing import Result

import photoclust
from photoclust.cli import app

Python = Callable[..., subprocess.CompletedProcess[str]]


def commands() -> Iterator[tuple[str, ...]]:
    """Every command as the words that call it."""

    def walk(group: object, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, (*before, name))
            else:
                yield (*before, name)

    yield from walk(typer.main.get_command(app), ())


ALL_COMMANDS = list(commands())


@pytest.mark.parametrize("words", ALL_COMMANDS, ids=" ".join)
def test_help_of_every_command_has_an_example(
    cli: Callable[..., Result], words: tuple[str, ...]
) -> None:
    for flag in ("--help", "-h"):
        shown = cli(*words, flag).stdout
        assert f"Example: photoclust {' '.join(words)}" in shown
        assert "Usage: " in shown


@pytest.mark.parametrize("group", sorted({words[0] for words in ALL_COMMANDS if len(words) > 1}))
def test_help_of_every_group_has_an_example(cli: Callable[..., Result], group: str) -> None:
    assert f"Example: photoclust {group}" in cli(group, "--help").stdout


def test_help_lists_the_commands_of_the_issue(cli: Callable[..., Result]) -> None:
    shown = cli("--help").stdout
    listed = set(re.findall(r"^  ([a-z]+)  ", shown, re.MULTILINE))
    assert listed >= {
        *("scan", "cluster", "clusters", "show", "name", "unname", "enrol", "people", "person"),
        *("find", "faces", "export", "status", "models", "demo"),
    }
    assert {words[1] for words in ALL_COMMANDS if words[0] == "models"} == {
        *("list", "show", "install", "verify", "use"),
    }


def test_options_that_hide_the_library_are_nowhere(cli: Callable[..., Result]) -> None:
    """Every command that opens a library takes --db."""
    without = {
        *("models list", "models show", "models install", "models verify", "demo"),
        *("evaluate pairs", "evaluate people", "train"),
    }
    for words in ALL_COMMANDS:
        assert ("--db" in cli(*words, "--help").stdout) == (" ".join(words) not in without)


def test_version(cli: Callable[..., Result], python: Python) -> None:
    assert cli("--version").stdout == f"photoclust {version('photoclust')}\n"
    assert python("-m", "photoclust", "--version").stdout == f"photoclust {version('photoclust')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(python: Python, shell: str) -> None:
    ran = python(
        *("-m", "photoclust", "--show-completion", shell),
        env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    assert "complet" in ran.stdout


@pytest.mark.parametrize(
    "words", [["fnid"], ["scan", "--nonsense"], ["models", "nonsense"], ["find"]]
)
def test_usage_errors(cli: Callable[..., Result], words: list[str]) -> None:
    result = cli(*words, code=2)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def modules_after(python: Python, code: str, *arguments: str) -> set[str]:
    """What is imported once the code has run."""
    tail = "; import json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"
    ran = python("-c", code + tail, *arguments)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout.splitlines()[-1]))


HEAVY = {
    "numpy",
    "rich",
    "onnxruntime",
    "onnx",
    "cv2",
    "hdbscan",
    "sklearn",
    "scipy",
    "insightface",
}
HEAVY |= {"sqlite_utils", "PIL", "skimage", "jinja2", "requests", "urllib.request"}


def test_starting_imports_nothing_heavy(python: Python) -> None:
    assert not HEAVY & modules_after(python, "import photoclust.cli")
    assert not HEAVY & modules_after(python, "import photoclust")


def test_find_imports_no_model_and_no_clustering(python: Python, two_people: object) -> None:
    two_people.album.say("Ann", *two_people.ann)
    code = (
        "import sys; sys.argv = ['photoclust', 'find', 'Ann', '--db', sys.argv[1]]\n"
        "from photoclust.cli import app\n"
        "app(standalone_mode=False)"
    )
    loaded = modules_after(python, code, str(two_people.library.path))
    assert not (HEAVY - {"numpy"}) & loaded


@pytest.mark.parametrize("name", photoclust.__all__)
def test_public_names_are_there_and_documented(name: str) -> None:
    found = getattr(photoclust, name)
    assert name in dir(photoclust)
    assert inspect.getdoc(found)
    if inspect.isfunction(found):
        assert "->" in str(inspect.signature(found))


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = photoclust.nonsense
