"""Acts on people as a user and a program see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from photoclust.vectors import Matrix
    from tests.conftest import TwoPeople

Cli = Callable[..., Result]

PERSON = ("person", "id", "aliases", "born", "note")
NAMED = ("act", "person", "person_id", "is_new", "faces", "photos", "kept")
FOUND = ("file", "similarity", "how", "face", "cluster", "taken_at", "copies", "people")

# What comes before, the command, and the keys of its document: programs rely on them.
DOCUMENTS: list[tuple[str, str, tuple[str, ...]]] = [
    ("", "name cluster 1 Ann", NAMED),
    ("", "assign face 1 2 Ann", NAMED),
    ("name 1 Ann", "confirm face 1 2", NAMED),
    ("name 1 Ann", "unname cluster 1", ("cluster", "faces")),
    ("name f1 Ann", "unname face 1", ("face", "faces")),
    ("name 1 Ann", "reject face 1 from Ann", ("act", "faces", "person", "cluster", "left")),
    ("", "reject f1 from cluster 1", ("act", "faces", "person", "cluster", "left")),
    ("", "merge 1 2", ("act", "person", "cluster", "faces", "both", "overrides")),
    ("name 1 Ann", "merge Ann 2", ("act", "person", "cluster", "faces", "both", "overrides")),
    (
        "name 1 Ann;name 2 Ben",
        "merge Ann Ben",
        ("person", "id", "aliases", "both", "overrides"),
    ),
    ("merge 1 2", "split 1 --yes", ("cluster", "person", "parts")),
    ("", "different 1 2", ("act", "clusters")),
    ("", "different f1 f4", ("act", "faces")),
    ("", "review", ("named", "faces", "answers_left", "questions")),
    ("", "ignore cluster 1", ("act", "kind", "faces", "clusters", "photos")),
    ("", "ignore face 1 2 --not-a-face", ("act", "kind", "faces", "clusters", "photos")),
    ("", "ignore --unnamed --yes --hidden", ("act", "kind", "faces", "clusters", "photos")),
    ("", "ignore --in /photos/ann-1.jpg", ("act", "kind", "faces", "clusters", "photos")),
    ("ignore f1", "ignore face 1 --undo", ("act", "kind", "faces", "clusters", "photos")),
    ("name 1 Ann", "undo", ("act", "target", "what")),
    ("name 1 Ann;undo", "redo 1", ("act", "target", "what")),
    ("name 1 Ann", "person rename Ann Anna", PERSON),
    ("name 1 Ann;name 2 Ben", "person merge Ann Ben", PERSON),
    ("name 1 Ann", "person delete Ann --yes", PERSON),
    ("name 1 Ann", "person alias Ann Annie", PERSON),
    ("name 1 Ann", "person birthdate Ann 1980-05-01", PERSON),
    ("name 1 Ann", "person note Ann Hello", PERSON),
    (
        "name 1 Ann",
        "person show Ann",
        (*PERSON, "faces", "photos", "named", "by_cluster", "denied", "clusters", "first", "last"),
    ),
    (
        "name 1 Ann",
        "why /photos/ann-1.jpg Ann",
        ("person", "threshold", "exemplars", "faces", "others"),
    ),
]

ROWS: list[tuple[str, str, tuple[str, ...]]] = [
    ("name 1 Ann", "log", ("act", "made_at", "made_by", "what", "stands")),
    ("name 1 Ann", "find Ann", FOUND),
    ("", "suggest people", ("cluster", "faces", "photos", "settles", "command")),
    (
        "name 1 Ann",
        "people",
        ("person", "id", "faces", "photos", "clusters", "born", "first", "last"),
    ),
    (
        "",
        "clusters",
        ("cluster", "person", "faces", "photos", "first", "last", "strength", "ignored"),
    ),
]


@pytest.fixture
def run(cli: Cli, two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`run("name 1 Ann")` in a library of Ann's (1) and Ben's (2) clusters."""
    monkeypatch.setenv("PHOTOCLUST_DB", str(two_people.library.path))
    return lambda words, *more, code=0: cli(*words.split(), *more, code=code)


@pytest.mark.parametrize(("before", "command", "keys"), DOCUMENTS, ids=[d[1] for d in DOCUMENTS])
def test_documents_have_these_keys(
    run: Callable[..., Result], before: str, command: str, keys: tuple[str, ...]
) -> None:
    for words in filter(None, before.split(";")):
        run(words)
    document = json.loads(run(command, "--json").stdout)
    assert document.pop("schema_version") == SCHEMA_VERSION == 2
    assert set(document) == set(keys)


@pytest.mark.parametrize(("before", "command", "keys"), ROWS, ids=[d[1] for d in ROWS])
def test_rows_have_these_keys(
    run: Callable[..., Result], before: str, command: str, keys: tuple[str, ...]
) -> None:
    if before:
        run(before)
    document = json.loads(run(command, "--json").stdout)
    assert document["schema_version"] == SCHEMA_VERSION == 2
    assert {tuple(sorted(row)) for row in document["rows"]} == {tuple(sorted(keys))}


def test_why_counts_the_faces_of_a_crowd_that_tell_nothing(
    run: Callable[..., Result], two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    run("name 1 Ann")
    two_people.album.add_photo("/photos/crowd.jpg", *portraits("Ann", 1), *portraits("Zed", 2))
    told = run("why /photos/crowd.jpg Ann").stdout.splitlines()
    assert sum(line.startswith("Face ") for line in told) == 1
    assert told[-1] == "2 more faces are less like Ann than the threshold asks for."


def test_a_mistake_is_taken_back_and_told(run: Callable[..., Result]) -> None:
    assert "Cluster 1 is Ann: 3 faces in 3 photos." in run("name 1 Ann").stderr
    renamed = run("name 1 Anna").stderr
    assert "Before, some were Ann. `photoclust undo` takes it back." in renamed
    assert "Taken back: act 2, name cluster 1 Anna" in run("undo").stderr
    assert run("find Ann").stdout.count("\n") == 3
    assert "Nobody is called Anna" in run("find Anna", code=1).stderr
    shown = run("log -t").stdout
    assert "taken back" in shown
    assert "name cluster 1 Ann " in shown


def test_what_was_redone_is_what_undo_takes_back(run: Callable[..., Result]) -> None:
    run("name 1 Ann")
    run("name 2 Ben")
    run("undo 1")
    assert "Counts again: act 1, name cluster 1 Ann" in run("redo").stderr
    assert "Taken back: act 1, name cluster 1 Ann" in run("undo").stderr
    assert "Taken back: act 2, name cluster 2 Ben" in run("undo").stderr


def test_undo_names_the_ways_out_of_a_change_of_the_pack(
    run: Callable[..., Result], two_people: TwoPeople
) -> None:
    run("name 1 Ann")
    pack = two_people.library.packs.in_use()
    assert pack is not None
    for other in ("other", pack.name):
        with two_people.library.transaction():
            two_people.library.journal.begin(f"models use {other}")
    told = " ".join(run("undo", code=1).stderr.split())
    assert "Act 3 changed the model pack: `photoclust models use other` changes it back." in told
    assert "`photoclust undo 1` takes back the last act before: name cluster 1 Ann" in told
    assert "Taken back: act 1" in run("undo 1").stderr


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("different 1 2", "merge 1 2"),
        ("different 1 2;name 1 Ann", "merge 2 1"),
        ("different 1 2;name 1 Ann", "merge Ann 2"),
        ("different 1 2;name 1 Ann;name 2 Ben", "merge Ann Ben"),
        ("different f1 f5;name 1 Ann;name 2 Ben", "person merge Ben Ann"),
    ],
)
def test_merging_overrides_that_they_are_different_and_says_so(
    run: Callable[..., Result], before: str, words: str
) -> None:
    for act in before.split(";"):
        run(act)
    told = " ".join(run(words).stderr.split())
    assert "That they are two people, said by act 1, counts no more." in told
    assert run("conflicts --nl").stdout == ""
    run("undo")
    assert "counts no more" in run(words).stderr


def test_merging_says_in_how_many_photos_both_are(
    run: Callable[..., Result], two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    looks = zip(portraits("Cem", 2), portraits("Dan", 2), strict=True)
    pairs = [two_people.album.add_photo(f"/both/{i}.jpg", *two) for i, two in enumerate(looks)]
    for faces, name in zip(zip(*pairs, strict=True), ("Cem", "Dan"), strict=True):
        two_people.album.add_cluster(*faces)
        two_people.album.say(name, *faces, source="cluster")
    told = " ".join(run("merge Cem Dan").stderr.split())
    assert "Both are in 2 photos, and nobody is in a photo twice:" in told
    assert "`photoclust allow same-photo PHOTO` if they are, else `photoclust undo`." in told


def test_split_shows_its_parts_and_asks(run: Callable[..., Result], tmp_path: Path) -> None:
    run("merge 1 2")
    told = run("split 1 --dry-run", "--sheets", tmp_path / "sheets").stderr
    assert "Cluster 1 would be 2 people:" in told
    assert "1: 4 faces (" in told
    assert "2: 3 faces (" in told
    assert {path.name for path in (tmp_path / "sheets").iterdir()} == {
        "cluster-1-part-1.png",
        "cluster-1-part-2.png",
    }
    assert "say --yes" in run("split 1", code=2).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("merge 1", "Say which two are one"),
        ("merge 1 2 3", "Say which two are one"),
        ("merge f1 2", "clusters and people, not faces"),
        ("merge 1 99", "no cluster 99"),
        ("merge Ann 1", "Nobody is called Ann"),
        ("split face 1", "Say which cluster"),
        ("split 1 --into 9", "cannot be split into 9"),
        ("reject face 1 Ann", "Say from whom"),
        ("reject face 1 from", "Say from whom"),
        ("reject from Ann", "Say which faces"),
        ("reject face 99 from cluster 1", "no face 99"),
        ("assign Ann", "Say which faces"),
        ("assign face 1", "Say the name as well"),
        ("ignore", "Say who is to be ignored"),
        ("different 1", "Say which two are different"),
        ("different 1 Ann", "Say which two are different"),
        ("review", "nobody is there to answer"),
        ("ignore 1 --unnamed", "Say who is to be ignored"),
        ("ignore 1 --hidden --stranger", "Choose one of"),
        ("ignore 1 --max-photos 2", "goes with --unnamed"),
        ("ignore --in /nowhere.jpg", "no photo /nowhere.jpg"),
        ("ignore --undo", "Say who is to be heeded again"),
        ("ignore 1 --undo --hidden", "whatever they were ignored as"),
        ("ignore 1 --undo", "Nobody is ignored in a cluster 1"),
        ("undo", "nothing to undo"),
        ("redo", "nothing to redo"),
        ("undo 7", "no act 7"),
        ("undo abc", "N takes a whole number, not `abc`.\nSee `"),
        ("ignore --unnamed --max-photos 0", "--max-photos takes 1 or more, not `0`."),
        ("scan --time-limit x /photos", "--time-limit takes a number, not `x`."),
        ("scan --workers 1000 /photos", "--workers takes 256 at most, not `1000`."),
        ("scan --detail much /photos", "--detail: 'much' is not one of 'low', 'normal', 'high'."),
        ("reject face -12 from Ann", "No number begins with a minus"),
        ("merge -3 4", "No number begins with a minus"),
        ("confirm Ann", "Nobody is called Ann"),
        ("name 1 ?", "at least one letter or digit, and `?` has none"),
        ("person show Ann", "Nobody is called Ann"),
        ("name 1 Ann#3", "Nobody is called Ann#3"),
        ("find Ann &", "Nothing follows the &"),
        ("find !Ann --only", "With --only, say who"),
        ("find --from 2020 Ann --to 2019", "before the one"),
        ("find --template {who} --copy-to x Ann", "There is no such field"),
    ],
)
def test_bad_input_gets_a_sentence(run: Callable[..., Result], words: str, message: str) -> None:
    result = run(words, code=None)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("whom", ["cluster 1", "1", "face 1 2", "--unnamed --yes --max-photos 3"])
def test_ignoring_is_taken_back_in_the_same_words(
    run: Callable[..., Result], two_people: TwoPeople, whom: str
) -> None:
    run(f"ignore {whom} --dry-run")
    assert two_people.library.faces.ignored() == []
    assert "ignored: a stranger" in run(f"ignore {whom}").stderr
    assert two_people.library.faces.ignored()
    assert "would be heeded again" in run(f"ignore {whom} --undo --dry-run").stderr
    assert "heeded again" in run(f"ignore --undo {whom}").stderr
    assert two_people.library.faces.ignored() == []


@pytest.fixture
def cid(
    run: Callable[..., Result],
    two_people: TwoPeople,
    tmp_path: Path,
    portraits: Callable[..., Matrix],
) -> Path:
    """The one photo of Cid, which is really there."""
    photo = tmp_path / "cid.jpg"
    photo.write_bytes(b"a picture")
    (face,) = two_people.album.add_photo(str(photo), portraits("Cid", 1)[0])
    run(f"name f{face} Cid")
    return photo


def test_found_photos_that_are_gathered_are_rows_too(
    run: Callable[..., Result], cid: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    gathered = f"find Cid --copy-to {out}"
    rows = json.loads(run(f"{gathered} --json").stdout)["rows"]
    assert [(row["file"], row["target"], row["became"]) for row in rows] == [
        (str(cid), str(out / "cid.jpg"), "made")
    ]
    again = run(f"{gathered} --nl")
    assert json.loads(again.stdout)["became"] == "there"
    assert "1 photo was there already." in again.stderr
    assert run(f"{gathered} -0").stdout == f"{out / 'cid.jpg'}\0"
    assert run(f"{gathered} --csv").stdout.splitlines()[1].endswith("cid.jpg,there")
    assert run(gathered).stdout == ""
    assert "1 photo would be linked" in run(f"find Cid --link-to {out}2 --dry-run").stderr


def test_photos_cannot_be_gathered_in_a_file(run: Callable[..., Result], cid: Path) -> None:
    told = run(f"find Cid --copy-to {cid}", code=1).stderr
    assert told.count(str(cid)) == 1
    assert "Cannot write to" in told


def test_a_cluster_that_was_merged_is_told_where_it_went(run: Callable[..., Result]) -> None:
    run("merge 2 1")
    assert "Faces of it are in cluster 2 now." in run("show 1", code=1).stderr


def test_split_says_whose_each_part_is(run: Callable[..., Result]) -> None:
    run("merge 1 2")
    run("name 1 Ann")
    ran = run("split 1 --dry-run --into 2 --json")
    assert [part["people"] for part in json.loads(ran.stdout)["parts"]] == [["Ann"], []]
    assert "faces, Ann (" in ran.stderr


@pytest.mark.parametrize("empty", ["person show", "forget", "confirm", "person note"])
def test_an_empty_name_is_nobody(run: Callable[..., Result], empty: str) -> None:
    assert "this name is empty" in run(empty, "", *["x"] * (empty == "person note"), code=2).stderr


def test_a_date_that_is_none_is_told_in_quotes(run: Callable[..., Result]) -> None:
    run("name 1 Ann")
    assert (
        "`` is no date; give one as 1980-05-01." in run("person birthdate Ann", "", code=2).stderr
    )


def test_a_gallery_of_nobody_is_not_written(run: Callable[..., Result], tmp_path: Path) -> None:
    run("name 1 Ann")
    told = run("export gallery", tmp_path / "out", "--query", "Ann", "--to", "1900", code=1).stderr
    assert "No photo of Ann" in told
    assert not (tmp_path / "out").exists()
