"""Walking folders for photo files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photoclust.errors import PhotoclustError

PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp", ".dib"}
    | {".gif", ".heic", ".heif", ".hif", ".avif"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".3gp", ".mpg", ".mpeg"}
    | {".wmv"}
)

# Folders that programs fill with copies of photos: Synology, freedesktop.org, Windows.
SYSTEM_FOLDERS = frozenset({"@eadir", "#recycle", "$recycle.bin", "system volume information"})

# Lies in every gallery that photoclust wrote: its pictures are no photos of their own.
GALLERY_MARKER = ".photoclust-gallery"


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file that may be a photo: absolute path (undecodable bytes as surrogates) and its stat."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not looked at, and why, in a few words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnreachableFile:
    """A file or folder whose entry cannot be read, and why."""

    path: str
    reason: str


Found = PhotoFile | SkippedFile | UnreachableFile


def check_roots(paths: list[Path]) -> list[str]:
    """Absolute paths of what is to be scanned, without those that another one leads to.

    Raises
    ------
    PhotoclustError : one of them does not exist.
    """
    roots: list[str] = []
    for path in paths:
        absolute = os.path.abspath(path)
        if not os.path.lexists(absolute):
            raise PhotoclustError(f"There is no {path}.", "Check the spelling of the path.")
        roots.append(absolute)
    roots = sorted(set(roots))
    return [root for root in roots if not any(_leads_to(other, root) for other in roots)]


def _leads_to(folder: str, path: str) -> bool:
    """Does walking the folder come to the path? Not through hidden or system folders or links."""
    if not is_inside(path, folder):
        return False
    at = folder
    for name in os.path.relpath(path, folder).split(os.sep):
        at = os.path.join(at, name)
        if _is_passed_by(name) or os.path.islink(at):
            return False
    return True


def _is_passed_by(folder_name: str) -> bool:
    return folder_name.startswith(".") or folder_name.lower() in SYSTEM_FOLDERS


def is_inside(path: str, folder: str) -> bool:
    """Is the path somewhere below the folder?"""
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def find_photos(roots: list[str]) -> Iterator[Found]:
    """Every file below the roots, in a stable order, each once.

    Hidden and system folders are left out, links to folders are not followed; a root is always
    looked into, whatever it is called.
    """
    for root in roots:
        if os.path.isdir(root):
            yield from _walk(root)
        else:
            yield _examine(root)


def _walk(root: str) -> Iterator[Found]:
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield UnreachableFile(folder, f"folder cannot be read ({reason_of(error)})")
            continue
        if any(entry.name == GALLERY_MARKER for entry in entries):
            yield SkippedFile(folder, "gallery of photoclust")
            continue
        inner = []
        for entry in entries:
            try:
                is_folder = entry.is_dir()
                is_link = entry.is_symlink()
            except OSError as error:
                yield UnreachableFile(entry.path, reason_of(error))
                continue
            if not is_folder:
                yield _examine(entry.path)
            elif is_link:
                yield SkippedFile(entry.path, "link to a folder")
            elif not _is_passed_by(entry.name):
                inner.append(entry.path)
        waiting += reversed(inner)


def _examine(path: str) -> Found:
    name = os.path.basename(path)
    suffix = os.path.splitext(name)[1].lower()
    if name.startswith("."):
        return SkippedFile(path, "hidden")
    if suffix in VIDEO_SUFFIXES:
        return SkippedFile(path, "video")
    if suffix not in PHOTO_SUFFIXES:
        return SkippedFile(path, "not a photo")
    try:
        status = os.stat(path)
    except OSError as error:
        return UnreachableFile(path, reason_of(error))
    if not stat.S_ISREG(status.st_mode):
        return SkippedFile(path, "not a regular file")
    return PhotoFile(path, status.st_size, status.st_mtime_ns)


def reason_of(error: OSError) -> str:
    """What the system says is wrong, without the path and the number."""
    return (error.strerror or type(error).__name__).lower()
