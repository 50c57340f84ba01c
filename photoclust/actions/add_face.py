"""Mark a face that the detector missed, and say whose it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.actions.lookup import (
    checked_name,
    known_person,
    pack_in_use,
    photos_at,
)
from photoclust.actions.never_again import NeverAgain
from photoclust.actions.pack import load_recorded
from photoclust.choices import Device
from photoclust.domain import Box, DetectedFace, Detection, Pixels
from photoclust.errors import NotFound, PhotoclustError, UnreadablePhoto, UsageError
from photoclust.library import Library
from photoclust.library.faces import SAME_FACE, Face
from photoclust.library.packs import StoredPack
from photoclust.library.people import Person
from photoclust.models.pack import FacePack
from photoclust.photos.decode import Photo, open_photo, read_bytes
from photoclust.photos.discover import kind_of

# How far around the box the detector looks for the face, as a share of the box on each side.
AROUND = 1.0

# A smaller face is enlarged to this before the detector looks, for it sees none of a few pixels.
SHOWN_SIDE = 160  # pixels, the longer side of the box

# A box by hand takes in more or less of the head than a detector's: from this overlap
# (intersection over union) on, they mean the same face.
MEANT_FACE = 0.3

# Where a frontal face has its landmarks in the box around it, 0..1: medians over the frontal faces
# of lfw-a, mirrored and averaged; those of both detectors agree within 0.02.
USUAL_LANDMARKS = ((0.268, 0.388), (0.732, 0.388), (0.5, 0.58), (0.306, 0.74), (0.694, 0.74))

# How far a box may reach out of the picture, as rounding does.
ROUNDING = 0.5  # pixels


@dataclass(frozen=True, slots=True)
class AddFaceReport:
    """The face that was stored, and whose it is.

    `box` is in 0..1 of the upright photo. `detected`: the detector saw it too, once it looked
    there; otherwise its landmarks are where a frontal face has them.
    """

    act: int
    face: int
    person: Person
    is_new: bool
    box: Box
    detected: bool


def add_face(
    library: Library,
    path: Path,
    area: tuple[float, float, float, float],
    name: str,
    *,
    another: bool = False,
    device: str = Device.AUTO,
) -> AddFaceReport:
    """Store the face in a box of a photo, and give it to a person, in one act.

    Parameters
    ----------
    area : left, top, width and height, in pixels of the upright photo; or in parts of it, if none
        is more than 1.
    another : it is a new person, even if somebody is called so already.
    device : what the models run on: auto, cpu, cuda, coreml or openvino.

    Raises
    ------
    NotFound : there is no such photo in the library.
    UsageError : the box is none, or outside the picture; or several people have that name.
    PhotoclustError : the photo cannot be read, has changed, is a video, or there is a stored face.
    """
    pack = pack_in_use(library)
    known_person(library, name, another=another)  # before a model is loaded
    photo_id, photo = _photo(library, pack, path)
    box = _box(photo, area)
    _check_free(library, photo_id, box, name)
    analyser = load_recorded(pack, device)
    try:
        pixels = photo.pixels(photo.longest_side)
    except UnreadablePhoto as error:
        raise PhotoclustError(f"Cannot read {path}: {error.message}.") from error
    seen = detected_at(analyser, pixels, box)
    if seen is not None:
        _check_free(library, photo_id, seen.box, name)
    (face,) = analyser.embed(pixels, [_detection(box, seen)])
    if not NeverAgain(library, pack).sift([face])[0]:
        raise PhotoclustError(
            "Whoever this is was forgotten and is not to be learned again.",
            "`photoclust forget --learn-again` lifts that for everybody.",
        )
    with library.transaction():
        if pack_in_use(library).id != pack.id:
            raise PhotoclustError("The model pack was changed meanwhile.", "Run the command again.")
        known = known_person(library, name, another=another)
        act, face_id, person = _store(library, pack, photo_id, face, known, name)
    return AddFaceReport(act, face_id, person, known is None, box, seen is not None)


def detected_at(analyser: FacePack, pixels: Pixels, box: Box) -> Detection | None:
    """The face that a detector sees in a box of a picture if it looks at that part alone.

    Box and landmarks are in 0..1 of the whole picture.
    """
    import cv2

    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = box.in_pixels(width, height)
    more_x, more_y = AROUND * (x2 - x1), AROUND * (y2 - y1)
    left, top = max(0, int(x1 - more_x)), max(0, int(y1 - more_y))
    part = pixels[top : int(y2 + more_y) + 1, left : int(x2 + more_x) + 1]
    high, wide = part.shape[:2]
    larger = SHOWN_SIDE / max(x2 - x1, y2 - y1)
    if larger > 1:
        size = (round(wide * larger), round(high * larger))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    scale, origin = np.array([wide / width, high / height]), np.array([left / width, top / height])
    found = [
        Detection.of(
            (np.reshape(face.box, (2, 2)) * scale + origin).ravel(),
            face.score,
            np.array(face.landmarks) * scale + origin,
        )
        for face in analyser.detect(part)
    ]
    best = max(found, key=lambda face: face.box.overlap(box), default=None)
    return best if best and best.box.overlap(box) >= MEANT_FACE else None


def _photo(library: Library, pack: StoredPack, path: Path) -> tuple[int, Photo]:
    """The library's photo at a path, whose file must still be that photo."""
    ((photo_id, absolute),) = photos_at(library, [path]).items()
    if kind_of(str(path)) == "video":
        raise PhotoclustError(
            f"{path} is a video; faces can be marked in photos only.",
            "Save a picture of it, scan that, and mark the face there.",
        )
    try:
        data = read_bytes(absolute)
        photo = open_photo(data, kind_of(str(absolute)))
    except UnreadablePhoto as error:
        raise PhotoclustError(f"Cannot read {path}: {error.message}.") from error
    found = library.photos.by_content(hashlib.sha256(data).hexdigest(), pack.id)
    if found is None or found.id != photo_id or found.status != "done":
        raise NotFound(
            f"{path} is not as it was scanned.", f"`photoclust scan {path}` first, then mark it."
        )
    return photo_id, photo


def _box(photo: Photo, area: tuple[float, float, float, float]) -> Box:
    width, height = photo.facts.width, photo.facts.height
    left, top, wide, high = area
    if not (wide > 0 and high > 0):
        raise UsageError("The box has no size.", "Write it as left,top,width,height.")
    if max(area) <= 1:
        left, top, wide, high = left * width, top * height, wide * width, high * height
    right, bottom = left + wide, top + high
    if min(left, top, width - right, height - bottom) < -ROUNDING:
        raise UsageError(
            f"The box reaches outside the picture, which is {width} x {height} pixels.",
            "Write it as left,top,width,height, as the photo looks when it is upright.",
        )
    return Box(
        max(0.0, left) / width,
        max(0.0, top) / height,
        min(width, right) / width,
        min(height, bottom) / height,
    )


def _check_free(library: Library, photo_id: int, box: Box, name: str) -> None:
    there = library.faces.of_photo(photo_id)
    best = max(there, key=lambda face: face.box.overlap(box), default=None)
    if best is not None and best.box.overlap(box) >= SAME_FACE:
        raise PhotoclustError(
            f"That is face {best.id}{_whose(best)}.",
            f"Say whose it is with `photoclust assign face {best.id} {name}`.",
        )


def _whose(face: Face) -> str:
    return f", which is {face.person}" if face.person else ""


def _detection(box: Box, seen: Detection | None) -> Detection:
    if seen is not None:
        return Detection(box, seen.score, seen.landmarks)
    wide, high = box.x2 - box.x1, box.y2 - box.y1
    points = tuple((box.x1 + x * wide, box.y1 + y * high) for x, y in USUAL_LANDMARKS)
    return Detection(box, 0.0, points)


def _store(
    library: Library,
    pack: StoredPack,
    photo_id: int,
    face: DetectedFace,
    known: Person | None,
    name: str,
) -> tuple[int, int, Person]:
    face_id = library.faces.add_by_hand(photo_id, pack.id, face)
    called = known.name if known else checked_name(name)
    act = library.journal.begin(f"add-face {face_id} {called}")
    person = known or library.people.add(act, called)
    library.decisions.say_added(act, face_id)
    library.decisions.give(act, [face_id], person_id=person.id, source="face")
    return act, face_id, person
