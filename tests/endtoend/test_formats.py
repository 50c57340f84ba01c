"""Files of every kind, whole and broken, through the whole program."""

from __future__ import annotations

import io
import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from photoclust.domain import Box
from photoclust.vectors import from_bytes

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

MOST_MEMORY = 1_200_000_000  # bytes, of the program and its two workers together
LONGEST_REASON = 160  # characters

# Words of programmers, not of people.
JARGON = re.compile(
    r"\w(Error|Exception|Warning)\b|Traceback|modulo|division|NoneType|\bobject\b|\[Errno"
    r"|0x[0-9a-f]|decoder error|unpack|index out of range|attribute|argument|subscript"
)

# EXIF orientation -> what makes of an upright picture the one that is stored.
LAID = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def failed(program: Program) -> dict[str, str]:
    """File name -> why it could not be read."""
    return {Path(path).name: why for path, why in program("status", "--json").json["failed"]}


# -- collections of odd and broken files ----------------------------------------------------------


class Meter:
    """The most memory that a process and all that it started held of their own, in bytes."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(0.1):
            held = 0
            with suppress(psutil.NoSuchProcess):
                for process in (self._root, *self._root.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                        held += process.memory_full_info().uss
            self.most = max(self.most, held)


@pytest.mark.parametrize(("collection", "indexed"), [("formats", 120), ("malformed", 800)])
def test_a_collection_goes_through_in_one_scan(
    program: Program, data: Path, collection: str, indexed: int
) -> None:
    folder = data / collection
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    running = program.start("scan", folder, "--videos", "--no-cluster", "--workers", "2")
    with Meter(running.pid) as meter:
        err = running.communicate()[1].decode()
    assert running.returncode == 3, err
    assert "Traceback" not in err
    audit = program.audit_of(err)
    assert audit.seen == sum(len(files) for _, _, files in os.walk(folder))
    assert audit.indexed >= indexed
    assert meter.most < MOST_MEMORY

    reasons = [why for _path, why in program("status", "--json").json["failed"]]
    assert len(reasons) == audit.failed
    for reason in reasons:
        assert 0 < len(reason) <= LONGEST_REASON, reason
        assert reason.isprintable(), reason
        assert not JARGON.search(reason), reason
        assert "crashed" not in reason
        assert "took longer" not in reason
    again = program("scan", folder, "--videos", "--no-cluster", code=3).audit
    assert (again.indexed, again.failed) == (0, audit.failed)
    assert again.unchanged == audit.indexed + audit.duplicate


# -- turned pictures ------------------------------------------------------------------------------


# JPEG's blocks lie elsewhere in each: that little noise moves one peak of the detector by a cell.
@pytest.mark.parametrize(
    ("suffix", "options", "same"),
    [("png", {}, 0.99), ("tif", {}, 0.99), ("jpg", {"quality": 100, "subsampling": 0}, 0.9)],
)
def test_faces_are_the_same_however_a_photo_is_laid(
    program: Program,
    group_photo: np.ndarray,
    tmp_path: Path,
    suffix: str,
    options: dict[str, Any],
    same: float,
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    upright = Image.fromarray(group_photo)
    for orientation, turn in LAID.items():
        laid = upright if turn is None else upright.transpose(turn)
        exif = Image.Exif()
        exif[Base.Orientation] = orientation
        laid.save(folder / f"{orientation}.{suffix}", exif=exif, **options)
    assert program.scan(folder).told == {"indexed": 8}
    assert program.sql("SELECT DISTINCT width, height FROM photos") == [upright.size]

    faces = defaultdict(list)
    for path, vector, *corners in program.sql(
        "SELECT path_text, vector, x1, y1, x2, y2 FROM faces JOIN files USING (photo_id)"
        " JOIN embeddings ON face_id = faces.id ORDER BY path_text, x1"
    ):
        faces[Path(path).stem].append((Box(*corners), from_bytes(vector, len(vector) // 4)[0]))
    assert [len(found) for found in faces.values()] == [6] * 8
    for found in faces.values():
        for (box, look), (expected_box, expected_look) in zip(found, faces["1"], strict=True):
            assert box.overlap(expected_box) > same
            assert look @ expected_look > 0.99


# -- companions -----------------------------------------------------------------------------------


def test_a_moment_that_is_in_several_files_is_looked_at_once(
    program: Program, camera: Photographer, dng: Callable[..., bytes], tmp_path: Path
) -> None:
    pytest.importorskip("rawpy")
    folder = tmp_path / "photos"
    camera.portrait(folder / "IMG_1.JPG", "Ada", shot=1)
    camera.film(folder / "IMG_1.MOV", [("Ada", 2)])
    camera.portrait(folder / "IMG_2.JPG", "Ben", shot=1)
    (folder / "IMG_2.DNG").write_bytes(dng(camera.pixels("Ben", shot=2, side=480)))
    (folder / "IMG_3.DNG").write_bytes(dng(camera.pixels("Ben", shot=3, side=480)))
    camera.film(folder / "IMG_4.MOV", [("Ada", 3)])
    audit = program.scan(folder, "--videos")
    assert audit.told == {"indexed": 4, "skipped": 2}
    assert audit.skipped_why == {"video of a live photo": 1, "raw of a photo beside it": 1}
    files = [Path(row["file"]).name for row in program("faces", "--csv").rows]
    assert sorted(files) == ["IMG_1.JPG", "IMG_2.JPG", "IMG_3.DNG", "IMG_4.MOV"]

    (folder / "IMG_2.JPG").unlink()  # then its raw is all there is
    assert program.scan(folder, "--videos").indexed == 1


def test_a_raw_is_seen_by_its_preview(
    program: Program,
    camera: Photographer,
    dng: Callable[..., bytes],
    group_photo: np.ndarray,
    tmp_path: Path,
) -> None:
    pytest.importorskip("rawpy")
    preview = io.BytesIO()
    Image.fromarray(group_photo).save(preview, "JPEG", quality=90)
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "group.dng").write_bytes(dng(group_photo, preview=preview.getvalue()))
    assert program.scan(folder).indexed == 1
    assert program.sql("SELECT count(*) FROM faces") == [(6,)]
    program("show", "face", "1", "--sheet", tmp_path / "sheet.png")


# -- decoders that are not installed --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("a.dng", "rawpy", "raw"), ("a.jxl", "pylibjxl", "jxl"), ("a.mp4", "av", "video")],
)
def test_a_missing_decoder_is_named_and_can_be_installed_later(
    program: Program,
    camera: Photographer,
    dng: Callable[..., bytes],
    data: Path,
    tmp_path: Path,
    name: str,
    package: str,
    extra: str,
) -> None:
    pytest.importorskip(package)
    folder = tmp_path / "photos"
    photo = camera.portrait(folder / "Ada.jpg", "Ada")
    file = photo.with_name(name)
    if extra == "raw":
        file.write_bytes(dng(camera.pixels("Ada", side=480)))
    elif extra == "jxl":
        file.write_bytes((data / "formats/library/real_media/jpegxl.jxl").read_bytes())
    else:
        camera.film(file, [("Ada", 2)])
    hidden = f"import sys; sys.modules['{package}'] = None"
    words = ("scan", folder, "--videos")
    ran = program.process(*words, prelude=hidden, code=3)
    assert ran.audit.told == {"indexed": 1, "failed": 1}
    assert f"failed: {file} (" in ran.err
    assert f"need the package {package}: pip install 'photoclust[{extra}]')" in ran.err

    assert program.scan(*words[1:], code=3).told == {"unchanged": 1, "failed": 1}
    assert program.scan(*words[1:], "--retry-failed").told == {"unchanged": 1, "indexed": 1}


# -- what photos say of themselves ----------------------------------------------------------------


def exif_of_a_trip() -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "Canon", "Canon EOS 5D"
    taken = {Base.DateTimeOriginal: "2020:07:01 12:34:56", Base.OffsetTimeOriginal: "+02:00"}
    place = {1: "S", 2: (33.0, 51.0, 36.0), 3: "E", 4: (151.0, 12.0, 0.0)}
    for folder, entries in ((IFD.Exif, taken), (IFD.GPSInfo, place)):
        exif.get_ifd(folder).update(entries)
        exif[folder] = exif.get_ifd(folder)  # Pillow's TIFFs take only what is listed
    return exif


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_camera_place_and_time_are_kept(
    program: Program, camera: Photographer, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "photos" / f"trip.{suffix}"
    path.parent.mkdir()
    Image.fromarray(camera.pixels("Ada")).save(path, exif=exif_of_a_trip())
    program.scan(path)
    [(taken, north, east, made_by)] = program.sql(
        "SELECT taken_at, latitude, longitude, camera FROM photos"
    )
    assert taken == "2020-07-01T12:34:56+02:00"
    assert (north, east) == (pytest.approx(-33.86), pytest.approx(151.2))
    assert made_by == "Canon EOS 5D"


def test_real_photos_of_cameras_say_where_and_when(program: Program, data: Path) -> None:
    assert program.scan(data / "formats/camera/metadata/gps-position").told == {"indexed": 2}
    rows = {
        Path(path).name: (latitude, longitude)
        for path, latitude, longitude in program.sql(
            "SELECT path_text, latitude, longitude FROM photos JOIN files ON photo_id = photos.id"
        )
    }
    assert rows["empty_gps.jpg"] == (None, None)
    north, east = rows["thompson-springs.jpg"]
    assert (north, east) == (pytest.approx(39, abs=1), pytest.approx(-110, abs=2))  # in Utah
