"""What a gallery of many photos costs: figures of docs/gallery.md.

    python benchmarks/gallery.py                    10,000 photos, some 20 minutes and 3 GB
    python benchmarks/gallery.py --photos 1000
    python benchmarks/gallery.py --folder FOLDER    keep the photos and the gallery, or use them

Photos are made up: a cut from one of the demo's scenes, lighter or darker, 1,200 by 800 pixels,
with one to four faces at random places. 60 people have names; how many photos they have falls as
one by their rank. Every tenth face belongs to one of 300 clusters without a name.

- Exporting, in one process each: first, again, and again after one person got another name.
- In Chromium, at 1,280 by 800, served from this machine without compression: bytes until nothing is
  loaded any more and before anybody scrolls, and when the first content is painted; the median of
  five. The pages are the first one, that of the person with the most photos, a photo, and the first
  one with a search.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance

from photoclust.choices import Detail
from photoclust.demo.scenes import build_scenes
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.library import Library
from photoclust.library.clusters import Membership
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.metadata import Metadata

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PEOPLE, CLUSTERS, UNNAMED = 60, 300, 0.1
SIZE = (1200, 800)  # pixels
FIRST_YEAR, YEARS = 2005, 20
ROUNDS = 5
LANDMARKS = ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.4, 0.6), (0.6, 0.6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        database, out = folder / "made-up.db", folder / "gallery"
        if not database.exists():
            make_library(database, folder / "photos", chosen.photos)
        for what in ("first", "again", "one name changed"):
            if what == "one name changed":
                photoclust(database, "person", "rename", "#8", f"Person {time.time():.0f}")
            print(f"export, {what}: {photoclust(database, 'export', 'gallery', str(out)):.1f} s")
        browse(out)


def make_library(database: Path, folder: Path, count: int) -> None:
    """Write the photos, and a library that knows the faces in them."""
    scenes = folder.with_name("scenes")
    build_scenes(scenes, lambda _done, _all: None)
    bases = [Image.open(path).convert("RGB") for path in sorted(scenes.glob("*.jpg"))]
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        hashes = list(pool.map(lambda number: draw(bases, folder, number), range(count)))
    random = np.random.default_rng(1)
    weights = 1 / np.arange(1, PEOPLE + 1)
    clusters: dict[int, list[int]] = {}
    people: dict[int, list[int]] = {}
    with Library.open(database, create=True) as library, library.transaction():
        library.packs.choose(
            name="made up",
            fingerprint="made up",
            dim=4,
            licence="none",
            accepted_at=None,
            settings={"thresholds": {"match": 0.9, "link": 0.9}},
            location=None,
        )
        pack = library.packs.in_use()
        assert pack is not None
        for number, content in enumerate(hashes):
            faces = int(random.integers(1, 5))
            taken = f"{FIRST_YEAR + number * YEARS // count}-{1 + number % 12:02}-15T12:00:00"
            photo = library.photos.add(content)
            library.photos.describe(photo, PhotoFacts(*SIZE, Metadata(taken)))
            library.photos.record_file(
                str(folder / f"{number}.jpg"), photo_id=photo, size=1, mtime_ns=1, seen_at=taken
            )
            library.photos.record_scan(
                photo, pack.id, Detail.NORMAL, scanned_at=taken, failure=None
            )
            ids = library.faces.add(
                photo, pack.id, [made_up_face(random, place, faces) for place in range(faces)]
            )
            them = random.choice(PEOPLE, faces, replace=False, p=weights / weights.sum())
            for face, person in zip(ids, them, strict=True):
                if random.random() < UNNAMED:
                    clusters.setdefault(int(random.integers(CLUSTERS)), []).append(face)
                else:
                    people.setdefault(int(person), []).append(face)
        numbers = {cluster: library.clusters.new(pack.id) for cluster in clusters}
        library.clusters.replace(
            [
                Membership(face, numbers[cluster], 0.9)
                for cluster, members in clusters.items()
                for face in members
            ]
        )
        for person, ids in sorted(people.items()):
            act = library.journal.begin("name")
            made = library.people.add(act, f"Person {person}").id
            library.decisions.give(act, ids, person_id=made, source="face")


def draw(bases: list[Image.Image], folder: Path, number: int) -> str:
    """Write one photo; returns the hash of its content."""
    random = np.random.default_rng(number)
    base = bases[random.integers(len(bases))]
    width, height = (round(side * random.uniform(0.6, 0.95)) for side in base.size)
    left = int(random.integers(base.width - width))
    top = int(random.integers(base.height - height))
    cut = base.resize(SIZE, Image.Resampling.BICUBIC, (left, top, left + width, top + height))
    encoded = io.BytesIO()
    ImageEnhance.Brightness(cut).enhance(random.uniform(0.7, 1.3)).save(encoded, "JPEG", quality=85)
    (folder / f"{number}.jpg").write_bytes(encoded.getvalue())
    return hashlib.sha256(encoded.getvalue()).hexdigest()


def made_up_face(random: np.random.Generator, place: int, faces: int) -> DetectedFace:
    """One of so many faces, which stand side by side."""
    side = random.uniform(0.1, 0.2)
    left = (place + random.uniform(0.1, 0.3)) / faces
    top = random.uniform(0.1, 0.6)
    box = Box(left, top, left + side * SIZE[1] / SIZE[0], top + side)
    look = np.array([1, 0, 0, 0], np.float32)
    return DetectedFace(Detection(box, 0.9, LANDMARKS), look, random.uniform(0.2, 0.9))


def photoclust(database: Path, *words: str) -> float:
    """Run the program on the library; returns seconds."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "photoclust", "--db", str(database), *words],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and does not write down what was asked for."""

    def log_message(self, *_words: object) -> None:
        pass


def browse(out: Path) -> None:
    """Print what each page costs before anybody scrolls."""
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    biggest = max((out / "people").glob("person-[0-9]*.html"), key=weight)
    pages = {
        "first page": "index.html",
        "most photos": f"people/{biggest.name}",
        "photo": "photos/photo-1.html",
        "search": "index.html#q=%231%20%26%20%232",
    }
    print(f"{'page':12} {'html KB':>8} {'all KB':>8} {'requests':>8} {'first paint ms':>15}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, page in pages.items():
            address = f"http://127.0.0.1:{server.server_port}/{page}"
            visits = [visit(browser, address) for _ in range(ROUNDS)]
            html = (out / page.split("#")[0]).stat().st_size / 1000
            size, requests, paint = (median(values) for values in zip(*visits, strict=True))
            print(f"{name:12} {html:8.0f} {size / 1000:8.0f} {requests:8.0f} {paint:15.0f}")
        browser.close()
    server.shutdown()


def weight(page: Path) -> int:
    """How many photos a person's page says there are."""
    found = re.search(r"([0-9,]+) photos", page.read_text("utf-8"))
    return int(found[1].replace(",", "")) if found else 0


def visit(browser: Browser, address: str) -> tuple[int, int, float]:
    """Bytes and requests of a page with an empty cache, and its first contentful paint in ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    loaded: list[float] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda told: loaded.append(told["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return int(sum(loaded)), len(loaded), paint


if __name__ == "__main__":
    main()
