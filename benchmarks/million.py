"""How long it takes to find a person among a million faces: figures of docs/benchmarks.md.

    python benchmarks/million.py                     128 and 512 numbers a face, 10 minutes
    python benchmarks/million.py --faces 100000 --dim 128
    python benchmarks/million.py --library FOLDER    reading a library of so many faces, made there
    python benchmarks/million.py --library FOLDER --find --faces 100000 --dim 128

Faces are made up as in speed.py; with 128 numbers they are the first 128 of those, scaled. The
person is the one with the most photos (with a million faces about 1,000), and their exemplars are
16, 3 or 1 of these. The threshold is that of buffalo_l.

- Searching, in one process and warm: medians over `--rounds`, the ways taking turns. `FaceIndex`
  answers exactly; `similarity_to` and a comparison say whether it does. faiss's flat index finds
  the faces that are as similar to one exemplar, which is the first half of the question.
- `--library`: a library with so many faces is written once; then, each time in a process of its
  own, all vectors are read out of SQLite and by way of the file beside it, with both in memory
  and after the system was told to forget them.
- `--find`: of each of the 60 people with most photos so many faces are given to them, one by one or
  (every other person) as a cluster is; then `find` looks for the first of them, and how long its
  completeness alone takes is told.

Processor milliseconds next to those of the clock, and the load, tell how busy the machine was.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median

import faiss
import numpy as np
from numpy.typing import NDArray
from speed import made_up

from photoclust.actions.completeness import completeness_of
from photoclust.actions.find import find
from photoclust.actions.sightings import sightings_of
from photoclust.library import Library, sidecar, vector_file
from photoclust.models.insightface_pack import USUAL_THRESHOLDS
from photoclust.search.index import FaceIndex, exact_similarity
from photoclust.search.match import similarity_to
from photoclust.vectors import Matrix, normalised, to_blob

MATCH = USUAL_THRESHOLDS.match

# The nearest faces below the threshold that are looked at, as in `find`.
MORE = 600

# People with a name, and faces of each that a human gave to them.
PEOPLE, NAMED = 60, (20, 500)

# Faces that are written to a library at a time.
ROWS = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, choices=[128, 512], action="append")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--library", type=Path, metavar="FOLDER")
    parser.add_argument("--find", action="store_true")
    parser.add_argument("--read", choices=["SQLite", "file"], help="one reading, as JSON")
    chosen = parser.parse_args()
    for dim in chosen.dim or [128, 512]:
        if chosen.read:
            print(json.dumps(read(library_at(chosen.library, chosen.faces, dim), chosen.read)))
        elif chosen.find:
            for named in NAMED:
                time_find(chosen.library, chosen.faces, dim, named, chosen.rounds)
        elif chosen.library:
            compare_reading(chosen.library, chosen.faces, dim)
        else:
            compare_searching(chosen.faces, dim, chosen.rounds)


def faces_of(count: int, dim: int) -> tuple[Matrix, NDArray[np.int64]]:
    """Made-up faces (n, dim), and who each is (n,)."""
    faces, person = made_up(count)
    if dim == faces.shape[1]:
        return faces, person
    return normalised(np.ascontiguousarray(faces[:, :dim])), person


def compare_searching(count: int, dim: int, rounds: int) -> None:
    faces, person = faces_of(count, dim)
    own = np.flatnonzero(person == np.bincount(person).argmax())
    before = resident()
    index = FaceIndex(faces)
    index.within(faces[own[:1]], MATCH)  # loads what it needs
    added = resident() - before
    flat = faiss.IndexFlatIP(dim)
    flat.add(faces)
    print(
        f"{count:,} faces of {dim} numbers, {faces.nbytes / 1e9:.2f} GB;"
        f" FaceIndex takes {added / 1e6:.0f} MB more"
    )
    for exemplars in (16, 3, 1):
        standards = faces[own[:: len(own) // exemplars][:exemplars]]
        rows, similarities = index.within(standards, MATCH)
        expected = exact_similarity(standards, faces) >= MATCH
        alike = np.abs(similarities - similarity_to(standards, faces)[rows]).max()
        print(
            f"  {exemplars} exemplars, {len(rows)} faces found,"
            f" exactly those: {np.array_equal(rows, np.flatnonzero(expected))},"
            f" largest difference of a similarity: {alike:.1g}"
        )
        report(
            rounds,
            {
                "FaceIndex.within": lambda s=standards: index.within(s, MATCH),
                f"FaceIndex.within, {MORE} more": lambda s=standards: index.within(s, MATCH, MORE),
                "similarity_to": lambda s=standards: similarity_to(s, faces) >= MATCH,
                "faiss flat, range_search": lambda s=standards: flat.range_search(s, MATCH),
            },
        )


def report(rounds: int, ways: dict[str, Callable[[], object]]) -> None:
    """Medians of each way, taking turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started, before = time.monotonic(), time.process_time()
            way()
            taken[name].append((time.monotonic() - started, time.process_time() - before))
    for name, times in taken.items():
        clock, processor = (1000 * median(column) for column in zip(*times, strict=True))
        least = 1000 * min(clock for clock, _ in times)
        print(f"    {name}: {clock:.0f} ms (best {least:.0f}, processors {processor:.0f})")
    print(f"    load {os.getloadavg()[0]:.1f}", flush=True)


def compare_reading(folder: Path, count: int, dim: int) -> None:
    path = library_at(folder, count, dim)
    if not path.exists():
        make_library(path, *faces_of(count, dim))
    with Library.open(path) as library:
        vector_file.remove(path)
        started = time.monotonic()
        sidecar.load(library._connection, path, writable=True)
        print(f"{count:,} faces of {dim} numbers, {path.stat().st_size / 1e9:.2f} GB library")
        beside = vector_file.place_of(path)
        print(
            f"  read and file written: {time.monotonic() - started:.2f} s,"
            f" {beside.stat().st_size / 1e9:.2f} GB"
        )
    for forgotten in (False, True):
        for way in ("SQLite", "file"):
            figures = []
            for _ in range(3):
                if forgotten:
                    forget(path)
                    forget(beside)
                command = [sys.executable, __file__, "--library", str(folder), "--read", way]
                command += ["--faces", str(count), "--dim", str(dim)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                figures.append(json.loads(done.stdout))
            print(
                f"  by way of {'the ' if way == 'file' else ''}{way},"
                f" {'from the disk' if forgotten else 'in memory'}: "
                + ", ".join(f"{what} {median(x[what] for x in figures):.2f}" for what in figures[0])
                + f"; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


def read(path: Path, way: str) -> dict[str, float]:
    """Seconds until all vectors are there, and until 16 of them were looked for; memory."""
    with Library.open(path) as library:
        started = time.monotonic()
        if way == "SQLite":
            vectors = library.faces.vectors(references=True)
        else:
            vectors = sidecar.load(library._connection, path, writable=False)
        loaded = time.monotonic()
        FaceIndex(vectors.matrix).within(vectors.matrix[:16], MATCH)
    return {
        "seconds": loaded - started,
        "seconds for the first search": time.monotonic() - loaded,
        "peak memory, GB": peak(),
    }


def time_find(folder: Path, count: int, dim: int, named: int, rounds: int) -> None:
    faces, person = faces_of(count, dim)
    path = library_at(folder, count, dim).with_suffix(f".{named}.db")
    if not path.exists():
        make_library(path, faces, person)
        give_names(path, person, named)
    with Library.open(path) as library:
        pack, vectors = library.packs.in_use(), library.vectors()
        assert pack is not None
        sightings = sightings_of(library, pack, vectors, library.people.numbered(1))
        print(f"{count:,} faces of {dim} numbers, {len(library.people.named_faces()):,} named")
        report(
            rounds,
            {
                "find": lambda: find(library, "Person 1"),
                "of that, completeness": lambda: completeness_of(library, pack, vectors, sightings),
            },
        )


def give_names(path: Path, person: NDArray[np.int64], named: int) -> None:
    order = np.argsort(-np.bincount(person[person >= 0]), kind="stable")[:PEOPLE]
    with Library.open(path) as library, library.transaction():
        act = library.journal.begin("name")
        for number, one in enumerate(order.tolist(), start=1):
            somebody = library.people.add(act, f"Person {number}")
            ids = (np.flatnonzero(person == one)[:named] + 1).tolist()
            source = "face" if number % 2 else "cluster"
            library.decisions.give(act, ids, person_id=somebody.id, source=source)


def make_library(path: Path, faces: Matrix, person: NDArray[np.int64]) -> None:
    """Two faces a photo, everything that no search looks at left simple."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    count, dim = faces.shape
    with Library.open(unfinished, create=True) as library, library.transaction():
        library.packs.choose(
            name="made up",
            fingerprint=f"{dim:064}",
            dim=dim,
            licence="",
            accepted_at=None,
            settings={"thresholds": asdict(USUAL_THRESHOLDS)},
            location=None,
        )
    chance = np.random.default_rng(0)
    with sqlite3.connect(unfinished, isolation_level=None) as connection:
        run = connection.executemany
        connection.execute("BEGIN")
        photos = range(1, count // 2 + 2)
        run(
            "INSERT INTO photos (id, content_hash) VALUES (?, ?)", ((x, f"{x:064}") for x in photos)
        )
        run(
            "INSERT INTO files (path, path_text, photo_id, size, mtime_ns, seen_at)"
            " VALUES (CAST(?1 AS BLOB), ?1, ?2, 1, 1, '2026-01-01T00:00:00+00:00')",
            ((f"/photos/{x // 1000}/IMG_{x:08}.jpg", x) for x in photos),
        )
        run(
            "INSERT INTO scans (photo_id, pack_id, status, scanned_at)"
            " VALUES (?, 1, 'done', '2026-01-01T00:00:00+00:00')",
            ((x,) for x in photos),
        )
        for start in range(0, count, ROWS):
            some = range(start, min(start + ROWS, count))
            run(
                "INSERT INTO faces (id, photo_id, pack_id, x1, y1, x2, y2, score, quality,"
                " landmarks) VALUES (?, ?, 1, 0.1, 0.1, 0.2, 0.2, 0.9, ?, ?)",
                rows(some, chance),
            )
            run("INSERT INTO embeddings VALUES (?, ?)", ((x + 1, to_blob(faces[x])) for x in some))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    unfinished.rename(path)


def rows(some: range, chance: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for face, quality in zip(some, chance.uniform(0, 1, len(some)).tolist(), strict=True):
        landmarks = json.dumps(chance.uniform(0, 1, (5, 2)).round(5).tolist())
        yield face + 1, face // 2 + 1, quality, landmarks


def library_at(folder: Path, count: int, dim: int) -> Path:
    return folder / f"faces-{count}-{dim}.db"


def forget(path: Path) -> None:
    """Have the system drop a file from its memory."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident() -> int:
    """The memory that this process holds just now, bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> float:
    """The most memory that this process has held, GB; `getrusage` would count its parent's, too."""
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024**2


if __name__ == "__main__":
    main()
