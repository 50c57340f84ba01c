"""`photoclust evaluate pairs` and `people`: the pack `open` on a few people of lfw-a."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from photoclust.cli import app
from photoclust.cli.rows import SCHEMA_VERSION

PEOPLE, PHOTOS = 12, 3

Evaluate = Callable[..., Result]


@pytest.fixture(scope="module")
def faces(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first people of lfw-a with three photos, three photos each."""
    folder = tmp_path_factory.mktemp("faces")
    several = [who for who in sorted((data / "lfw-a").iterdir()) if len(list(who.iterdir())) == 3]
    for who in several[:PEOPLE]:
        shutil.copytree(who, folder / who.name)
    return folder


@pytest.fixture(scope="module")
def names(faces: Path) -> list[str]:
    return sorted(folder.name for folder in faces.iterdir())


@pytest.fixture(scope="module")
def lines(names: list[str]) -> list[str]:
    """As in LFW: a pair of one person, and one of that person and the next."""
    same = [f"{name}\t{1 + number % 2}\t3" for number, name in enumerate(names)]
    nexts = [*names[1:], names[0]]
    return same + [f"{name}\t1\t{other}\t2" for name, other in zip(names, nexts, strict=True)]


@pytest.fixture(scope="module")
def evaluate() -> Evaluate:
    def evaluate(*words: object, code: int = 0) -> Result:
        command = ["evaluate", *(str(word) for word in words)]
        result = CliRunner().invoke(app, command, catch_exceptions=False)
        assert result.exit_code == code, result.stderr
        return result

    return evaluate


@pytest.fixture(scope="module")
def told(
    evaluate: Evaluate, faces: Path, lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict, Result, Path]:
    """The report of both ways, as JSON; what was said; the page."""
    place = tmp_path_factory.mktemp("report")
    (place / "pairs.txt").write_text("\n".join(lines))
    page = place / "pairs.html"
    result = evaluate(
        *("pairs", place / "pairs.txt", "--photos", faces, "--html", page, "--json"),
        *("--preprocess", "align", "--preprocess", "crop"),
    )
    return json.loads(result.stdout), result, page


def test_pairs_are_told_apart_aligned_and_cropped(told: tuple[dict, Result, Path]) -> None:
    document, result, page = told
    assert document["schema_version"] == SCHEMA_VERSION
    assert (document["pairs"], document["photos"]) == ("pairs.txt", PEOPLE * PHOTOS)
    assert (document["same"], document["different"]) == (PEOPLE, PEOPLE)
    assert (document["folds"], document["own_folds"]) == (10, False)
    aligned, cropped = document["results"]
    assert (aligned["pack"], aligned["preprocess"], aligned["faceless"]) == ("open", "align", 0)
    assert cropped["preprocess"] == "crop"
    assert aligned["auc"] > 0.97
    assert cropped["auc"] > 0.7
    assert aligned["accuracy"]["mean"] > 0.85
    assert aligned["squared_distance"] == pytest.approx(2 - 2 * aligned["threshold"], abs=2e-6)
    assert [each["tar"] for each in aligned["tar_at_far"]] == [None] * 3  # of 12 impostors
    assert {each["impostors"] for each in aligned["tar_at_far"]} == {PEOPLE}
    assert f"Report: {page}" in result.stderr


def test_curves_and_histograms_are_in_the_document(told: tuple[dict, Result, Path]) -> None:
    document, _, _ = told
    for result in document["results"]:
        assert len(result["folds"]) == 10
        assert len(result["mean_tars"]) == len(result["frrs"]) == len(document["fars"])
        assert {len(fold["tars"]) for fold in result["folds"]} == {len(document["fars"])}
        assert sum(result["histogram"]["same"]) == sum(result["histogram"]["different"]) == PEOPLE
        bins = len(result["histogram"]["same"])
        assert len(result["histogram"]["squared_distances"]) == bins + 1


def test_page_is_one_file(told: tuple[dict, Result, Path]) -> None:
    page = told[2].read_text(encoding="utf-8")
    assert page.count("<svg") == 4  # ROC, DET, and a histogram each
    assert "<script" not in page
    assert "url(" not in page
    assert not re.findall(r'(?:src|href)="([^"]*)"', page)
    assert str(told[2].parent) not in page


def test_text_is_80_columns_wide(
    evaluate: Evaluate, faces: Path, lines: list[str], tmp_path: Path
) -> None:
    (tmp_path / "pairs.txt").write_text(f"2\t{PEOPLE // 2}\n" + _in_two_folds(lines))
    shown = evaluate("pairs", tmp_path / "pairs.txt", "--photos", faces).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert f"{PEOPLE} of one person, {PEOPLE} of two; {PEOPLE * PHOTOS} photos" in shown
    assert "Folds   2, of the file; " in shown
    assert "TAR at FAR 0.01 (of 12)" in shown


def _in_two_folds(lines: list[str]) -> str:
    same, different, half = lines[:PEOPLE], lines[PEOPLE:], PEOPLE // 2
    return "\n".join(same[:half] + different[:half] + same[half:] + different[half:])


def test_unreadable_photos_and_copies_are_left_out(
    evaluate: Evaluate, faces: Path, names: list[str], tmp_path: Path
) -> None:
    photos = shutil.copytree(faces, tmp_path / "photos")
    (photos / names[0] / f"{names[0]}_0003.jpg").write_bytes(b"no photo")
    copied = photos / names[1] / "copy.jpg"
    shutil.copy(photos / names[1] / f"{names[1]}_0001.jpg", copied)
    first = [f"{name}/{name}_000{{}}" for name in names]
    rows = [
        *((one.format(1), one.format(3), 1) for one in first),
        *((one.format(1), two.format(2), 0) for one, two in pairwise(first)),
        (first[1].format(1), copied, 1),
        (first[1].format(2), first[1].format(2), 1),
    ]
    table = tmp_path / "pairs.csv"
    text = "\n".join(",".join(map(str, row)) for row in rows)
    table.write_text(f"photo_a,photo_b,same\n{text}\n")
    result = evaluate("pairs", table, "--photos", photos, "--json", code=3)
    document = json.loads(result.stdout)
    assert (document["unread"], document["copies"], document["same"]) == (1, 2, PEOPLE - 1)
    assert [each["reason"] for each in document["unreadable"]] == ["not an image that can be read"]
    assert "2 pairs of one photo with itself, or a copy" in result.stderr
    assert "1 pair for photos that cannot be used" in result.stderr


def test_nothing_readable_says_why(evaluate: Evaluate, faces: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for name in ("Ann", "Ben"):
        (photos / name).mkdir(parents=True)
        for number in range(1, 4):
            (photos / name / f"{name}_{number:04d}.jpg").write_bytes(b"no photo")
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("Ann 1 2\nBen 1 2\nAnn 1 Ben 2\nAnn 2 Ben 3\n")
    said = evaluate("pairs", pairs, "--photos", photos, code=1).stderr
    assert "pairs.txt gives 0 pairs of one person and 0 of two." in said
    assert "Left out: pairs for photos that cannot be used (4). Cannot use " in said
    assert f"{photos / 'Ann' / 'Ann_0001.jpg'}: not an image that can be read; " in said
    assert said.count("not an image that can be read") == 3
    assert "; 2 more. It takes 2 of each kind" in said
    said = evaluate("people", photos, code=1).stderr
    assert "Left out: photos that cannot be used (6). Cannot use " in said


def test_pairs_that_cannot_be_judged(
    evaluate: Evaluate, faces: Path, lines: list[str], tmp_path: Path
) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("\n".join(lines[:PEOPLE]))
    only = evaluate("pairs", pairs, "--photos", faces, code=1)
    assert f"pairs.txt gives {PEOPLE} pairs of one person and 0 of two" in only.stderr
    assert only.stdout == ""
    pairs.write_text("\n".join([*lines, "Nobody_Else 1 2"]))
    missing = evaluate("pairs", pairs, "--photos", faces, code=1).stderr
    assert "names 2 photos that are not in" in missing
    assert "Nobody_Else/Nobody_Else_0001, Nobody_Else/Nobody_Else_0002." in missing
    pairs.write_text("\n".join(lines))
    assert "There is no folder" in evaluate("pairs", pairs, "--photos", pairs, code=1).stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "There is no photo in" in evaluate("pairs", pairs, "--photos", empty, code=1).stderr
    gone = evaluate("pairs", tmp_path / "gone.txt", "--photos", faces, code=2)
    assert "There is no file" in gone.stderr
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    taken = evaluate("pairs", pairs, "--photos", faces, "--html", mine, code=1)
    assert "is no report of photoclust" in taken.stderr
    assert mine.read_text() == "mine"
    unknown = evaluate("pairs", pairs, "--photos", faces, "--pack", "opne", code=1)
    assert "There is no pack called opne." in unknown.stderr


def test_people_are_found_among_strangers(evaluate: Evaluate, faces: Path, tmp_path: Path) -> None:
    photos = shutil.copytree(faces, tmp_path / "photos")
    names = sorted(folder.name for folder in photos.iterdir())
    (photos / names[0] / "broken.jpg").write_bytes(b"no photo")
    (photos / names[0] / "notes.txt").write_text("no photo")
    shutil.copy(photos / names[1] / f"{names[1]}_0001.jpg", photos / names[1] / "copy.jpg")
    page = tmp_path / "people.html"
    result = evaluate("people", photos, "--json", "--html", page, code=3)
    document = json.loads(result.stdout)
    assert document["schema_version"] == SCHEMA_VERSION
    assert (document["people"], document["photos"]) == (PEOPLE, PEOPLE * PHOTOS)
    assert (document["enrolled"], document["each"]) == (10, 1)  # a fifth are strangers
    assert (document["known"], document["strangers"]) == (20, 6)
    assert document["left_out"] == {"not a photo": 1}
    assert document["copies"] == 1
    assert [each["reason"] for each in document["unreadable"]] == ["not an image that can be read"]
    (found,) = document["results"]
    assert [each["rank"] for each in found["ranks"]] == [1, 5]
    assert found["ranks"][0]["share"] >= 0.9
    assert [each["dir"] for each in found["open_set"]] == [None, None]  # of six strangers
    assert found["match"]["threshold"] == 0.948
    assert found["match"]["fpir"] <= 0.5
    assert found["pairs"]["same"] == PEOPLE * 3
    assert found["pairs"]["different"] == 36 * 35 // 2 - PEOPLE * 3
    assert found["pairs"]["auc"] > 0.97
    assert "1 file (not a photo)" in result.stderr
    assert page.read_text(encoding="utf-8").count("<svg") == 3


def test_photos_in_the_folders_of_several_people_are_left_out(
    evaluate: Evaluate, faces: Path, tmp_path: Path
) -> None:
    photos = shutil.copytree(faces, tmp_path / "photos")
    names = sorted(folder.name for folder in photos.iterdir())
    mine, claimed, again = (
        photos / names[0] / f"{names[0]}_0001.jpg",
        photos / names[1] / "claimed.jpg",
        photos / names[1] / "claimed again.jpg",
    )
    shutil.copy(mine, claimed)
    shutil.copy(mine, again)
    result = evaluate("people", photos, "--json", "--html", tmp_path / "people.html")
    document = json.loads(result.stdout)
    assert document["disputed"] == [[str(mine), str(again), str(claimed)]]
    assert (document["photos"], document["copies"]) == (PEOPLE * PHOTOS - 1, 0)
    assert "Left out: 3 photos that the folders of several people hold." in result.stderr
    assert f"In several folders: {mine} and {again} and {claimed}" in result.stderr
    page = (tmp_path / "people.html").read_text(encoding="utf-8")
    assert "Left out: 3 photos that the folders of several people hold" in page

    for other in names[2:]:
        shutil.rmtree(photos / other)
    shutil.rmtree(photos / names[1])
    shutil.copytree(photos / names[0], photos / names[1])
    said = evaluate("people", photos, code=1).stderr
    assert "Nobody has more than one photo" in said
    assert "Left out: photos that the folders of several people hold (6). It takes" in said


def test_people_in_text(evaluate: Evaluate, faces: Path) -> None:
    shown = evaluate("people", faces, "--enrolled", 2).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "Enrolled   2 photos of each of 10 people" in shown
    assert "Looked up  10 other photos of them, 6 of strangers" in shown


def test_people_who_cannot_be_judged(evaluate: Evaluate, faces: Path, tmp_path: Path) -> None:
    assert "There is no folder" in evaluate("people", tmp_path / "gone", code=1).stderr
    one = tmp_path / "one"
    shutil.copytree(next(faces.iterdir()), one / "Ann")
    assert "Only one person has more than one photo" in evaluate("people", one, code=1).stderr
    few = evaluate("people", faces, "--enrolled", PHOTOS, code=1)
    assert "Nobody has more than 3 photos" in few.stderr
    evaluate("people", faces, "--enrolled", 0, code=2)
