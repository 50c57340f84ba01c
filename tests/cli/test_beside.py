"""Crops beside the rows of `clusters`, `people` and `find`, on a pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from photoclust.cli.pictures import beside
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on Windows")
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")

COMMAND = "from photoclust.cli import main; main()"
TOKEN = re.compile(rb"\x1b_G.*?\x1b\\|\x1b\[(\d+)([AB])|\x1b[78]|\x1b\[[\d;]*m|\r|\n|.", re.DOTALL)


def on_terminal(*words: str | Path, columns: int = 120, rows: int = 50, **env: str) -> bytes:
    """What a command writes to a terminal of characters of 10 x 20 pixels."""
    end, near = pty.openpty()
    fcntl.ioctl(
        end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20)
    )
    shown = {"TERM": "xterm-kitty", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    running = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *map(str, words)],
        stdin=near,
        stdout=near,
        stderr=subprocess.DEVNULL,
        env={**environment, **shown, **env},
    )
    os.close(near)
    written = b""
    while True:
        try:
            more = os.read(end, 65536)
        except OSError:  # Linux says so when the near end is closed
            break
        if not more:
            break
        written += more
    os.close(end)
    assert running.wait() == 0
    return written


def screen(written: bytes) -> tuple[list[str], list[int]]:
    """The lines, and the line at which each picture begins; pictures are at the left edge."""
    lines, pictures, row, column, saved = [""], [], 0, 0, (0, 0)
    for token in TOKEN.finditer(written):
        text = token[0]
        if text.startswith(b"\x1b_G"):
            if b"a=T" in text:
                assert column == 0
                pictures.append(row)
        elif token[1]:
            row += int(token[1]) * (1 if token[2] == b"B" else -1)
        elif text == b"\x1b7":
            saved = row, column
        elif text == b"\x1b8":
            row, column = saved
        elif text == b"\r":
            column = 0
        elif text == b"\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif not text.startswith(b"\x1b"):
            lines[row] = f"{lines[row]:{column}}{text.decode('latin-1')}"
            column += 1
    return lines, pictures


@pytest.mark.parametrize("columns", [120, 80])
def test_every_cluster_has_crops_at_its_row(two_people: TwoPeople, columns: int) -> None:
    written = on_terminal("clusters", "--db", two_people.library.path, columns=columns)
    lines, pictures = screen(written)
    rows = [at for at, line in enumerate(lines) if re.match(r" +[12] +[34] ", line)]
    assert len(rows) == 2
    assert pictures == rows
    assert rows[1] - rows[0] == beside.LINES
    assert not any(line[: beside.LINES].strip() for line in lines[rows[0] : rows[1]])


def test_people_and_photos_have_them_too(two_people: TwoPeople) -> None:
    two_people.album.say("Ann", *two_people.ann)
    two_people.album.say("Ben", *two_people.ben)
    db = two_people.library.path
    lines, pictures = screen(on_terminal("people", "--db", db))
    assert [("Ann" in lines[at], "Ben" in lines[at]) for at in pictures] == [
        (False, True),
        (True, False),
    ]
    lines, pictures = screen(on_terminal("find", "Ann", "--db", db, columns=90))
    assert pictures == [at for at, line in enumerate(lines) if "ann-" in line]


def test_only_the_first_rows_have_crops(album: Album, portraits: Callable[..., Matrix]) -> None:
    for number in range(beside.MOST_ROWS + 5):
        album.add_cluster(*album.add_portraits(f"p{number}", portraits(f"p{number}", 2)))
    lines, pictures = screen(on_terminal("clusters", "--db", album.library.path))
    assert len(pictures) == beside.MOST_ROWS
    numbers = [int(line.split()[0]) for line in lines if re.match(r" +\d+ +2 ", line)]
    assert numbers == list(range(1, beside.MOST_ROWS + 6))


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--images", "never"], {}),
        (["--json"], {}),
        (["--csv"], {}),
        ([], {"columns": 50}),
        ([], {"rows": 3}),
    ],
)
def test_where_none_are_wanted_or_fit_none_are_shown(
    two_people: TwoPeople, words: list[str], options: dict[str, int]
) -> None:
    written = on_terminal("clusters", *words, "--db", two_people.library.path, **options)  # type: ignore[arg-type]
    assert b"\x1b_G" not in written
    assert b"3" in written


def test_a_person_may_want_none_at_all(two_people: TwoPeople) -> None:
    written = on_terminal("clusters", "--db", two_people.library.path, PHOTOCLUST_PICTURES="none")
    assert b"\x1b_G" not in written


def test_a_pipe_gets_none(
    two_people: TwoPeople, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOCLUST_PICTURES", "kitty")
    told = cli("clusters", "--json", "--db", two_people.library.path).stdout
    assert len(json.loads(told)["rows"]) == 2
    assert "\x1b" not in cli("clusters", "-t", "--db", two_people.library.path).stdout
