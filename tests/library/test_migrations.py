"""The schema: made from nothing, made once, and of use without photoclust."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from photoclust.errors import LibraryError
from photoclust.library import Library
from photoclust.library.migrations import migrations
from photoclust.library.version import APPLICATION_ID, SCHEMA_VERSION

if TYPE_CHECKING:
    from tests.conftest import TwoPeople

TABLES = {
    *("photos", "files", "packs", "scans", "faces", "embeddings"),
    *("clusters", "memberships", "identities", "acts", "decisions", "reversals", "moves"),
    *("forgotten", "projections"),
}
VIEWS = {
    *("named_faces", "cluster_people", "cluster_words", "listed_photos", "people", "left_out"),
    *("standing_decisions", "undone_acts", "denials", "last_words", "links", "allowed_photos"),
    *("face_people", "photos_of_person", "cluster_summary"),
    *("gone_people", "face_words", "photo_words"),
}


def plainly(path: Path, sql: str) -> list[tuple]:
    """What any SQLite tool would be answered."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def schema_of(path: Path) -> dict[str, str]:
    return dict(plainly(path, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A new library's file, closed."""
    path = tmp_path / "people.db"
    Library.open(path, create=True).close()
    return path


def test_from_nothing_everything_is_made(path: Path) -> None:
    assert set(schema_of(path)) >= TABLES | VIEWS
    assert plainly(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert plainly(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert plainly(path, "PRAGMA journal_mode") == [("wal",)]
    assert plainly(path, "PRAGMA integrity_check") == [("ok",)]
    assert plainly(path, "PRAGMA foreign_key_check") == []


def test_every_table_is_strict(path: Path) -> None:
    strict = plainly(path, "SELECT name FROM pragma_table_list WHERE strict")
    assert {name for (name,) in strict} >= TABLES


def test_the_file_is_known_by_its_first_bytes(path: Path) -> None:
    assert path.read_bytes()[68:72] == b"phcl"


def test_applied_again_nothing_changes(path: Path) -> None:
    before, content = schema_of(path), path.read_bytes()
    with closing(Database(path)) as database:
        assert migrations.pending(database) == []
        migrations.apply(database)
    Library.open(path).close()
    assert schema_of(path) == before
    assert path.read_bytes() == content


def test_the_newest_migration_leaves_the_schema_version(path: Path) -> None:
    with closing(Database(path)) as database:
        assert len(migrations.applied(database)) == SCHEMA_VERSION


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with Library.open(tmp_path / "empty.db", create=True) as library:
        assert library.people.all() == []


def test_an_empty_file_is_left_alone_unless_a_library_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(LibraryError, match="no library"):
        Library.open(tmp_path / "empty.db")
    assert (tmp_path / "empty.db").read_bytes() == b""


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    """As when the disk is full after the first pages."""
    with closing(Database(tmp_path / "people.db")) as database:
        database.execute("PRAGMA max_page_count = 8")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            migrations.apply(database)
    assert not set(schema_of(tmp_path / "people.db")) & (TABLES | VIEWS)


def test_a_library_whose_making_was_interrupted_is_made(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with closing(Database(path)) as database:
        migrations.ensure_migrations_table(database)
    with Library.open(path, create=True) as library:
        assert library.people.all() == []


def test_a_new_library_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(4)
    errors: list[str] = []

    def open_it() -> None:
        together.wait()
        try:
            Library.open(tmp_path / "people.db", create=True).close()
        except LibraryError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# From schema 1


V1 = """
INSERT INTO photos (id, content_hash) VALUES (1, 'a'), (2, 'b');
INSERT INTO files VALUES (x'2f61', '/a', 1, 1, 1, '2025-01-01', NULL, 0, NULL),
  (x'2f62', '/b', 2, 1, 1, '2025-01-01', NULL, 0, NULL);
INSERT INTO packs VALUES (1, 'test', 'f', 16, 'free', NULL, '{}', NULL, 1);
INSERT INTO scans VALUES (1, 1, 'done', NULL, '2025-01-01'), (2, 1, 'done', NULL, '2025-01-01');
INSERT INTO faces VALUES (1, 1, 1, 0, 0, 1, 1, 1, 1, '[]'), (2, 2, 1, 0, 0, 1, 1, 1, 1, '[]');
INSERT INTO clusters VALUES (7, 1);
INSERT INTO memberships VALUES (1, 7, 1.0), (2, 7, 0.5);
INSERT INTO people VALUES (1, 'Ann', '2025-01-01'), (2, 'Ben', '2025-01-01');
INSERT INTO acts VALUES (1, '2025-01-01', 'me', 'name cluster 7 Ann', NULL),
  (2, '2025-01-02', 'me', 'name face 2 Ben', 4), (3, '2025-01-03', 'me', 'links', NULL),
  (4, '2025-01-04', 'me', 'undo', NULL);
INSERT INTO decisions (id, act_id, face_id, verdict, person_id, other_face_id, source) VALUES
  (10, 1, 1, 'is', 1, NULL, 'cluster'), (11, 1, 2, 'is', 1, NULL, 'cluster'),
  (12, 2, 2, 'is', 2, NULL, 'face'), (13, 3, 1, 'same', NULL, 2, 'face'),
  (14, 3, 1, 'is_not', 2, NULL, 'face');
DELETE FROM decisions WHERE id = 14;
INSERT INTO decisions (act_id, face_id, verdict, other_face_id, source)
  VALUES (3, 2, 'same', 1, 'face');
"""


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A library as the first release left it."""
    path = tmp_path / "first.db"
    with closing(Database(path)) as database:
        migrations.apply(database, stop_before="m002_statements")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(V1)
    assert plainly(path, "PRAGMA user_version") == [(1,)]
    return path


def test_from_the_first_schema_nothing_is_lost(first_version: Path, path: Path) -> None:
    asked = (
        "SELECT id, act_id, face_id, verdict, person_id, other_face_id, source FROM decisions"
        " WHERE face_id IS NOT NULL",
        "SELECT id, made_at, made_by, what FROM acts",
        "SELECT * FROM named_faces ORDER BY face_id",
        "SELECT face_id, photo_id, cluster_id, strength, person_id, how FROM face_people"
        " ORDER BY face_id",
        "SELECT * FROM photos_of_person ORDER BY face_id",
        "SELECT cluster, person, faces, photos, first, last, strength FROM cluster_summary",
        "SELECT name, seq FROM sqlite_sequence WHERE name IN ('acts', 'clusters', 'faces')"
        " ORDER BY name",
    )
    before = [plainly(first_version, sql) for sql in asked]
    with Library.open(first_version) as library:
        assert library.decisions.links()[0].same
    assert [plainly(first_version, sql) for sql in asked] == before
    # Ben was named by an act that was taken back: he is nobody until it counts again.
    assert plainly(first_version, "SELECT id, name FROM people") == [(1, "Ann")]
    assert len(before[0]) == 5
    assert before[2] == [(1, 1, "cluster"), (2, 1, "cluster")]
    assert plainly(first_version, "PRAGMA integrity_check") == [("ok",)]
    assert plainly(first_version, "PRAGMA foreign_key_check") == []
    assert schema_of(first_version) == schema_of(path)


def test_a_migration_that_fails_leaves_the_first_schema(first_version: Path) -> None:
    before = schema_of(first_version)
    with closing(sqlite3.connect(first_version)) as connection, connection:
        connection.execute(  # no photoclust ever wrote such a row
            "INSERT INTO decisions (act_id, face_id, verdict, other_face_id, source)"
            " VALUES (3, 1, 'same', 1, 'face')"
        )
    with pytest.raises(sqlite3.IntegrityError):
        Library.open(first_version)
    assert schema_of(first_version) == before
    assert plainly(first_version, "SELECT count(*) FROM decisions") == [(6,)]
    assert plainly(first_version, "PRAGMA user_version") == [(1,)]


# Of use without photoclust


def test_the_views_answer_in_any_sqlite(two_people: TwoPeople) -> None:
    album, path = two_people.album, two_people.library.path
    album.say("Ann", *two_people.ann, source="cluster")
    album.say("Ben", two_people.ben[0])
    two_people.library.close()

    for view in VIEWS:
        plainly(path, f"SELECT * FROM {view}")
    assert plainly(
        path, "SELECT person, path_text, how FROM photos_of_person ORDER BY person, path_text"
    ) == [
        ("Ann", "/photos/ann-1.jpg", "named"),
        ("Ann", "/photos/ann-2.jpg", "named"),
        ("Ann", "/photos/ann-3.jpg", "named"),
        ("Ben", "/photos/ben-1.jpg", "named"),
    ]
    assert plainly(
        path, "SELECT cluster, person, faces, photos FROM cluster_summary ORDER BY cluster"
    ) == [(two_people.ann_cluster, "Ann", 3, 3), (two_people.ben_cluster, None, 4, 4)]


def test_the_schema_explains_itself(path: Path) -> None:
    schema = schema_of(path)
    assert "-- os.fsencode of the absolute path" in schema["files"]
    assert "-- little-endian float32, unit length" in schema["embeddings"]
    for name in TABLES | VIEWS:
        assert "--" in schema[name], f"{name} has no comment"
