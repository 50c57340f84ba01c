"""The demo's photo library: the same each time, and its truth is true."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from photoclust.demo import people
from photoclust.demo.composing import Prints, Shot
from photoclust.demo.people import PEOPLE, Rect, Source
from photoclust.demo.scenes import COPIES, SCENES, PlacedFace, build_scenes
from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError

Built = tuple[Path, list[PlacedFace]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("scenes")
    return folder, build_scenes(folder)


def upright(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.array(ImageOps.exif_transpose(image).convert("RGB"))


def files_in(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def test_every_scene_and_copy_is_there_and_opens(built: Built) -> None:
    folder, truth = built
    files = files_in(folder)
    assert set(files) == {scene.file for scene in SCENES} | set(COPIES)
    assert {face.file for face in truth} == set(files)
    for path in files.values():
        assert 900 <= max(upright(path).shape[:2]) <= 1600
    formats = Counter(path.suffix for path in files.values())
    assert set(formats) == {".jpg", ".png", ".tif", ".webp"}
    assert formats[".jpg"] > len(files) / 2


def test_the_same_bytes_each_time(built: Built, tmp_path: Path) -> None:
    folder, truth = built
    steps: list[tuple[int, int]] = []
    assert build_scenes(tmp_path / "new" / "folder", lambda *step: steps.append(step)) == truth
    again = files_in(tmp_path / "new" / "folder")
    for name, path in files_in(folder).items():
        assert again[name].read_bytes() == path.read_bytes(), name
    assert steps == [(done, len(SCENES)) for done in range(1, len(SCENES) + 1)]


def test_copies_are_byte_identical_and_share_their_faces(built: Built) -> None:
    folder, truth = built
    for copy, original in COPIES.items():
        assert (folder / copy).read_bytes() == (folder / original).read_bytes()
        found = [{(f.person, f.box) for f in truth if f.file == file} for file in (copy, original)]
        assert found[0] == found[1] != set()


def test_each_person_at_most_once_in_a_scene_and_in_many_scenes(built: Built) -> None:
    _, truth = built
    assert max(Counter((face.file, face.person) for face in truth).values()) == 1
    scenes = Counter(face.person for face in truth if face.file not in COPIES)
    assert set(scenes) == set(PEOPLE)
    assert min(scenes.values()) >= 5


def test_faces_are_of_a_size_that_can_be_recognised(built: Built) -> None:
    folder, truth = built
    sizes = {name: upright(path).shape[:2] for name, path in files_in(folder).items()}
    for face in truth:
        height, width = sizes[face.file]
        x1, y1, x2, y2 = face.box.in_pixels(width, height)
        assert 0 < x1 < x2 < width
        assert 0 < y1 < y2 < height
        assert 45 <= x2 - x1 <= 260, face


def test_some_scenes_are_stored_turned_and_their_boxes_are_of_the_upright_picture(
    built: Built,
) -> None:
    """The faces of a turned scene look like those of the scene as it was composed."""
    folder, truth = built
    turned = set()
    for number, scene in enumerate(SCENES):
        with Image.open(folder / scene.file) as image:
            orientation = image.getexif().get(Base.Orientation, 1)
        if orientation == 1:
            continue
        turned.add(orientation)
        composed, boxes = scene.compose(np.random.default_rng(number))
        seen = upright(folder / scene.file)
        assert seen.shape == composed.shape
        height, width = seen.shape[:2]
        for face in (face for face in truth if face.file == scene.file):
            assert face.box == boxes[face.person]
            x1, y1, x2, y2 = (round(value) for value in face.box.in_pixels(width, height))
            pair = [pixels[y1:y2, x1:x2].mean(axis=2).ravel() for pixels in (seen, composed)]
            assert np.corrcoef(pair)[0, 1] > 0.95
    assert turned == {3, 6, 8}


def test_dates_are_spread_over_years_and_some_scenes_know_their_place(built: Built) -> None:
    folder, _ = built
    years, places = set(), set()
    for scene in SCENES:
        with Image.open(folder / scene.file) as image:
            exif = image.getexif()
            years.add(exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal][:4])
            place = exif.get_ifd(IFD.GPSInfo)
        if place:
            degrees, minutes, seconds = place[GPS.GPSLatitude]
            value = float(degrees + minutes / 60 + seconds / 3600)
            places.add((place[GPS.GPSLatitudeRef], round(value, 2)))
    assert len(years) >= 5
    assert places == {("N", 38.71), ("N", 59.91), ("N", 46.36), ("S", 33.86)}


@pytest.mark.parametrize("scene", [s for s in SCENES if isinstance(s, Shot)], ids=lambda s: s.file)
def test_no_shot_cuts_through_a_face(scene: Shot) -> None:
    for person in PEOPLE.values():
        if person.source == scene.source:
            assert scene.crop.holds(person.face) or not _touch(scene.crop, person.face)


def test_a_print_shows_one_person_only() -> None:
    for person in PEOPLE.values():
        assert person.room.holds(person.head)
        assert person.head.holds(person.face)
        for other in PEOPLE.values():
            if other != person and other.source == person.source:
                assert not _touch(person.room, other.face)


def test_prints_name_people_of_the_demo() -> None:
    for scene in SCENES:
        if isinstance(scene, Prints):
            assert set(scene.people.split()) <= set(PEOPLE)


@pytest.mark.parametrize("package", ["skimage", "no_such_package"])
def test_a_missing_picture_is_one_clear_sentence(package: str) -> None:
    with pytest.raises(PhotoclustError, match=r"needs the picture data/nobody\.png") as caught:
        people.pixels_of(Source(package, "data/nobody.png"))
    assert caught.value.hint


def _touch(one: Rect, other: Rect) -> bool:
    return max(one.left, other.left) < min(one.right, other.right) and max(
        one.top, other.top
    ) < min(one.bottom, other.bottom)
