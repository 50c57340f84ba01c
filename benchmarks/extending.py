"""What it costs that 100 photos come to a library of 100,000 faces, beside looking at them.

    python benchmarks/extending.py [--faces 100000]

Faces are made up as in speed.py and written into a library of their own; it is clustered from
nothing once (also timed), then 150 faces of 100 photos come and `cluster` runs again.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from speed import DIM, made_up

import photoclust
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.models.insightface_pack import USUAL_THRESHOLDS
from photoclust.vectors import Matrix, to_blob

FACES_A_PHOTO = 1.5
NEW_PHOTOS = 100


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--faces", type=int, default=100_000)
    count = arguments.parse_args().faces
    new = round(NEW_PHOTOS * FACES_A_PHOTO)
    faces, _person = made_up(count + new)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder) / "people.db", create=True)
        fill(library, faces[:count])
        report("from nothing", library)
        fill(library, faces[count:])
        report(f"{NEW_PHOTOS} photos more", library)
        report("nothing new", library)


def report(what: str, library: Library) -> None:
    started = time.monotonic()
    done = photoclust.cluster(library)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{what}: {time.monotonic() - started:.2f} s, peak {peak:.2f} GB; {done.faces} faces,"
        f" {done.clusters} clusters, {done.joined} joined, {done.moved} moved, {done.made} made",
        flush=True,
    )


def fill(library: Library, faces: Matrix) -> None:
    """Write faces with their photos, as a scan would."""
    if library.packs.in_use() is None:
        with library.transaction():
            library.packs.choose(
                name="made up",
                fingerprint="0" * 64,
                dim=DIM,
                licence="",
                accepted_at=None,
                settings={
                    "thresholds": {
                        name: getattr(USUAL_THRESHOLDS, name) for name in USUAL_THRESHOLDS.__slots__
                    }
                },
                location=None,
            )
    pack = library.packs.in_use()
    assert pack is not None
    first = library.faces.count() + 1
    photos = (np.arange(len(faces)) / FACES_A_PHOTO).astype(int) + 10 * first
    with library.transaction():
        write = library._connection.executemany
        every = [int(photo) for photo in np.unique(photos)]
        write(
            "INSERT INTO photos (id, content_hash, width, height) VALUES (?, ?, 4000, 3000)",
            ((photo, str(photo)) for photo in every),
        )
        write(
            "INSERT INTO files (path, path_text, photo_id, size, mtime_ns, seen_at)"
            " VALUES (?, ?, ?, 1, 1, ?)",
            ((str(photo).encode(), str(photo), photo, now()) for photo in every),
        )
        write(
            "INSERT INTO scans (photo_id, pack_id, status, scanned_at) VALUES (?, ?, 'done', ?)",
            ((photo, pack.id, now()) for photo in every),
        )
        write(
            "INSERT INTO faces (id, photo_id, pack_id, x1, y1, x2, y2, score, quality, landmarks)"
            " VALUES (?, ?, ?, 0, 0, 0.1, 0.1, 0.9, 0.5, '[]')",
            ((first + place, int(photo), pack.id) for place, photo in enumerate(photos)),
        )
        write(
            "INSERT INTO embeddings (face_id, vector) VALUES (?, ?)",
            ((first + place, to_blob(face)) for place, face in enumerate(faces)),
        )


if __name__ == "__main__":
    main()
