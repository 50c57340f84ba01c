"""Writing files that are there as a whole or not at all, with errors a person understands."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photoclust.errors import PhotoclustError

# What a file is called until it is complete.
PART_SUFFIX = ".part"

NO_ROOM = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: nobody ever sees half of it, and no link is followed.

    Raises
    ------
    OSError : the system refuses.
    """
    part = path.with_name(path.name + PART_SUFFIX)
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as stream:
            stream.write(data)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_changed(path: Path, data: bytes) -> None:
    """Write a file, unless it holds just this: what is there stays as it was, time and all.

    Raises
    ------
    OSError : the system refuses.
    """
    if path.is_symlink() or not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)


def check_replaceable(out: Path, marker: str, what: str) -> None:
    """A file that is there may be replaced only if it is one of ours: it begins with the marker.

    Raises
    ------
    PhotoclustError : it is no `what` of photoclust, such as a report.
    OSError : it cannot be read.
    """
    if out.is_dir() or (out.exists() and marker.encode() not in out.read_bytes()[:1000]):
        raise PhotoclustError(
            f"{out} exists and is no {what} of photoclust.", f"Give the {what} another name."
        )


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """The system's refusals inside, as one sentence each.

    Raises
    ------
    PhotoclustError : the disk is full, or the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise PhotoclustError(
                f"No room left on the disk of {folder}.", "Free some space, or choose another disk."
            ) from error
        reason = (error.strerror or str(error)).lower()
        raise PhotoclustError(
            f"Cannot write to {folder}: {reason}.", "Choose another folder."
        ) from error
