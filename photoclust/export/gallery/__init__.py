"""A gallery: static pages of people and their photos that open from disk, without a network."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from photoclust.export.gallery.content import gather
from photoclust.export.gallery.folder import prepare, sweep
from photoclust.export.gallery.pages import INDEX, write_pages
from photoclust.export.gallery.pictures import Originals, add_originals, make_pictures
from photoclust.export.writing import writing_to
from photoclust.library import Library
from photoclust.progress import Progress, Silent

__all__ = ["GalleryReport", "Originals", "export_gallery"]


@dataclass(frozen=True, slots=True)
class GalleryReport:
    """What was written: the first page, and how many people, unnamed clusters and photos.

    For `missing` of the photos a grey picture stands in, because their files are gone or broken.
    """

    index: Path
    people: int
    clusters: int
    photos: int
    missing: int


def export_gallery(
    library: Library,
    out: Path,
    *,
    title: str = "People",
    originals: Originals = "none",
    places: bool = False,
    only: Collection[int] | None = None,
    progress: Progress | None = None,
) -> GalleryReport:
    """Write a gallery of everybody in the library, or bring an earlier one up to date.

    Pages and pictures hold no path of this disk, no file name and no GPS. Pictures that an earlier
    export made are kept; what is no longer wanted is removed.

    Parameters
    ----------
    originals : `copy` adds the photo files as they are, EXIF and GPS included; `link` adds links,
        which tell where the files are.
    places : say on a photo's page where it was taken.
    only : the photos (ids) to show; default all.

    Raises
    ------
    PhotoclustError : the folder holds something else, cannot be written or is full, or links are
        not possible there.
    """
    progress = progress or Silent()
    out = Path(os.path.abspath(out))
    content = gather(library, places=places, only=only)
    paths = library.photos.paths_of(photo.id for photo in content.photos)
    with writing_to(out):
        prepare(library, out)
        missing = make_pictures(content.photos, paths, out, progress)
        linked: dict[int, str] = {}
        if originals != "none":
            linked = add_originals(content.photos, paths, out, originals, progress)
        pages = write_pages(
            content,
            out,
            title=title,
            missing={name for names in missing.values() for name in names},
            originals=linked,
            progress=progress,
        )
        sweep(out, {*pages, *content.pictures, *linked.values()})
    return GalleryReport(
        index=out / INDEX,
        people=len(content.people),
        clusters=len(content.clusters),
        photos=len(content.photos),
        missing=len(missing),
    )
