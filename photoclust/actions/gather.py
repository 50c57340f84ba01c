"""Copy or link found photos into a folder. Nothing there is ever overwritten."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from photoclust.actions.find import FoundPhoto
from photoclust.export.writing import writing_to
from photoclust.query import Facts, Template

PART_SUFFIX = ".part"


class Way(StrEnum):
    """What a photo becomes in the folder."""

    COPY = "copy"
    SYMBOLIC = "symbolic link"
    HARD = "hard link"


@dataclass(slots=True)
class GatherReport:
    """What became of every photo: (source, target), and for failures (source, reason)."""

    made: list[tuple[str, Path]] = field(default_factory=list)
    there: list[tuple[str, Path]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def gather(
    photos: Iterable[FoundPhoto],
    folder: Path,
    way: Way,
    *,
    template: Template | None = None,
    dry_run: bool = False,
) -> GatherReport:
    """Bring the first file of each photo to a folder, by a template below it.

    A name that is taken by another file gets a number: `photo (2).jpg`. A file that is there
    already, from an earlier run, is left as it is. One photo that cannot be brought is told, and
    the rest go on.

    Raises
    ------
    PhotoclustError : nothing can be written to the folder.
    """
    with writing_to(folder):
        _check(folder, dry_run)
    report = GatherReport()
    taken: set[Path] = set()
    for photo in photos:
        source = photo.paths[0]
        try:
            target = _free(folder / _place(photo, template), source, way, taken)
            if os.path.lexists(target):
                taken.add(target)
                report.there.append((source, target))
                continue
            if not dry_run:
                target.parent.mkdir(parents=True, exist_ok=True)
                _bring(source, target, way)
            taken.add(target)
            report.made.append((source, target))
        except OSError as error:
            report.failed.append((source, (error.strerror or str(error)).lower()))
    return report


def _check(folder: Path, dry_run: bool) -> None:
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    elif folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def _place(photo: FoundPhoto, template: Template | None) -> Path:
    name = os.path.basename(photo.paths[0])
    if template is None:
        return Path(name)
    facts = Facts(
        file=name,
        taken=photo.day,
        people=tuple(found.name for found in photo.faces),
        camera=photo.camera,
        similarity=photo.similarity,
    )
    return Path(template.render(facts))


def _free(target: Path, source: str, way: Way, taken: set[Path]) -> Path:
    """The target, with a number if another file has that name."""
    number, wanted = 1, target
    while target in taken or (os.path.lexists(target) and not _is_same(target, source, way)):
        number += 1
        target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    return target


def _is_same(target: Path, source: str, way: Way) -> bool:
    """Did an earlier run make it?"""
    if way is Way.SYMBOLIC:
        return target.is_symlink() and os.path.realpath(target) == os.path.realpath(source)
    if target.is_symlink() or not target.is_file():
        return False
    if way is Way.HARD:
        return os.path.samefile(target, source)
    return filecmp.cmp(target, source, shallow=False)


def _bring(source: str, target: Path, way: Way) -> None:
    if way is Way.SYMBOLIC:
        os.symlink(source, target)
    elif way is Way.HARD:
        os.link(source, target)
    else:
        handle, part = tempfile.mkstemp(PART_SUFFIX, dir=target.parent)
        try:
            with open(handle, "wb") as writing, open(source, "rb") as reading:
                shutil.copyfileobj(reading, writing, 1 << 20)
            shutil.copystat(source, part)
            os.rename(part, target)
        except BaseException:
            os.unlink(part)
            raise
