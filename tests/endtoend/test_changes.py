"""People stay: in edited, turned, moved files, under another pack, and where no face was found."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program, Ran

MODEL, DATE, ORIENTATION, DETAILS = 0x0110, 0x9003, 0x0112, 0x8769
MAY, JUNE = "2019:05:01 10:00:00", "2019:06:01 10:00:00"
UPRIGHT, ON_ITS_SIDE = 1, 6
PATIENCE = 120.0  # seconds; only a test that fails waits so long


def save(
    path: Path,
    pixels: np.ndarray,
    *,
    taken: str | None = MAY,
    orientation: int = UPRIGHT,
    quality: int = 92,
) -> Path:
    """A photo of a camera, with its EXIF."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    if taken:
        exif[MODEL] = "X100"
        exif.get_ifd(DETAILS)[DATE] = taken
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "JPEG", quality=quality, exif=exif)
    return path


def with_date(path: Path, taken: str) -> None:
    """Another date in the file; not a bit of its pixels changes."""
    data = path.read_bytes()
    assert MAY.encode() in data
    path.write_bytes(data.replace(MAY.encode(), taken.encode()))


@pytest.fixture
def couple(camera: Photographer) -> np.ndarray:
    """Ada on the left, Ben on the right: 400 x 260."""
    pair = np.hstack([camera.pixels("Ada", 1), camera.pixels("Ben", 1)])
    frame = np.full((260, 400, 3), 120, np.uint8)
    frame[30:230] = pair
    return frame


@pytest.fixture
def photo(program: Program, couple: np.ndarray, tmp_path: Path) -> Path:
    """A scanned photo of Ada and Ben, both named."""
    path = save(tmp_path / "photos" / "couple.jpg", couple)
    program.scan(path.parent)
    for face, name in zip(faces_from_the_left(program), ("Ada", "Ben"), strict=True):
        program("name", "face", face, name)
    return path


def faces_from_the_left(program: Program) -> list[str]:
    rows = program("faces", "--csv").rows
    return [row["face"] for row in sorted(rows, key=lambda row: float(row["x1"]))]


def people(program: Program, path: Path) -> list[str]:
    """Who is in a photo, from left to right; nobody is an empty name."""
    rows = [row for row in program("faces", "--csv").rows if row["file"] == str(path)]
    return [row["person"] for row in sorted(rows, key=lambda row: float(row["x1"]))]


# -- edited files ---------------------------------------------------------------------------------


def test_people_stay_when_metadata_changes(program: Program, photo: Path) -> None:
    with_date(photo, JUNE)
    ran = program("scan", photo.parent)
    assert ran.audit.told == {"indexed": 1}
    assert "What you said of 2 faces still counts" in ran.err
    assert people(program, photo) == ["Ada", "Ben"]
    assert program("find", "Ada").lines == [str(photo)]
    assert "still counts" not in program("scan", photo.parent).err


def test_clusters_keep_their_faces_when_metadata_changes(
    program: Program, small_world: Path
) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    before = program("clusters", "--csv").rows
    with Image.open(small_world / "Ada-1.jpg") as image:
        pixels = np.asarray(image)
    save(small_world / "Ada-1.jpg", pixels, taken=JUNE, quality=98)
    program.scan(small_world)
    rows = program("clusters", "--csv").rows
    numbers = ("cluster", "person", "faces", "photos")
    assert [[row[key] for key in numbers] for row in rows] == [
        [row[key] for key in numbers] for row in before
    ]
    assert people(program, small_world / "Ada-1.jpg") == ["Ada"]


@pytest.mark.parametrize("taken", [MAY, None])
def test_people_stay_when_a_photo_is_saved_smaller(
    program: Program, photo: Path, couple: np.ndarray, taken: str | None
) -> None:
    smaller = Image.fromarray(couple).resize((300, 195), Image.Resampling.LANCZOS)
    save(photo, np.asarray(smaller), taken=taken, quality=85)
    program.scan(photo.parent)
    assert people(program, photo) == ["Ada", "Ben"]


def test_people_stay_when_the_orientation_is_rewritten(
    program: Program, couple: np.ndarray, tmp_path: Path
) -> None:
    photo = save(tmp_path / "photos" / "1.jpg", np.rot90(couple), orientation=ON_ITS_SIDE)
    program.scan(photo.parent)
    for face, name in zip(faces_from_the_left(program), ("Ada", "Ben"), strict=True):
        program("name", "face", face, name)
    save(photo, couple)  # upright pixels, and the tag says so
    program.scan(photo.parent)
    assert people(program, photo) == ["Ada", "Ben"]


@pytest.mark.parametrize(
    ("turned", "expected"),
    [
        (lambda pixels: np.rot90(pixels, 1), {"Ada", "Ben"}),
        (lambda pixels: np.rot90(pixels, 2), {"Ada", "Ben"}),
        (lambda pixels: np.rot90(pixels, 3), {"Ada", "Ben"}),
        (lambda pixels: pixels[:, ::-1], {"Ada", "Ben"}),
    ],
    ids=["left", "upside down", "right", "mirrored"],
)
def test_people_stay_when_a_photo_is_really_turned(
    program: Program,
    photo: Path,
    couple: np.ndarray,
    turned: Callable[[np.ndarray], np.ndarray],
    expected: set[str],
) -> None:
    save(photo, np.ascontiguousarray(turned(couple)))
    program.scan(photo.parent)
    assert set(people(program, photo)) - {""} == expected
    rows = program("faces", "--csv").rows
    at = {row["person"]: (float(row["x1"]), float(row["y1"])) for row in rows if row["person"]}
    marked = np.zeros((*couple.shape[:2], 1), np.uint8)
    marked[:, : couple.shape[1] // 2] = 1  # Ada's half
    half = np.ascontiguousarray(turned(marked))[..., 0]
    for name, is_hers in (("Ada", 1), ("Ben", 0)):
        x, y = at[name]
        assert half[int(y) + 10, int(x) + 10] == is_hers


def test_a_photo_turned_upright_keeps_its_people(
    program: Program, couple: np.ndarray, tmp_path: Path
) -> None:
    photo = save(tmp_path / "photos" / "1.jpg", np.rot90(couple, 3))  # of a camera on its side
    program.scan(photo.parent)
    rows = program("faces", "--csv").rows
    from_the_top = sorted(rows, key=lambda row: float(row["y1"]))
    for row, name in zip(from_the_top, ("Ada", "Ben"), strict=True):
        program("name", "face", row["face"], name)
    save(photo, couple)
    program.scan(photo.parent)
    assert people(program, photo) == ["Ada", "Ben"]


@pytest.mark.parametrize("name", ["Ada", "Ben"])
def test_a_file_name_that_the_camera_uses_again_carries_nothing(
    program: Program, photo: Path, camera: Photographer, name: str
) -> None:
    other = np.full((260, 400, 3), 120, np.uint8)
    other[30:230] = np.hstack([camera.pixels(name, 7), camera.pixels("Fay", 2)])
    save(photo, other, taken=JUNE)
    ran = program("scan", photo.parent)
    assert "still counts" not in ran.err
    assert people(program, photo) == ["", ""]
    assert program.sql("SELECT count(*) FROM named_faces") == [(2,)]  # of the photo that was there


def test_people_stay_when_the_old_file_comes_back(
    program: Program, photo: Path, couple: np.ndarray
) -> None:
    first = photo.read_bytes()
    save(photo, couple, quality=70)
    program.scan(photo.parent)
    program("name", "face", faces_from_the_left(program)[1], "Cem")
    photo.write_bytes(first)
    assert program.scan(photo.parent).told == {"duplicate": 1}
    assert people(program, photo) == ["Ada", "Cem"]
    program("undo")
    assert people(program, photo) == ["Ada", "Ben"]


def test_an_edited_copy_beside_the_old_photo_has_the_names_too(
    program: Program, photo: Path, couple: np.ndarray
) -> None:
    shutil.copy(photo, photo.with_name("old.jpg"))
    program.scan(photo.parent)
    save(photo, couple, quality=70)
    program.scan(photo.parent)
    assert people(program, photo) == people(program, photo.with_name("old.jpg")) == ["Ada", "Ben"]


def test_people_stay_when_a_folder_moves(program: Program, photo: Path) -> None:
    photo.parent.rename(photo.parent.with_name("elsewhere"))
    moved = photo.parent.with_name("elsewhere") / photo.name
    assert program.scan(moved.parent).told == {"duplicate": 1, "moved": 1}
    assert people(program, moved) == ["Ada", "Ben"]


def test_people_stay_when_everything_is_scanned_more_closely(program: Program, photo: Path) -> None:
    program.scan(photo.parent, "--detail", "high")
    assert people(program, photo) == ["Ada", "Ben"]


# -- faces by hand --------------------------------------------------------------------------------


@pytest.fixture
def hidden(program: Program, camera: Photographer, tmp_path: Path) -> Path:
    """A scanned photo of Ada, with Ben beside her so small that no detector finds him at once."""
    frame = np.full((1400, 1800, 3), 120, np.uint8)
    frame[300:900, 200:800] = camera.pixels("Ada", 1, side=600)
    frame[900:924, 1500:1524] = camera.pixels("Ben", 1, side=24)
    path = save(tmp_path / "photos" / "hidden.jpg", frame)
    program.scan(path.parent)
    assert len(program("faces", "--csv").rows) == 1
    return path


BEN = "1503,900,18,22"


def test_a_face_is_added_by_hand_and_found(program: Program, hidden: Path) -> None:
    ran = program("add-face", hidden, BEN, "Ben")
    assert f"Face 2 of {hidden} is a new person, Ben." in ran.err
    assert people(program, hidden) == ["", "Ben"]
    assert program("find", "Ben").lines == [str(hidden)]
    program("undo")
    assert people(program, hidden) == [""]
    program("redo")
    assert people(program, hidden) == ["", "Ben"]
    program.scan(hidden.parent, "--detail", "high")
    assert people(program, hidden) == ["", "Ben"]


def test_a_face_is_added_in_parts_of_the_photo(program: Program, hidden: Path) -> None:
    document = program("add-face", hidden, "0.1,0.8,0.05,0.08", "Zoe", "Z", "--json").json
    assert document["person"] == "Zoe Z"
    assert document["box"] == pytest.approx([0.1, 0.8, 0.15, 0.88])
    assert document["detected"] is False
    assert document["is_new"] is True
    assert people(program, hidden) == ["Zoe Z", ""]
    (row,) = program.sql("SELECT score, quality, by_hand FROM faces WHERE id = ?", document["face"])
    assert row == (0.0, 0.0, 1)


def test_a_face_by_hand_stays_when_metadata_changes(program: Program, hidden: Path) -> None:
    program("add-face", hidden, BEN, "Ben")
    with_date(hidden, JUNE)
    program.scan(hidden.parent)
    assert people(program, hidden) == ["", "Ben"]
    program("undo")
    assert people(program, hidden) == [""]


def test_a_face_that_is_there_is_not_added(program: Program, photo: Path) -> None:
    row = next(row for row in program("faces", "--csv").rows if row["person"] == "Ada")
    x, y = float(row["x1"]), float(row["y1"])
    box = f"{x},{y},{float(row['x2']) - x},{float(row['y2']) - y}"
    ran = program("add-face", photo, box, "Eve", code=1)
    assert f"That is face {row['face']}, which is Ada." in ran.err
    assert f"photoclust assign face {row['face']} Eve" in ran.err
    assert people(program, photo) == ["Ada", "Ben"]


@pytest.mark.parametrize(
    ("box", "code", "words"),
    [
        ("10,10,50", 2, "is no box"),
        ("10,10,50,much", 2, "is no box"),
        ("nan,0,1,1", 2, "is no box"),
        ("10,10,0,50", 2, "has no size"),
        ("380,10,50,50", 2, "outside the picture, which is 400 x 260 pixels"),
        ("0.8,0.1,0.3,0.3", 2, "outside the picture"),
    ],
)
def test_a_box_that_is_none(program: Program, photo: Path, box: str, code: int, words: str) -> None:
    assert words in program("add-face", photo, box, "Eve", code=code).err


def test_a_face_is_added_to_photos_as_they_were_scanned_only(
    program: Program, photo: Path, couple: np.ndarray, tmp_path: Path
) -> None:
    unknown = save(tmp_path / "unknown.jpg", couple)
    assert "There is no photo" in program("add-face", unknown, "1,1,9,9", "Eve", code=1).err
    save(photo, couple, quality=50)
    ran = program("add-face", photo, "1,1,9,9", "Eve", code=1)
    assert f"{photo} is not as it was scanned." in ran.err
    photo.unlink()
    assert "Cannot read" in program("add-face", photo, "1,1,9,9", "Eve", code=1).err


# -- another pack ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scrfd(data: Path) -> Path:
    source = data / "models" / "scrfd-mbf"
    if not source.is_dir():
        pytest.skip(f"no pack at {source}")
    return source


@pytest.fixture(scope="module")
def cast_template(
    data: Path, new_program: type[Program], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two actors and two group scenes, scanned, and every cluster named by its number."""
    source = data / "scenes" / "bbt"
    if not source.is_dir():
        pytest.skip(f"no photos at {source}")
    template = tmp_path_factory.mktemp("cast")
    for name in ("amy", "raj"):
        shutil.copytree(source / name, template / "photos" / name)
    for name in ("bbt1.jpg", "bbt4.jpg"):
        shutil.copy(source / name, template / "photos")
    program = new_program(template / "people.db")
    program.scan(template / "photos")
    for row in program("clusters", "--csv").rows:
        program("name", "cluster", row["cluster"], f"P{row['cluster']}")
    return template


@pytest.fixture
def cast(cast_template: Path, program: Program, tmp_path: Path) -> Path:
    """The photos of `cast_template`, at another place, with a library of their own."""
    shutil.copytree(cast_template / "photos", tmp_path / "photos")
    program.db.parent.mkdir()
    shutil.copy(cast_template / "people.db", program.db)
    program("relocate", cast_template / "photos", tmp_path / "photos", "--yes")
    return tmp_path / "photos"


def use(program: Program, pack: Path | str, *more: str, code: int = 0) -> Ran:
    return program("models", "use", pack, "--yes", "--accept-licence", *more, code=code)


def who_is_where(program: Program) -> dict[tuple[str, str], int]:
    """(file, person) -> how many faces."""
    found: dict[tuple[str, str], int] = {}
    for row in program("faces", "--csv").rows:
        if row["person"]:
            key = (row["file"], row["person"])
            found[key] = found.get(key, 0) + 1
    return found


def test_people_stay_under_another_pack_and_back(program: Program, cast: Path, scrfd: Path) -> None:
    before, numbers = who_is_where(program), program("clusters", "--csv").rows
    said = program.sql("SELECT count(*) FROM named_faces")[0][0]
    ran = use(program, scrfd)
    assert "This library uses scrfd-mbf now" in ran.err
    assert f"What you said of {said} faces was carried over" in ran.err
    assert who_is_where(program) == before
    assert {(row["cluster"], row["person"]) for row in numbers} <= {
        (row["cluster"], row["person"]) for row in program("clusters", "--csv").rows
    }
    assert program("status", "--json").json["pack"] == "scrfd-mbf"
    assert program.scan(cast).told == {"unchanged": 12}

    face = program("faces", "--csv").rows[0]
    program("assign", "face", face["face"], "Somebody")
    since = who_is_where(program)
    back = use(program, "open")
    assert "0 photos looked at" in back.err
    assert who_is_where(program) == since
    program("undo", program("log", "--csv").rows[1]["act"])
    assert who_is_where(program) == before
    use(program, scrfd)
    assert who_is_where(program) == before


def test_acts_are_undone_under_another_pack(program: Program, cast: Path, scrfd: Path) -> None:
    assert cast.is_dir()
    act = program("log", "--csv").rows[0]
    name = act["what"].split()[-1]
    use(program, scrfd)
    program("undo", act["act"])
    assert name not in {person for _file, person in who_is_where(program)}
    use(program, "open")
    assert name not in {person for _file, person in who_is_where(program)}
    program("redo", act["act"])
    assert name in {person for _file, person in who_is_where(program)}


def test_the_change_of_a_pack_is_changed_back_by_another(
    program: Program, cast: Path, scrfd: Path
) -> None:
    assert cast.is_dir()
    use(program, scrfd)
    assert program("log", "--csv").rows[0]["what"] == f"models use {scrfd}"
    assert "`photoclust models use open` changes it back" in program("undo", code=1).err
    use(program, "open")
    assert f"`photoclust models use {scrfd}` changes it back" in program("undo", code=1).err
    assert "uses open already" in use(program, "open", code=1).err


def test_a_photo_that_is_away_is_told_and_comes_back_with_its_people(
    program: Program, cast: Path, scrfd: Path
) -> None:
    before = who_is_where(program)
    scene = cast / "bbt4.jpg"
    away = scene.rename(cast.parent / "away.jpg")
    (cast / "bbt1.jpg").write_bytes(b"other")
    ran = use(program, scrfd, code=3)
    assert f"{scene} (the file is not there)" in ran.err
    assert f"{cast / 'bbt1.jpg'} (the file has changed since it was scanned)" in ran.err
    lost = [line for line in ran.err.splitlines() if f"in {scene}: the file is not there" in line]
    assert len(lost) == sum(file == str(scene) for file, _person in before)
    assert who_is_where(program) == {
        key: count for key, count in before.items() if Path(key[0]).parent != cast
    }
    away.rename(scene)
    (cast / "bbt1.jpg").unlink()
    assert "still counts" in program("scan", cast).err
    assert {key: count for key, count in before.items() if key[0] != str(cast / "bbt1.jpg")} == (
        who_is_where(program)
    )


def test_a_face_by_hand_is_shown_to_another_pack(
    program: Program, hidden: Path, scrfd: Path
) -> None:
    act = program("add-face", hidden, "200,1000,120,140", "Wall", "--json").json["act"]
    ran = use(program, scrfd)
    assert "What you said of 1 face was carried over, 1 of which it had to be shown." in ran.err
    assert "Wall" in people(program, hidden)
    program("undo", act)
    assert "Wall" not in people(program, hidden)
    use(program, "open")
    assert "Wall" not in people(program, hidden)


def test_a_dry_run_changes_nothing(program: Program, cast: Path, scrfd: Path) -> None:
    assert cast.is_dir()
    before = program.db.read_bytes()
    ran = program("models", "use", scrfd, "--dry-run")
    assert "scrfd-mbf instead of open: 12 photos to look at." in ran.err
    assert "which only looking tells" in ran.err
    report = program("models", "use", scrfd, "--dry-run", "--json").json
    assert (report["examined"], report["known"], report["switched"]) == (12, 0, False)
    assert program.db.read_bytes() == before
    use(program, scrfd)
    again = program("models", "use", "open", "--dry-run", "--json").json
    assert (again["examined"], again["known"], again["found"]) == (0, 12, again["said"])


def test_a_pack_is_not_changed_without_a_word(program: Program, cast: Path, scrfd: Path) -> None:
    assert cast.is_dir()
    asked = program("models", "use", scrfd, "--accept-licence", code=2)
    assert "say --yes" in asked.err
    unlicensed = program("models", "use", scrfd, "--yes", code=1)
    assert "--accept-licence" in unlicensed.err
    assert "no pack called" in program("models", "use", "nothing", "--yes", code=1).err
    assert program("status", "--json").json["pack"] == "open"


def test_ctrl_c_keeps_the_old_pack_and_what_was_done(
    program: Program, cast: Path, scrfd: Path
) -> None:
    assert cast.is_dir()
    before = who_is_where(program)
    words = ("models", "use", scrfd, "--yes", "--accept-licence", "--workers", "1")
    running = program.start(*words)
    seen = "SELECT count(*) FROM scans JOIN packs ON packs.id = pack_id AND NOT in_use"
    wait(running, lambda: program.sql(seen)[0][0] >= 2)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, err
    assert b"open is still in use" in err
    assert who_is_where(program) == before
    done = program.sql(seen)[0][0]
    ran = use(program, scrfd)
    assert f"{12 - done} photo" in ran.err
    assert who_is_where(program) == before


def wait(running: subprocess.Popen[bytes], until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert running.poll() is None, "it ended before it could be disturbed"
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_pack_of_a_library_that_was_never_scanned(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    program.db.parent.mkdir()
    assert "There is no library" in program("models", "use", "open", "--yes", code=1).err
    assert os.listdir(program.db.parent) == []
