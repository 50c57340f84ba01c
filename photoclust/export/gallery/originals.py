"""The photos themselves in a gallery: copies, without what is to stay at home, or links."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from photoclust.errors import PhotoclustError, UnreadablePhoto
from photoclust.export.gallery.blurring import blurred
from photoclust.export.gallery.content import ShownPhoto
from photoclust.export.writing import PART_SUFFIX, write_whole
from photoclust.photos.decode import read_bytes
from photoclust.photos.discover import KINDS, kind_of
from photoclust.photos.sharing import as_jpeg, without_private_data
from photoclust.progress import Progress

# Photos that are copied at the same time: drawing one anew may take `limits.MAX_MEMORY`.
AT_ONCE = 2

Originals = Literal["none", "copy", "link"]


@dataclass(frozen=True, slots=True)
class Added:
    """Photo id -> its file below the gallery.

    `redrawn` photos (ids) are new JPEGs; those `left_out` have no file, though they have a path.
    """

    files: dict[int, str] = field(default_factory=dict)
    redrawn: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()


def add_links(
    photos: Sequence[ShownPhoto],
    paths: Mapping[int, Sequence[str]],
    out: Path,
    progress: Progress,
) -> Added:
    """Link to where the photos are; those without a readable file are left out.

    Raises
    ------
    PhotoclustError : links are not possible here.
    OSError : the disk is full, or `out` cannot be written.
    """
    progress.start("Adding links", len(photos), "photos")
    files = {}
    for photo in photos:
        path = next((path for path in paths.get(photo.id, ()) if os.access(path, os.R_OK)), None)
        if path is not None:
            files[photo.id] = f"originals/original-{photo.id}-{photo.digest}{_suffix(path)}"
            _link(path, out / files[photo.id])
        progress.advance()
    progress.finish()
    return Added(files)


def add_copies(
    photos: Sequence[ShownPhoto],
    paths: Mapping[int, Sequence[str]],
    out: Path,
    progress: Progress,
    *,
    whole: bool,
) -> Added:
    """Copy the photos that are not there yet.

    Parameters
    ----------
    whole : with everything they hold. Otherwise JPEG, PNG, WebP, HEIC and AVIF keep their pixels,
        date and camera; other photos, and those in which somebody is blurred, become new JPEGs;
        videos are left out.

    Raises
    ------
    OSError : the disk is full, or `out` cannot be written.
    """
    progress.start("Adding copies", len(photos), "photos")
    files: dict[int, str] = {}
    redrawn: set[int] = set()
    left_out: set[int] = set()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = pool.map(lambda photo: _copy(photo, paths.get(photo.id, ()), out, whole), photos)
        for photo, name in zip(photos, made, strict=True):
            if name is None:
                left_out.update({photo.id} if paths.get(photo.id) else ())
            else:
                files[photo.id] = name
                redrawn.update({photo.id} if "/redrawn-" in name else ())
            progress.advance()
    progress.finish()
    return Added(files, frozenset(redrawn), frozenset(left_out))


def _copy(photo: ShownPhoto, paths: Iterable[str], out: Path, whole: bool) -> str | None:
    """Copy one photo from the first of its files that can be; returns its name, if any can."""
    for path in paths:
        for name, made in _ways(photo, path, whole):
            copy = out / name
            if copy.exists() and not copy.is_symlink():
                return name
            try:
                write_whole(copy, made())
            except UnreadablePhoto:
                continue
            return name
    return None


def _ways(photo: ShownPhoto, path: str, whole: bool) -> Iterable[tuple[str, Callable[[], bytes]]]:
    """The names that a copy may have, and how it is made; the first one that works is wanted."""
    stem, kind = f"{photo.id}-{photo.digest}", kind_of(path)
    if whole and not photo.blurred:
        yield f"originals/original-{stem}{_suffix(path)}", lambda: read_bytes(path)
    elif kind != "video":
        if kind == "photo" and not photo.blurred:
            shared = f"originals/shared-{stem}{_suffix(path)}"
            yield shared, lambda: without_private_data(read_bytes(path))
        kept = [face.box for face in photo.faces]
        yield (
            f"originals/redrawn-{stem}.jpg",
            lambda: as_jpeg(
                read_bytes(path), kind, lambda pixels: blurred(pixels, photo.blurred, kept)
            ),
        )


def _suffix(path: str) -> str:
    suffix = os.path.splitext(path)[1].lower()
    return suffix if suffix in KINDS else ""


def _link(path: str, to: Path) -> None:
    """Link to a file, in place of whatever was there."""
    if to.is_symlink() and os.readlink(to) == path:
        return
    part = to.with_name(to.name + PART_SUFFIX)
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(path)
    except OSError as error:
        raise PhotoclustError(
            f"Cannot make links in {to.parent}.", "Copy the originals instead, or leave them out."
        ) from error
    os.replace(part, to)
