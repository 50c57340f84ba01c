"""`roots`, `roots forget`, `relocate` and `prune`: folders leave, move and lose files."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.endtoend.conftest import Photographer, Program

Permissions = tuple[str, ...]


@pytest.fixture
def world(program: Program, small_world: Path) -> Iterator[Path]:
    """`small_world`, with Ada and Ben named; afterwards the file is whole."""
    program.sql("DELETE FROM roots")
    program.scan(small_world)
    for name in ("Ada", "Ben"):
        program("name", "cluster", program.cluster_of(name), name)
    yield small_world
    check(program)


def check(program: Program) -> None:
    with closing(sqlite3.connect(program.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.fixture
def ada(program: Program, world: Path) -> Path:
    """Ada's photos in a subfolder of the world; the library has it so."""
    folder = world / "ada"
    folder.mkdir()
    for photo in world.glob("Ada-*.jpg"):
        photo.rename(folder / photo.name)
    program("relocate", world / "Ada-1.jpg", folder / "Ada-1.jpg", "--yes")
    program.scan(world)
    program("prune", "--yes")
    return folder


def found(program: Program, name: str, code: int = 0) -> list[str]:
    return sorted(Path(line).name for line in program("find", name, code=code).lines)


def files_of(program: Program) -> set[str]:
    return {os.fsdecode(path) for (path,) in program.sql("SELECT path FROM files")}


def count(program: Program, table: str) -> int:
    return int(program.sql(f"SELECT count(*) FROM {table}")[0][0])


ALL_ADA = [f"Ada-{number}.jpg" for number in range(1, 5)]


# roots


def test_roots_lists_what_was_scanned(program: Program, world: Path) -> None:
    (row,) = program("roots", "--json").json["rows"]
    assert row["scanned_at"].endswith("+00:00")
    assert (row["path"], row["presence"]) == (str(world), "there")
    assert (row["files"], row["missing"], row["photos"], row["faces"]) == (10, 0, 10, 9)
    assert program("roots", "--csv").rows[0]["path"] == str(world)
    (world / "Ada-1.jpg").unlink()
    program.scan(world)
    (row,) = program("roots", "--json").json["rows"]
    assert (row["files"], row["missing"], row["photos"]) == (9, 1, 10)
    away = world.rename(world.with_name("away"))
    ran = program("roots", "--csv")
    assert ran.rows[0]["presence"] == "not there"
    assert "photoclust relocate" in ran.err
    world.mkdir()
    assert program("roots", "--csv").rows[0]["presence"] == "empty"
    world.rmdir()
    away.rename(world)


def test_roots_of_an_old_library_says_how_to_fill_it(program: Program, world: Path) -> None:
    program.sql("DELETE FROM roots")
    ran = program("roots", "--json", code=1)
    assert ran.json["rows"] == []
    assert ran.json["elsewhere"] == 10
    assert "photoclust scan" in ran.err
    program("scan", world / "Ada-1.jpg")
    assert "9 files in none of these" in program("roots").err
    program("scan", world)
    assert "in none of these" not in program("roots").err


def test_the_library_is_found_before_and_after_roots(program: Program, world: Path) -> None:
    for words in (["--db", program.db, "roots"], ["roots", "--db", program.db]):
        for more in (["--csv"], ["forget", world, "--dry-run"]):
            ran = program.process(*words, *more, code=0)  # and --db once more, at the end
            assert str(world) in ran.err + os.fsdecode(ran.out)


# forget


def test_forget_takes_a_folder_out_and_a_scan_brings_it_back(program: Program, world: Path) -> None:
    before = {name: found(program, name) for name in ("Ada", "Ben")}
    decisions, faces = count(program, "decisions"), count(program, "faces")
    ran = program("roots", "forget", world, "--yes")
    assert f"Forgot {world}: 10 files, 10 photos, 9 faces." in ran.err
    assert "8 faces have names, which are kept" in ran.err
    for command in ("faces", "clusters"):
        assert program(command, "--csv", code=1).rows == []
    assert program("find", "Ada", code=1).lines == []
    assert {row["faces"] for row in program("people", "--csv").rows} == {"0"}
    assert program("roots", "--csv", code=1).rows == []
    assert count(program, "memberships") == count(program, "clusters") == 0
    assert (count(program, "decisions"), count(program, "faces")) == (decisions, faces)
    assert program.scan(world).told == {"duplicate": 10}
    assert {name: found(program, name) for name in ("Ada", "Ben")} == before
    people = {row["person"]: row["faces"] for row in program("people", "--csv").rows}
    assert people == {"Ada": "4", "Ben": "4"}


def test_forget_a_folder_inside_a_scanned_one(program: Program, world: Path, ada: Path) -> None:
    ran = program("roots", "forget", ada, "--yes")
    assert f"Forgot {ada}: 4 files, 4 photos, 4 faces." in ran.err
    assert f"A scan of {world} finds it again" in ran.err
    assert found(program, "Ada", code=1) == []
    assert len(found(program, "Ben")) == 4
    assert {row["person"] for row in program("clusters", "--csv").rows} == {"Ben"}
    gallery = world.parent / "gallery"
    program("export", "gallery", gallery)
    assert "Ada" not in (gallery / "index.html").read_text(encoding="utf-8")
    assert "Changed" not in program("cluster").err
    program("cluster", "--full", "--yes")
    assert found(program, "Ada", code=1) == []
    assert program.scan(world).told == {"duplicate": 4, "unchanged": 6}
    assert found(program, "Ada") == ALL_ADA


def test_forget_a_folder_that_is_there_no_more(program: Program, world: Path) -> None:
    shutil.rmtree(world)
    assert "Forgot" in program("roots", "forget", f"{world}/", "--yes").err
    assert files_of(program) == set()


def test_a_copy_elsewhere_keeps_a_photo_listed(program: Program, world: Path) -> None:
    other = world.parent / "other"
    other.mkdir()
    shutil.copy2(world / "Ada-1.jpg", other / "copy.jpg")
    program.scan(other)
    assert "10 files, 9 photos, 8 faces" in program("roots", "forget", world, "--yes").err
    assert found(program, "Ada") == ["copy.jpg"]
    assert count(program, "memberships") == 1


def test_forget_keeps_references(program: Program, camera: Photographer, world: Path) -> None:
    folder = world.parent / "references"
    program("enrol", "Gwen", camera.portrait(folder / "gwen.jpg", "Gwen"))
    program("roots", "forget", world, "--yes")
    assert files_of(program) == {str(folder / "gwen.jpg")}
    ran = program("roots", "forget", folder, "--yes")
    assert "0 files" in ran.err
    assert files_of(program) == {str(folder / "gwen.jpg")}


def test_forget_dry_run_changes_nothing(program: Program, world: Path) -> None:
    before = program.db.read_bytes()
    assert "Would forget" in program("roots", "forget", world, "--dry-run").err
    assert program.db.read_bytes() == before


def test_forget_says_that_a_cluster_loses_its_name(
    program: Program, camera: Photographer, world: Path
) -> None:
    more = world.parent / "more"
    camera.portraits(more, "Ada", 2, first=10)
    program.scan(more)
    cluster = program.cluster_of("Ada")
    ran = program("roots", "forget", world, "--dry-run")
    assert f"Cluster {cluster} would lose the faces that make it Ada." in ran.err
    ran = program("roots", "forget", world, "--yes")
    assert f"Cluster {cluster} lost the faces that make it Ada." in ran.err


@pytest.mark.parametrize("command", ["roots forget {}", "relocate {} /tmp", "prune {}"])
def test_unknown_folders(program: Program, world: Path, command: str) -> None:
    for path, hint in (("/nowhere", "photoclust roots"), (f"{world}s", f"Did you mean {world}?")):
        ran = program(*command.format(path).split(), "--dry-run", code=1)
        assert f"Nothing in this library lies in {path}." in ran.err
        assert hint in ran.err


@pytest.mark.parametrize("command", ["roots forget WORLD", "relocate WORLD MOVED", "prune"])
def test_without_a_terminal_a_yes_is_needed(program: Program, world: Path, command: str) -> None:
    if "MOVED" in command:
        shutil.copytree(world, world.with_name("moved"))
    (world / "Ada-1.jpg").unlink()
    words = command.replace("WORLD", str(world)).replace("MOVED", f"{world.parent}/moved").split()
    before = program.sql("SELECT * FROM files ORDER BY path")
    ran = program(*words, code=2)
    assert "--yes" in ran.err
    assert "Would" in ran.err
    assert program.sql("SELECT * FROM files ORDER BY path") == before
    program(*words, "--yes")
    assert program.sql("SELECT * FROM files ORDER BY path") != before


# relocate


def test_relocate_a_folder(program: Program, world: Path) -> None:
    faces, before = count(program, "faces"), found(program, "Ada")
    moved = world.rename(world.with_name("moved"))
    ran = program("relocate", f"{world}/", f"{moved}/", "--dry-run")
    assert f"Would relocate {world} to {moved}: 10 files." in ran.err
    assert "as before: 10, changed: 0, not there: 0" in ran.err
    assert "Relocated" in program("relocate", world, moved, "--yes").err
    assert {Path(path).parent for path in files_of(program)} == {moved}
    assert {Path(line).parent for line in program("find", "Ada").lines} == {moved}
    assert found(program, "Ada") == before
    assert [row["path"] for row in program("roots", "--csv").rows] == [str(moved)]
    assert program.scan(moved).told == {"unchanged": 10}
    assert count(program, "faces") == faces
    moved.rename(world)


def test_relocate_from_where_one_stands(
    program: Program, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rename(world.with_name("moved"))
    monkeypatch.chdir(world.parent)
    program("relocate", "photos", "./x/../moved", "--yes")
    assert {Path(path).parent for path in files_of(program)} == {world.with_name("moved")}


def test_relocate_a_file(program: Program, world: Path) -> None:
    (world / "Ada-1.jpg").rename(world / "first.jpg")
    ran = program("relocate", world / "Ada-1.jpg", world, "--yes", code=2)
    assert "is a file" in ran.err
    program("relocate", world / "Ada-1.jpg", world / "first.jpg", "--yes")
    assert found(program, "Ada") == ["Ada-2.jpg", "Ada-3.jpg", "Ada-4.jpg", "first.jpg"]


def test_relocate_counts_what_is_missing_and_what_differs(program: Program, world: Path) -> None:
    moved = world.rename(world.with_name("moved"))
    (moved / "Ada-1.jpg").unlink()
    os.utime(moved / "Ada-2.jpg", (1, 1))
    with (moved / "Ada-3.jpg").open("ab") as stream:
        stream.write(b"more")
    ran = program("relocate", world, moved, "--yes")
    assert "as before: 7, changed: 2, not there: 1" in ran.err
    missing = program.sql("SELECT path_text FROM files WHERE missing_since IS NOT NULL")
    assert missing == [(str(moved / "Ada-1.jpg"),)]
    assert found(program, "Ada") == ALL_ADA[1:]
    assert program.scan(moved).told == {"indexed": 1, "unchanged": 8}


def test_a_disk_that_counts_time_otherwise_may_be_relocated(program: Program, world: Path) -> None:
    moved = world.with_name("moved")
    shutil.copytree(world, moved)
    for photo in moved.iterdir():
        os.utime(photo, (1, 1))
    assert "changed: 10" in program("relocate", world, moved, "--yes").err
    assert program.scan(moved).told == {"unchanged": 10}


def test_files_that_were_missing_are_found_again(program: Program, world: Path) -> None:
    moved = world.rename(world.with_name("moved"))
    world.mkdir()
    program.scan(world)
    assert found(program, "Ada", code=1) == []
    program("relocate", world, moved, "--yes")
    assert found(program, "Ada") == ALL_ADA


def test_what_is_known_in_the_new_place_wins(
    program: Program, camera: Photographer, world: Path
) -> None:
    moved = world.with_name("moved")
    shutil.copytree(world, moved)
    camera.portrait(moved / "Ada-1.jpg", "Fay")  # another photo under the same name
    (moved / "Ben-1.jpg").unlink()
    program.scan(moved)
    shutil.rmtree(world)
    decisions = count(program, "decisions")
    ran = program("relocate", world, moved, "--yes")
    assert "known there already: 9" in ran.err
    assert {Path(path).parent for path in files_of(program)} == {moved}
    assert count(program, "files") == 10
    assert found(program, "Ada") == ALL_ADA[1:]
    assert count(program, "decisions") == decisions
    unlisted = "photo_id NOT IN (SELECT photo_id FROM files WHERE photo_id IS NOT NULL)"
    assert program.sql(f"SELECT count(*) FROM faces WHERE {unlisted}") == [(1,)]
    joined = "memberships JOIN faces ON faces.id = face_id"
    assert program.sql(f"SELECT count(*) FROM {joined} WHERE {unlisted}") == [(0,)]


def test_a_folder_moves_up_over_itself(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    outer = tmp_path / "a"
    camera.portrait(outer / "b" / "x.jpg", "Ada", 1)
    camera.portrait(outer / "b" / "b" / "x.jpg", "Ada", 2)
    camera.portrait(outer / "b" / "b" / "b" / "x.jpg", "Ada", 3)
    program.scan(outer)
    held = dict(program.sql("SELECT path_text, photo_id FROM files"))
    (outer / "b").rename(tmp_path / "aside")
    outer.rmdir()
    (tmp_path / "aside").rename(outer)
    assert "as before: 3" in program("relocate", outer / "b", outer, "--yes").err
    now_held = program.sql("SELECT path_text, photo_id FROM files")
    assert {str(outer / "b" / Path(p).relative_to(outer)): photo for p, photo in now_held} == held
    check(program)


def test_relocate_refuses_what_cannot_be(program: Program, world: Path) -> None:
    empty = world.with_name("empty")
    empty.mkdir()
    before = program.db.read_bytes()
    for old, new, code, told in (
        (world, world, 2, "same"),
        (world, world / "sub", 2, "lies in"),
        (world, world.with_name("nowhere"), 1, "There is no"),
        (world, empty, 1, "None of the 10 files"),
        (world, world / "Ada-1.jpg", 2, "lies in"),
        (world, program.db, 2, "is none"),
    ):
        ran = program("relocate", old, new, "--yes", code=code)
        assert told in ran.err
        assert "Traceback" not in ran.err
    assert program.db.read_bytes() == before


def test_relocate_paths_that_are_no_text(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    old = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"))
    new = Path(os.fsdecode(bytes(tmp_path) + b"/th\xe9"))
    camera.portrait(Path(os.fsdecode(bytes(old) + b"/\xff.jpg")), "Ada")
    program.process("scan", bytes(old))
    old.rename(new)
    program.process("relocate", bytes(old), bytes(new), "--yes")
    assert program.sql("SELECT path FROM files") == [(bytes(new) + b"/\xff.jpg",)]
    assert program.sql("SELECT path FROM roots") == [(bytes(new),)]
    assert bytes(new) in program.process("roots", "--csv").out
    program.process("roots", "forget", bytes(new), "--yes")
    assert files_of(program) == set()
    check(program)


def test_references_move_along(program: Program, camera: Photographer, world: Path) -> None:
    folder = world.parent / "references"
    program("enrol", "Gwen", camera.portrait(folder / "gwen.jpg", "Gwen"))
    program("relocate", folder, folder.rename(world.parent / "kept"), "--yes")
    assert str(world.parent / "kept" / "gwen.jpg") in files_of(program)


# prune


def test_prune_removes_what_was_deleted(program: Program, world: Path) -> None:
    (world / "Eli-1.jpg").unlink()
    (world / "hills.jpg").unlink()
    ran = program("prune", "--dry-run")
    assert "Would remove: 2 files, 2 photos, 1 face." in ran.err
    assert str(world / "Eli-1.jpg") in ran.err
    assert "Removed: 2 files, 2 photos, 1 face." in program("prune", "--yes").err
    assert {count(program, table) for table in ("files", "photos", "scans")} == {8}
    assert count(program, "faces") == count(program, "embeddings") == 8
    assert "Nothing to remove." in program("prune").err


def test_prune_loses_no_name(program: Program, world: Path) -> None:
    kept = world.parent / "kept"
    shutil.copytree(world, kept)
    for photo in world.glob("Ada-*.jpg"):
        photo.unlink()
    acts, decisions = count(program, "acts"), count(program, "decisions")
    ran = program("prune", "--yes")
    assert "Removed: 4 files, 0 photos, 0 faces." in ran.err
    assert "4 photos without a file, kept for what you said of them." in ran.err
    assert (count(program, "acts"), count(program, "decisions")) == (acts, decisions)
    assert (count(program, "faces"), count(program, "memberships")) == (9, 4)
    assert found(program, "Ada", code=1) == []
    assert program.scan(kept).told == {"duplicate": 10}
    assert found(program, "Ada") == ALL_ADA


def test_a_copy_keeps_its_photo(program: Program, world: Path) -> None:
    shutil.copy2(world / "Eli-1.jpg", world / "copy.jpg")
    program.scan(world)
    (world / "Eli-1.jpg").unlink()
    assert "Removed: 1 file, 0 photos, 0 faces." in program("prune", "--yes").err
    assert "copy.jpg" in program("faces", "--csv").out.decode()


def test_an_unplugged_disk_is_no_deletion(program: Program, world: Path) -> None:
    everything = files_of(program)
    away_at = world.rename(world.parent / "away")
    for presence in ("not there", "empty"):
        ran = program("prune", "--yes")
        assert f"  {world} ({presence}): 10 files" in ran.err
        assert f"`photoclust prune {world}`" in ran.err
        assert files_of(program) == everything
        world.mkdir(exist_ok=True)
    ran = program("prune", world, "--yes")
    assert "Removed: 10 files, 2 photos, 1 face." in ran.err
    assert "8 photos without a file" in ran.err
    assert files_of(program) == set()
    world.rmdir()
    away_at.rename(world)
    assert program.scan(world).told == {"duplicate": 8, "indexed": 2}
    assert found(program, "Ada") == ALL_ADA


def test_an_empty_folder_on_the_way_may_be_a_mount_point(
    program: Program, world: Path, ada: Path
) -> None:
    for photo in ada.iterdir():
        photo.unlink()
    ran = program("prune", "--yes")
    assert f"  {ada} (empty): 4 files" in ran.err
    assert "Nothing to remove." in ran.err
    ada.rmdir()
    assert "Removed: 4 files" in program("prune", "--yes").err


def test_a_nested_folder_that_was_scanned_itself_has_to_be_there(
    program: Program, world: Path, ada: Path
) -> None:
    program.scan(ada)
    shutil.rmtree(ada)
    assert f"  {ada} (not there): 4 files" in program("prune", "--yes").err
    assert "Removed: 4 files" in program("prune", world, "--yes").err


def test_a_link_that_leads_nowhere_is_no_deletion(program: Program, world: Path, ada: Path) -> None:
    shutil.rmtree(ada)
    ada.symlink_to(world.parent / "unplugged")
    assert f"  {ada} (cannot be read): 4 files" in program("prune", "--yes").err


def test_without_roots_the_folder_itself_has_to_be_there(
    program: Program, world: Path, ada: Path
) -> None:
    program.sql("DELETE FROM roots")
    (world / "Eli-1.jpg").unlink()
    shutil.rmtree(ada)
    ran = program("prune", "--yes")
    assert "Removed: 1 file, 1 photo, 1 face." in ran.err
    assert f"  {ada} (not there): 4 files" in ran.err
    assert "Removed: 4 files" in program("prune", ada, "--yes").err


@pytest.mark.parametrize("mode", [0o000, 0o300])
def test_a_folder_that_cannot_be_read_tells_nothing(
    program: Program, world: Path, ada: Path, bound_by_permissions: Permissions, mode: int
) -> None:
    (ada / "Ada-1.jpg").unlink()
    ada.chmod(mode)
    ran = program.process("prune", "--yes", wrapper=bound_by_permissions)
    ada.chmod(0o755)
    assert "Nothing to remove." in ran.err
    assert f"  {ada} (cannot be read): {4 if mode == 0 else 1} file" in ran.err


def test_naming_a_folder_removes_only_what_is_missing_there(program: Program, world: Path) -> None:
    (world / "Eli-1.jpg").unlink()
    (world / "hills.jpg").unlink()
    assert "Removed: 1 file" in program("prune", world / "hills.jpg", "--yes").err
    assert "Removed: 1 file" in program("prune", f"{world}/", world, "--yes").err
    assert count(program, "files") == 8


def test_prune_leaves_references_and_clusters_that_stay(
    program: Program, camera: Photographer, world: Path
) -> None:
    reference = camera.portrait(world.parent / "references" / "gwen.jpg", "Gwen")
    program("enrol", "Gwen", reference)
    reference.unlink()
    assert "Nothing to remove." in program("prune", "--yes").err
    last = program.sql("SELECT max(last_face) FROM clusterings")
    (world / "Eli-1.jpg").unlink()
    program("prune", "--yes")
    assert program.sql("SELECT max(last_face) FROM clusterings") == last
    assert len(program("clusters", "--csv").rows) == 2
    camera.portraits(world, "Ada", 2, first=10)
    assert "2 faces joining a cluster" in program("scan", world).err


def test_dry_run_reads_a_library_that_may_not_be_written(
    program: Program, world: Path, bound_by_permissions: Permissions
) -> None:
    (world / "Eli-1.jpg").unlink()
    program.db.chmod(0o444)
    program.db.parent.chmod(0o555)
    run = program.process
    ran = run("prune", "--dry-run", wrapper=bound_by_permissions)
    assert "Would remove: 1 file" in ran.err
    ran = run("prune", "--yes", wrapper=bound_by_permissions, code=1)
    assert "read-only" in ran.err
    ran = run("roots", "--csv", wrapper=bound_by_permissions)
    assert str(world) in ran.out.decode()
    program.db.parent.chmod(0o755)
    program.db.chmod(0o644)


def test_nobody_else_may_be_scanning(program: Program, world: Path) -> None:
    from filelock import FileLock

    with FileLock(f"{program.db}.lock"):
        for words in (("roots", "forget", world), ("prune",), ("relocate", world, world.parent)):
            ran = program(*words, "--yes", code=1)
            assert "Another photoclust is scanning" in ran.err
        assert "Nothing to remove." in program("prune", "--dry-run").err


def test_photos_are_left_alone(
    program: Program, world: Path, fingerprint: Callable[[Path], object]
) -> None:
    moved = world.with_name("moved")
    shutil.copytree(world, moved)
    before = fingerprint(world.parent / "photos"), fingerprint(moved)
    program("prune", world, "--yes")
    program("relocate", world, moved, "--yes")
    program("roots", "forget", moved, "--yes")
    assert (fingerprint(world), fingerprint(moved)) == before
