"""The pages of a gallery: HTML from templates, with a style sheet and a few lines of script."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from importlib import resources
from pathlib import Path

from jinja2 import Environment

from photoclust.export.gallery.content import Content, Group, ShownFace, ShownPhoto
from photoclust.export.gallery.pictures import MISSING, THUMB_SIDE
from photoclust.export.writing import write_whole
from photoclust.pages import day as in_words
from photoclust.pages import environment, isolated, palette
from photoclust.progress import Progress

INDEX = "index.html"
STATIC = ("style.css", "gallery.js")

# The most faces at the top of a page; the photos below show them all.
STRIP_FACES = 60


def write_pages(
    content: Content,
    out: Path,
    *,
    title: str,
    missing: Container[str],
    originals: Mapping[int, str],
    progress: Progress,
) -> list[str]:
    """Write every page and what they need; returns the names of the pages, from `out`.

    Parameters
    ----------
    missing : names of pictures that could not be made.
    originals : photo id -> its file in the gallery, where there is one.

    Raises
    ------
    OSError : the disk is full, or `out` cannot be written.
    """
    templates = _environment(title, missing)
    static = resources.files(__package__) / "static"
    for name in STATIC:
        start = palette().encode() if name.endswith(".css") else b""
        write_whole(out / name, start + (static / name).read_bytes())

    written = []

    def write(page: str, template: str, **values: object) -> None:
        root = "../" * page.count("/")
        html = templates.get_template(template).render(root=root, **values)
        write_whole(out / page, html.encode())
        written.append(page)
        progress.advance()

    groups = (*content.people, *content.clusters)
    progress.start("Writing pages", 1 + len(groups) + len(content.photos), "pages")
    write(INDEX, "index.html", content=content)
    for group in groups:
        write(group.who.page, "group.html", group=group)
    last = len(content.photos) - 1
    for place, photo in enumerate(content.photos):
        write(
            photo.page,
            "photo.html",
            photo=photo,
            number=place + 1,
            total=last + 1,
            previous=content.photos[place - 1] if place else None,
            next=content.photos[place + 1] if place < last else None,
            original=originals.get(photo.id),
        )
    progress.finish()
    return written


def _environment(title: str, missing: Container[str]) -> Environment:
    made = environment(__package__)
    made.globals.update(
        title=title,
        picture=lambda name: MISSING if name in missing else name,
        strip_faces=STRIP_FACES,
        thumb_size=_thumb_size,
    )
    made.filters.update(
        date=_date,
        period=_period,
        alt=_alt,
        place=_place,
        percent=lambda share: f"{share:.3%}",
    )
    return made


def _date(when: date | None) -> str:
    """12 May 2019."""
    return in_words(when) if when else "No date"


def _period(group: Group) -> str:
    """From the first date to the last one; empty if none is known."""
    days = group.days
    if not days:
        return ""
    first, last = _date(days[0]), _date(days[-1])
    return first if first == last else f"{first} – {last}"  # noqa: RUF001 (an en dash is meant)


def _alt(shown: ShownFace | ShownPhoto) -> str:
    """Who is to be seen, and when: John, Mary, 12 May 2019."""
    people = [shown.who] if isinstance(shown, ShownFace) else shown.people
    words = [isolated(who.name) for who in people]
    return ", ".join([*words, _date(shown.day)] if shown.day else words)


def _place(place: tuple[float, float]) -> str:
    """45.40 N, 9.20 E."""
    latitude, longitude = place
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.2f} {north}, {abs(longitude):.2f} {east}"


def _thumb_size(photo: ShownPhoto) -> tuple[int, int]:
    """Width and height of a photo's thumbnail, in pixels."""
    scale = min(1.0, THUMB_SIDE / max(photo.width, photo.height))
    return max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
