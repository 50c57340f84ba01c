"""Which file is the library, and what is said when it cannot be."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

READING = (["clusters"], ["faces"], ["people"], ["find", "Ann"], ["show", "1"], ["status"])
WRITING = (["name", "1", "Ann"], ["unname", "1"], ["cluster"], ["person", "rename", "a", "b"])

Cli = Callable[..., Result]


def named(two_people: object) -> Path:
    """A closed library with Ann and Ben."""
    two_people.album.say("Ann", *two_people.ann, source="cluster")
    two_people.album.say("Ben", *two_people.ben, source="cluster")
    two_people.library.close()
    return two_people.library.path


def test_db_before_and_after_the_command_and_in_the_environment(
    cli: Cli, two_people: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = named(two_people)
    expected = cli("people", "--db", path).stdout
    assert "Ann" in expected
    assert cli("--db", path, "people").stdout == expected
    assert cli("--db", tmp_path / "no.db", "people", "--db", path).stdout == expected
    monkeypatch.setenv("PHOTOCLUST_DB", str(path))
    assert cli("people").stdout == expected
    cli("people", "--db", tmp_path / "no.db", code=1)  # what is typed wins
    monkeypatch.setenv("PHOTOCLUST_DB", str(tmp_path / "no.db"))
    monkeypatch.setenv("PHOTOCLUST_PEOPLE_DB", str(path))
    assert cli("people").stdout == expected


def test_options_in_the_environment(
    cli: Cli, two_people: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = named(two_people)
    monkeypatch.setenv("PHOTOCLUST_FIND_JSON", "1")
    assert cli("find", "Ann", "--db", path).stdout.startswith("{")


def test_default_place_is_in_the_users_data_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    cli("scan", tmp_path / "photos")
    found = list(Path(os.environ["HOME"]).rglob("library.db"))
    assert len(found) == 1
    shutil.rmtree(found[0].parent)


@pytest.mark.parametrize("words", [*READING, *WRITING, ["export", "gallery", "out"]], ids=" ".join)
def test_no_library(cli: Cli, tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "sub" / "no.db"
    result = cli(*words, "--db", path, code=1)
    assert f"There is no library at {path}." in result.stderr
    assert "photoclust scan FOLDER" in result.stderr
    assert not path.parent.exists()


def newer(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return "written by a newer photoclust (schema 99"


def not_sqlite(path: Path) -> str:
    path.unlink()
    path.write_text("Dear diary, " * 100)
    return "is not an SQLite file"


def short_text(path: Path) -> str:
    path.unlink()
    path.write_text("Hi.")
    return "is not an SQLite file"


def another_program(path: Path) -> str:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    return "is an SQLite file of another program"


def folder(path: Path) -> str:
    path.unlink()
    path.mkdir()
    return "is a folder"


def cut(path: Path) -> str:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // 4096 * 4096])
    return "is damaged"


@pytest.mark.parametrize("spoil", [newer, not_sqlite, short_text, another_program, folder, cut])
def test_file_that_is_no_library_is_refused_and_left_alone(
    cli: Cli, two_people: object, tmp_path: Path, spoil: Callable[[Path], str]
) -> None:
    path = named(two_people)
    message = spoil(path)
    before = path.read_bytes() if path.is_file() else None
    (tmp_path / "photos").mkdir()
    for words in (["people"], ["scan", tmp_path / "photos"], ["name", "1", "Zoe"]):
        if spoil is cut and words[0] == "scan":
            continue  # an empty folder asks nothing of the lost pages
        result = cli(*words, "--db", path, code=1)
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 2
    assert (path.read_bytes() if path.is_file() else None) == before


def test_empty_file_becomes_a_library(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    (tmp_path / "photos").mkdir()
    cli("scan", tmp_path / "photos", "--db", tmp_path / "new.db")
    assert "Photos    0 in 0 files" in cli("status", "--db", tmp_path / "new.db").stdout


def test_creation_that_was_cut_short_is_taken_up_again(cli: Cli, tmp_path: Path) -> None:
    """A kill or a full disk between the statements that make a new file."""
    (tmp_path / "photos").mkdir()
    whole = tmp_path / "whole.db"
    cli("scan", tmp_path / "photos", "--db", whole)
    begun = tmp_path / "begun.db"
    with closing(sqlite3.connect(begun)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT,"
            " name TEXT, applied_at TEXT)"
        )
    cli("scan", tmp_path / "photos", "--db", begun)


def bound() -> tuple[str, ...]:
    """A wrapper under which permissions hold, even for root."""
    if os.geteuid() != 0:
        return ()
    wrapper = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if not shutil.which("setpriv") or subprocess.run([*wrapper, "true"], check=False).returncode:
        pytest.skip("permissions do not bind root here, and setpriv cannot change that")
    return wrapper


@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_read_only_library_is_read_and_not_written(
    python: Callable[..., subprocess.CompletedProcess[str]],
    two_people: object,
    tmp_path: Path,
    what: str,
) -> None:
    wrapper = bound()
    place = tmp_path / "place"
    place.mkdir()
    path = Path(shutil.copy(named(two_people), place / "people.db"))
    if what != "folder":
        path.chmod(0o444)
    if what != "file":
        place.chmod(0o555)
    try:
        for words in (["clusters"], ["find", "Ann"]):
            ran = python("-m", "photoclust", *words, "--db", path, wrapper=wrapper)
            assert ran.returncode == 0, ran.stderr
            assert ran.stdout
        before = path.read_bytes()
        (tmp_path / "photos").mkdir()
        for words in (["name", "1", "Ann"], ["scan", tmp_path / "photos"]):
            ran = python("-m", "photoclust", *words, "--db", path, wrapper=wrapper)
            assert ran.returncode == 1
            assert f"Error: The library {path} is read-only." in ran.stderr
            assert "write permission" in ran.stderr
        assert path.read_bytes() == before
    finally:
        place.chmod(0o755)


def test_library_in_a_folder_that_cannot_be_made(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "photos").mkdir()
    result = cli("scan", tmp_path / "photos", "--db", tmp_path / "file" / "x.db", code=1)
    assert "Cannot use" in result.stderr
    assert "--db" in result.stderr


def test_typo_in_the_first_scan_leaves_no_library_behind(cli: Cli, tmp_path: Path) -> None:
    cli("scan", tmp_path / "nowhere", "--db", tmp_path / "new.db", code=1)
    assert not (tmp_path / "new.db").exists()
