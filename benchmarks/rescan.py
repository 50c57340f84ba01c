"""How long a scan takes that finds nothing new: a figure of docs/benchmarks.md.

    python benchmarks/rescan.py [--files 100000]

Makes a folder of small files and a library that knows them all, each a photo with one face, then
runs `photoclust scan` on it three times and prints the seconds of each, from start to end. What
the files hold does not matter: an unchanged file is not opened.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from photoclust.actions.pack import recorded_pack
from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.clusters import Membership
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.metadata import Metadata
from photoclust.vectors import normalised

PER_FOLDER, PER_CLUSTER = 500, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=100_000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as place:
        folder, database = Path(place) / "photos", Path(place) / "people.db"
        make(folder, database, count)
        for _ in range(3):
            started = time.monotonic()
            command = [sys.executable, "-m", "photoclust", "scan", folder, "--db", database]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            print(f"{time.monotonic() - started:.2f} s: {done.stderr.splitlines()[0]}")


def make(folder: Path, database: Path, count: int) -> None:
    chance = np.random.default_rng(0)
    with Library.open(database, create=True) as library, library.scanning():
        pack = recorded_pack(library)
        looks = normalised(chance.standard_normal((count, pack.dim), np.float32))
        points = ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.4, 0.6), (0.6, 0.6))
        detection = Detection(Box(0.3, 0.3, 0.7, 0.7), 0.9, points)
        faces: list[int] = []
        with library.transaction():
            for number in range(count):
                path = folder / f"{number // PER_FOLDER:04}" / f"IMG_{number:06}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
                status = os.stat(path)
                photo = library.photos.add(f"{number:064x}")
                library.photos.describe(photo, PhotoFacts(4000, 3000, Metadata()))
                library.photos.record_file(
                    str(path),
                    photo_id=photo,
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                    seen_at=now(),
                )
                library.photos.record_scan(
                    photo, pack.id, Detail.NORMAL, scanned_at=now(), failure=None
                )
                found = DetectedFace(detection, looks[number], 0.5)
                faces += library.faces.add(photo, pack.id, [found])
            clusters = [library.clusters.new(pack.id) for _ in range(0, count, PER_CLUSTER)]
            library.clusters.change(
                [],
                (
                    Membership(face, clusters[place // PER_CLUSTER], 1.0)
                    for place, face in enumerate(faces)
                ),
            )
            library.clusters.record(
                pack.id, whole=True, last_face=faces[-1], faces=count, clustered=count, at=now()
            )


if __name__ == "__main__":
    main()
