"""`photoclust demo`: the whole program, on photos that ship with other packages."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Ran


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo-home")


@pytest.fixture(scope="module")
def surroundings(home: Path) -> dict[str, str]:
    """A home of its own, and the program where a shell finds it."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"HOME": str(home), "PATH": programs}


@pytest.fixture(scope="module")
def first_run(
    surroundings: dict[str, str], home: Path, run_photoclust: Callable[..., Ran], no_sockets: str
) -> Ran:
    """The demo in a folder whose name has a blank, as a process that may not touch a socket."""
    return run_photoclust("demo", home / "the demo", prelude=no_sockets, env=surroundings, cwd=home)


def test_demo_runs(first_run: Ran) -> None:
    assert first_run.code == 0, first_run.err
    assert "Traceback" not in first_run.err


def test_nearly_all_faces_are_right(first_run: Ran) -> None:
    out = first_run.out.decode()
    right, placed = map(int, re.search(r"(\d+) right / (\d+)", out).groups())
    assert placed >= 80
    assert right / placed >= 0.95
    found, expected, wrong = map(
        int, re.search(r"(\d+) of (\d+) photos, (\d+) wrong", out).groups()
    )
    assert found >= 0.9 * expected
    assert wrong == 0


def test_gallery_is_there(first_run: Ran, home: Path) -> None:
    index = re.search(r"^gallery +(.+)$", first_run.out.decode(), re.MULTILINE)[1]
    assert Path(index) == home / "the demo" / "gallery" / "index.html"
    assert "<html" in Path(index).read_text(encoding="utf-8")


def test_commands_it_prints_can_be_run(
    first_run: Ran,
    home: Path,
    surroundings: dict[str, str],
    run_photoclust: Callable[..., Ran],
) -> None:
    printed = [
        shlex.split(line)[1:]
        for line in first_run.out.decode().splitlines()
        if line.startswith("  photoclust ") and "~" not in line
    ]
    assert len(printed) >= 4
    for words in printed:
        ran = run_photoclust(*words, env=surroundings, cwd=home)
        assert ran.code == 0, ran.err
        assert ran.out


def test_default_library_is_untouched(first_run: Ran, home: Path) -> None:
    assert first_run.code == 0
    assert not list(home.rglob("library.db"))
    outside = {path.name for path in home.iterdir()}
    assert outside <= {"the demo", "1.png", ".cache"}


def test_second_run_over_the_same_folder(
    first_run: Ran,
    home: Path,
    surroundings: dict[str, str],
    run_photoclust: Callable[..., Ran],
) -> None:
    again = run_photoclust("demo", home / "the demo", env=surroundings, cwd=home)
    assert again.code == 0, again.err
    assert again.out == first_run.out


def test_folder_with_something_else_is_refused(
    tmp_path: Path, run_photoclust: Callable[..., Ran]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear Sir")
    (tmp_path / "file").write_text("a file")
    for folder in (tmp_path / "mine", tmp_path / "file"):
        ran = run_photoclust("demo", folder)
        assert ran.code == 1
        assert f"{folder} exists and is no demo of photoclust." in ran.err
        assert "Give an empty or new folder." in ran.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
