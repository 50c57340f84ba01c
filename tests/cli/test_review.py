"""`review` on a terminal: what a person types, and what comes of it."""

from __future__ import annotations

import os
import re
import select
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.library import Library

pty = pytest.importorskip("pty")

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

    from tests.conftest import TwoPeople


def talk(library: object, *replies: str) -> str:
    """Run `photoclust review` on a pseudo-terminal and type these lines at its prompts."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(PHOTOCLUST_PICTURES="none", NO_COLOR="1", COLUMNS="100")
        program = "from photoclust.cli import app; app()"
        arguments = ["review", "--db", str(library.path)]
        os.execv(sys.executable, [sys.executable, "-c", program, *arguments])
    said, waiting = "", list(replies)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 1)
        if ready:
            try:
                said += os.read(terminal, 4096).decode()
            except OSError:
                break
        if said.endswith("\n> ") and waiting:
            os.write(terminal, waiting.pop(0).encode() + b"\n")
            said += "\n"
    os.waitpid(pid, 0)
    assert not waiting, said
    return said


def test_a_round_of_questions(two_people: TwoPeople) -> None:
    said = talk(two_people.library, "Ben", "")
    assert "Who is this (4 faces of cluster 2 in 4 photos)?" in said
    assert "4 faces given to Ben." in said
    assert "Who is this (3 faces of cluster 1 in 3 photos)?" in said
    assert "1 answer given. 4 of 7 faces have a name (57 %)" in said
    assert {two_people.album.whose(face) for face in two_people.ben} == {"Ben"}
    assert {two_people.album.whose(face) for face in two_people.ann} == {None}


def test_sheets_of_questions_go_when_the_questions_end(two_people: TwoPeople, cache: Path) -> None:
    said = talk(two_people.library, "Ben", "")
    sheets = re.findall(r"\S+/sheets/Review-\d+\.png", said)
    assert len(sheets) == 2
    assert {Path(sheet).parent for sheet in sheets} == {cache / "sheets"}
    assert list((cache / "sheets").iterdir()) == []


def test_a_wrong_answer_is_taken_back(two_people: TwoPeople) -> None:
    said = talk(two_people.library, "Bem", "u", "Ben", "s")
    assert "Taken back: review: face " in said
    assert [person.name for person in two_people.library.people.all()] == ["Ben"]
    assert len(two_people.library.decisions.ignored()) == 3


def test_the_page_needs_a_scanned_library_and_a_free_port(
    cli: Callable[..., Result], two_people: TwoPeople, tmp_path: Path
) -> None:
    page = ("review", "--web", "--no-browser", "--db")
    with Library.open(tmp_path / "empty.db", create=True):
        pass
    assert "Nothing was scanned" in cli(*page, tmp_path / "empty.db", code=1).stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = cli(*page, two_people.library.path, "--port", str(port), code=2)
    assert f"Port {port} is taken." in told.stderr


def test_options_of_the_page_go_with_it(cli: Callable[..., Result], library: Library) -> None:
    told = cli("review", "--read-only", "--db", library.path, code=2)
    assert "go with --web" in told.stderr
