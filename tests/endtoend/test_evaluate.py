"""`photoclust evaluate`: hand-filled libraries whose scores are known, and its files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from photoclust.cli import app
from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.vectors import Matrix

LOOK = np.eye(16, dtype=np.float32)[0]

Evaluate = Callable[..., Result]


@pytest.fixture
def evaluate(library) -> Evaluate:
    """`evaluate("clusters", "--json")` on the test's library, against its folders."""

    def evaluate(*words: object, truth: object = "folders", code: int = 0) -> Result:
        command = ["evaluate", *words, "--truth", truth, "--db", library.path]
        result = CliRunner().invoke(app, [str(word) for word in command], catch_exceptions=False)
        assert result.exit_code == code, result.stderr
        return result

    return evaluate


@pytest.fixture
def scored(album):
    """Ann: three in cluster 1, one alone. Ben: one in 1, two in 2. Cid: one alone, one unseen.

    A stranger of Ann's first photo is in cluster 1 too.
    """
    ann = [album.add_photo(f"/p/Ann/{number}.jpg", LOOK)[0] for number in (1, 2, 3)]
    central, stranger, _left = _group(album, "/p/Ann/4.jpg")
    ben = [album.add_photo(f"/p/Ben/{number}.jpg", LOOK)[0] for number in (1, 2, 3)]
    album.add_photo("/p/Cid/1.jpg", LOOK)
    album.add_photo("/p/Cid/2.jpg")
    album.add_cluster(central, stranger, *ann[:2], ben[0])
    album.add_cluster(*ben[1:])
    return album


def _group(album, path: str) -> tuple[int, int, int]:
    """A photo of three: the central face first."""
    left, centre, right = album.add_photo(path, LOOK, LOOK, LOOK)
    return centre, right, left


def test_scores_by_hand(evaluate: Evaluate, scored) -> None:
    document = json.loads(evaluate("clusters", "--json").stdout)
    # Group 1 is A A A B, group 2 B B; one A, two C are alone.
    precision = (3 * 3 / 4 + 1 / 4 + 2 + 1 + 2) / 9
    recall = (3 * 3 / 4 + 1 / 4 + 1 / 3 + 2 * 2 / 3 + 2 / 2) / 9
    assert document["bcubed"] == {
        "precision": pytest.approx(precision, abs=1e-6),
        "recall": pytest.approx(recall, abs=1e-6),
        "f": pytest.approx(2 * precision * recall / (precision + recall), abs=1e-6),
    }
    assert document["pairwise"]["precision"] == pytest.approx(4 / 7, abs=1e-6)
    assert document["pairwise"]["recall"] == pytest.approx(4 / 10, abs=1e-6)
    assert document["same_photo"] == {"photos": 1, "crowded": 1, "collisions": 1, "purity": 0}
    assert document["truth"] == {
        "source": "folders",
        "people": 3,
        "faces": 9,
        "covered": 8,
        "coverage": pytest.approx(8 / 9, abs=1e-6),
        "unknown": 0,
        "nameless": 0,
        "copies": 0,
        "disputed": 0,
    }
    assert document["worst_clusters"] == [
        {"cluster": 1, "person": "Ann", "faces": 5, "scored": 4, "wrong": 1, "others": {"Ben": 1}}
    ]
    splits = document["splits"]
    assert (splits["people"], splits["in_several_clusters"]) == (3, 1)
    assert splits["mean_pieces"] == splits["mean_clusters"] + splits["mean_alone"] == 2
    assert splits["worst"] == [
        {"person": "Ben", "photos": 3, "pieces": 2, "clusters": 2, "alone": 0},
        {"person": "Ann", "photos": 4, "pieces": 2, "clusters": 1, "alone": 1},
        {"person": "Cid", "photos": 2, "pieces": 2, "clusters": 0, "alone": 2},
    ]


def test_json_has_its_fields(evaluate: Evaluate, scored) -> None:
    document = json.loads(evaluate("clusters", "--json").stdout)
    assert document["schema_version"] == SCHEMA_VERSION
    assert list(document) == [
        *("schema_version", "library", "pack", "faces", "clusters", "clustered", "truth"),
        *("bcubed", "pairwise", "v_measure", "same_photo", "splits", "worst_clusters"),
    ]
    assert list(document["v_measure"]) == ["homogeneity", "completeness", "v"]


def test_text_for_a_reader(evaluate: Evaluate, scored) -> None:
    shown = evaluate("clusters").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "Coverage    0.8889 (8 of 9 have a stored face)" in shown
    assert "Same photo  purity 0.0000: 1 collision in 1 photo of several people" in shown
    assert re.search(r"^BCubed +0\.8333 +0\.5741 +0\.6798$", shown, re.MULTILINE)
    assert re.search(r"^ +1 +4 +1  Ann +Ben$", shown, re.MULTILINE)
    assert "Worst" not in evaluate("clusters", "--worst", 0).stdout


def test_perfect_clusters(evaluate: Evaluate, album) -> None:
    for name in ("Ann", "Ben"):
        paths = [f"/p/{name}/{number}.jpg" for number in range(3)]
        album.add_cluster(*(album.add_photo(path, LOOK)[0] for path in paths))
    shown = evaluate("clusters").stdout
    assert shown.count(" 1.0000") == 11  # coverage, purity, and three measures of three
    assert "Worst" not in shown
    assert "torn" not in shown


def test_truth_from_a_table(evaluate: Evaluate, scored, tmp_path: Path) -> None:
    table = tmp_path / "who.csv"
    table.write_text("path,person\nAnn/1.jpg,Ann\nBen/1.jpg,Ann\nBen/2.jpg,Ben\nno.jpg,X\n")
    result = evaluate("clusters", "--json", truth=table)
    document = json.loads(result.stdout)
    assert document["bcubed"] == {"precision": 1, "recall": 1, "f": 1}
    assert (document["truth"]["source"], document["truth"]["unknown"]) == ("who.csv", 1)
    assert "1 line whose file is not in the library" in result.stderr


@pytest.mark.parametrize("command", ["clusters", "sweep"])
def test_errors_are_a_sentence_and_the_way_out(
    evaluate: Evaluate, scored, tmp_path: Path, command: str
) -> None:
    gone = evaluate(command, truth="folder", code=2)
    assert gone.stdout == ""
    assert "Error: There is no file folder.\nGive --truth `folders`, or a CSV file." in gone.stderr
    (tmp_path / "bad.csv").write_text("name\nAnn\n")
    bad = evaluate(command, truth=tmp_path / "bad.csv", code=1)
    assert "has no column path and no column person." in bad.stderr


def test_truth_must_be_given(scored) -> None:
    for command in ("clusters", "sweep"):
        words = ["evaluate", command, "--db", str(scored.library.path)]
        assert CliRunner().invoke(app, words).exit_code == 2


def test_nothing_scanned(evaluate: Evaluate, library) -> None:
    assert "Nothing was scanned" in evaluate("clusters", code=1).stderr


def test_nobody_clustered(evaluate: Evaluate, album) -> None:
    for name in ("Ann/1", "Ann/2", "Ben/1"):
        album.add_photo(f"/p/{name}.jpg", LOOK)
    document = json.loads(evaluate("clusters", "--json").stdout)
    assert document["bcubed"]["precision"] == 1
    assert document["bcubed"]["recall"] == pytest.approx(2 / 3, abs=1e-6)
    assert document["clusters"] == 0


def test_report_is_one_page_and_escapes_names(evaluate: Evaluate, album, tmp_path: Path) -> None:
    bold, attack = "<b>Ann</b>", '"><script>alert(1)<'  # a folder's name has no slash
    faces = [album.add_photo(f"/p/x/{n}.jpg", LOOK)[0] for n in range(3)]
    table = tmp_path / "who.csv"
    lines = [f"0.jpg,{bold}", f"1.jpg,{bold}", '2.jpg,"' + attack.replace('"', '""') + '"']
    table.write_text("\n".join(["path,person", *lines]) + "\n")
    album.add_cluster(*faces)
    out = tmp_path / "out" / "report.html"
    result = evaluate("clusters", "--html", out, truth=table)
    assert f"Report: {out}" in result.stderr
    page = out.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;Ann&lt;/b&gt;" in page.replace("<wbr>", "")
    assert page.count("data:image/webp;base64,") == 3
    assert page.count('class="wrong"') == 1
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert all(source.startswith("data:") for source in sources)
    assert "url(" not in page
    assert str(tmp_path) not in page
    evaluate("clusters", "--html", out, truth=table)  # our own page may be replaced


def test_other_files_are_not_replaced(evaluate: Evaluate, scored, tmp_path: Path) -> None:
    (tmp_path / "notes.html").write_text("<p>mine")
    for command in (["clusters"], ["sweep", "--steps", 1]):
        refused = evaluate(*command, "--html", tmp_path / "notes.html", code=1)
        assert "is no report of photoclust" in refused.stderr
        assert refused.stdout == ""
    assert (tmp_path / "notes.html").read_text() == "<p>mine"
    assert "is no report" in evaluate("clusters", "--html", tmp_path, code=1).stderr
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "cluster-1.png").write_bytes(b"mine")
    refused = evaluate("clusters", "--sheets", tmp_path / "sheets", code=1)
    assert "is no contact sheet" in refused.stderr


def test_sheets_of_the_worst_clusters(evaluate: Evaluate, scored, tmp_path: Path) -> None:
    from photoclust.export.sheet import is_sheet

    result = evaluate("clusters", "--sheets", tmp_path / "sheets")
    assert "1 contact sheet in" in result.stderr
    (sheet,) = (tmp_path / "sheets").iterdir()
    assert sheet.name == "cluster-1.png"
    assert is_sheet(sheet)
    evaluate("clusters", "--sheets", tmp_path / "sheets")


@pytest.fixture
def three_people(album, portraits: Callable[..., Matrix]):
    for name in ("Ann", "Ben", "Cid"):
        for number, look in enumerate(portraits(name, 5)):
            album.add_photo(f"/p/{name}/{number}.jpg", look)
    return album


def test_sweep(evaluate: Evaluate, three_people, tmp_path: Path) -> None:
    before = three_people.library.path.read_bytes()
    out = tmp_path / "sweep.html"
    result = evaluate("sweep", "--steps", 3, "--json", "--html", out)
    document = json.loads(result.stdout)
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["truth"]["faces"] == 15
    rows = document["rows"]
    assert [row["join"] for row in rows] == sorted(row["join"] for row in rows)
    assert [row["shift"] for row in rows] == [-0.375, -0.25, -0.125, 0, 0.125, 0.25, 0.375]
    (chosen,) = (row for row in rows if row["chosen"])
    assert (chosen["join"], chosen["shift"]) == (0.5, 0)
    assert chosen["bcubed_f"] == chosen["pair_f"] == 1
    assert (chosen["clusters"], chosen["clustered"], chosen["collisions"]) == (3, 15, 0)
    assert three_people.library.path.read_bytes() == before

    page = out.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert page.count("<polyline") == 6
    assert page.count("<circle") == 6 * 7
    assert "in use: 0.5<" in page
    assert "<script" not in page


def test_forms_of_a_sweep(evaluate: Evaluate, three_people) -> None:
    lines = evaluate("sweep", "--steps", 1).stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["shift", "join", "bcubed_precision"]
    assert len(lines) == 4
    assert len(evaluate("sweep", "--steps", 1, "--nl").stdout.splitlines()) == 3
    assert "in use" in evaluate("sweep", "--steps", 1, "-t").stdout


def test_range_of_a_sweep() -> None:
    from photoclust.lab.clusters.reports import sweep_shifts

    narrow = sweep_shifts(0.92, 6)
    assert (len(narrow), narrow[0], narrow[6], narrow[-1]) == (13, -0.06, 0, 0.06)
    wide = sweep_shifts(0.34, 2)
    assert wide == [-0.34, -0.17, 0, 0.17, 0.34]
