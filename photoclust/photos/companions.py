"""Files of one folder that show the same moment: it is looked at once."""

from __future__ import annotations

import os

LIVE_SUFFIXES = (".mov", ".mp4")  # what phones put beside the still of a live photo


def companions(kinds: dict[str, str]) -> dict[str, str]:
    """Which of a folder's files another one stands for, and why.

    `kinds` holds the files that are to be looked at, path -> kind. Companions have equal stems;
    a photo stands for its raw, and either of them for the video of a live photo.
    """
    if set(kinds.values()) <= {"photo"}:
        return {}
    photos = {_stem(path) for path, kind in kinds.items() if kind == "photo"}
    stills = {_stem(path) for path, kind in kinds.items() if kind != "video"}
    raws = [path for path, kind in kinds.items() if kind == "raw" and _stem(path) in photos]
    videos = [
        path for path in kinds if path.lower().endswith(LIVE_SUFFIXES) and _stem(path) in stills
    ]
    return dict.fromkeys(raws, "raw of a photo beside it") | dict.fromkeys(
        videos, "video of a live photo"
    )


def _stem(path: str) -> str:
    return os.path.splitext(path)[0].lower()
