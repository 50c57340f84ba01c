"""A small library over drawn photos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from photoclust.actions.person import set_birth
from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.library import Library
from photoclust.library.clusters import Membership
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.metadata import Metadata
from tests.conftest import levels

LEFT, RIGHT = Box(0.125, 0.25, 0.25, 0.5), Box(0.6, 0.2, 0.8, 0.6)

NOW = "2024-01-01T00:00:00+00:00"
GPS_FOLDER, DATE_TIME = 0x8825, 0x0132
LATITUDE, LONGITUDE = 45.40321, 9.20123


class Album:
    """A library and the folder of its photos, filled one photo, cluster or name at a time."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library = library
        self.folder = folder
        folder.mkdir()
        with library.transaction():
            library.packs.choose(
                name="drawn",
                fingerprint="f",
                dim=4,
                licence="none",
                accepted_at=None,
                settings={"thresholds": {**levels(0.9), "match": 0.9}},
                location=None,
            )
        pack = library.packs.in_use()
        assert pack is not None
        self.pack_id = pack.id
        self.memberships: list[Membership] = []

    @classmethod
    @contextmanager
    def made(cls, folder: Path) -> Iterator[Album]:
        """An empty one below a folder."""
        with Library.open(folder / "library.db", create=True) as library:
            yield cls(library, folder / "holiday photos")

    def add_photo(
        self,
        name: str,
        boxes: Sequence[Box],
        *,
        size: tuple[int, int] = (600, 400),
        taken_at: str | None = "2019-05-12T14:03:00",
        qualities: Sequence[float] = (),
        looks: Sequence[tuple[float, ...]] = (),
    ) -> list[int]:
        """Draw a photo with EXIF, record it with these faces, and return their ids."""
        path = self.folder / name
        _draw(path, boxes, size)
        data = path.read_bytes()
        library = self.library
        with library.transaction():
            photo_id = library.photos.add(hashlib.sha256(data).hexdigest())
            library.photos.describe(
                photo_id, PhotoFacts(*size, Metadata(taken_at, LATITUDE, LONGITUDE))
            )
            library.photos.record_file(
                str(path), photo_id=photo_id, size=len(data), mtime_ns=1, seen_at=NOW
            )
            library.photos.record_scan(
                photo_id, self.pack_id, Detail.NORMAL, scanned_at=NOW, failure=None
            )
            qualities = qualities or [0.5] * len(boxes)
            looks = looks or [(1, 0, 0, 0)] * len(boxes)
            return library.faces.add(
                photo_id,
                self.pack_id,
                list(map(_detected, boxes, qualities, looks)),
            )

    def cluster(self, *face_ids: int) -> int:
        """Put these faces into a new cluster."""
        with self.library.transaction():
            cluster = self.library.clusters.new(self.pack_id)
            self.memberships += [Membership(face, cluster, 0.9) for face in face_ids]
            self.library.clusters.replace(self.memberships)
        return cluster

    def name(self, person: str, *face_ids: int) -> int:
        """Say that these faces are this (new) person's; returns the person's id."""
        with self.library.transaction():
            act = self.library.journal.begin("name")
            person_id = self.library.people.add(act, person).id
            self.library.decisions.give(act, face_ids, person_id=person_id, source="face")
        return person_id

    def born(self, person: str, day: str) -> None:
        """Say when somebody was born."""
        set_birth(self.library, person, date.fromisoformat(day))


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with Album.made(tmp_path) as made:
        yield made


@pytest.fixture
def family(album):
    """John (twice in one cluster, once by name), an unnamed cluster, and a face of nobody."""
    first, stranger = album.add_photo("beach at Rimini.jpg", [LEFT, RIGHT], qualities=[0.2, 0.5])
    second, _nobody = album.add_photo(
        "b.png", [RIGHT, LEFT], taken_at="2021-01-02T00:00:00+01:00", qualities=[0.8, 0.5]
    )
    (third,) = album.add_photo("c.jpg", [LEFT], size=(300, 900), taken_at=None)
    album.add_photo("nobody.jpg", [LEFT])
    album.cluster(first, second)
    album.cluster(stranger)
    album.name("John", first, second, third)
    return album


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "site" / "gallery"


def _draw(path: Path, boxes: Sequence[Box], size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (40, 90, 140))
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(box.in_pixels(*size), (200, 40, 40))
    # Content is what tells photos apart.
    pen.text((2, 2), path.name)
    exif = Image.Exif()
    exif[DATE_TIME] = "2019:05:12 14:03:00"
    exif.get_ifd(GPS_FOLDER).update({1: "N", 2: (45.0, 24.0, 11.5), 3: "E", 4: (9.0, 12.0, 4.4)})
    image.save(path, exif=exif)


def _detected(box: Box, quality: float, look: tuple[float, ...]) -> DetectedFace:
    landmarks = ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.4, 0.6), (0.6, 0.6))
    return DetectedFace(Detection(box, 0.9, landmarks), np.array(look, np.float32), quality)
