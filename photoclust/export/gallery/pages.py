"""The pages of a gallery: HTML from templates, style sheets, and a few lines of script."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment

from photoclust.choices import Theme
from photoclust.export.gallery import words
from photoclust.export.gallery.content import Content, Group, ShownPhoto, doubled
from photoclust.export.gallery.pictures import FACE_SIDE, MISSING, THUMB_SIDE
from photoclust.export.gallery.years import FIRST_PHOTOS, years_of
from photoclust.export.writing import write_changed
from photoclust.pages import data, environment, palette
from photoclust.progress import Progress

INDEX = "index.html"
STYLES = ("page.css", "lists.css", "photo.css")
SCRIPTS = ("photo.js", "query.js", "search.js")
# What search.js loads as soon as somebody wants to search.
SEARCH_DATA = "search-data.js"

# The most people or clusters on one page.
WALL = 240

# The most others of whom a person's page says that they are often together.
TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Look:
    """What the gallery is called, and whether it is light, dark, or as the reader's system is."""

    title: str
    theme: Theme


@dataclass(frozen=True, slots=True)
class Step:
    """The photos before and after one, among those of a group, or among all (`group` is None)."""

    group: Group | None
    previous: ShownPhoto | None
    next: ShownPhoto | None


def write_pages(
    content: Content,
    out: Path,
    *,
    look: Look,
    missing: Container[str],
    originals: Mapping[int, str],
    progress: Progress,
) -> list[str]:
    """Write every page that is not there as it should be, and what they need.

    Parameters
    ----------
    missing : names of pictures that could not be made.
    originals : photo id -> its file in the gallery, where there is one.

    Returns
    -------
    The names of the pages, from `out`.

    Raises
    ------
    OSError : the disk is full, or `out` cannot be written.
    """
    templates = _environment(look, missing)
    static = resources.files(__package__) / "static"
    styles = [(static / name).read_text("utf-8") for name in STYLES]
    write_changed(out / "style.css", "\n".join([palette(look.theme), *styles]).encode())
    for name in SCRIPTS:
        write_changed(out / name, (static / name).read_bytes())
    write_changed(out / SEARCH_DATA, _search_data(content).encode())

    written = []
    progress.start("Writing pages", _count(content), "pages")
    for page, template, values in _pages(content, originals):
        root = "../" * page.count("/")
        html = templates.get_template(template).render(root=root, **values)
        write_changed(out / page, html.encode())
        written.append(page)
        progress.advance()
    progress.finish()
    return written


def _count(content: Content) -> int:
    return 1 + len(content.people) + len(content.clusters) + len(content.photos)


def _pages(
    content: Content, originals: Mapping[int, str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, template and values of each page."""
    groups = (*content.people, *content.clusters)
    faces = {group.who: group.faces[0] for group in groups}
    yield INDEX, "index.html", {"content": content, "people": content.people[:WALL]}
    for kind, all_of_it in (("people", content.people), ("clusters", content.clusters)):
        walls = range(WALL if kind == "people" else 0, len(all_of_it), WALL)
        for number, start in enumerate(walls, 1):
            wall = all_of_it[start : start + WALL]
            more = f"{kind}/{kind}-{number + 1}.html" if start + WALL < len(all_of_it) else None
            yield (
                f"{kind}/{kind}-{number}.html",
                "wall.html",
                {"kind": kind, "groups": wall, "more": more},
            )
    for group in groups:
        years = years_of(group)
        together = [(who, faces[who], count) for who, count in group.together.most_common(TOGETHER)]
        yield (
            group.who.page,
            "group.html",
            {"group": group, "years": years, "together": together},
        )
        for year in years:
            for number, (page, photos) in enumerate(year.pages, 1):
                more = year.pages[number][0] if number < len(year.pages) else None
                yield (
                    page,
                    "year.html",
                    {"group": group, "year": year, "photos": photos, "more": more},
                )
    steps = _steps(content)
    for photo in content.photos:
        yield (
            photo.page,
            "photo.html",
            {"photo": photo, "steps": steps[photo.id], "original": originals.get(photo.id)},
        )


def _steps(content: Content) -> dict[int, list[Step]]:
    """For each photo its neighbours among those of everybody in it, and at last among all."""
    steps: dict[int, list[Step]] = {photo.id: [] for photo in content.photos}
    walks = [(group, group.photos) for group in (*content.people, *content.clusters)]
    for group, photos in [*walks, (None, content.photos)]:
        before = (None, *photos)
        after = (*photos[1:], None)
        for previous, photo, following in zip(before, photos, after, strict=False):
            steps[photo.id].append(Step(group, previous, following))
    return steps


def _search_data(content: Content) -> str:
    """People and photos for the search; a photo names its people by their place in the list."""
    place = {group.who: number for number, group in enumerate(content.people)}
    people = [
        (int(group.who.key.split("-")[1]), group.who.name, len(group.photos), group.faces[0].cut)
        for group in content.people
    ]
    photos = [
        (
            photo.id,
            photo.digest,
            *words.thumb_size(photo),
            photo.taken_at[:10] if photo.taken_at else "",
            [place[who] for who in photo.people if who in place],
        )
        for photo in content.photos
    ]
    return f"globalThis.gallery = {data({'people': people, 'photos': photos})};\n"


def _environment(look: Look, missing: Container[str]) -> Environment:
    made = environment(__package__)
    made.globals.update(
        title=look.title,
        scheme="light dark" if look.theme == Theme.AUTO else look.theme,
        picture=lambda name: MISSING if name in missing else name,
        doubled=doubled,
        first_photos=FIRST_PHOTOS,
        face_side=FACE_SIDE,
        thumb_side=THUMB_SIDE,
        thumb_size=words.thumb_size,
    )
    made.filters.update(words.FILTERS)
    return made
