"""Pictures that `live --enrol` took: kept beside the library, and removed with the person."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from photoclust.library import Library

FOLDER = "enrolled"


def shots_folder(library: Library) -> Path:
    """Where they are kept, unless a person says another place."""
    return Path(os.path.abspath(library.path.parent / FOLDER))


def shots_of(library: Library, photos: Iterable[int]) -> list[Path]:
    """The files there that show these photos (ids)."""
    rows = library.query(
        "SELECT path FROM files WHERE reference AND photo_id IN (SELECT value FROM json_each(?))",
        json.dumps(list(photos)),
    )
    found = (Path(os.fsdecode(row[0])) for row in rows)
    return sorted(path for path in found if path.parent == shots_folder(library))


def remove_shots(shots: Iterable[Path]) -> None:
    """Delete them, and the folder when nothing is left in it."""
    for path in shots:
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
