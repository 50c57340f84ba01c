"""`faces --csv`: what other programs and measurements read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from photoclust.domain import Box

if TYPE_CHECKING:
    from tests.endtoend.conftest import DemoPhotos, Photographer, Program

HEADER = "face,file,cluster,person,x1,y1,x2,y2,score,strength"
SAME_FACE = 0.4  # intersection over union


def test_header_and_one_row_per_face_and_file(demo: Program) -> None:
    ran = demo("faces", "--csv")
    assert ran.out.split(b"\n", 1)[0].decode() == HEADER
    faces = demo.sql("SELECT count(*) FROM faces JOIN files USING (photo_id)")
    assert len(ran.rows) == faces[0][0]
    for row in ran.rows:
        assert row["face"].isdigit()
        assert row["cluster"] == "" or row["cluster"].isdigit()
        assert 0 < float(row["score"]) <= 1
        assert row["strength"] == "" or 0 <= float(row["strength"]) <= 1
        assert Path(row["file"]).is_absolute()
        assert Path(row["file"]).is_file()


def test_header_without_a_face(program: Program, camera: Photographer, tmp_path: Path) -> None:
    camera.landscape(tmp_path / "photos" / "hills.jpg")
    program.scan(tmp_path / "photos")
    assert program("faces", "--csv", code=1).out.decode() == HEADER + "\n"


def test_boxes_are_in_upright_pixels_of_each_file(demo: Program, demo_photos: DemoPhotos) -> None:
    boxes: dict[str, list[Box]] = {}
    for row in demo("faces", "--csv").rows:
        box = Box(*(float(row[name]) for name in ("x1", "y1", "x2", "y2")))
        boxes.setdefault(row["file"], []).append(box)
    hits, sizes, orientations = 0, {}, set()
    for item in demo_photos.placed:
        path = str(demo_photos.folder / item.file)
        if path not in sizes:
            with Image.open(path) as image:
                orientations.add(image.getexif().get(0x0112))
                sizes[path] = ImageOps.exif_transpose(image).size
        truth = item.box.in_pixels(*sizes[path])
        hits += any(truth.overlap(box) > SAME_FACE for box in boxes.get(path, []))
    assert orientations >= {None, 3, 6, 8}
    assert hits >= 0.97 * len(demo_photos.placed)
    for path, found in boxes.items():
        width, height = sizes[path]
        for box in found:
            assert -1 <= box.x1 < box.x2 <= width + 1
            assert -1 <= box.y1 < box.y2 <= height + 1


def test_orientation_turns_pixels_not_boxes(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    upright = camera.group(tmp_path / "photos" / "upright.jpg", "Ada", "Ben")
    with Image.open(upright) as image:
        stored = image.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = 6
        stored.save(tmp_path / "photos" / "turned.png", exif=exif)
        assert stored.size == image.size[::-1]
    program.scan(tmp_path / "photos")
    boxes: dict[str, list[list[float]]] = {"upright.jpg": [], "turned.png": []}
    for row in program("faces", "--csv").rows:
        corners = [float(row[name]) for name in ("x1", "y1", "x2", "y2")]
        boxes[Path(row["file"]).name].append(corners)
    assert [len(found) for found in boxes.values()] == [2, 2]
    difference = np.subtract(sorted(boxes["upright.jpg"]), sorted(boxes["turned.png"]))
    assert np.abs(difference).max() < 3


def test_large_photo_has_boxes_in_its_own_pixels(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    small = camera.portrait(tmp_path / "photos" / "small.jpg", "Ada", side=500)
    with Image.open(small) as image:
        image.resize((5000, 5000)).save(tmp_path / "photos" / "large.jpg", quality=70)
    program.scan(tmp_path / "photos")
    boxes = {
        Path(row["file"]).name: np.array([float(row[name]) for name in ("x1", "y1", "x2", "y2")])
        for row in program("faces", "--csv").rows
    }
    assert np.abs(boxes["large.jpg"] / 10 - boxes["small.jpg"]).max() < 25


def test_copies_have_a_row_each(program: Program, small_world: Path) -> None:
    shutil.copy(small_world / "Ada-1.jpg", small_world / "copy.jpg")
    program.scan(small_world)
    rows = [
        row
        for row in program("faces", "--csv").rows
        if Path(row["file"]).name in ("Ada-1.jpg", "copy.jpg")
    ]
    assert len({row["file"] for row in rows}) == 2
    first, second = ({**row, "file": ""} for row in rows)
    assert first == second


def test_forms_agree(program: Program, small_world: Path) -> None:
    rows = program("faces", "--csv").rows
    listed = program("faces", "--json").json
    assert listed["schema_version"] == 2
    assert [str(row["face"]) for row in listed["rows"]] == [row["face"] for row in rows]
    assert ",".join(listed["rows"][0]) == HEADER
    assert len(program("faces", "--nl").out.splitlines()) == len(rows)
    assert program("faces").out.decode().split("\n")[0] == HEADER.replace(",", "\t")


def test_files_that_are_gone_are_said_to_be(program: Program, small_world: Path) -> None:
    for photo in small_world.iterdir():
        photo.unlink()
    program.scan(small_world)
    ran = program("faces", code=1)
    assert "looks for some" not in ran.err  # there are faces, only their files are gone
