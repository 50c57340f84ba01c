"""The pictures of a gallery: previews, thumbnails, face crops, and the originals on request."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import Image

from photoclust.errors import PhotoclustError, UnreadablePhoto
from photoclust.export.crops import face_crop, placeholder, read_picture
from photoclust.export.gallery.content import ShownPhoto
from photoclust.export.writing import PART_SUFFIX, write_whole
from photoclust.photos.decode import read_bytes
from photoclust.photos.discover import KINDS
from photoclust.progress import Progress

Originals = Literal["none", "copy", "link"]

THUMB_SIDE = 400  # pixels, longest side; a preview is what is decoded
FACE_SIDE = 240  # pixels; shown at up to 160, and sharp on a dense screen

# What a page shows for a picture that could not be made.
MISSING = "missing.webp"

# WebP. Method 2 is nearly as small as the default 4 and takes a quarter of its time.
QUALITY, METHOD = 82, 2


def make_pictures(
    photos: Sequence[ShownPhoto],
    paths: Mapping[int, Sequence[str]],
    out: Path,
    progress: Progress,
) -> dict[int, list[str]]:
    """Make the pictures that are not there yet, each photo decoded once, on every core.

    Only pixels are written: no EXIF, no GPS. Memory is bounded by one decoded photo a core.

    Returns
    -------
    For each photo that cannot be read, by id, the names of the pictures that are missing.

    Raises
    ------
    OSError : the disk is full, or `out` cannot be written.
    """
    write_whole(out / MISSING, _webp(Image.fromarray(placeholder(THUMB_SIDE))))
    missing = {}
    progress.start("Making pictures", len(photos), "photos")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = pool.map(lambda photo: _make(photo, paths.get(photo.id, ()), out), photos)
        for photo, names in zip(photos, failures, strict=True):
            if names:
                missing[photo.id] = names
            progress.advance()
    progress.finish()
    return missing


def _make(photo: ShownPhoto, paths: Iterable[str], out: Path) -> list[str]:
    """Make one photo's pictures; returns the names of those that cannot be made."""
    crops = {face.picture: face for face in photo.faces}
    wanted = [name for name in photo.pictures if not (out / name).exists()]
    if not wanted:
        return []
    paths = list(paths)
    read = lru_cache(1)(lambda at_seconds: read_picture(paths, at_seconds))
    missing = []
    for name in wanted:
        pixels = read(crops[name].at_seconds if name in crops else photo.at_seconds)
        if pixels is None:
            missing.append(name)
            continue
        if name in crops:
            image = Image.fromarray(face_crop(pixels, crops[name].box, FACE_SIDE))
        else:
            image = Image.fromarray(pixels)
        if name == photo.thumb:
            image.thumbnail((THUMB_SIDE, THUMB_SIDE), reducing_gap=3.0)
        write_whole(out / name, _webp(image))
    return missing


def _webp(image: Image.Image) -> bytes:
    encoded = io.BytesIO()
    image.save(encoded, "WEBP", quality=QUALITY, method=METHOD)
    return encoded.getvalue()


def add_originals(
    photos: Sequence[ShownPhoto],
    paths: Mapping[int, Sequence[str]],
    out: Path,
    how: Literal["copy", "link"],
    progress: Progress,
) -> dict[int, str]:
    """Copy the photo files, with everything they hold, or link to where they are.

    Returns
    -------
    The name below `out` for each photo, by id; photos without a readable file are left out.

    Raises
    ------
    PhotoclustError : links are not possible here.
    OSError : the disk is full, or `out` cannot be written.
    """
    progress.start("Adding originals", len(photos), "photos")
    originals = {}
    for photo in photos:
        path = next((path for path in paths.get(photo.id, ()) if os.access(path, os.R_OK)), None)
        if path is not None:
            suffix = os.path.splitext(path)[1].lower()
            known = suffix if suffix in KINDS else ""
            name = f"originals/original-{photo.id}-{photo.digest}{known}"
            added = _link(path, out / name) if how == "link" else _copy(path, out / name)
            if added:
                originals[photo.id] = name
        progress.advance()
    progress.finish()
    return originals


def _copy(path: str, to: Path) -> bool:
    """Copy a file, unless that was done before; False if it cannot be read."""
    if to.exists() and not to.is_symlink():
        return True
    try:
        data = read_bytes(path)
    except UnreadablePhoto:
        return False
    write_whole(to, data)
    return True


def _link(path: str, to: Path) -> bool:
    """Link to a file, in place of whatever was there; True."""
    part = to.with_name(to.name + PART_SUFFIX)
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(path)
    except OSError as error:
        raise PhotoclustError(
            f"Cannot make links in {to.parent}.", "Copy the originals instead, or leave them out."
        ) from error
    os.replace(part, to)
    return True
