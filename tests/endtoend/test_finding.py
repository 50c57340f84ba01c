"""`find` and `enrol`: by the distance between embeddings, not by clusters alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import DemoPhotos, Photographer, Program


@pytest.fixture
def ada_named(program: Program, small_world: Path) -> Path:
    """`small_world`, with Ada's cluster named."""
    program("name", str(program.cluster_of("Ada")), "Ada")
    return small_world


@pytest.fixture
def rare_people(program: Program, camera: Photographer, tmp_path: Path) -> Path:
    """Fay and Dan twice each among Bens, and nothing clustered yet."""
    folder = tmp_path / "photos"
    camera.portraits(folder, "Fay", 2)
    camera.portraits(folder, "Dan", 2)
    camera.portraits(folder, "Ben", 4)
    program.scan(folder, "--no-cluster")
    return folder


def face_in(program: Program, name: str) -> str:
    rows = program("faces", "--csv").rows
    (face,) = [row["face"] for row in rows if Path(row["file"]).name == name]
    return face


def files(folder: Path, *names: str) -> set[str]:
    return {str(folder / name) for name in names}


# -- whom no cluster holds ------------------------------------------------------------------------


def test_finds_a_photo_that_no_cluster_holds(program: Program, rare_people: Path) -> None:
    program("name", "face", face_in(program, "Fay-1.jpg"), "Fay")
    rows = program("find", "Fay", "--json").json["rows"]
    assert {row["file"] for row in rows} == files(rare_people, "Fay-1.jpg", "Fay-2.jpg")
    how = {Path(row["file"]).name: (row["how"], row["cluster"]) for row in rows}
    assert how == {"Fay-1.jpg": ("named", None), "Fay-2.jpg": ("match", None)}


def test_enrolled_before_any_scan_is_found_after_it(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    reference = camera.portrait(tmp_path / "reference.jpg", "Fay", shot=7)
    ran = program("enrol", "Fay", reference)
    assert f"{reference}: face 1 is Fay" in ran.err
    assert "No photo of Fay was found" in program("find", "Fay", code=1).err
    folder = tmp_path / "photos"
    camera.portraits(folder, "Fay", 2)
    camera.portraits(folder, "Dan", 2)
    program.scan(folder)
    assert set(program("find", "Fay").lines) == files(folder, "Fay-1.jpg", "Fay-2.jpg")
    assert {row["how"] for row in program("find", "Fay", "--csv").rows} == {"match"}
    # A reference is no photo of the library.
    assert str(reference) not in {row["file"] for row in program("faces", "--csv").rows}
    assert program("status", "--json").json["photos"] == 4
    assert program("status", "--json").json["files"] == 4


def test_how_a_photo_was_found(program: Program, ada_named: Path, camera: Photographer) -> None:
    camera.portraits(ada_named, "Ada", 2, first=20)
    program.scan(ada_named)
    program("name", "face", face_in(program, "Eli-1.jpg"), "Ada")  # said by a human
    rows = {Path(row["file"]).name: row for row in program("find", "Ada", "--json").json["rows"]}
    assert {rows[f"Ada-{shot}.jpg"]["how"] for shot in range(1, 5)} == {"named"}
    assert rows["Eli-1.jpg"]["how"] == "named"
    assert {rows[f"Ada-{shot}.jpg"]["how"] for shot in (20, 21)} <= {"cluster", "match"}


def test_all_of_somebody_is_found_in_the_demo(demo: Program, demo_photos: DemoPhotos) -> None:
    first = demo("show", "1", "--json").json["rows"]
    (name,) = set.intersection(*(demo_photos.people_in(row["file"]) for row in first))
    demo("name", "1", name)
    rows = demo("find", name, "--json").json["rows"]
    found = {row["file"] for row in rows}
    assert found <= demo_photos.scenes_of(name)
    photos = {Path(path).name for path in demo_photos.scenes_of(name)}
    assert {Path(path).name for path in found} == photos
    assert sum(1 + row["copies"] for row in rows) == len(demo_photos.scenes_of(name))
    similarities = [row["similarity"] for row in rows]
    assert similarities == sorted(similarities, reverse=True)


def test_face_of_somebody_else_is_never_in(program: Program, ada_named: Path) -> None:
    face = face_in(program, "Ada-2.jpg")
    program("name", "face", face, "Zoe")
    assert str(ada_named / "Ada-2.jpg") not in program("find", "Ada").lines
    assert program("find", "Zoe").lines[0] == str(ada_named / "Ada-2.jpg")
    others = files(ada_named, "Ada-1.jpg", "Ada-3.jpg", "Ada-4.jpg")
    assert not others & set(program("find", "Zoe").lines)


# -- enrol ----------------------------------------------------------------------------------------


def test_enrol_refuses_no_face(program: Program, camera: Photographer, tmp_path: Path) -> None:
    photo = camera.landscape(tmp_path / "hills.jpg")
    ran = program("enrol", "Ada", photo, code=1)
    assert f"No face was found in {photo}." in ran.err
    assert "Use a photo with a clear face." in ran.err
    program("people", code=1)


def test_enrol_asks_which_of_several(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    photo = camera.group(tmp_path / "pair.jpg", "Ada", "Ben")
    ran = program("enrol", "Ada", photo, code=1)
    assert f"There are 2 faces in {photo}." in ran.err
    assert "--face 1 to --face 2" in ran.err
    for number in ("0", "3", "-1"):
        refused = program("enrol", "Ada", photo, "--face", number, code=1)
        assert f"There is no face {number} in {photo}: it has 2." in refused.err
    program("people", code=1)

    program("enrol", "Ada", photo, "--face", "1")
    program("enrol", "Ben", photo, "--face", "2")
    camera.portraits(tmp_path / "photos", "Ada", 2)
    camera.portraits(tmp_path / "photos", "Ben", 2)
    program.scan(tmp_path / "photos")
    for name in ("Ada", "Ben"):
        assert set(program("find", name).lines) == files(
            tmp_path / "photos", f"{name}-1.jpg", f"{name}-2.jpg"
        )


def test_enrol_takes_all_photos_or_none(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    good = camera.portrait(tmp_path / "good.jpg", "Ada")
    (tmp_path / "text.jpg").write_text("no photo")
    for bad in (tmp_path / "text.jpg", tmp_path / "missing.jpg", tmp_path):
        ran = program("enrol", "Ada", good, bad, code=1)
        assert f"Cannot read {bad}: " in ran.err
    program("people", code=1)


def test_enrol_the_same_photo_twice(program: Program, camera: Photographer, tmp_path: Path) -> None:
    photo = camera.portrait(tmp_path / "Ada.jpg", "Ada")
    program("enrol", "Ada", photo, photo)
    program("enrol", "Ada", photo)
    assert program.sql("SELECT count(*) FROM faces") == [(1,)]
    assert program.sql("SELECT count(DISTINCT face_id) FROM named_faces") == [(1,)]


def test_enrol_several_references(program: Program, camera: Photographer, tmp_path: Path) -> None:
    program("enrol", "Ada", *camera.portraits(tmp_path / "references", "Ada", 3))
    camera.portraits(tmp_path / "photos", "Ada", 1, first=9)
    program.scan(tmp_path / "photos")
    assert program("find", "Ada").lines == [str(tmp_path / "photos" / "Ada-9.jpg")]


def test_enrol_a_photo_of_the_library(program: Program, small_world: Path) -> None:
    program("enrol", "Eli", small_world / "Eli-1.jpg")
    assert program("find", "Eli").lines == [str(small_world / "Eli-1.jpg")]
    assert len(program("faces", "--csv").rows) == 9


def test_reference_that_is_scanned_later_joins_the_library(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    photo = camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    program("enrol", "Ada", photo)
    assert program.scan(tmp_path / "photos").told == {"unchanged": 1}
    assert program("find", "Ada").lines == [str(photo)]
    assert program("status", "--json").json["files"] == 1


def test_enrol_empty_name(program: Program, camera: Photographer, tmp_path: Path) -> None:
    photo = camera.portrait(tmp_path / "Ada.jpg", "Ada")
    assert "at least one letter" in program("enrol", " ", photo, code=2).err


# -- output ---------------------------------------------------------------------------------------

ROW = ["file", "similarity", "how", "face", "cluster", "taken_at", "copies"]


def test_json(program: Program, ada_named: Path) -> None:
    document = program("find", "ada", "--json").json
    assert list(document) == ["schema_version", "query", "threshold", "completeness", "rows"]
    assert (document["schema_version"], document["query"]) == (2, "Ada")
    assert 0 < document["threshold"] < 1
    assert {tuple(row) for row in document["rows"]} == {(*ROW, "people")}


def test_nl(program: Program, ada_named: Path) -> None:
    import json

    lines = program("find", "Ada", "--nl").out.splitlines()
    assert [json.loads(line) for line in lines] == program("find", "Ada", "--json").json["rows"]


def test_csv(program: Program, ada_named: Path) -> None:
    out = program("find", "Ada", "--csv").out
    assert out.splitlines()[0].decode() == ",".join(ROW)
    assert len(out.splitlines()) == 5


def test_csv_header_is_the_same_without_rows(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    program("enrol", "Ada", camera.portrait(tmp_path / "Ada.jpg", "Ada"))
    assert program("find", "Ada", "--csv", code=1).out.decode() == ",".join(ROW) + "\n"
    assert program("find", "Ada", "--json", code=1).json["rows"] == []
    assert program("find", "Ada", "-0", code=1).out == b""


def test_bare_paths_when_piped(program: Program, ada_named: Path) -> None:
    rows = program("find", "Ada", "--json").json["rows"]
    paths = [row["file"] for row in rows]
    assert program("find", "Ada").out.decode() == "".join(f"{path}\n" for path in paths)
    assert program("find", "Ada", "-0").out.decode() == "".join(f"{path}\0" for path in paths)


def test_table(program: Program, ada_named: Path) -> None:
    shown = program.process("find", "Ada", "-t").out.decode()
    heading = shown.strip().splitlines()[0].split()
    assert heading == ["Similarity", "How", "Taken", "Face", "Photo"]
    assert shown.count("named") == 4


def test_one_form_at_a_time(program: Program, ada_named: Path) -> None:
    assert "Choose one of" in program("find", "Ada", "--json", "--csv", code=2).err
    assert "Choose one of" in program("find", "Ada", "-0", "-t", code=2).err


def test_unknown_name_suggests_the_nearest(program: Program, ada_named: Path) -> None:
    program("name", str(program.cluster_of("Ben")), "Benjamin")
    ran = program("find", "Benjamim", code=1)
    assert ran.out == b""
    assert ran.err.splitlines() == [
        "Error: Nobody is called Benjamim in this library.",
        "Did you mean Benjamin?",
    ]
    assert "photoclust people" in program("find", "Xyzzy", code=1).err


def test_find_in_a_library_without_names(program: Program, small_world: Path) -> None:
    assert "Nobody is named yet" in program("find", "Ada", code=1).err


@pytest.mark.parametrize("form", [[], ["-0"], ["--csv"], ["--json"], ["-t"]], ids=str)
def test_reader_that_closes_the_pipe_hears_nothing(
    program: Program, ada_named: Path, form: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "photoclust", "find", "Ada", *form, "--db", str(program.db)]
    with os.fdopen(writing, "wb") as pipe:
        ran = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert ran.stderr == b""
    assert ran.returncode == 0
