"""`forget` and `purge` on the command line: asking, telling, refusing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from photoclust.actions.name import name_cluster
from photoclust.library import Library

if TYPE_CHECKING:
    from tests.conftest import TwoPeople

Cli = Callable[..., Result]


@pytest.fixture
def db(two_people: TwoPeople) -> Path:
    """A library of Ann and John."""
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    name_cluster(two_people.library, two_people.ben_cluster, "John")
    return two_people.library.path


def everything(db: Path) -> bytes:
    return b"".join(path.read_bytes() for path in db.parent.glob("people.db*"))


@pytest.mark.parametrize("words", [["forget", "John"], ["purge"]])
def test_they_ask_first(cli: Cli, db: Path, words: list[str]) -> None:
    shown = cli(*words, "--db", db, code=2).stderr
    assert "Would erase" in shown
    assert "say --yes" in shown
    assert b"John" in everything(db)


@pytest.mark.parametrize("words", [["forget", "John"], ["purge"]])
def test_a_dry_run_only_tells(cli: Cli, db: Path, words: list[str]) -> None:
    shown = cli(*words, "--dry-run", "--db", db)
    assert "Would erase" in shown.stderr
    assert shown.stdout == ""
    with Library.open(db) as library:
        assert len(library.faces.all()) == 7
        assert len(library.journal.acts()) == 2


def test_forget_tells_what_went_and_what_is_out_of_reach(cli: Cli, db: Path) -> None:
    shown = cli("forget", "John", "--yes", "--db", db).stderr
    assert "Erased John: 4 faces in 4 photos (4 named), 5 decisions, the words" in shown
    assert "for 4 embeddings and 1 text: nothing is left." in shown
    assert str(db) in shown
    assert "Galleries and sheets exported earlier, and copies of the library" in shown
    assert b"John" not in everything(db)
    assert cli("people", "--nl", "--db", db).stdout.count("\n") == 1
    assert "Nobody is called John" in cli("forget", "John", "--yes", "--db", db, code=1).stderr


def test_json_is_the_report(cli: Cli, db: Path) -> None:
    planned = json.loads(cli("forget", "John", "--dry-run", "--json", "--db", db).stdout)
    assert (planned["faces"], planned["dry_run"], planned["searched"]) == (4, True, None)
    done = json.loads(cli("forget", "John", "--yes", "--json", "--db", db).stdout)
    assert done["dry_run"] is False
    assert done["searched"]["embeddings"] == 4
    assert str(db) in done["searched"]["files"]
    purged = json.loads(cli("purge", "--yes", "--json", "--db", db).stdout)
    assert (purged["faces"], purged["searched"]["embeddings"]) == (3, 3)


def test_never_again_and_its_end(cli: Cli, db: Path) -> None:
    shown = cli("forget", "John", "--never-again", "--yes", "--db", db).stderr
    assert "Kept for --never-again, without a name:\n4 embeddings." in shown
    shown = cli("forget", "--learn-again", "--yes", "--db", db).stderr
    assert "Dropped 4 embeddings of 1 person" in shown


def test_a_name_that_still_stands_is_told(cli: Cli, db: Path, two_people: TwoPeople) -> None:
    two_people.album.add_photo("/Pictures/John/1.jpg")
    shown = cli("forget", "John", "--yes", "--db", db).stderr
    assert "The name also stands in paths of photos (1), which stay as they are." in shown


def test_a_purge_tells_who_stays(cli: Cli, db: Path) -> None:
    shown = cli("purge", "--yes", "--db", db).stderr
    assert "Erased 7 faces in 7 photos" in shown
    assert "2 people stay, without a face." in shown
    assert "for 7 embeddings: nothing is left." in shown


@pytest.mark.parametrize(
    "words",
    [[], ["John", "--learn-again"], ["--never-again"], ["--learn-again", "--never-again"]],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused(cli: Cli, db: Path, words: list[str]) -> None:
    assert "Say whom to forget" in cli("forget", *words, "--db", db, code=2).stderr


@pytest.mark.parametrize("words", [["forget", "Nobody"], ["forget", "--learn-again"]])
def test_where_there_is_nobody_to_forget(cli: Cli, db: Path, words: list[str]) -> None:
    assert "Nobody" in cli(*words, "--yes", "--db", db, code=1).stderr


def test_a_library_that_may_not_be_written_stays(
    public_folder: Path, db: Path, unprivileged: Callable[[Callable[[], object]], str]
) -> None:
    from photoclust.actions.forget import forget_person
    from photoclust.actions.purge import purge

    copy = public_folder / "people.db"
    with Library.open(db) as library:
        library.query("PRAGMA wal_checkpoint(TRUNCATE)")
    copy.write_bytes(db.read_bytes())
    copy.chmod(0o444)
    public_folder.chmod(0o555)

    def forget() -> object:
        with Library.open(copy) as library:
            return forget_person(library, "John")

    def purged() -> object:
        with Library.open(copy) as library:
            return purge(library)

    for command in (forget, purged):
        assert "is read-only" in unprivileged(command)
    public_folder.chmod(0o755)
