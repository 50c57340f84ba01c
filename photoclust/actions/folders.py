"""Which folder of the library is meant, and what of it is there."""

from __future__ import annotations

import os
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from photoclust.errors import NotFound
from photoclust.library import Library


class Presence(StrEnum):
    """What the disk says of a path. A folder that is empty may be where a disk is mounted."""

    THERE = "there"
    GONE = "not there"
    EMPTY = "empty"
    UNREADABLE = "cannot be read"


def known_folder(library: Library, path: Path) -> str:
    """The absolute path of a folder or file that was scanned or lies in one that was.

    Raises
    ------
    NotFound : nothing is known there.
    """
    absolute = os.path.abspath(path)
    if library.roots.within(absolute) or library.files.within(absolute, references=True):
        return absolute
    folders = {root.path for root in library.roots.all()}
    near = get_close_matches(absolute, folders, n=1, cutoff=0.8)
    raise NotFound(
        f"Nothing in this library lies in {absolute}.",
        f"Did you mean {near[0]}?" if near else "`photoclust roots` lists what was scanned.",
    )


def folder_presence(folder: str) -> Presence:
    """A link that leads nowhere, such as to a disk that is unplugged, cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return Presence.EMPTY if next(entries, None) is None else Presence.THERE
    except (FileNotFoundError, NotADirectoryError):
        return Presence.UNREADABLE if os.path.islink(folder) else Presence.GONE
    except OSError:
        return Presence.UNREADABLE


def file_presence(path: str) -> Presence:
    """Is there anything of that name? A folder that may not be entered tells nothing."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Presence.GONE
    except OSError:
        return Presence.UNREADABLE
    return Presence.THERE
