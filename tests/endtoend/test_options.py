"""Options of `scan`: what is left out, how closely photos are looked at, on what, how long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from photoclust.choices import Device
from photoclust.models.devices import is_live

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

# A worker to which photos of this size are hard ones.
HARD = 444  # pixels
SLOW = f"""
import time
from photoclust.models.open_pack import OpenPack
quick = OpenPack.detect
def detect(self, pixels, detail):
    time.sleep(60 if len(pixels) == {HARD} else 0)
    return quick(self, pixels, detail)
OpenPack.detect = detect
"""


# -- what is left out -----------------------------------------------------------------------------


@pytest.fixture
def folder(camera: Photographer, tmp_path: Path) -> Path:
    """Portraits of Ada here, in `trip` and in `trip/raw`, each another shot."""
    root = tmp_path / "photos"
    for shot, name in enumerate(("Ada.jpg", "trip/Ada.jpg", "trip/raw/Ada.jpg", "copy.jpg")):
        camera.portrait(root / name, "Ada", shot)
    return root


@pytest.mark.parametrize(
    ("patterns", "indexed", "excluded"),
    [
        (["trip"], 2, 1),
        (["raw/"], 3, 1),
        (["copy.*", "/trip/raw"], 2, 2),
        (["*.jpg", "!copy.jpg"], 1, 3),
        (["/Ada.jpg"], 3, 1),
        (["nothing"], 4, 0),
    ],
)
def test_exclude(
    program: Program, folder: Path, patterns: list[str], indexed: int, excluded: int
) -> None:
    options = [word for pattern in patterns for word in ("--exclude", pattern)]
    audit = program.scan(folder, *options)
    assert audit.indexed == indexed
    assert audit.skipped_why == ({"excluded": excluded} if excluded else {})


def test_what_is_excluded_later_keeps_its_faces(program: Program, folder: Path) -> None:
    program.scan(folder)
    ran = program("scan", folder, "--exclude", "trip")
    assert ran.audit.told == {"unchanged": 2, "skipped": 1}
    assert "No longer where it was" not in ran.err
    assert len(program("faces", "--csv").rows) == 4


def test_ignore_files_and_nomedia(program: Program, folder: Path) -> None:
    (folder / ".photoclustignore").write_text("# not these\ncopy.jpg\n")
    (folder / "trip" / "raw" / ".nomedia").touch()
    audit = program.scan(folder)
    assert audit.indexed == 2
    assert audit.skipped_why == {
        "ignored by .photoclustignore": 1,
        "folder has .nomedia": 1,
        "hidden": 1,
    }
    (folder / ".photoclustignore").unlink()
    (folder / "trip" / "raw" / ".nomedia").unlink()
    assert program.scan(folder).told == {"unchanged": 2, "indexed": 2}


def test_a_folder_with_nomedia_is_looked_into_when_it_is_named(
    program: Program, folder: Path
) -> None:
    (folder / "trip" / ".nomedia").touch()
    assert program.scan(folder / "trip").indexed == 2


def test_sizes(program: Program, camera: Photographer, folder: Path) -> None:
    camera.portrait(folder / "large.jpg", "Ada", shot=9, side=700)
    sizes = [path.stat().st_size for path in folder.rglob("*.jpg")]
    limit = sorted(sizes)[-2] + 1
    assert program.scan(folder, "--min-size", str(limit)).told == {"indexed": 1, "skipped": 4}
    audit = program.scan(folder, "--max-size", f"{limit / 1000:.3f}k")
    assert audit.told == {"indexed": 4, "skipped": 1}
    assert audit.skipped_why == {"larger than --max-size": 1}
    assert program.scan(folder, "--min-size", "1G").skipped_why == {"smaller than --min-size": 5}


@pytest.mark.parametrize("option", ["--min-size", "--max-size"])
@pytest.mark.parametrize("size", ["large", "10 apples", "-1", "1e6", ""])
def test_what_is_no_size_is_one_sentence(
    program: Program, folder: Path, option: str, size: str
) -> None:
    ran = program("scan", folder, f"{option}={size}", code=2)
    assert ran.err.splitlines() == [
        f"Error: {size!r} is not a size.",
        "Write it as 500, 20k, 1.5M or 2G.",
    ]
    assert not program.db.exists()


# -- how closely ----------------------------------------------------------------------------------


@pytest.fixture
def near_and_far(group_photo: np.ndarray, tmp_path: Path) -> Path:
    """The same six friends twice, as they are and, another time, so far away that few are seen."""
    folder = tmp_path / "photos"
    folder.mkdir()
    friends = Image.fromarray(group_photo)
    friends.save(folder / "near.jpg", quality=92)
    scene = Image.new("RGB", (3200, 2100), (90, 110, 130))
    small = friends.resize((420, 290), Image.Resampling.LANCZOS)
    scene.paste(small, (900, 800))
    scene.paste(friends, (1900, 1000))
    scene.save(folder / "far.jpg", quality=95)
    return folder


def stored(program: Program) -> dict[int, tuple[object, ...]]:
    """Face -> what was made of it, and when in the order of things."""
    rows = program.sql(
        "SELECT faces.id, photo_id, x1, y1, x2, y2, score, vector FROM faces"
        " JOIN embeddings ON face_id = faces.id"
    )
    return {row[0]: row[1:] for row in rows}


def test_more_detail_adds_faces_and_keeps_those_with_names(
    program: Program, near_and_far: Path
) -> None:
    assert program.scan(near_and_far).told == {"indexed": 2}
    before = stored(program)
    named = min(before)
    program("name", "face", str(named), "Ada")

    assert program.scan(near_and_far, "--detail", "high").told == {"indexed": 2}
    closer = stored(program)
    assert closer.items() > before.items()
    assert len(closer) == 18
    assert program("people", "--csv").rows[0]["person"] == "Ada"
    rows = [row for row in program("faces", "--csv").rows if row["face"] == str(named)]
    assert [row["person"] for row in rows] == ["Ada"]

    for detail in ("high", "normal", "low"):
        assert program.scan(near_and_far, "--detail", detail).told == {"unchanged": 2}
        assert stored(program) == closer


def test_less_detail_finds_no_more(
    program: Program, new_program: type[Program], near_and_far: Path, tmp_path: Path
) -> None:
    program.scan(near_and_far, "--detail", "low")
    low = len(stored(program))
    assert low >= 6
    assert program.scan(near_and_far).told == {"indexed": 2}
    normal = new_program(tmp_path / "normal.db")
    normal.scan(near_and_far)
    assert low <= len(stored(normal)) <= len(stored(program))


def test_a_copy_that_comes_later_is_looked_at_as_closely(
    program: Program, near_and_far: Path
) -> None:
    program.scan(near_and_far)
    (near_and_far / "again.jpg").write_bytes((near_and_far / "near.jpg").read_bytes())
    assert program.scan(near_and_far, "--detail", "high").indexed == 2
    assert len(stored(program)) == 18
    assert program.scan(near_and_far, "--detail", "high").told == {"unchanged": 3}


def test_detail_that_does_not_exist(program: Program, folder: Path) -> None:
    assert "--detail" in program("scan", folder, "--detail", "best", code=2).err


# -- on what, how many, how long ------------------------------------------------------------------


def test_device_cpu(program: Program, folder: Path) -> None:
    assert program.scan(folder, "--device", "cpu").indexed == 4


def test_a_device_that_is_not_there(program: Program, folder: Path) -> None:
    if is_live(Device.CUDA):
        pytest.skip("CUDA works here")
    ran = program("scan", folder, "--device", "cuda", code=1)
    error, way_out = ran.err.splitlines()
    assert error.startswith("Error: ")
    assert "cuda" in error
    assert "pip install" in way_out
    assert program.scan(folder).indexed == 4  # nothing was spoilt


def test_any_number_of_workers_gives_the_same(
    program: Program, new_program: type[Program], folder: Path, tmp_path: Path
) -> None:
    program.scan(folder, "--workers", "1")
    many = new_program(tmp_path / "many.db")
    many.scan(folder, "--workers", "6")
    assert stored(many) == stored(program)


def test_a_photo_that_takes_too_long_is_given_up(
    program: Program,
    camera: Photographer,
    folder: Path,
    in_workers: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera.portrait(folder / "slow.jpg", "Ada", shot=9, side=HARD)
    in_workers(SLOW)
    ran = program("scan", folder, "--time-limit", "3", code=3)
    assert ran.audit.told == {"indexed": 4, "failed": 1}
    assert f"failed: {folder / 'slow.jpg'} (took longer than 3 s)" in ran.err
    assert program.scan(folder, code=3).told == {"unchanged": 4, "failed": 1}
    monkeypatch.delenv("PYTHONPATH")
    assert program.scan(folder, "--retry-failed").told == {"unchanged": 4, "indexed": 1}


@pytest.mark.parametrize("limit", ["0", "-5", "soon"])
def test_a_limit_that_makes_no_sense(program: Program, folder: Path, limit: str) -> None:
    assert "--time-limit" in program("scan", folder, f"--time-limit={limit}", code=2).err
