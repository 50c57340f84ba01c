"""Draws docs/pictures/condensed-tree.svg: how HDBSCAN sees the faces of scenes/bbt.

python docs/tree.py [--photos ../shared/data/scenes/bbt]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

import photoclust
from photoclust.clustering.condensed import condensed
from photoclust.clustering.density import NOISE
from photoclust.export.tree import tree_drawing
from photoclust.library import Library
from photoclust.models.open_pack import THRESHOLDS

OUT = Path(__file__).parent / "pictures" / "condensed-tree.svg"
LOWEST = 0.88  # cosine


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    data = Path(os.environ.get("PHOTOCLUST_DATA", "../shared/data"))
    arguments.add_argument("--photos", type=Path, default=data / "scenes" / "bbt")
    photos = arguments.parse_args().photos
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "people.db", create=True) as library,
    ):
        photoclust.scan(library, [photos])
        faces = library.faces.vectors()
    count, photo_count = len(faces.ids), len(np.unique(faces.photo_ids))
    title = f"{count} faces of {photo_count} photos: who hangs together, and up to which similarity"
    root = condensed(faces.matrix, THRESHOLDS.link, LOWEST)
    OUT.write_text(tree_drawing(root, THRESHOLDS.link, title), encoding="utf-8")
    print(f"{OUT}: {count} faces, {sum(part.group != NOISE for part in root.all())} groups")


if __name__ == "__main__":
    main()
