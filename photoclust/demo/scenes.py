"""The demo's photo library: a few dozen scenes, as files with the metadata of a camera."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from photoclust.demo.composing import Prints, Shot
from photoclust.demo.looks import as_taken
from photoclust.demo.people import ASTRONAUT, Rect
from photoclust.domain import Box, Pixels

SCENES: tuple[Shot | Prints, ...] = (
    Shot("poker-night.jpg", Rect(0, 0, 1280, 886)),
    Shot("poker-left.jpg", Rect(0, 60, 884, 720)),
    Shot("poker-right.jpg", Rect(424, 0, 1280, 690)),
    Shot("three-on-the-left.jpg", Rect(0, 60, 700, 640)),
    Shot("three-in-the-middle.png", Rect(200, 80, 884, 640)),
    Shot("three-on-the-right.jpg", Rect(640, 0, 1280, 660)),
    Shot("waiting-for-cards.jpg", Rect(0, 60, 456, 570)),
    Shot("looking-over.webp", Rect(200, 70, 720, 600)),
    Shot("good-hand.jpg", Rect(424, 190, 890, 640)),
    Shot("good-hand-again.jpg", Rect(424, 170, 880, 600)),
    Shot("standing-up.jpg", Rect(640, 0, 1116, 600)),
    Shot("by-the-mirror.jpg", Rect(872, 0, 1280, 600)),
    Shot("mission-portrait.jpg", Rect(0, 0, 512, 512), ASTRONAUT),
    Shot("mission-portrait-close.png", Rect(40, 0, 450, 450), ASTRONAUT),
    Shot("mission-portrait-wide.webp", Rect(0, 0, 512, 360), ASTRONAUT),
    Prints("kitchen-table.jpg", "wood", "Ada Gwen", "coffee.png"),
    Prints("sorting-prints.jpg", "wood", "Ben Fay Gwen Ada Eli", "motorcycle_left.png"),
    Prints("album-page.tif", "linen", "Bea Eli"),
    Prints("cork-board.jpg", "cork", "Dan Bea Gwen", "rocket.jpg hubble_deep_field.jpg"),
    Prints("cork-board-full.jpg", "cork", "Ada Bea Dan Eli Fay", "coffee.png"),
    Prints("brick-wall.jpg", "brick", "Eli Gwen", "rocket.jpg"),
    Prints("brick-wall-evening.jpg", "brick", "Fay Ben"),
    Prints("picnic.jpg", "grass", "Ada Fay Bea"),
    Prints("picnic-late.jpg", "grass", "Gwen Ben", "coffee.png"),
    Prints("driveway.jpg", "gravel", "Eli Bea", "motorcycle_left.png"),
    Prints("driveway-windy.jpg", "gravel", "Fay Gwen Dan"),
    Prints("for-the-frame.jpg", "linen", "Fay"),
    Prints("favourite.jpg", "wood", "Bea"),
    Prints("tablecloth.webp", "linen", "Ada Eli Gwen", "hubble_deep_field.jpg"),
    Prints("desk.png", "wood", "Dan Ben Fay", "coffee.png"),
    Prints("from-the-attic.jpg", "cork", "Ada Ben Bea Gwen", "motorcycle_left.png rocket.jpg"),
    Prints("porch.jpg", "wood", "Ada Dan"),
    Prints("long-table.jpg", "wood", "Gwen Dan Ada Bea"),
    Prints("before-the-move.jpg", "linen", "Eli Ben Fay", "rocket.jpg"),
)

COPIES = {"backup/poker-night.jpg": "poker-night.jpg", "backup/picnic.jpg": "picnic.jpg"}

FIRST_DAY = datetime(2011, 5, 14, 9, 30)
DAYS_BETWEEN = 96
PLACES = ((38.7139, -9.1394), (59.9139, 10.7522), (46.3625, 14.0936), (-33.8568, 151.2153))
"""Latitude and longitude in degrees, for every third scene."""

STORED_AS = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera held askew stores an upright picture, by the EXIF orientation that it writes."""


@dataclass(frozen=True, slots=True)
class PlacedFace:
    """Whose face is where.

    `file` is the scene's path inside the folder, with forward slashes; `box` is tight, from
    forehead to chin, in 0..1 of the upright scene.
    """

    file: str
    person: str
    box: Box


def build_scenes(
    folder: Path, progress: Callable[[int, int], None] | None = None
) -> list[PlacedFace]:
    """Write the scenes into `folder`, the same bytes each time, and return who is where in them.

    `progress` is called with the number of scenes written so far and the number of all. The copies
    in a subfolder are listed too, like the scenes that they are copies of.
    """
    folder.mkdir(parents=True, exist_ok=True)
    truth: list[PlacedFace] = []
    for number, scene in enumerate(SCENES):
        rng = np.random.default_rng(number)
        pixels, boxes = scene.compose(rng)
        _write(folder / scene.file, as_taken(pixels, rng), number, rng)
        truth += [PlacedFace(scene.file, name, box) for name, box in boxes.items()]
        if progress:
            progress(number + 1, len(SCENES))
    for copy, original in COPIES.items():
        (folder / copy).parent.mkdir(exist_ok=True)
        shutil.copyfile(folder / original, folder / copy)
        truth += [replace(face, file=copy) for face in truth if face.file == original]
    return truth


def _write(path: Path, pixels: Pixels, number: int, rng: Generator) -> None:
    """Store a scene in the format of its name; every third JPEG lies on its side or upside down."""
    image, exif = Image.fromarray(pixels), _exif(number, rng)
    if path.suffix == ".jpg" and number % 3 == 2:
        orientation = int(rng.choice(list(STORED_AS)))
        image = image.transpose(STORED_AS[orientation])
        exif[Base.Orientation] = orientation
    # Pillow leaves the date and the place out of a TIFF unless it gets them as bytes. It looks at
    # the quality only where there is one.
    image.save(path, exif=exif.tobytes(), quality=int(rng.integers(58, 93)))


def _exif(number: int, rng: Generator) -> Image.Exif:
    """When the scene was taken, and for every third one also where."""
    taken = FIRST_DAY + timedelta(days=DAYS_BETWEEN * number, minutes=int(rng.integers(0, 600)))
    exif = Image.Exif()
    exif[Base.DateTime] = f"{taken:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    if number % 3 == 0:
        latitude, longitude = PLACES[number // 3 % len(PLACES)]
        exif.get_ifd(IFD.GPSInfo).update(
            {
                GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
                GPS.GPSLatitude: _degrees(latitude),
                GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
                GPS.GPSLongitude: _degrees(longitude),
            }
        )
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds, as EXIF has them."""
    minutes, seconds = divmod(round(abs(value) * 3600), 60)
    return (float(minutes // 60), float(minutes % 60), float(seconds))
