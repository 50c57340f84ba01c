"""From a folder to faces: what is found, kept, dropped, and not looked at twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.errors import PhotoclustError
from photoclust.lab.training.filters import FaceFilters, border_of, sharpness_of
from photoclust.lab.training.listing import list_people
from photoclust.lab.training.people import split
from photoclust.lab.training.preparing import prepare
from photoclust.lab.training.store import Prepared, Store
from photoclust.models.chips import PLACES, ChipShape
from photoclust.progress import Silent

GREY = ChipShape(64, colour=False)
ANYTHING = FaceFilters(0.0, 1.0, 2)


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    """Nine people with two photos, and one with one."""
    people = sorted((data / "lfw-a").iterdir())
    several = [person for person in people if len(list(person.iterdir())) > 1][:9]
    for person in several:
        for photo in sorted(person.iterdir())[:2]:
            target = tmp_path / "people" / person.name / photo.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(photo, target)
    shutil.copytree(people[0], tmp_path / "people" / "Alone", dirs_exist_ok=True)
    for extra in sorted((tmp_path / "people" / "Alone").iterdir())[1:]:
        extra.unlink()
    return tmp_path / "people"


def test_every_file_is_accounted_for(folder: Path, open_pack, tmp_path: Path) -> None:
    someone = sorted(folder.iterdir())[1]
    (someone / "notes.txt").write_text("no photo")
    (someone / "z-cut.jpg").write_bytes(next(someone.glob("*.jpg")).read_bytes()[:3000])
    Image.new("RGB", (100, 100), "white").save(someone / "z-wall.png")
    shutil.copyfile(next(someone.glob("*.jpg")), folder / "beside.jpg")
    listing = list_people(folder, 2)
    assert listing.left_out == {"beside the folders": 1, "not a photo": 1}
    store = prepare(listing, open_pack, GREY, tmp_path / "w", workers=2, progress=Silent())
    failures = [record.failure for record in store.records if record.failure]
    assert len(store.records) == 21
    assert len(failures) == 2
    assert "no face" in failures


def test_what_is_prepared_is_the_chip_and_is_not_prepared_again(
    folder: Path, open_pack, tmp_path: Path
) -> None:
    listing = list_people(folder, 2)
    store = prepare(listing, open_pack, GREY, tmp_path / "w", workers=2, progress=Silent())
    assert store.rows.shape == (19, 1, 64, 64)
    assert (store.rows.reshape(19, -1).std(axis=1) > 5).all()
    open_pack.detect = None  # is not called
    try:
        again = prepare(listing, open_pack, GREY, tmp_path / "w", workers=1, progress=Silent())
    finally:
        del open_pack.detect
    assert again.records == store.records
    np.testing.assert_array_equal(again.rows, store.rows)


def test_a_changed_photo_is_looked_at_again(folder: Path, open_pack, tmp_path: Path) -> None:
    before = list_people(folder, 2)
    photo = Path(before.photos[0].path)
    photo.write_bytes(photo.read_bytes() + b"more")
    assert list_people(folder, 2).digest != before.digest


def test_sharpness_falls_with_blur() -> None:
    import cv2

    chip = np.random.default_rng(0).integers(0, 255, (112, 112, 3), dtype=np.uint8)
    assert sharpness_of(cv2.GaussianBlur(chip, (0, 0), 3)) < sharpness_of(chip) / 50


def test_border_is_the_share_outside_the_photo() -> None:
    landmarks = PLACES * 112  # the chip is the picture itself
    assert border_of(112, 112, landmarks) == pytest.approx(0, abs=0.02)
    assert border_of(112, 112, landmarks - (56, 0)) == pytest.approx(0.5, abs=0.02)


def store_of(tmp_path: Path, *people: tuple[str, int], **last: float) -> Store:
    records = [
        Prepared(f"{name}/{number}.jpg", name, sharpness=100.0)
        for name, count in people
        for number in range(count)
    ]
    if last:
        records[-1] = Prepared(records[-1].path, records[-1].person, **last)
    store = Store(tmp_path, {}, len(records), (1,), np.uint8)
    store.add((record, np.array([row])) for row, record in enumerate(records))
    return store


MANY = tuple((f"p{number:02}", 3) for number in range(20))


def test_people_are_dealt_out_once_and_by_the_seed(tmp_path: Path) -> None:
    store = store_of(tmp_path, *MANY, ("alone", 1))
    parts = split(store, ANYTHING, 0.5, seed=1)
    shared = [set(part.at) for part in (parts.training, parts.validation, parts.held_out)]
    assert sum(map(len, shared)) == len(set.union(*shared))
    people = [{store.records[row].person for row in rows} for rows in shared]
    assert sum(map(len, people)) == len(set.union(*people))
    assert parts.dropped_people == len({"alone"} - people[2])
    np.testing.assert_array_equal(split(store, ANYTHING, 0.5, 1).training.at, parts.training.at)
    assert set(split(store, ANYTHING, 0.5, 2).held_out.at) != shared[2]
    assert parts.training.of(np.array([0]))[0] == parts.training.at[0]


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ({"sharpness": 5.0}, "blurred"),
        ({"sharpness": 99.0, "border": 0.5}, "cut off by the border"),
    ],
)
def test_bad_faces_are_dropped_from_what_is_learned_only(
    tmp_path: Path, last: dict[str, float], reason: str
) -> None:
    store = store_of(tmp_path, *MANY, **last)
    learned, kept = 0, 0
    for seed in range(6):
        parts = split(store, FaceFilters(20.0, 0.2, 2), 0.5, seed)
        if len(store.records) - 1 in parts.held_out.at:
            assert parts.dropped_photos == {}
            kept += 1
        else:
            assert parts.dropped_photos == {reason: 1}
            learned += 1
    assert learned
    assert kept


def test_too_few_people_are_an_error_that_names_the_options(tmp_path: Path) -> None:
    store = store_of(tmp_path, *MANY)
    with pytest.raises(PhotoclustError, match="Too few people are left to learn from") as raised:
        split(store, FaceFilters(0.0, 1.0, 4), 0.5, seed=0)
    assert "--min-photos" in raised.value.hint


@pytest.mark.parametrize("people", [{}, {"Ann": 5}, {f"p{n}": 1 for n in range(30)}])
def test_a_folder_with_nobody_to_learn_from_is_refused(
    tmp_path: Path, people: dict[str, int]
) -> None:
    for name, count in people.items():
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("RGB", (9, 9)).save(tmp_path / name / f"{number}.png")
    with pytest.raises(PhotoclustError, match="To learn takes 8 people"):
        list_people(tmp_path, 2)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhotoclustError, match="There is no"):
        list_people(tmp_path / "missing", 2)
    (tmp_path / "file").touch()
    with pytest.raises(PhotoclustError, match="is no folder"):
        list_people(tmp_path / "file", 2)
