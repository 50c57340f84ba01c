"""Clusters keep their numbers, and what a human said stays said."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import DemoPhotos, Photographer, Program


def people_by_file(program: Program) -> dict[str, set[str]]:
    """File name -> names of the people in it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in program("faces", "--csv").rows:
        if row["person"]:
            found[Path(row["file"]).name].add(row["person"])
    return dict(found)


def clusters_by_face(program: Program) -> dict[str, str]:
    return {row["face"]: row["cluster"] for row in program("faces", "--csv").rows}


# -- clusters -------------------------------------------------------------------------------------


def test_numbers_stay_when_clustered_again(demo: Program) -> None:
    before = clusters_by_face(demo)
    assert "7 clusters" in demo("cluster").err
    assert clusters_by_face(demo) == before


def test_numbers_stay_when_photos_come(
    demo: Program, demo_photos: DemoPhotos, camera: Photographer, tmp_path: Path
) -> None:
    before = clusters_by_face(demo)
    for name in ("Ada", "Gwen", "Fay"):
        camera.portraits(tmp_path / "more", name, 3)
    demo.scan(tmp_path / "more")
    after = clusters_by_face(demo)
    assert {face: after[face] for face in before} == before
    assert len(after) == len(before) + 9


def test_no_two_faces_of_a_photo_share_a_cluster(demo: Program) -> None:
    pairs = demo.sql(
        "SELECT photo_id, cluster_id, count(*) FROM memberships JOIN faces ON faces.id = face_id"
        " GROUP BY 1, 2 HAVING count(*) > 1"
    )
    assert pairs == []


def test_twins_in_one_photo_are_parted(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portraits(tmp_path, "Ada", 4)
    camera.group(tmp_path / "mirror.jpg", "Ada", "Ada", shot=9)
    program.scan(tmp_path)
    shared = Counter(
        (row["file"], row["cluster"]) for row in program("faces", "--csv").rows if row["cluster"]
    )
    assert set(shared.values()) == {1}
    assert len(program("faces", "--csv").rows) == 6


def test_clusters_are_one_person_each(demo: Program, demo_photos: DemoPhotos) -> None:
    for row in demo("clusters", "--csv").rows:
        faces = demo("show", "cluster", row["cluster"], "--json").json["rows"]
        assert len(faces) == int(row["faces"])
        everybody = [demo_photos.people_in(face["file"]) for face in faces]
        assert len(set.intersection(*everybody)) >= 1


def test_clusters_table(demo: Program) -> None:
    rows = demo("clusters", "--csv").rows
    assert list(rows[0]) == [
        "cluster",
        "person",
        "faces",
        "photos",
        "first",
        "last",
        "strength",
        "ignored",
    ]
    sizes = [int(row["faces"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert all(row["first"] <= row["last"] for row in rows)
    demo("name", rows[0]["cluster"], "Ada")
    assert len(demo("clusters", "--unnamed", "--csv").rows) == len(rows) - 1


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["cluster", "NUMBER", "John"],
        ["NUMBER", "John"],
        ["cNUMBER", "John"],
        ["CNUMBER", "John"],
        ["Cluster", "NUMBER", "John"],
    ],
    ids=" ".join,
)
def test_forms_of_naming_a_cluster(program: Program, small_world: Path, words: list[str]) -> None:
    number = str(program.cluster_of("Ada"))
    ran = program("name", *(word.replace("NUMBER", number) for word in words))
    assert ran.err == f"Cluster {number} is John: 4 faces in 4 photos.\n"
    assert {name for name, people in people_by_file(program).items() if people == {"John"}} == {
        f"Ada-{shot}.jpg" for shot in range(1, 5)
    }


@pytest.mark.parametrize("words", [["face", "NUMBER"], ["fNUMBER"], ["F", "NUMBER"]], ids=" ".join)
def test_forms_of_naming_a_face(program: Program, small_world: Path, words: list[str]) -> None:
    rows = program("faces", "--csv").rows
    number = next(row["face"] for row in rows if row["file"].endswith("Eli-1.jpg"))
    ran = program("name", *(word.replace("NUMBER", number) for word in words), "Eli", "the", "Kid")
    assert ran.err == f"Face {number} is Eli the Kid: 1 face in 1 photo.\n"
    assert people_by_file(program) == {"Eli-1.jpg": {"Eli the Kid"}}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["name", "3"], 2, "Say the name as well"),
        (["name", "John"], 2, "Say which cluster or face"),
        (["name", "John", "3"], 2, "Say which cluster or face"),
        (["name", "cluster", "three", "John"], 2, "Say which cluster or face"),
        (["name", "1", ""], 2, "A name needs at least one letter or digit"),
        (["name", "1", " \t\n"], 2, "A name needs at least one letter or digit"),
        (["name", "1", "\x00\x1b\x07"], 2, "A name needs at least one letter or digit"),
        (["name", "1", "x" * 201], 2, "at most 200 characters"),
        (["name", "0", "John"], 1, "There is no cluster 0"),
        (["name", "99", "John"], 1, "There is no cluster 99"),
        (["name", "face", "999", "John"], 1, "There is no face 999"),
        (["name", "1" * 30, "John"], 2, "There is no number"),
        (["unname", "99"], 1, "There is no cluster 99"),
        (["unname", "1"], 1, "Cluster 1 has no name"),
        (["unname", "face", "1"], 1, "Face 1 has no name"),
        (["unname", "1", "John"], 2, "Cannot make sense of `John`"),
        (["show", "cluster", "99"], 1, "There is no cluster 99"),
        (["show", "face", "999"], 1, "There is no face 999"),
        (["show", "everything"], 2, "Say which cluster or face"),
        (["person", "rename", "Nobody", "Somebody"], 1, "Nobody is called Nobody"),
        (["people"], 1, "Nobody is named yet"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_refusals_are_a_sentence_and_change_nothing(
    demo: Program, words: list[str], code: int, message: str
) -> None:
    before = demo.sql("SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM people)")
    ran = demo(*words, code=code)
    assert message in ran.err
    after = demo.sql("SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM people)")
    assert after == before == [(0, 0)]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  Ann   Lee ", "Ann Lee"),
        ("Ann\x1b[31m\nLee", "Ann [31m Lee"),
        ('O\'Brien "Bob"; DROP TABLE people', 'O\'Brien "Bob"; DROP TABLE people'),
        ("=cmd|x", "=cmd|x"),
        ("Zoë 王 👩", "Zoë 王 👩"),
        ("می‌نا", "می‌نا"),
        ("3", "3"),
    ],
)
def test_names_of_any_letters(demo: Program, given: str, stored: str) -> None:
    demo("name", "1", given)
    assert demo("people", "--json").json["rows"][0]["person"] == stored
    assert demo("find", stored, "--nl").out


def test_second_cluster_of_a_name_joins_the_person(program: Program, small_world: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    program("name", str(program.cluster_of("Ben")), "ada")  # whatever the case
    (person,) = program("people", "--json").json["rows"]
    assert (person["person"], person["faces"]) == ("Ada", 8)
    assert sorted(person["clusters"]) == sorted(
        [program.cluster_of("Ada"), program.cluster_of("Ben")]
    )
    assert len(program("find", "Ada").lines) == 8


def test_people_as_csv_holds_no_python(program: Program, small_world: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    assert "[" not in program("people", "--csv").out.decode()


def test_unname_gives_the_cluster_back(program: Program, small_world: Path) -> None:
    number = str(program.cluster_of("Ada"))
    program("name", number, "Ada")
    assert program("unname", "cluster", number).err == (
        f"Cluster {number} has no name any more (4 faces).\n"
    )
    assert people_by_file(program) == {}
    assert "has no faces to compare with" in program("find", "Ada", code=1).err
    assert (
        len(program.sql("SELECT * FROM decisions WHERE face_id")) == 8
    )  # the journal forgets nothing


def test_face_of_another_leaves_the_cluster(program: Program, small_world: Path) -> None:
    number = program.cluster_of("Ada")
    program("name", str(number), "Ada")
    face = program("show", str(number), "--json").json["rows"][0]
    program("name", "face", str(face["face"]), "Zoe")
    program("cluster")
    row = next(row for row in program("faces", "--csv").rows if row["face"] == str(face["face"]))
    assert row["person"] == "Zoe"
    assert row["cluster"] != str(number)
    assert face["file"] not in program("find", "Ada").lines
    assert program("find", "Zoe").lines[0] == face["file"]
    assert "1 of its faces keep the name" not in program("name", str(number), "Ada").err


def test_cluster_name_leaves_single_faces_theirs(program: Program, small_world: Path) -> None:
    number = program.cluster_of("Ada")
    face = program("show", str(number), "--json").json["rows"][0]
    program("name", "face", str(face["face"]), "Zoe")
    ran = program("name", str(number), "Ada")
    assert "Ada: 3 faces in 3 photos." in ran.err
    assert "1 of its faces keep the name that they were given one by one." in ran.err
    assert face["file"] not in program("find", "Ada").lines


def test_names_hold_when_photos_come_and_go(
    demo: Program, demo_photos: DemoPhotos, camera: Photographer, tmp_path: Path
) -> None:
    for row in demo("clusters", "--csv").rows:
        faces = demo("show", row["cluster"], "--json").json["rows"]
        everybody = [demo_photos.people_in(face["file"]) for face in faces]
        name = Counter(person for people in everybody for person in people).most_common(1)[0][0]
        demo("name", row["cluster"], name)
    first = {row["face"]: (row["person"], row["cluster"]) for row in demo("faces", "--csv").rows}
    assert {person for person, _cluster in first.values()} >= {"Ada", "Gwen"}

    more = tmp_path / "more"
    for name in ("Ada", "Bea", "Dan", "Eli"):
        camera.portraits(more, name, 2)
    camera.group(more / "Ada and Bea.jpg", "Ada", "Bea")
    demo.scan(more)
    demo("cluster")
    (more / "Ada-1.jpg").unlink()
    demo.scan(more)
    rows = demo("faces", "--csv").rows
    now = {row["face"]: (row["person"], row["cluster"]) for row in rows}
    assert {face: now[face] for face in first} == first
    newcomers = [row for row in rows if Path(row["file"]).parent == more]
    right = [row["person"] and row["person"] in row["file"] for row in newcomers]
    assert all(right)  # they join the clusters, and so the people, that were there


def test_rename(program: Program, small_world: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    program("name", str(program.cluster_of("Ben")), "Ben")
    assert program("person", "rename", "ada", "Ada Lovelace").err == "ada is now Ada Lovelace.\n"
    assert len(program("find", "Ada Lovelace").lines) == 4
    refused = program("person", "rename", "Ben", "ADA LOVELACE", code=1)
    assert "Somebody is called Ada Lovelace already: Ada Lovelace#1." in refused.err
    assert "photoclust person merge" in refused.err
    program("person", "rename", "Ada Lovelace", "ADA LOVELACE")  # only the case: the same person
    assert "at least one letter" in program("person", "rename", "Ben", " ", code=2).err
    assert "Did you mean ADA LOVELACE?" in program("person", "rename", "Ada Love", "x", code=1).err


# -- show -----------------------------------------------------------------------------------------


def test_show_lists_the_strongest_first(demo: Program) -> None:
    document = demo("show", "1", "--json").json
    assert document["schema_version"] == 2
    assert document["cluster"] == 1
    strengths = [row["strength"] for row in document["rows"]]
    assert strengths == sorted(strengths, reverse=True)
    face = document["rows"][0]["face"]
    assert demo("show", f"f{face}", "--json").json["rows"] == document["rows"][:1]


def test_sheet(demo: Program, tmp_path: Path) -> None:
    from PIL import Image

    ran = demo("show", "cluster", "1", "--sheet", tmp_path / "sheet.png")
    assert f"Contact sheet: {tmp_path / 'sheet.png'}" in ran.err
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
        assert min(sheet.size) > 100


def test_sheet_never_replaces_a_photo(program: Program, small_world: Path, tmp_path: Path) -> None:
    photo = small_world / "Ada-1.jpg"
    before = photo.read_bytes()
    (tmp_path / "link").symlink_to(small_world)
    (tmp_path / "alias.jpg").symlink_to(photo)
    for out in (
        photo,
        small_world / ".." / small_world.name / photo.name,
        tmp_path / "link" / photo.name,
        tmp_path / "alias.jpg",
    ):
        assert "photos" in program("show", "1", "--sheet", out, code=1).err
        assert photo.read_bytes() == before


def test_sheet_that_cannot_be_written(demo: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = demo("show", "1", "--sheet", tmp_path / "file" / "sheet.png", code=1)
    assert ran.err.startswith("Error: ")
