"""How fast a scan is, next to the plain loop and its own floor: figures of docs/benchmarks.md.

    python benchmarks/scan.py [--pack FOLDER|open] [--megapixels 12|48] [--heic] [--photos N]

Writes N photos of camera size (benchmarks/shots.py) into a folder that is kept between runs, and
compares in one run, on the same photos and the same ONNX files:

a. the loop that most programs have, `cv2.imread` and `FaceAnalysis.get`, once with InsightFace's
   defaults and once with `det_size=(640, 640)`; for `open`, `cv2.imread` and the pack itself;
b. `photoclust scan`, a process from its start to its end, without clustering, and what is left of
   that time without a scan of one photo, which is what starting costs;
c. the floor: (b)'s own calls to decode, detect and embed, timed alone in one process on one
   thread, summed over the photos and divided by the cores;
d. what workers do, by as many threads of one process instead.

(a), (c) and (d) run on a part of the photos, before (b) and after it. The differing photos tell
how many of (a)'s faces (b) found, and how alike their embeddings are. HEIC is written by
pillow-heif, which is GPL and no dependency: `pip install pillow-heif` where it is wanted.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from shots import write_shots

DISTINCT = 68  # two differing shots of each scene
PART = 68  # photos that (a) and (c) run on
LEAST_FACE = 24  # pixels
MEMORY_EVERY = 2.0  # seconds; looking costs the system a few milliseconds
SAME_FACE = 0.5  # intersection over union


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pack", default="../shared/data/models/scrfd-mbf")
    parser.add_argument("--megapixels", type=int, choices=(12, 48), default=12)
    parser.add_argument("--heic", action="store_true")
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--distinct", type=int, default=DISTINCT)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    default = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "shots")
    parser.add_argument(
        "--only", choices=("loop", "floor", "threads"), help="one measurement, as JSON"
    )
    chosen = parser.parse_args()
    suffix = ".heic" if chosen.heic else ".jpg"
    folder = chosen.folder / f"{chosen.megapixels}{suffix}"
    photos = list(
        write_shots(chosen.data, folder, chosen.photos, chosen.megapixels, chosen.distinct, suffix)
    )
    if chosen.only:
        measure = {"loop": loop, "floor": floor, "threads": threads}[chosen.only]
        print(json.dumps(measure(chosen.pack, photos[:PART], chosen.megapixels)))
        return
    measured: dict[str, list[dict[str, float]]] = {"loop": [], "floor": [], "threads": []}
    with tempfile.TemporaryDirectory() as place:
        for turn in range(2):
            for only in measured:
                measured[only].append(by_itself(only, sys.argv[1:]))
            if turn == 0:
                database = Path(place) / "people.db"
                starting, _ = scanned(
                    Path(place) / "one.db", photos[:1], chosen.pack, chosen.workers
                )
                seconds, memory = scanned(database, photos, chosen.pack, chosen.workers)
        per_photo = seconds / len(photos)
        plain = {
            name: np.mean([run[name] for run in measured["loop"]]) for name in measured["loop"][0]
        }
        parts = {
            name: np.mean([run[name] for run in measured["floor"]]) for name in measured["floor"][0]
        }
        threaded = np.mean([run["seconds"] for run in measured["threads"]])
        lowest = sum(parts.values()) / chosen.workers
        print(f"{len(photos)} photos, {chosen.megapixels} megapixels, {suffix[1:]}, {chosen.pack}")
        for name, value in plain.items():
            print(f"  (a) {name}: {1 / value:.1f} photos/s")
        print(
            f"  (b) scan, {chosen.workers} workers: {1 / per_photo:.1f} photos/s, {memory:.0f} MB"
        )
        told = ", ".join(f"{name} {1000 * value:.1f}" for name, value in parts.items())
        print(f"  (c) floor: {1 / lowest:.1f} photos/s ({told} ms)")
        print(f"  (d) threads: {1 / threaded:.1f} photos/s")
        running = (seconds - starting) / (len(photos) - 1)
        for name, each in (("", per_photo), (f" without {starting:.1f} s of start", running)):
            times, share = min(plain.values()) / each, lowest / each
            print(f"  (b){name} is {times:.2f} times (a), {share:.2f} of (c)")
        agreement(database, photos[: chosen.distinct], chosen.pack)


def by_itself(only: str, arguments: list[str]) -> dict[str, float]:
    """One measurement in a process of its own; all but the loop with the settings of workers."""
    from photoclust.pipeline.crew import ENVIRONMENT

    command = [sys.executable, __file__, *arguments, "--only", only]
    environment = os.environ | (ENVIRONMENT if only != "loop" else {})
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def scanned(database: Path, photos: list[Path], pack: str, workers: int) -> tuple[float, float]:
    """Seconds of a whole `photoclust scan`, and the peak memory of all its processes, MB."""
    command = ["-m", "photoclust", "scan", *photos, "--db", database, "--pack", pack]
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *command, "--accept-licence", "--no-cluster", "--workers", str(workers)],
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory_of_tree(process.pid))
        time.sleep(MEMORY_EVERY)
    assert process.returncode == 0, process.returncode
    return time.monotonic() - started, peak


def memory_of_tree(pid: int) -> float:
    """What a process and its children hold of memory that is not shared, MB (Linux)."""
    import psutil

    total = 0
    try:
        parent = psutil.Process(pid)
        for each in (parent, *parent.children(recursive=True)):
            total += each.memory_full_info().uss
    except psutil.Error:
        pass
    return total / 1e6


def loop(pack: str, photos: list[Path], megapixels: int) -> dict[str, float]:
    """Seconds a photo of the plain loop."""
    import cv2

    if pack == "open":
        from photoclust.models.open_pack import OpenPack

        each = OpenPack()
        started = time.monotonic()
        for path in photos:
            each.analyse(cv2.cvtColor(read_plainly(path), cv2.COLOR_BGR2RGB))
        return {"imread and the pack": (time.monotonic() - started) / len(photos)}
    from insightface.app import FaceAnalysis

    found = {}
    for name, options in (("defaults", {}), ("det_size 640", {"det_size": (640, 640)})):
        app = FaceAnalysis(name=str(Path(pack).resolve()), providers=["CPUExecutionProvider"])
        app.prepare(ctx_id=-1, **options)
        app.get(read_plainly(photos[0]))
        started = time.monotonic()
        for path in photos:
            app.get(read_plainly(path))
        found[name] = (time.monotonic() - started) / len(photos)
    return found


def read_plainly(path: Path) -> np.ndarray:
    """What such loops do with JPEG, and those that read HEIC with HEIC."""
    import cv2

    if path.suffix != ".heic":
        return cv2.imread(str(path))
    import pi_heif

    return np.asarray(pi_heif.open_heif(path, bgr_mode=True))


def floor(pack: str, photos: list[Path], megapixels: int) -> dict[str, float]:
    """Seconds a photo of the calls that a worker makes."""
    import cv2

    from photoclust.models.installed import load_pack
    from photoclust.photos.decode import open_photo

    cv2.setNumThreads(1)
    loaded = load_pack(pack)
    spent = {"decode": 0.0, "detect": 0.0, "embed": 0.0}

    def timed(name: str, work, *arguments):
        started = time.perf_counter()
        result = work(*arguments)
        spent[name] += time.perf_counter() - started
        return result

    def once(path: Path) -> None:
        data = path.read_bytes()
        photo = timed("decode", open_photo, data, "photo", loaded.decoded_side)
        pixels = timed("decode", photo.pixels, loaded.decoded_side)
        faces = timed("detect", loaded.detect, pixels)
        timed("embed", loaded.embed, pixels, faces)

    once(photos[0])
    spent = dict.fromkeys(spent, 0.0)
    for path in photos:
        once(path)
    return {name: seconds / len(photos) for name, seconds in spent.items()}


def threads(pack: str, photos: list[Path], megapixels: int) -> dict[str, float]:
    """Seconds a photo of what workers do, by a thread a core and one pack for all."""
    from concurrent.futures import ThreadPoolExecutor

    import cv2

    from photoclust.choices import Detail
    from photoclust.models.installed import load_pack
    from photoclust.photos.discover import PhotoFile
    from photoclust.pipeline.examine import examine

    cv2.setNumThreads(1)
    loaded = load_pack(pack)
    files = [PhotoFile(str(path), 0, 0) for path in photos]

    def work(file: PhotoFile) -> None:
        examine(file, loaded, Detail.NORMAL, lambda _hash: True)

    work(files[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        started = time.monotonic()
        list(pool.map(work, files))
        return {"seconds": (time.monotonic() - started) / len(files)}


def agreement(database: Path, photos: list[Path], pack: str) -> None:
    """How many of (a)'s faces (b) has, and the cosines of their embeddings."""
    from photoclust.domain import Box

    library = sqlite3.connect(database)
    scanned_faces: dict[str, list[tuple[Box, np.ndarray]]] = {}
    for path, *corners, vector in library.execute(
        "SELECT path_text, x1, y1, x2, y2, vector FROM faces JOIN embeddings ON face_id = faces.id"
        " JOIN files USING (photo_id)"
    ):
        face = (Box(*corners), np.frombuffer(vector, "<f4"))
        scanned_faces.setdefault(Path(path).name, []).append(face)
    counted = found = 0
    cosines = []
    for path, faces in plain_faces(photos, pack):
        for box, pixels, embedding in faces:
            if pixels < LEAST_FACE:
                continue
            counted += 1
            near = [(box.overlap(other), v) for other, v in scanned_faces.get(path.name, [])]
            overlap, vector = max(near, key=lambda item: item[0], default=(0.0, None))
            if overlap >= SAME_FACE and vector is not None:
                found += 1
                cosines.append(float(vector @ embedding))
    share = np.mean(np.array(cosines) >= 0.98)
    print(
        f"  of (a)'s {counted} faces (b) found {found / counted:.4f}; cosine: median "
        f"{np.median(cosines):.4f}, {share:.4f} are at least 0.98, the least {min(cosines):.3f}"
    )


def plain_faces(photos: list[Path], pack: str):
    """(a)'s faces of each photo: box, its shorter side in pixels, embedding."""
    from photoclust.domain import Box

    if pack == "open":
        import cv2

        from photoclust.models.open_pack import OpenPack

        each = OpenPack()
        for path in photos:
            picture = cv2.cvtColor(read_plainly(path), cv2.COLOR_BGR2RGB)
            height, width = picture.shape[:2]
            faces = []
            for face in each.analyse(picture):
                x1, y1, x2, y2 = face.detection.box.in_pixels(width, height)
                faces.append((face.detection.box, min(x2 - x1, y2 - y1), face.embedding))
            yield path, faces
        return
    from insightface.app import FaceAnalysis

    app = FaceAnalysis(name=str(Path(pack).resolve()), providers=["CPUExecutionProvider"])
    app.prepare(ctx_id=-1)
    for path in photos:
        picture = read_plainly(path)
        height, width = picture.shape[:2]
        faces = []
        for face in app.get(picture):
            x1, y1, x2, y2 = face.bbox
            box = Box(x1 / width, y1 / height, x2 / width, y2 / height)
            faces.append((box, min(x2 - x1, y2 - y1), face.normed_embedding))
        yield path, faces


if __name__ == "__main__":
    main()
