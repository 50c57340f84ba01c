"""Where the landmarks of a fixed crop lie: `FIXED_PLACES` of photoclust/lab/embedding.py.

    python benchmarks/places.py [--pack open|FOLDER] [--data ../shared/data]

Detects the most central face in one photo of every second person of `lfw-a` who is in no pair of
`lfw-a-pairs.txt`, so that the pairs can be judged with it, and prints the mean and the standard
deviation of each landmark in shares of the photo's sides.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from photoclust.lab.embedding import most_central
from photoclust.models.installed import load_pack
from photoclust.photos.decode import decode

LANDMARKS = ("left eye", "right eye", "nose", "left of mouth", "right of mouth")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    chosen = arguments.parse_args()
    in_pairs = set((chosen.data / "lfw-a-pairs.txt").read_text().split())
    people = sorted(folder for folder in (chosen.data / "lfw-a").iterdir())
    others = [folder for folder in people if folder.name not in in_pairs][::2]
    pack = load_pack(chosen.pack)
    found = []
    for folder in others:
        face = most_central(pack.analyse(decode(min(folder.iterdir()).read_bytes()).pixels))
        if face is not None:
            found.append(face.detection.landmarks)
    points = np.array(found)
    print(f"{len(points)} faces of {len(others)} people")
    for name, mean, spread in zip(LANDMARKS, points.mean(0), points.std(0), strict=True):
        print(
            f"{name:<15} {mean[0]:.4f} {mean[1]:.4f}  (deviation {spread[0]:.3f} {spread[1]:.3f})"
        )


if __name__ == "__main__":
    main()
