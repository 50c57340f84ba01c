"""What a gallery shows, gathered from the library."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from photoclust.domain import Box
from photoclust.library import Library
from photoclust.library.faces import Face

# Hex digits of a hash in a file name: 64 bits tell a million pictures apart.
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Who:
    """A person, or a cluster that nobody has named: the name to show and the page about them."""

    name: str
    page: str
    named: bool


@dataclass(frozen=True, slots=True)
class ShownFace:
    """A face of somebody: box in 0..1 of its photo, and the file of its crop.

    `at_seconds` tells the frame of a video.
    """

    id: int
    who: Who
    box: Box
    quality: float
    picture: str
    photo_page: str
    day: date | None
    at_seconds: float | None


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with somebody in it; width and height are those of the original, in pixels.

    `digest` is the beginning of its content hash: a picture made once serves every later export.
    `place` is latitude and longitude in degrees, and None unless it is to be shown.
    """

    id: int
    digest: str
    width: int
    height: int
    taken_at: str | None
    place: tuple[float, float] | None
    faces: tuple[ShownFace, ...]

    @property
    def at_seconds(self) -> float | None:
        """The frame that stands for a video: that of its best face."""
        return max(self.faces, key=lambda face: face.quality).at_seconds

    @property
    def page(self) -> str:
        return _photo_page(self.id)

    @property
    def preview(self) -> str:
        return f"previews/preview-{self.digest}.webp"

    @property
    def thumb(self) -> str:
        return f"thumbs/thumb-{self.digest}.webp"

    @property
    def pictures(self) -> list[str]:
        """The names of the pictures that are made of it."""
        return [self.preview, self.thumb, *(face.picture for face in self.faces)]

    @property
    def day(self) -> date | None:
        return _day(self.taken_at)

    @property
    def people(self) -> list[Who]:
        """Who is in it, each once, from left to right."""
        return list(dict.fromkeys(face.who for face in self.faces))


@dataclass(frozen=True, slots=True)
class Group:
    """Somebody's faces, best quality first, and photos, oldest first."""

    who: Who
    faces: tuple[ShownFace, ...]
    photos: tuple[ShownPhoto, ...]

    @property
    def days(self) -> list[date]:
        """The dates of its photos, as far as they are known, oldest first."""
        return [photo.day for photo in self.photos if photo.day]


@dataclass(frozen=True, slots=True)
class Content:
    """Everybody, those in most photos first; photos from the oldest on, undated ones last."""

    people: tuple[Group, ...]
    clusters: tuple[Group, ...]
    photos: tuple[ShownPhoto, ...]

    @property
    def pictures(self) -> Iterator[str]:
        """The names of all derived pictures."""
        for photo in self.photos:
            yield from photo.pictures


def gather(library: Library, *, places: bool, only: Collection[int] | None = None) -> Content:
    """Every face that belongs to a person or is in a cluster, with its photo.

    Those who are ignored are left out, and with `only` all photos but these.
    """
    faces_of: dict[int, list[Face]] = defaultdict(list)
    for face in library.faces.all():
        if only is not None and face.photo_id not in only:
            continue
        if face.ignored is None and (face.person is not None or face.cluster is not None):
            faces_of[face.photo_id].append(face)
    photos = [
        _shown_photo(row["content_hash"], (row["latitude"], row["longitude"]), faces_of[row["id"]])
        for row in library.query("SELECT id, content_hash, latitude, longitude FROM photos")
        if row["id"] in faces_of
    ]
    photos.sort(key=lambda photo: (photo.taken_at is None, photo.taken_at or "", photo.id))
    if not places:
        photos = [replace(photo, place=None) for photo in photos]
    groups = _groups(photos)
    return Content(
        people=tuple(group for group in groups if group.who.named),
        clusters=tuple(group for group in groups if not group.who.named),
        photos=tuple(photos),
    )


def _shown_photo(
    content_hash: str, place: tuple[float | None, float | None], faces: list[Face]
) -> ShownPhoto:
    latitude, longitude = place
    shown = (_shown_face(face, content_hash) for face in faces)
    return ShownPhoto(
        id=faces[0].photo_id,
        digest=content_hash[:HASH_DIGITS],
        width=faces[0].width,
        height=faces[0].height,
        taken_at=faces[0].taken_at,
        place=None if latitude is None or longitude is None else (latitude, longitude),
        faces=tuple(sorted(shown, key=lambda face: (face.box.x1, face.id))),
    )


def _shown_face(face: Face, content_hash: str) -> ShownFace:
    # Named by photo and box, not by the face's id: the same crop in any library.
    at = "" if face.at_seconds is None else f" {face.at_seconds}"
    cut = hashlib.sha256(f"{content_hash} {tuple(face.box)}{at}".encode()).hexdigest()
    return ShownFace(
        id=face.id,
        who=_who(face),
        box=face.box,
        quality=face.quality,
        picture=f"faces/face-{cut[:HASH_DIGITS]}.webp",
        photo_page=_photo_page(face.photo_id),
        day=_day(face.taken_at),
        at_seconds=face.at_seconds,
    )


def _who(face: Face) -> Who:
    if face.person is not None:
        return Who(face.person, f"people/person-{face.person_id}.html", named=True)
    return Who(f"Cluster {face.cluster}", f"clusters/cluster-{face.cluster}.html", named=False)


def _photo_page(photo_id: int) -> str:
    return f"photos/photo-{photo_id}.html"


def _groups(photos: list[ShownPhoto]) -> list[Group]:
    faces: dict[Who, list[ShownFace]] = defaultdict(list)
    seen_in: dict[Who, list[ShownPhoto]] = defaultdict(list)
    for photo in photos:
        for face in photo.faces:
            faces[face.who].append(face)
        for who in photo.people:
            seen_in[who].append(photo)
    groups = [
        Group(
            who,
            tuple(sorted(its_faces, key=lambda face: (-face.quality, face.id))),
            tuple(seen_in[who]),
        )
        for who, its_faces in faces.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.photos), -len(group.faces), group.who.page))


def _day(taken_at: str | None) -> date | None:
    return date.fromisoformat(taken_at[:10]) if taken_at else None
