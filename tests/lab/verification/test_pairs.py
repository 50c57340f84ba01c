"""Reading pairs, and finding their photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photoclust.errors import PhotoclustError, UsageError
from photoclust.lab.verification.listing import located
from photoclust.lab.verification.pairs import read_pairs

NAMES = ("Ann", "Ben_2", "Cid O'Neil")


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    """Three photos of each of three people, in files that are never opened."""
    endings = (".jpg", ".PNG", ".heic")
    made = []
    for name in NAMES:
        for number, ending in enumerate(endings, start=1):
            path = tmp_path / "photos" / name / f"{name}_{number:04d}{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
            made.append(str(path))
    return made


def listed(tmp_path: Path, photos: list[str], text: str, name: str = "pairs.txt"):
    source = tmp_path / name
    source.write_text(text)
    return located(read_pairs(source), source, tmp_path / "photos", photos)


# With tabs, as in LFW's own file, a name may have spaces.
PLAIN = "Ann\t1\t2\nBen_2\t3\t1\nAnn\t1\tBen_2\t0002\nCid O'Neil\t1\tAnn\t3\n"


def test_lines_of_lfw(tmp_path: Path, photos: list[str]) -> None:
    found = listed(tmp_path, photos, PLAIN)
    names = [Path(path).name for path in found.photos]
    assert names[found.one[0]] == "Ann_0001.jpg"
    assert names[found.two[0]] == "Ann_0002.PNG"
    assert (names[found.one[1]], names[found.two[2]]) == ("Ben_2_0003.heic", "Ben_2_0002.PNG")
    assert found.same.tolist() == [True, True, False, False]
    assert found.folds is None
    assert found.person_one.tolist() == [0, 1, 0, 2]
    assert found.person_two.tolist() == [0, 1, 1, 0]


def test_header_gives_the_folds(tmp_path: Path, photos: list[str]) -> None:
    one_fold = "Ann 1 2\nBen_2 1 2\nAnn 1 Ben_2 2\nAnn 2 Ben_2 2\n"
    found = listed(tmp_path, photos, "2\t2\n" + one_fold * 2)
    assert found.folds is not None
    assert found.folds.tolist() == [1] * 4 + [2] * 4
    assert listed(tmp_path, photos, "2\n" + one_fold).folds is None
    with pytest.raises(PhotoclustError, match="3 2, announces 12 pairs; 8 follow"):
        listed(tmp_path, photos, "3 2\n" + one_fold * 2)
    with pytest.raises(PhotoclustError, match=r"line 3: .* a pair of one person is due"):
        listed(tmp_path, photos, "1 2\nAnn 1 2\nAnn 1 Ben_2 2\nAnn 1 3\nAnn 2 Ben_2 2")


@pytest.mark.parametrize(
    "header", ["photo_a,photo_b,same", "same;Path_A; path_b", "path_a\tpath_b\tsame"]
)
def test_tables(tmp_path: Path, photos: list[str], header: str) -> None:
    separator = next(sign for sign in ",;\t" if sign in header)
    order = (2, 0, 1) if header.startswith("same") else (0, 1, 2)
    rows = [
        ("Ann/Ann_0001.jpg", "Ann/Ann_0002.PNG", "1"),
        ("Ann/Ann_0002.PNG", photos[2], "TRUE"),
        ("Ben_2/Ben_2_0001", "Ann/Ann_0001.jpg", "0"),
        ("Ben_2/Ben_2_0002", "Ann/Ann_0003", "different"),
    ]
    lines = [separator.join(row[place] for place in order) for row in rows]
    found = listed(tmp_path, photos, "\n".join([header, *lines]), "pairs.csv")
    assert found.same.tolist() == [True, True, False, False]
    # Who is the same by way of others is one person; nothing is known of Ben's two photos.
    ann, ben, again = found.person_one[0], found.person_one[2], found.person_one[3]
    assert set(found.person_two.tolist()) == {ann}
    assert len({ann, ben, again}) == 3


def test_blank_lines_before_a_table(tmp_path: Path) -> None:
    source = tmp_path / "pairs.csv"
    source.write_text("\n \nphoto_a;photo_b;same\nx;y;1\nx;z;0\n")
    assert [(pair.line, pair.one, pair.two) for pair in read_pairs(source)] == [
        (4, "x", "y"),
        (5, "x", "z"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no pair"),
        ("\n \n", "holds no pair"),
        (f"Ann 1 {'7' * 5000}\n", "line 1, is no pair: 'Ann 1 7"),
        (f"{'7' * 5000}\nAnn 1 2\n", "line 1, is no pair: '7"),
        ("\n\nphoto_a,same\nx,1\n", "lacks a column: it has photo_a, same"),
        ("\n  \nphoto_a,photo_b,same\nx,y,1\nx,y,perhaps\n", "line 5, says same is 'perhaps'"),
        ("10 300\n", "holds no pair"),
        ("Ann 1\n", "line 1, is no pair: 'Ann 1'"),
        ("Ann 1 2\n\nsome words that are no pair\n", "line 3, is no pair"),
        ("a,b,same\n1,2,1\n", "line 1, is no pair: 'a,b,same'"),
        ("photo_a,same\nx,1\n", "lacks a column: it has photo_a, same"),
        ("photo_a,photo_b,same\n", "has a header and no pair"),
        ("photo_a,photo_b,same\nx,y,perhaps\n", "line 2, says same is 'perhaps'"),
        ("photo_a,photo_b,same\nx,,1\n", "line 2, names no two photos"),
        ("\x00\x01", "is not text"),
    ],
)
def test_no_list_of_pairs(tmp_path: Path, text: str, said: str) -> None:
    source = tmp_path / "pairs.txt"
    source.write_text(text)
    with pytest.raises(PhotoclustError, match=said):
        read_pairs(source)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        read_pairs(tmp_path / "pairs.txt")
    with pytest.raises(PhotoclustError, match="Cannot read"):
        read_pairs(tmp_path)


def test_missing_photos_are_named(tmp_path: Path, photos: list[str]) -> None:
    text = PLAIN + "Ann 7 8\nDan 1 2\nAnn 7 1\nDan 1 Eve 3\n"
    with pytest.raises(PhotoclustError) as caught:
        listed(tmp_path, photos, text)
    assert "names 5 photos that are not in" in caught.value.message
    assert "Ann/Ann_0007, Ann/Ann_0008, Dan/Dan_0001 and 2 more." in caught.value.message
    with pytest.raises(PhotoclustError, match=r"a photo that is not in .*: Ann/Ann_0009"):
        listed(tmp_path, photos, PLAIN + "Ann 9 1\n")


def test_both_kinds_are_needed(tmp_path: Path, photos: list[str]) -> None:
    with pytest.raises(PhotoclustError, match="3 pairs of one person and 0 of two"):
        listed(tmp_path, photos, "Ann 1 2\nAnn 1 3\nBen_2 1 2\n")
    with pytest.raises(PhotoclustError, match="0 pairs of one person and 2 of two"):
        listed(tmp_path, photos, "Ann 1 Ben_2 2\nAnn 2 Ben_2 3\n")


def test_contradictions_are_named(tmp_path: Path, photos: list[str]) -> None:
    text = "photo_a,photo_b,same\nAnn/Ann_0001,Ann/Ann_0002,1\nAnn/Ann_0002,Ann/Ann_0001,0\n"
    with pytest.raises(PhotoclustError, match="lines 2 and 3: the same two photos"):
        listed(tmp_path, photos, text)


def test_some_of_the_pairs(tmp_path: Path, photos: list[str]) -> None:
    found = listed(tmp_path, photos, PLAIN)
    kept = found.only(np.array([True, False, True, True]))
    assert kept.same.tolist() == [True, False, False]
    with pytest.raises(PhotoclustError, match="1 pairs of one person and 2 of two"):
        kept.check()
