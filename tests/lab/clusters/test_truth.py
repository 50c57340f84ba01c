"""Who is who, from folders and from CSV files, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photoclust.errors import NotFound, PhotoclustError, UsageError
from photoclust.lab.clusters.truth import read_truth
from photoclust.library.clock import now

LOOK = np.eye(16, dtype=np.float32)[0]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., str]:
    """Writes a CSV file; its path."""

    def table(*lines: str, name: str = "truth.csv") -> str:
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(tmp_path / name)

    return table


def told(truth) -> list[tuple[str, int | None]]:
    return sorted((face.person, face.face_id or 0) for face in truth.faces)


def add_unreadable(album, path: str) -> None:
    with album.library.transaction():
        album.library.photos.record_file(
            path, photo_id=None, size=1, mtime_ns=1, seen_at=now(), failure="truncated"
        )


def test_folders_name_people(album) -> None:
    (ann,) = album.add_photo("/p/Ann/1.jpg", LOOK)
    (ben,) = album.add_photo("/p/Ben/1.jpg", LOOK)
    album.add_photo("/p/Ben/2.jpg")
    add_unreadable(album, "/p/Ann/broken.jpg")
    truth = read_truth(album.library, "folders")
    assert told(truth) == [("Ann", 0), ("Ann", ann), ("Ben", 0), ("Ben", ben)]
    assert (truth.source, truth.people, truth.covered, truth.coverage) == ("folders", 2, 2, 0.5)


def test_nested_folders_are_told_apart(album) -> None:
    for path in ("/p/F0001/MID1/a.jpg", "/p/F0001/MID2/a.jpg", "/p/F0002/MID1/a.jpg"):
        album.add_photo(path, LOOK)
    truth = read_truth(album.library, "folders")
    assert [face.person for face in truth.faces] == ["F0001/MID1", "F0001/MID2", "F0002/MID1"]


def test_photos_beside_the_folders_are_nobody(album) -> None:
    album.add_photo("/p/group.jpg", LOOK, LOOK)
    album.add_photo("/p/Ann/1.jpg", LOOK)
    truth = read_truth(album.library, "folders")
    assert [face.person for face in truth.faces] == ["Ann"]
    assert truth.nameless == 1


def test_one_folder_is_no_truth(album) -> None:
    album.add_photo("/p/1.jpg", LOOK)
    album.add_photo("/p/2.jpg", LOOK)
    with pytest.raises(PhotoclustError, match="in one folder, /p, so") as caught:
        read_truth(album.library, "folders")
    assert "--truth FILE.csv" in caught.value.hint


def test_nothing_scanned(album) -> None:
    with pytest.raises(NotFound, match="knows no photo"):
        read_truth(album.library, "folders")


def test_the_most_central_face_counts(album) -> None:
    faces = album.add_photo("/p/Ann/1.jpg", LOOK, LOOK, LOOK)
    album.add_photo("/p/Ben/1.jpg", LOOK)
    assert told(read_truth(album.library, "folders"))[0] == ("Ann", faces[1])


def test_references_and_missing_files_are_left_out(album) -> None:
    album.add_photo("/p/Ann/1.jpg", LOOK)
    album.add_photo("/p/Ben/1.jpg", LOOK)
    album.add_photo("/elsewhere/passport.jpg", LOOK, reference=True)
    album.add_photo("/old/Ann/1.jpg", LOOK)
    with album.library.transaction():
        album.library.photos.mark_missing([b"/old/Ann/1.jpg"], now())
    truth = read_truth(album.library, "folders")
    assert [face.person for face in truth.faces] == ["Ann", "Ben"]


def add_copy(album, path: str, photo_id: int) -> None:
    with album.library.transaction():
        album.library.photos.record_file(
            path, photo_id=photo_id, size=1000, mtime_ns=1, seen_at=now()
        )


def test_copies_count_once_and_disputes_are_said(album) -> None:
    (face,) = album.add_photo("/p/Ann/1.jpg", LOOK)
    album.add_photo("/p/Ben/1.jpg", LOOK)
    add_copy(album, "/p/Ann/copy.jpg", album.photo_of(face))
    truth = read_truth(album.library, "folders")
    assert (len(truth.faces), truth.copies, truth.disputed) == (2, 1, 0)
    add_copy(album, "/p/Ben/copy.jpg", album.photo_of(face))
    truth = read_truth(album.library, "folders")
    assert (len(truth.faces), truth.copies, truth.disputed) == (3, 1, 1)
    assert ("Ann", face) in told(truth)
    assert ("Ben", face) in told(truth)


@pytest.mark.parametrize(
    "written", ["/p/x/1.jpg", "x/1.jpg", "./x/1.jpg", "../p/x/1.jpg", "{tmp}/../p/x/1.jpg"]
)
def test_a_path_as_people_write_it(album, table, tmp_path: Path, written: str) -> None:
    photos = tmp_path.parent / "p" if written.startswith(("../", "{")) else Path("/p")
    (face,) = album.add_photo(f"{photos}/x/1.jpg", LOOK)
    album.add_photo(f"{photos}/y/1.jpg", LOOK)
    truth = read_truth(album.library, table("path,person", f"{written.format(tmp=tmp_path)},Ann"))
    assert told(truth) == [("Ann", face)]


def test_a_name_that_only_one_file_has(album, table) -> None:
    (face,) = album.add_photo("/p/x/one.jpg", LOOK)
    album.add_photo("/p/y/two.jpg", LOOK)
    truth = read_truth(album.library, table("Path;Person", "one.jpg;  Ann   Lee ", "nine.jpg;Ben"))
    assert told(truth) == [("Ann Lee", face)]
    assert truth.unknown == 1


def test_an_ambiguous_name(album, table) -> None:
    for folder in "xy":
        album.add_photo(f"/p/{folder}/1.jpg", LOOK)
    with pytest.raises(PhotoclustError, match=r"line 2: 1\.jpg may be /p/x/1\.jpg or /p/y/1\.jpg"):
        read_truth(album.library, table("path,person", "1.jpg,Ann"))


def test_points_and_numbers_say_which_face(album, table) -> None:
    left, middle, right = album.add_photo("/p/1.jpg", LOOK, LOOK, LOOK)
    source = table(
        *("path,person,x,y,face", "1.jpg,Ann,0.14,0.4,", "1.jpg,Ben,0.83,0.5,"),
        *(f"1.jpg,Cid,,,{middle}", "1.jpg,Dot,0.99,0.99,", "1.jpg,Eli,0.2,0.4,"),
    )
    truth = read_truth(album.library, source)
    # Nobody is at Dot's point, and Ann's is nearer to the middle of the left face than Eli's.
    assert told(truth) == [("Ann", left), ("Ben", right), ("Cid", middle), ("Dot", 0), ("Eli", 0)]


def test_output_of_faces_csv_is_a_truth(album, table) -> None:
    left, right = album.add_photo("/p/1.jpg", LOOK, LOOK)
    source = table(
        "face,file,cluster,person,x1,y1,x2,y2,score,strength",
        f"{left},/p/1.jpg,,Ann,1,2,3,4,0.9,",
        f"{right},/p/1.jpg,,,1,2,3,4,0.9,",
    )
    truth = read_truth(album.library, source)
    assert told(truth) == [("Ann", left)]
    assert truth.nameless == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["path,who", "1.jpg,Ann"], "has no column person."),
        (["name,who", "1.jpg,Ann"], "has no column path and no column person."),
        ([""], "has no column path and no column person."),
        (["path,person"], "has a header and no line."),
        (["path,person,x", "1.jpg,Ann,0.5"], "has only one of the columns x and y."),
        (["path,person,x,y", "1.jpg,Ann,left,0.5"], r"line 2: x and y .* not 'left' and '0.5'"),
        (["path,person,x,y", "1.jpg,Ann,300,200"], r"line 2: x and y are two numbers in 0\.\.1"),
        (["path,person,x,y", "1.jpg,Ann,nan,0.5"], "line 2: x and y"),
        (["path,person,x,y", "1.jpg,Ann,0.5,"], "line 2: x and y"),
        (["path,person,face", "1.jpg,Ann,first"], "line 2: 'first' is not the number of a face"),
        (["path,person,face", "1.jpg,Ann,999"], r"line 2: 1\.jpg has no face 999"),
        (["path,person", "1.jpg,Ann", "1.jpg,Ben"], "line 3: 1.jpg is given to several people"),
        (["path,person", "8.jpg,Ann", "9.jpg,Ben"], "None of the 2 files in"),
        (["path,person", "1.jpg,"], "No line of .* names a person"),
    ],
)
def test_bad_tables_are_one_sentence(album, table, lines: list[str], sentence: str) -> None:
    album.add_photo("/p/1.jpg", LOOK, LOOK)
    with pytest.raises(PhotoclustError, match=sentence) as caught:
        read_truth(album.library, table(*lines))
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_no_such_file(album, tmp_path: Path) -> None:
    album.add_photo("/p/1.jpg", LOOK)
    with pytest.raises(UsageError, match="There is no file"):
        read_truth(album.library, str(tmp_path / "nothing.csv"))
    with pytest.raises(PhotoclustError, match="Cannot read"):
        read_truth(album.library, str(tmp_path))


def test_a_file_with_a_byte_order_mark(album, tmp_path: Path) -> None:
    (face,) = album.add_photo("/p/1.jpg", LOOK)
    (tmp_path / "excel.csv").write_bytes("\ufeffpath\tperson\r\n1.jpg\tÄnn\r\n".encode())
    assert told(read_truth(album.library, str(tmp_path / "excel.csv"))) == [("Änn", face)]
