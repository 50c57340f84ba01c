"""A contact sheet of faces."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from photoclust.domain import Pixels
from photoclust.errors import PhotoclustError
from photoclust.export.crops import face_crops
from photoclust.export.sheet import is_sheet, write_sheet
from photoclust.export.writing import writing_to
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.models.cache import cache_folder

CROP_SIDE = 128  # pixels

# 600 crops are a sheet of 12 x 50, and 45 MB while it is drawn.
MAX_FACES = 600

# Seconds that a sheet nobody named a place for is kept beside newer ones: time to look at it.
KEPT = 3600


def contact_sheet(
    library: Library,
    faces: list[Face],
    out: Path | None,
    title: str,
    captions: Sequence[str] | None = None,
    headings: Mapping[int, str] | None = None,
) -> Path:
    """Write the crops of these faces, in their order, as one PNG; returns its path.

    Without `out` the file goes to a folder of the cache that nobody else may enter, from which
    older ones go, and all of them by `remove_sheets`. Without `captions` each face has its number;
    `headings` stand before the face at that place. Only the first `MAX_FACES` are drawn.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no sheet.
    """
    if out is None:
        remove_sheets(older_than=KEPT)
        folder = _folder()
        with writing_to(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        out = folder / f"{title.replace(' ', '-')}.png"
    else:
        out = Path(os.path.abspath(out))
        if out.exists() and not is_sheet(out):
            raise PhotoclustError(
                f"{out} exists and is no contact sheet; perhaps it is one of your photos.",
                "Give the sheet another name.",
            )
        with writing_to(out.parent):
            out.parent.mkdir(parents=True, exist_ok=True)
    if len(faces) > MAX_FACES:
        title = f"{title} ({MAX_FACES} of {len(faces)} faces)"
        faces = faces[:MAX_FACES]
    crops = {face.id: crop for face, crop in face_crops(library, faces, CROP_SIDE)}
    captions = captions or [_caption(face) for face in faces]
    captioned = [(crops[face.id], text) for face, text in zip(faces, captions, strict=False)]
    write_sheet(captioned, out, title, headings)
    return out


def remove_sheets(*, older_than: float = 0) -> None:
    """Remove the sheets that nobody named a place for, or those of so many seconds ago."""
    with suppress(OSError):
        for sheet in _folder().glob("*.png"):
            if time.time() - sheet.stat().st_mtime >= older_than:
                sheet.unlink(missing_ok=True)


def face_strip(library: Library, faces: Sequence[Face], side: int) -> Pixels:
    """The crops of these faces side by side: (side, n * side, 3)."""
    crops = {face.id: crop for face, crop in face_crops(library, faces, side)}
    return np.concatenate([crops[face.id] for face in faces], axis=1)


def _folder() -> Path:
    return cache_folder() / "sheets"


def _caption(face: Face) -> str:
    return f"#{face.id}" if face.strength is None else f"#{face.id}  {face.strength:.2f}"
