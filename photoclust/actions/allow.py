"""Let a photo show one person twice, or take that back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.lookup import photos_at
from photoclust.library import Library


@dataclass(frozen=True, slots=True)
class AllowReport:
    """How many of the photos were allowed (or not any more), and how many were so before."""

    changed: int
    unchanged: int


def allow_same_photo(library: Library, paths: Sequence[Path]) -> AllowReport:
    """These photos may show one person twice: a collage, a mirror, a picture on the wall.

    The next clustering heeds it. One act a photo, so that each can be taken back.

    Raises
    ------
    NotFound : a path is no photo of the library; nothing is said of any of them then.
    """
    with library.transaction():
        photos = photos_at(library, paths)
        allowed = library.decisions.allowed_photos()
        changed = {photo: path for photo, path in photos.items() if photo not in allowed}
        for photo, path in changed.items():
            act = library.journal.begin(f"allow same-photo {_text(path)}")
            library.decisions.allow_same_photo(act, photo)
    return AllowReport(len(changed), len(photos) - len(changed))


def disallow_same_photo(library: Library, paths: Sequence[Path]) -> AllowReport:
    """These photos show nobody twice after all.

    Raises
    ------
    NotFound : a path is no photo of the library; nothing is said of any of them then.
    """
    with library.transaction():
        photos = photos_at(library, paths)
        allowed = library.decisions.photos_allowed_by_word()
        changed = {photo: path for photo, path in photos.items() if photo in allowed}
        for photo, path in changed.items():
            act = library.journal.begin(f"allow same-photo --undo {_text(path)}")
            library.decisions.allow_same_photo(act, photo, allowed=False)
    return AllowReport(len(changed), len(photos) - len(changed))


def _text(path: Path) -> str:
    """The path in the journal's words, which are text."""
    return os.fsencode(path).decode("utf-8", "replace")
