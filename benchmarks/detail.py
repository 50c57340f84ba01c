"""What `--detail` costs and finds: the figures of docs/benchmarks.md.

    python benchmarks/detail.py [--pack open|FOLDER] [--data ../shared/data]

Counts the noses of scenes/counted (NOSE_POINTS.tsv) that lie in the box of a face, and the boxes
without one, for each level of detail: in the photos as they are, and in photos of 12 megapixels
that show sixteen of them in four rows, as a group stands small in a wide view.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from photoclust.choices import Detail
from photoclust.domain import Pixels
from photoclust.models.installed import load_pack
from photoclust.models.pack import FacePack
from photoclust.photos.decode import decode, shrunk

ROWS = 4
CELL = (1000, 750)  # pixels
REPEATS = 5

Scene = tuple[Pixels, list[tuple[float, float]]]
"""A picture and where noses are in it, pixels."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pack", default="open")
    default = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default))
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    pack = load_pack(chosen.pack, device="cpu")
    scenes = read_scenes(chosen.data / "scenes" / "counted")
    report("as they are", pack, scenes)
    report("sixteen in one photo", pack, [mosaic(scenes, start) for start in range(len(scenes))])


def read_scenes(folder: Path) -> list[Scene]:
    found = {path.name: path for path in folder.rglob("*.*")}
    scenes = []
    with open(folder / "NOSE_POINTS.tsv") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            photo = decode(found[row["file"]].read_bytes())
            scale = photo.pixels.shape[1] / photo.width
            points = [point.split(",") for point in (row["nose_xy"] or "").split()]
            noses = [(float(x) * scale, float(y) * scale) for x, y in points]
            scenes.append((photo.pixels, noses))
    return scenes


def mosaic(scenes: list[Scene], start: int) -> Scene:
    """Sixteen scenes from this one on, each in a cell of its own."""
    width, height = CELL
    wall = np.full((ROWS * height, ROWS * width, 3), 128, np.uint8)
    noses = []
    for place in range(ROWS * ROWS):
        pixels, points = scenes[(start + place) % len(scenes)]
        small = shrunk(pixels, min(CELL))
        scale = small.shape[1] / pixels.shape[1]
        left, top = place % ROWS * width, place // ROWS * height
        wall[top : top + small.shape[0], left : left + small.shape[1]] = small
        noses += [(left + x * scale, top + y * scale) for x, y in points]
    return wall, noses


def report(name: str, pack: FacePack, scenes: list[Scene]) -> None:
    noses = sum(len(points) for _, points in scenes)
    print(f"{name}: {len(scenes)} photos, {noses} faces, {pack.description.name}")
    times = defaultdict(list)
    for detail in list(Detail) * REPEATS:
        started = time.perf_counter()
        for pixels, _ in scenes:
            pack.detect(pixels, detail)
        times[detail].append((time.perf_counter() - started) / len(scenes))
    for detail in Detail:
        found = extra = 0
        for pixels, points in scenes:
            hits, others = compare(pack, pixels, points, detail)
            found, extra = found + hits, extra + others
        milliseconds = 1000 * float(np.median(times[detail]))
        print(f"  {detail}: found {found}, {extra} boxes without a nose, {milliseconds:.0f} ms")


def compare(
    pack: FacePack, pixels: Pixels, noses: list[tuple[float, float]], detail: Detail
) -> tuple[int, int]:
    """How many noses have a box of their own, and how many boxes have none."""
    height, width = pixels.shape[:2]
    boxes = [found.box.in_pixels(width, height) for found in pack.detect(pixels, detail)]
    free = set(range(len(boxes)))
    found = 0
    for x, y in noses:
        holding = [
            i for i in free if boxes[i].x1 <= x <= boxes[i].x2 and boxes[i].y1 <= y <= boxes[i].y2
        ]
        if holding:
            free.discard(min(holding, key=lambda i: boxes[i].area))
            found += 1
    return found, len(free)


if __name__ == "__main__":
    main()
