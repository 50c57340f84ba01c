"""`cluster`: new faces join what exists, and only --full, with a yes, changes more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.endtoend.conftest import Photographer, Program


def homes(program: Program) -> dict[str, str]:
    return {row["face"]: row["cluster"] for row in program("faces", "--csv").rows}


@pytest.fixture
def two_people(program: Program, camera: Photographer, tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    camera.portraits(folder, "Ada", 4)
    camera.portraits(folder, "Ben", 3)
    program.scan(folder)
    return folder


def test_new_photos_join_and_nobody_moves(
    program: Program, two_people: Path, camera: Photographer
) -> None:
    before = homes(program)
    camera.portraits(two_people, "Ada", 2, first=10)
    camera.portraits(two_people, "Fay", 2)
    ran = program("scan", two_people)
    assert "Changed: 4 faces joining a cluster, 1 cluster made." in ran.err
    after = homes(program)
    assert {face: after[face] for face in before} == before
    assert len(set(after.values())) == 3
    assert "No cluster changed." in program("cluster").err


def test_the_first_scan_does_not_speak_of_changes(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 3)
    assert "Changed" not in program("scan", tmp_path / "photos").err


def test_dry_run_says_what_would_change_and_changes_nothing(
    program: Program, two_people: Path, camera: Photographer
) -> None:
    camera.portraits(two_people, "Fay", 3)
    program.scan(two_people, "--no-cluster")
    before = homes(program)
    told = "Would change: 3 faces joining a cluster, 1 cluster made."
    assert told in program("cluster", "--dry-run").err
    assert told in program("cluster", "--full", "--dry-run").err
    report = program("cluster", "--full", "--dry-run", "--json").json
    assert (report["whole"], report["joined"], report["made"]) == (True, 3, 1)
    assert homes(program) == before


def test_full_needs_a_yes(program: Program, two_people: Path) -> None:
    refused = program("cluster", "--full", code=2)
    assert "--dry-run" in refused.err
    assert "--yes" in refused.err
    assert "No cluster changed." in program("cluster", "--full", "--yes").err


def test_before_any_cluster_full_asks_nothing(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 3)
    program.scan(tmp_path / "photos", "--no-cluster")
    assert "3 in 1 cluster" in program("cluster", "--full").err


def test_many_new_photos_suggest_to_start_again(
    program: Program, two_people: Path, camera: Photographer
) -> None:
    camera.portraits(two_people, "Fay", 6)
    assert "photoclust cluster --full --dry-run" in program("scan", two_people).err


def test_a_twin_comes_back_once_the_photo_may_show_somebody_twice(
    program: Program, two_people: Path, camera: Photographer
) -> None:
    camera.group(two_people / "mirror.jpg", "Ada", "Ada", shot=8)
    program.scan(two_people)
    photo = [row for row in program("faces", "--csv").rows if row["file"].endswith("mirror.jpg")]
    assert sorted(bool(row["cluster"]) for row in photo) == [False, True]
    program("allow", "same-photo", two_people / "mirror.jpg")
    program("cluster")
    photo = [row for row in program("faces", "--csv").rows if row["file"].endswith("mirror.jpg")]
    assert len({row["cluster"] for row in photo} - {""}) == 1
    assert all(row["cluster"] for row in photo)
