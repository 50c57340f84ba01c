"""The photos to learn from: a folder per person."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from photoclust.errors import PhotoclustError
from photoclust.photos.discover import PhotoFile, SkippedFile, check_roots, find_photos

# Two to learn from, two to say when to stop, and two folds with two each for the figures.
LEAST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Listing:
    """Photo files in a stable order, and whose folder each lies in.

    Attributes
    ----------
    photos, people : the files, and the name of the folder of each, from `folder` on.
    left_out : files that are no photos of anybody, by reason.
    """

    folder: Path
    photos: tuple[PhotoFile, ...]
    people: tuple[str, ...]
    left_out: dict[str, int]

    @property
    def digest(self) -> str:
        """A sha256 over path, size and time of every photo."""
        hasher = hashlib.sha256()
        for photo in self.photos:
            hasher.update(f"{photo.path!r} {photo.size} {photo.mtime_ns}\n".encode())
        return hasher.hexdigest()

    def relative(self, photo: PhotoFile) -> str:
        return os.path.relpath(photo.path, self.folder)


def list_people(folder: Path, min_photos: int) -> Listing:
    """Every photo in a folder of folders; what lies beside the folders is nobody's.

    Raises
    ------
    PhotoclustError : there is no such folder, or too few people with `min_photos` are in it.
    """
    (root,) = check_roots([folder])
    if not os.path.isdir(root):
        raise PhotoclustError(
            f"{folder} is no folder.", "Give the folder that holds a folder of photos per person."
        )
    photos, people = [], []
    left_out: Counter[str] = Counter()
    for found in find_photos([root]):
        if not isinstance(found, PhotoFile):
            left_out[found.reason if isinstance(found, SkippedFile) else "cannot be read"] += 1
        elif (name := os.path.relpath(os.path.dirname(found.path), root)) == os.curdir:
            left_out["beside the folders"] += 1
        else:
            photos.append(found)
            people.append(name)
    counts = Counter(people)
    several = sum(count >= min_photos for count in counts.values())
    if several < LEAST_PEOPLE:
        raise PhotoclustError(
            f"To learn takes {LEAST_PEOPLE} people with {min_photos} photos or more; {folder} has"
            f" {several}, and {len(counts) - several} with fewer.",
            "Give a folder that holds a folder of photos for each person, or a lower --min-photos.",
        )
    return Listing(Path(root), tuple(photos), tuple(people), dict(left_out))
