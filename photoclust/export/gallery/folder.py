"""The folder a gallery is written to: what may be written there, and what is swept away."""

from __future__ import annotations

import os
import re
from pathlib import Path

from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.photos.discover import GALLERY_MARKER, is_inside

FOLDERS = ("people", "clusters", "photos", "previews", "thumbs", "faces", "originals")

# What photoclust writes into these folders; anything else there is not ours to remove.
OURS = re.compile(
    r"(person|people|clusters?|photo|preview|thumb|face|original|shared|redrawn)-[0-9a-f-]+(\.[a-z]+)?(\.part)?"
)


def prepare(library: Library, out: Path) -> None:
    """Make the folder, or see that it is empty or a gallery of ours.

    Raises
    ------
    PhotoclustError : it holds something else, or photos of the library are in it.
    OSError : it cannot be made or written.
    """
    if (
        out.exists()
        and not (out / GALLERY_MARKER).exists()
        and (not out.is_dir() or any(out.iterdir()))
    ):
        raise PhotoclustError(
            f"{out} is not empty and not a gallery of photoclust.", "Choose an empty folder."
        )
    if _holds_photos(library, out):
        raise PhotoclustError(
            f"{out} holds photos of the library, and nothing is written among photos.",
            "Choose a folder without photos.",
        )
    out.mkdir(parents=True, exist_ok=True)
    if not (out / GALLERY_MARKER).exists():
        (out / GALLERY_MARKER).touch()
    for name in FOLDERS:
        (out / name).mkdir(exist_ok=True)


def sweep(out: Path, wanted: set[str]) -> None:
    """Remove the files of an earlier gallery that this one does not want, named from `out`.

    Raises
    ------
    OSError : one of them cannot be removed.
    """
    for name in FOLDERS:
        for path in (out / name).iterdir():
            if OURS.fullmatch(path.name) and f"{name}/{path.name}" not in wanted:
                path.unlink()


def _holds_photos(library: Library, out: Path) -> bool:
    """Are photos in the folder or below it?"""
    real = os.path.realpath(out)
    rows = library.query("SELECT path FROM files WHERE missing_since IS NULL")
    folders = {os.path.dirname(os.fsdecode(row["path"])) for row in rows}
    return any(
        folder == real or is_inside(folder, real) for folder in map(os.path.realpath, folders)
    )
