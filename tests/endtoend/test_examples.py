"""The example programs, run as a reader would run them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(example: str, *arguments: Path) -> str:
    words = [sys.executable, str(EXAMPLES / example), *map(str, arguments)]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_who_is_in(camera: Photographer, tmp_path: Path) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 4)
    lines = run("who_is_in.py", tmp_path / "photos", tmp_path / "people.db").splitlines()
    assert {line.split("\t")[1] for line in lines} == {"cluster 1"}
    assert len(lines) == 4


def test_same_person(camera: Photographer, tmp_path: Path) -> None:
    one = camera.portrait(tmp_path / "one.jpg", "Ada")
    other = camera.portrait(tmp_path / "other.jpg", "Gwen")
    assert run("same_person.py", one, one).endswith("1.000 same\n")
    assert run("same_person.py", one, other).endswith("different\n")
