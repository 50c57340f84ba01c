"""Somebody's photos year by year, with their age: what the page of a person is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from photoclust.export.gallery.content import Group, ShownFace, ShownPhoto
from photoclust.query import age_in_months, age_in_years

# Photos of a year on the person's own page, and on each page of its own that has more of them.
# They bound what is loaded before anybody scrolls (docs/gallery.md).
FIRST_PHOTOS, PAGE_PHOTOS = 8, 300

# Up to this age somebody is so many months old.
MONTHS_UNTIL = 2  # years


@dataclass(frozen=True, slots=True)
class Year:
    """One year of somebody's photos; `number` is None for those without a date.

    `face` is the best one of the year. `ages` reads as words and is empty where nobody knows.
    """

    number: int | None
    photos: tuple[ShownPhoto, ...]
    face: ShownFace
    ages: str
    stem: str

    @property
    def title(self) -> str:
        return "No date" if self.number is None else str(self.number)

    @property
    def anchor(self) -> str:
        return f"year-{self.number or 'unknown'}"

    @property
    def pages(self) -> list[tuple[str, tuple[ShownPhoto, ...]]]:
        """The pages with all photos of it; none where the person's page has room for them."""
        if len(self.photos) <= FIRST_PHOTOS:
            return []
        return [
            (f"{self.stem}-{self.number or 0:04}-{number}.html", self.photos[start:][:PAGE_PHOTOS])
            for number, start in enumerate(range(0, len(self.photos), PAGE_PHOTOS), 1)
        ]


def years_of(group: Group) -> list[Year]:
    """The years of somebody's photos, the first one first, photos without a date last."""
    years = []
    for number, photos in groupby(group.photos, lambda photo: photo.day and photo.day.year):
        its = tuple(photos)
        faces = (face for photo in its for face in photo.faces if face.who == group.who)
        years.append(
            Year(
                number,
                its,
                max(faces, key=lambda face: face.fitness),
                ages(group.who.born, [photo.day for photo in its if photo.day]),
                group.who.page.removesuffix(".html"),
            )
        )
    return years


def ages(born: date | None, days: list[date]) -> str:
    """How old somebody was from the first to the last of these days: `6-11 months`, `3 years`.

    Empty where it is not known, or before birth.
    """
    if born is None or not days or days[0] < born:
        return ""
    count, unit = age_in_years, "year"
    if age_in_years(born, days[-1]) < MONTHS_UNTIL:
        count, unit = age_in_months, "month"
    youngest, oldest = count(born, days[0]), count(born, days[-1])
    if youngest == oldest:
        return f"{oldest} {unit}{'s' * (oldest != 1)}"
    return f"{youngest}–{oldest} {unit}s"  # noqa: RUF001 (an en dash is meant)
