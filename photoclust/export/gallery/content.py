"""What a gallery shows: people, unnamed clusters and photos, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from photoclust.domain import Box


@dataclass(frozen=True, slots=True)
class Who:
    """A person, or a cluster that nobody has named: the name to show and the page about them.

    `key` is unlike that of anybody else: `person-3`, `cluster-7`.
    """

    name: str
    key: str
    named: bool
    born: date | None = None

    @property
    def page(self) -> str:
        return f"{'people' if self.named else 'clusters'}/{self.key}.html"


@dataclass(frozen=True, slots=True)
class ShownFace:
    """A face of somebody: box in 0..1 of its photo, and what the file of its crop is called.

    `fitness` says how well it stands for its person: sharp, frontal and typical. `at_seconds`
    tells the frame of a video.
    """

    id: int
    who: Who
    box: Box
    fitness: float
    cut: str
    day: date | None
    at_seconds: float | None

    @property
    def picture(self) -> str:
        return f"faces/face-{self.cut}.webp"

    @property
    def pictures(self) -> list[str]:
        """Its crop in two sizes, the smaller first."""
        return [self.picture, doubled(self.picture)]


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with somebody in it; width and height are those of the original, in pixels.

    Attributes
    ----------
    digest : names its content and what is blurred in it: a picture made once serves every later
        export.
    place : latitude and longitude in degrees; None unless it is to be shown.
    blurred : whom nobody is to recognise: boxes in 0..1, of any frame of a video.
    """

    id: int
    digest: str
    width: int
    height: int
    taken_at: str | None
    place: tuple[float, float] | None
    faces: tuple[ShownFace, ...]
    blurred: tuple[Box, ...] = ()

    @property
    def at_seconds(self) -> float | None:
        """The frame that stands for a video: that of its best face."""
        return max(self.faces, key=lambda face: face.fitness).at_seconds

    @property
    def page(self) -> str:
        return f"photos/photo-{self.id}.html"

    @property
    def preview(self) -> str:
        return f"previews/preview-{self.digest}.webp"

    @property
    def thumb(self) -> str:
        return f"thumbs/thumb-{self.digest}.webp"

    @property
    def pictures(self) -> list[str]:
        """The names of the pictures that are made of it."""
        crops = (name for face in self.faces for name in face.pictures)
        return [self.preview, self.thumb, doubled(self.thumb), *crops]

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.taken_at[:10]) if self.taken_at else None

    @property
    def people(self) -> list[Who]:
        """Who is in it, each once, from left to right."""
        return list(dict.fromkeys(face.who for face in self.faces))


@dataclass(frozen=True, slots=True)
class Group:
    """Somebody's faces, those first that stand for them best, and photos, oldest first."""

    who: Who
    faces: tuple[ShownFace, ...]
    photos: tuple[ShownPhoto, ...]

    @property
    def dated(self) -> list[ShownPhoto]:
        """Its photos of which the day is known, oldest first."""
        return [photo for photo in self.photos if photo.day]

    @property
    def together(self) -> Counter[Who]:
        """In how many of the photos each other person with a name is."""
        return Counter(
            who for photo in self.photos for who in photo.people if who.named and who != self.who
        )


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


def doubled(picture: str) -> str:
    """The name of the same picture with twice as many pixels a side, for dense screens."""
    return picture.removesuffix(".webp") + "-2.webp"
