"""How pages say things: dates, ages, places, who is to be seen."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from photoclust.export.gallery.content import ShownPhoto, Who
from photoclust.export.gallery.pictures import THUMB_SIDE
from photoclust.export.gallery.years import ages
from photoclust.pages import day as in_words
from photoclust.pages import isolated
from photoclust.query import And, written
from photoclust.query import Who as Named


def dated(when: date | None) -> str:
    """12 May 2019."""
    return in_words(when) if when else "No date"


def short(when: date | None) -> str:
    """12 May."""
    return f"{when.day} {when:%B}" if when else ""


def alt(photo: ShownPhoto) -> str:
    """Who is to be seen, and when: John, Mary, 12 May 2019."""
    words = [isolated(who.name) for who in photo.people]
    return ", ".join([*words, dated(photo.day)] if photo.day else words)


def age(who: Who, day: date | None) -> str:
    """How old somebody was; empty where nobody knows."""
    return ages(who.born, [day] if day else [])


def place(where: tuple[float, float]) -> str:
    """45.40 N, 9.20 E."""
    latitude, longitude = where
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.2f} {north}, {abs(longitude):.2f} {east}"


def both(pair: tuple[Who, Who]) -> str:
    """The address, on the first page, of the photos of two people."""
    people = tuple(Named(who.name, int(who.key.removeprefix("person-"))) for who in pair)
    return "#q=" + quote(written(And(people)), safe="")


def thumb_size(photo: ShownPhoto) -> tuple[int, int]:
    """Width and height of a photo's smaller thumbnail, in pixels."""
    scale = min(1.0, THUMB_SIDE / max(photo.width, photo.height))
    return max(1, round(photo.width * scale)), max(1, round(photo.height * scale))


FILTERS = {
    "date": dated,
    "short": short,
    "alt": alt,
    "age": age,
    "place": place,
    "both": both,
    "percent": lambda share: f"{share:.2%}",
}
