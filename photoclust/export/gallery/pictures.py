"""The pictures of a gallery: previews, thumbnails and face crops."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from PIL import Image

from photoclust.domain import Pixels
from photoclust.export.crops import face_crop, placeholder, read_picture
from photoclust.export.gallery.blurring import blurred, hidden_but
from photoclust.export.gallery.content import ShownFace, ShownPhoto
from photoclust.export.writing import write_changed, write_whole
from photoclust.photos.decode import shrunk
from photoclust.progress import Progress

# Pixels: the longest side of a thumbnail, the side of a face. There are larger ones with twice as
# many, for dense screens. A preview is what is decoded.
THUMB_SIDE, FACE_SIDE = 288, 144

# What a page shows for a picture that could not be made.
MISSING = "missing.webp"

# WebP. Method 2 is nearly as small as the default 4 and takes half of its time; AVIF is a seventh
# smaller and takes seven times as long (docs/gallery.md).
PREVIEW_QUALITY, SMALL_QUALITY, METHOD = 82, 70, 2


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
    write_changed(out / MISSING, _webp(placeholder(THUMB_SIDE), SMALL_QUALITY))
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
    crops = {name: face for face in photo.faces for name in face.pictures}
    wanted = [name for name in photo.pictures if not (out / name).exists()]
    if not wanted:
        return []
    paths = list(paths)
    read = lru_cache(1)(lambda at_seconds: _read(photo, paths, at_seconds))
    missing = []
    for name in wanted:
        pixels = read(crops[name].at_seconds if name in crops else photo.at_seconds)
        if pixels is None:
            missing.append(name)
        elif name == photo.preview:
            write_whole(out / name, _webp(pixels, PREVIEW_QUALITY))
        else:
            write_whole(out / name, _webp(_small(pixels, name, crops.get(name)), SMALL_QUALITY))
    return missing


def _read(photo: ShownPhoto, paths: list[str], at_seconds: float | None) -> Pixels | None:
    """The photo, or a frame of the video, without those who are not to be recognised.

    Where the others are in a frame is not known: all but the faces of who is shown is blurred.
    """
    pixels = read_picture(paths, at_seconds)
    if pixels is None or not photo.blurred:
        return pixels
    kept = [face.box for face in photo.faces if face.at_seconds == at_seconds]
    if at_seconds is not None:
        return hidden_but(pixels, kept)
    return blurred(pixels, photo.blurred, kept)


def _small(pixels: Pixels, name: str, face: ShownFace | None) -> Pixels:
    """A thumbnail, or a face, in the size that its name says."""
    times = 2 if name.endswith("-2.webp") else 1
    if face is not None:
        return face_crop(pixels, face.box, FACE_SIDE * times)
    return shrunk(pixels, THUMB_SIDE * times)


def _webp(pixels: Pixels, quality: int) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "WEBP", quality=quality, method=METHOD)
    return encoded.getvalue()
