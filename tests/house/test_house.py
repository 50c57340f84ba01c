"""What must hold for the whole project: style, types, layers, docs that cannot lie."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str) -> None:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports", "--no-logo"),
    ],
    ids=lambda command: " ".join(command),
)
def test_linters_find_nothing(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).parent / command[0]
    run(str(program), *command[1:])


def test_generated_docs_are_up_to_date() -> None:
    run(sys.executable, "docs/generate.py", "--check")


def test_no_weights_and_no_photos_are_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    paths = [Path(name) for name in listed.decode().split("\0") if name]
    heavy = {".onnx", ".dat", ".pt", ".npz", ".npy", ".jpg", ".jpeg", ".heic", ".webp", ".db"}
    assert [path for path in paths if path.suffix.lower() in heavy] == []
    pictures = [path for path in paths if path.suffix.lower() == ".png"]
    assert {path.parent for path in pictures} <= {Path("docs/pictures")}


def test_readme_and_changelog_know_the_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("scan", "clusters", "show", "name", "find", "export gallery", "demo", "enrol"):
        assert f"photoclust {command}" in readme
