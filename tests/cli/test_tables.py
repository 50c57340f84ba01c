"""Tables fit the terminal: what may be narrowed is, what may not stays whole."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from photoclust.cli.rows import Column, Form, day, end_of_path, print_rows, short_name

COLUMNS = (
    Column("Face", "face", number=True),
    Column("Person", "person", short_name),
    Column("Taken", "taken", day),
    Column("Photo", "file", path=True),
    Column("What", "what"),
)
ROW = {
    "face": 12345,
    "person": "Ann",
    "taken": "2016-04-13T10:00:00",
    "file": "/home/somebody/Pictures/2016/a summer by the sea/IMG_1234.JPG",
    "what": "a sentence of so many words that it does not go on one line",
}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """`printed(80, row)`: the lines of a table of one row, in so many columns."""

    def printed(width: int | None, row: dict[str, object]) -> list[str]:
        if width is not None:
            monkeypatch.setenv("COLUMNS", str(width))
        print_rows([row], Form.TABLE, COLUMNS)
        return capfd.readouterr().out.splitlines()

    return printed


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_table_is_no_wider_than_the_terminal(printed, width: int) -> None:  # type: ignore[no-untyped-def]
    lines = printed(width, ROW)
    assert max(map(cell_len, lines)) <= width
    assert "12345  Ann     2016-04-13  …" in lines[2]
    assert "IMG_1234.JPG" in lines[2]
    words = [word for line in lines[2:] for word in line.split()]
    assert [word for word in words if word in ROW["what"].split()] == ROW["what"].split()


def test_a_pipe_gets_all_of_a_row_on_one_line(
    printed,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    _heading, _rule, line = printed(None, ROW)
    assert ROW["file"] in line
    assert ROW["what"] in line


@pytest.mark.parametrize("width", [60, 200])
def test_a_long_name_takes_one_line(printed, width: int) -> None:  # type: ignore[no-untyped-def]
    lines = printed(width, {**ROW, "person": "Ann " * 50, "what": "short"})
    assert len(lines) == 3
    assert re.search("Ann Ann.*…  2016-04-13", lines[2])
    assert cell_len(lines[2]) <= width


def test_a_path_loses_whole_folders_where_it_can() -> None:
    path = "/photos/2016/sea/IMG_1234.JPG"
    assert end_of_path(path, len(path)) == path
    assert end_of_path(path, 20) == "…/sea/IMG_1234.JPG"
    assert end_of_path(path, 9) == "…1234.JPG"
    assert cell_len(end_of_path("/photos/家族の写真/海.jpg", 15)) <= 15


def test_no_row_is_no_table(capfd: pytest.CaptureFixture[str]) -> None:
    print_rows([], Form.TABLE, COLUMNS)
    assert capfd.readouterr().out == ""
