"""Rules of a user: which patterns leave what out, and which of several has the last word."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photoclust.photos.ignoring import EXCLUDED, IGNORE_FILE, IGNORED, Ignoring


def left_out(path: str, *lines: str) -> bool:
    """Do these lines at /root leave out what lies there? A folder's path ends with a slash."""
    ignoring = Ignoring.at_root("/root", lines)
    return ignoring.why(f"/root/{path.removesuffix('/')}", path.endswith("/")) is not None


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a.jpg", "a.jpg"),
        ("a.jpg", "deep/down/a.jpg"),
        ("*.png", "deep/a.png"),
        ("tmp", "tmp/"),
        ("tmp/", "tmp/"),
        ("tmp/", "deep/tmp/"),
        ("/tmp/", "tmp/"),
        ("2019/party", "2019/party/"),
        ("2019/*.jpg", "2019/a.jpg"),
        ("**/party", "2019/june/party"),
        ("2019/**", "2019/june/a.jpg"),
        ("2019/**/a.jpg", "2019/a.jpg"),
        ("2019/**/a.jpg", "2019/june/week/a.jpg"),
        ("IMG_?.jpg", "IMG_1.jpg"),
        ("IMG_[0-9].jpg", "IMG_7.jpg"),
        ("IMG_[!0-9].jpg", "IMG_x.jpg"),
        ("a.jpg   ", "a.jpg"),
        ("a.jpg\r", "a.jpg"),
        ("a\\ ", "a "),
        (" a", " a"),
        ("\\#1.jpg", "#1.jpg"),
        ("\\!.jpg", "!.jpg"),
        ("a b.jpg", "a b.jpg"),
        ("caf\udce9.jpg", "caf\udce9.jpg"),
        ("*.jpg", "two\nlines.jpg"),
        ("a.jpg", "two\nlines/a.jpg"),
        ("*", "anything"),
        ("*/", "folder/"),
        ("**/", "folder/"),
        ("**", "folder/a.jpg"),
    ],
)
def test_a_pattern_leaves_out(line: str, path: str) -> None:
    assert left_out(path, line)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("a.jpg", "b.jpg"),
        ("a.jpg", "xa.jpg"),
        ("a.jpg", "a.jpg\n"),
        ("a.jpg", "A.JPG"),
        ("/a.jpg", "deep/a.jpg"),
        ("tmp/", "tmp"),
        ("/tmp/", "deep/tmp/"),
        ("2019/party", "deep/2019/party"),
        ("2019/*.jpg", "2019/june/a.jpg"),
        ("2019/**", "2019/"),
        ("*/", "a.jpg"),
        ("**/", "a.jpg"),
        ("# a.jpg", "a.jpg"),
        ("", "a.jpg"),
        ("   ", "a.jpg"),
        ("/", "a.jpg"),
        ("!", "!"),
        ("!/", "a/"),
        ("[a.jpg", "[a.jpg"),
        ("[z-a].jpg", "z.jpg"),
        ("a\\", "a"),
    ],
)
def test_a_pattern_does_not_leave_out(line: str, path: str) -> None:
    assert not left_out(path, line)


def test_the_last_pattern_that_matches_counts() -> None:
    assert not left_out("keep.png", "*.png", "!keep.png")
    assert left_out("keep.png", "*.png", "!keep.png", "keep.*")
    assert left_out("other.png", "*.png", "!keep.png")


def test_all_but_some_can_be_left_out() -> None:
    only_jpegs = ("*", "!*/", "!*.jpg")
    assert not left_out("deep/", *only_jpegs)
    assert not left_out("deep/a.jpg", *only_jpegs)
    assert left_out("deep/a.png", *only_jpegs)


def test_a_pattern_of_a_folder_says_nothing_of_what_lies_in_it() -> None:
    """The folder is not entered, or a later pattern took it back."""
    assert not left_out("tmp/a.jpg", "tmp/")
    assert left_out("tmp/a.jpg", "*", "!tmp/")


def test_the_file_of_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / IGNORE_FILE).write_bytes(b"\xef\xbb\xbf*.png\r\n# *.jpg\r\n\r\ncaf\xe9.tif")
    rules = Ignoring.at_root(str(tmp_path), ()).with_file_of(str(tmp_path))
    assert rules.why(f"{tmp_path}/a.png", is_folder=False) == IGNORED
    assert rules.why(f"{tmp_path}/caf\udce9.tif", is_folder=False) == IGNORED
    assert rules.why(f"{tmp_path}/a.jpg", is_folder=False) is None


def test_a_deeper_file_outranks_and_what_is_excluded_outranks_both(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / IGNORE_FILE).write_text("*.png\n!keep.gif\n")
    (inner / IGNORE_FILE).write_text("!a.png\n/b.jpg\n")
    rules = Ignoring.at_root(str(tmp_path), ("*.gif", "!b.jpg"))
    rules = rules.with_file_of(str(tmp_path)).with_file_of(str(inner))
    answers = {
        name: rules.why(f"{inner}/{name}", is_folder=False)
        for name in ("a.png", "b.png", "b.jpg", "keep.gif")
    }
    assert answers == {"a.png": None, "b.png": IGNORED, "b.jpg": None, "keep.gif": EXCLUDED}


def test_no_rules_are_false() -> None:
    assert not Ignoring.at_root("/root", ())
    assert Ignoring.at_root("/root", ("*.png",))


def test_rules_hold_at_the_root_of_all() -> None:
    assert Ignoring.at_root("/", ("/tmp/",)).why("/tmp", is_folder=True) == EXCLUDED


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_has_no_rules(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / IGNORE_FILE)
    rules = Ignoring.at_root(str(tmp_path), ())
    assert rules.with_file_of(str(tmp_path)) == rules


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / IGNORE_FILE).symlink_to(tmp_path / "unplugged")
    with pytest.raises(FileNotFoundError):
        Ignoring.at_root(str(tmp_path), ()).with_file_of(str(tmp_path))
