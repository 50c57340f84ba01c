"""Walking folders for photo files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path

from photoclust.errors import PhotoclustError
from photoclust.photos.companions import companions
from photoclust.photos.ignoring import IGNORE_FILE, Ignoring

PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp", ".dib"}
    | {".gif", ".heic", ".heif", ".hif", ".avif", ".jxl"}
)
# Those of cameras that LibRaw reads (libraw.org/supported-cameras).
RAW_SUFFIXES = frozenset(
    {".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2"}
    | {".raf", ".pef", ".srw", ".raw", ".rwl", ".iiq", ".3fr", ".fff", ".erf", ".kdc", ".dcr"}
    | {".mrw", ".x3f", ".mef", ".mos"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mts", ".m2ts", ".3gp", ".mpg", ".mpeg"}
    | {".wmv"}
)
KINDS = (
    dict.fromkeys(PHOTO_SUFFIXES, "photo")
    | dict.fromkeys(RAW_SUFFIXES, "raw")
    | dict.fromkeys(VIDEO_SUFFIXES, "video")
)

# Folders that programs fill with copies of photos, or with deleted ones: Synology, QNAP,
# freedesktop.org, Windows, and what a disk check found.
SYSTEM_FOLDERS = frozenset(
    {"@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "$recycle.bin", "recycler", "recycled"}
    | {"system volume information", "lost+found"}
)
SYSTEM_ENDINGS = (".lrdata", ".lrcat-data")  # previews of Lightroom

# Apple's libraries hold the photos as they were taken, and copies of all sizes beside them:
# `originals` in Photos today; `Masters` in its older ones, iPhoto and Aperture
# (osxtips.net/where-photo-app-stored-files-on-a-mac).
APPLE_LIBRARIES = (".photoslibrary", ".photolibrary", ".migratedphotolibrary", ".aplibrary")
APPLE_ORIGINALS = frozenset({"originals", "masters"})

# Lies in every gallery that photoclust wrote: its pictures are no photos of their own.
GALLERY_MARKER = ".photoclust-gallery"
# Android's word for a folder whose pictures, and those below it, no program should show.
NO_MEDIA = ".nomedia"


@dataclass(frozen=True, slots=True)
class Rules:
    """Which files a user wants looked at; `exclude` is in gitignore's syntax, from each root on."""

    exclude: tuple[str, ...] = ()
    min_bytes: int = 0
    max_bytes: int | None = None
    videos: bool = False


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file that may be a photo: absolute path (undecodable bytes as surrogates) and its stat.

    Its kind is "photo", "raw" or "video".
    """

    path: str
    size: int
    mtime_ns: int
    kind: str = "photo"


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file, or a folder with all it holds, that is not looked at, and why, in a few words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnreachableFile:
    """A file or folder whose entry cannot be read, and why."""

    path: str
    reason: str
    is_folder: bool = False


Found = PhotoFile | SkippedFile | UnreachableFile


def check_roots(paths: Iterable[Path]) -> list[str]:
    """Absolute paths of what is to be scanned, each once, a folder before what lies in it.

    Raises
    ------
    PhotoclustError : one of them does not exist.
    """
    roots: set[str] = set()
    for path in paths:
        absolute = os.path.abspath(path)
        if not os.path.lexists(absolute):
            raise PhotoclustError(f"There is no {path}.", "Check the spelling of the path.")
        roots.add(absolute)
    return sorted(roots)


def is_inside(path: str, folder: str) -> bool:
    """Is the path somewhere below the folder?"""
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def find_photos(roots: list[str], rules: Rules = NO_RULES) -> Iterator[Found]:
    """Every file below the roots, in a stable order, each once.

    Hidden and system folders are left out, links to folders are not followed. A root is always
    looked into, whatever it is called, and though it has a `.nomedia`; what a `.photoclustignore`
    above it says does not count. A root that walking another one comes to is part of that.
    """
    ahead = set(roots)
    for root in sorted(ahead):
        if root not in ahead:
            continue
        ahead.remove(root)
        found_here = _walk(root, rules, ahead) if os.path.isdir(root) else [_named(root, rules)]
        for found in found_here:
            if ahead and found.path in ahead:
                if isinstance(found, SkippedFile):
                    continue
                ahead.remove(found.path)
            yield found


def _named(path: str, rules: Rules) -> Found:
    folder, name = os.path.split(path)
    why = Ignoring.at_root(folder, rules.exclude).why(path, is_folder=False)
    return SkippedFile(path, why) if why else _examine(path, name, partial(os.stat, path), rules)


def _walk(root: str, rules: Rules, ahead: set[str]) -> Iterator[Found]:
    """Every file below a folder; the roots ahead that it enters are ahead no more."""
    waiting = [(root, Ignoring.at_root(root, rules.exclude))]
    while waiting:
        folder, ignoring = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=attrgetter("name"))
        except OSError as error:
            reason = f"folder cannot be read ({reason_of(error)})"
            yield UnreachableFile(folder, reason, is_folder=True)
            continue
        names = [entry.name for entry in entries]
        if GALLERY_MARKER in names:
            yield SkippedFile(folder, "gallery of photoclust")
            continue
        if NO_MEDIA in names and folder != root:
            yield SkippedFile(folder, f"folder has {NO_MEDIA}")
            continue
        if IGNORE_FILE in names:
            try:
                ignoring = ignoring.with_file_of(folder)
            except OSError as error:
                reason = f"its {IGNORE_FILE} cannot be read ({reason_of(error)})"
                yield UnreachableFile(folder, reason, is_folder=True)
                continue
        ahead.discard(folder)
        if folder.lower().endswith(APPLE_LIBRARIES):
            entries = [entry for entry in entries if entry.name.lower() in APPLE_ORIGINALS]
        here, inner = _look_at(entries, ignoring, rules)
        yield from _one_of_each_moment(here)
        waiting += [(path, ignoring) for path in reversed(inner)]


def _look_at(
    entries: list[os.DirEntry[str]], ignoring: Ignoring, rules: Rules
) -> tuple[list[Found], list[str]]:
    """What a folder holds, and the paths of the folders in it that are to be walked."""
    here: list[Found] = []
    inner: list[str] = []
    has_rules = bool(ignoring)
    for entry in entries:
        name, path = entry.name, entry.path
        try:
            is_folder = entry.is_dir()
            is_link = is_folder and entry.is_symlink()
        except OSError as error:
            here.append(UnreachableFile(path, reason_of(error)))
            continue
        if is_link:
            here.append(SkippedFile(path, "link to a folder"))
        elif is_folder and _is_passed_by(name):
            continue
        elif has_rules and name[0] != "." and (why := ignoring.why(path, is_folder)):
            here.append(SkippedFile(path, why))
        elif is_folder:
            inner.append(path)
        else:
            here.append(_examine(path, name, entry.stat, rules))
    return here, inner


def _is_passed_by(folder_name: str) -> bool:
    lower = folder_name.lower()
    return lower[0] == "." or lower in SYSTEM_FOLDERS or lower.endswith(SYSTEM_ENDINGS)


def _examine(path: str, name: str, status_of: Callable[[], os.stat_result], rules: Rules) -> Found:
    if name[0] == ".":
        return SkippedFile(path, "hidden")
    kind = KINDS.get(name[name.rfind(".") :].lower())
    if kind is None:
        return SkippedFile(path, "not a photo")
    if kind == "video" and not rules.videos:
        return SkippedFile(path, "video")
    try:
        status = status_of()
    except OSError as error:
        return UnreachableFile(path, reason_of(error))
    size = status.st_size
    if not stat.S_ISREG(status.st_mode):
        return SkippedFile(path, "not a regular file")
    if size < rules.min_bytes:
        return SkippedFile(path, "smaller than --min-size")
    if rules.max_bytes is not None and size > rules.max_bytes:
        return SkippedFile(path, "larger than --max-size")
    return PhotoFile(path, size, status.st_mtime_ns, kind)


def kind_of(path: str) -> str:
    """What a file that is looked at is taken for: "photo", "raw" or "video"."""
    return KINDS.get(os.path.splitext(path)[1].lower(), "photo")


def _one_of_each_moment(here: list[Found]) -> list[Found]:
    spare = companions({found.path: found.kind for found in here if isinstance(found, PhotoFile)})
    if not spare:
        return here
    return [
        SkippedFile(found.path, spare[found.path]) if found.path in spare else found
        for found in here
    ]


def reason_of(error: OSError) -> str:
    """What the system says is wrong, without the path and the number."""
    return (error.strerror or type(error).__name__).lower()
