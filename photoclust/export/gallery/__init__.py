"""A gallery: static pages of people and their photos that open from disk, without a network."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from photoclust.choices import Theme
from photoclust.errors import UsageError
from photoclust.export.gallery.folder import prepare, sweep
from photoclust.export.gallery.gather import Choice, gather
from photoclust.export.gallery.originals import Added, Originals, add_copies, add_links
from photoclust.export.gallery.pages import INDEX, Look, write_pages
from photoclust.export.gallery.pictures import make_pictures
from photoclust.export.writing import writing_to
from photoclust.library import Library
from photoclust.progress import Progress, Silent

__all__ = ["GalleryReport", "Originals", "export_gallery"]


@dataclass(frozen=True, slots=True)
class GalleryReport:
    """What was written: the first page, and how many people, unnamed clusters and photos.

    For `missing` of the photos a grey picture stands in, because their files are gone or broken.
    `redrawn` of the copies are new JPEGs, because what they held could not be taken out of the
    file; `left_out` could not be copied at all.
    """

    index: Path
    people: int
    clusters: int
    photos: int
    missing: int
    redrawn: int = 0
    left_out: int = 0


def export_gallery(
    library: Library,
    out: Path,
    *,
    title: str = "People",
    theme: Theme = Theme.AUTO,
    originals: Originals = "none",
    places: bool = False,
    only: Collection[int] | None = None,
    people: Collection[int] | None = None,
    blur_others: bool = False,
    progress: Progress | None = None,
) -> GalleryReport:
    """Write a gallery of everybody in the library, or bring an earlier one up to date.

    Pages and pictures hold no path of this disk, no file name and no GPS. What an earlier export
    made is kept; what is no longer wanted is removed.

    Parameters
    ----------
    originals : `copy` adds the photos, `link` adds links, which tell where the files are.
    places : say on a photo's page where it was taken, and leave everything in copies.
    only : the photos (ids) to show; default all.
    people : the people (ids) to show, and only photos with one of them; default everybody.
    blur_others : blur everybody else, in all pictures and in copies; without `people` all who have
        no name.

    Raises
    ------
    UsageError : links lead to photos in which nobody is blurred.
    PhotoclustError : the folder holds something else, cannot be written or is full, or links are
        not possible there.
    """
    if blur_others and originals == "link":
        raise UsageError("Links lead to photos in which nobody is blurred.", "Copy them instead.")
    progress = progress or Silent()
    out = Path(os.path.abspath(out))
    content = gather(library, Choice(only, people, blur_others, places))
    paths = library.photos.paths_of(photo.id for photo in content.photos)
    with writing_to(out):
        prepare(library, out)
        missing = make_pictures(content.photos, paths, out, progress)
        added = Added()
        if originals == "link":
            added = add_links(content.photos, paths, out, progress)
        elif originals == "copy":
            added = add_copies(content.photos, paths, out, progress, whole=places)
        pages = write_pages(
            content,
            out,
            look=Look(title, theme),
            missing={name for names in missing.values() for name in names},
            originals=added.files,
            progress=progress,
        )
        sweep(out, {*pages, *content.pictures, *added.files.values()})
    return GalleryReport(
        index=out / INDEX,
        people=len(content.people),
        clusters=len(content.clusters),
        photos=len(content.photos),
        missing=len(missing),
        redrawn=len(added.redrawn),
        left_out=len(added.left_out - missing.keys()),
    )
