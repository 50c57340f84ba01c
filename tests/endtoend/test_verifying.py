"""`verify` and `identify` with real photos and the pack `open`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.cli.rows import SCHEMA_VERSION

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program


@pytest.fixture
def people(camera: Photographer, tmp_path: Path) -> Path:
    """Three photos each of Ada, Ben and Fay, in folders of their names."""
    folder = tmp_path / "people"
    for name in ("Ada", "Ben", "Fay"):
        camera.portraits(folder / name, name, 3)
    return folder


def test_the_same_person(program: Program, camera: Photographer, tmp_path: Path) -> None:
    pair = [camera.portrait(tmp_path / f"{shot}.jpg", "Ada", shot) for shot in (1, 2)]
    ran = program("verify", *pair)
    assert "Result      the same person" in ran.lines
    assert "Pack        open" in ran.lines
    assert "1 in 1,000 pairs of strangers reach it" in os.fsdecode(ran.out)
    assert "press photos" in ran.err
    assert "There is no library" in ran.err
    assert not program.db.exists()
    closer = program("verify", *pair, "--detail", "high", "--device", "cpu")
    assert "Result      the same person" in closer.lines


def test_two_people(program: Program, camera: Photographer, tmp_path: Path) -> None:
    pair = [camera.portrait(tmp_path / f"{name}.jpg", name) for name in ("Ada", "Ben")]
    ran = program("verify", *pair, "--json", code=1)
    answer = ran.json
    assert answer["schema_version"] == SCHEMA_VERSION
    assert answer["same"] is False
    assert answer["similarity"] < answer["threshold"]
    assert answer["distance"] == pytest.approx(2 - 2 * answer["similarity"], abs=2e-4)
    assert answer["threshold_rate"] == 0.001
    assert answer["false_match_rate"] > 0.001
    assert answer["a"] == {**answer["a"], "file": str(pair[0]), "face": 1, "faces": 1}


def test_no_answer_is_told_from_two_people(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    """Exit code 1 would say that they are two."""
    ada = camera.portrait(tmp_path / "Ada.jpg", "Ada")
    group = camera.group(tmp_path / "group.jpg", "Ben", "Ada")
    hills = camera.landscape(tmp_path / "hills.jpg")
    assert "There is no " in program("verify", ada, tmp_path / "missing.jpg", code=2).err
    assert "No face was found" in program("verify", ada, hills, code=2).err
    assert "--face-b 1 to --face-b 2" in program("verify", ada, group, code=2).err
    program("verify", ada, group, "--face-b", "1", code=1)
    ran = program("verify", ada, group, "--face-b", "2")
    assert f"Face        2 of 2 in {group}" in ran.lines


def test_library_counts_where_there_is_one(
    program: Program, small_world: Path, camera: Photographer, tmp_path: Path
) -> None:
    pair = [camera.portrait(tmp_path / f"{shot}.jpg", "Ada", shot) for shot in (1, 2)]
    assert program("verify", *pair, "--json").json["library"] == str(program.db)
    assert program("verify", *pair, "--json", "--pack", "open").json["library"] is None


def test_people_of_a_folder(
    program: Program, people: Path, camera: Photographer, tmp_path: Path
) -> None:
    party = camera.group(tmp_path / "party.jpg", "Fay", "Eli", "Ada", shot=5)
    ran = program("identify", party, "--people", people, "--csv")
    assert [row["person"] for row in ran.rows] == ["Fay", "", "Ada"]
    assert [row["how"] for row in ran.rows] == ["match", "new", "match"]
    assert "3 people, from 9 photos." in ran.err
    table = program("identify", party, "--people", people, "--table", "--face", "2", code=1)
    assert "a new person" in os.fsdecode(table.out)
    assert not program.db.exists()


def test_people_of_a_library(
    program: Program, small_world: Path, camera: Photographer, tmp_path: Path
) -> None:
    stranger = camera.portrait(tmp_path / "Fay.jpg", "Fay")
    assert "Nobody in" in program("identify", stranger, code=1).err
    for name in ("Ada", "Ben"):
        program("name", str(program.cluster_of(name)), name)
    before = program.sql("SELECT count(*) FROM photos, faces, files")
    party = camera.group(tmp_path / "party.jpg", "Ben", "Ada", "Fay", shot=9)
    answer = program("identify", party, "--json").json
    assert [row["person"] for row in answer["rows"]] == ["Ben", "Ada", None]
    assert {row["runner_up"] for row in answer["rows"]} <= {"Ada", "Ben"}
    assert (answer["people"], answer["faces_in_photo"]) == (2, 3)
    assert program.sql("SELECT count(*) FROM photos, faces, files") == before


def test_without_anybody_to_compare_with(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    ran = program("identify", camera.portrait(tmp_path / "Ada.jpg", "Ada"), code=1)
    assert "There is no library yet" in ran.err
    assert "--people FOLDER" in ran.err


def test_cast_of_a_series(program: Program, data: Path) -> None:
    cast = data / "scenes" / "bbt"
    if not cast.is_dir():
        pytest.skip(f"no cast at {cast}")
    answer = program("identify", cast / "bbt4.jpg", "--people", cast, "--json")
    names = [row["person"] for row in answer.json["rows"]]
    assert names == ["leonard", "amy", "raj", "penny", "sheldon", "bernadette"]
    assert "12 photos beside the folders" in answer.err
    program("identify", cast / "angry.jpg", "--people", cast, code=1)
