"""Frames a second of `live`: the table of docs/lab.md.

    python benchmarks/live.py [--pack FOLDER ...]

Films of one and of three people who sway, made from photos of `scenes/bbt`, as a camera gives them:
640 x 480 and 1280 x 720. Each is looked at with `--detail low`, its default, and `normal`: every
face embedded in every frame, and only where that tells more. Nothing is drawn or written, which is
timed on its own. One core works, and its time is what counts, whatever else the machine does. The
cases take turns, twice, and the quicker one counts.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from photoclust.choices import Detail
from photoclust.domain import Pixels
from photoclust.lab.live.drawing import annotated
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.naming import Namer
from photoclust.lab.live.session import Session
from photoclust.models.installed import load_pack
from photoclust.models.pack import FacePack

DATA = Path(os.environ.get("PHOTOCLUST_DATA", "../shared/data"))
SIZES = ((640, 480), (1280, 720))  # pixels
CAST = ("penny/penny1.png", "sheldon/sheldon1.png", "amy/amy1.png")
KNOWN = 100  # people to compare with
FRAMES, RATE, TURNS = 40, 25, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pack", action="append", default=None)
    packs = [load_pack(name) for name in parser.parse_args().pack or ["open"]]
    cv2.setNumThreads(1)
    cases = list(product(packs, SIZES, (1, 3), (Detail.LOW, Detail.NORMAL), (False, True)))
    films = {(size, people): film(size, people) for size, people in product(SIZES, (1, 3))}
    took: dict[int, list[float]] = {case: [] for case in range(len(cases))}
    embedded = {}
    for _ in range(TURNS):
        for place, (pack, size, people, detail, sparing) in enumerate(cases):
            session = session_of(pack, detail, sparing=sparing)
            start = time.process_time()
            for frame in films[size, people]:
                scene = session.look(frame)
                assert len(scene.faces) == people, f"{len(scene.faces)} faces, not {people}"
            took[place].append(time.process_time() - start)
            embedded[place] = session.embedded
    print(f"{'pack':12} {'frame':9} faces detail  every face embedded   only where it tells more")
    for place in range(0, len(cases), 2):
        pack, size, people, detail, _sparing = cases[place]
        every, few = (FRAMES / min(took[one]) for one in (place, place + 1))
        share = embedded[place + 1] / embedded[place]
        print(
            f"{pack.description.name:12} {size[0]:4}x{size[1]:<4} {people:5} {detail:7}"
            f" {every:7.1f} a second {few:13.1f} a second ({share:.0%} of the faces)"
        )
    for size in SIZES:
        session = session_of(packs[0], Detail.LOW, sparing=True)
        scenes = [session.look(frame) for frame in films[size, 3]]
        start = time.process_time()
        for scene in scenes:
            annotated(scene, 0.1, "0:00.0")
        drawing = (time.process_time() - start) / FRAMES
        print(f"drawing {size[0]}x{size[1]} with three faces: {1000 * drawing:.1f} ms a frame")


def session_of(pack: FacePack, detail: Detail, *, sparing: bool) -> Session:
    """One that knows a hundred people with five faces each."""
    levels = pack.description.thresholds
    namer = Namer(levels.match, levels.match - levels.link)
    chance = np.random.default_rng(0)
    looks = chance.standard_normal((KNOWN, 5, pack.description.dim)).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=2, keepdims=True)
    namer.know({f"person {number}": look for number, look in enumerate(looks)})
    return Session(pack, namer, levels.match, detail, sparing=sparing)


def film(size: tuple[int, int], people: int) -> list[Frame]:
    """Portraits side by side that sway, each frame with noise of its own."""
    width, height = size
    side = min(height * 2 // 3, width // 3)
    chance = np.random.default_rng(0)
    portraits = [_portrait(DATA / "scenes" / "bbt" / name, side) for name in CAST[:people]]
    frames = []
    for number in range(FRAMES):
        pixels = np.full((height, width, 3), 90, np.float32)
        for place, portrait in enumerate(portraits):
            middle = width * (2 * place + 1) / (2 * people) + 0.02 * width * np.sin(number / 8)
            left = int(np.clip(middle - side / 2, 0, width - side))
            top = (height - side) // 2
            pixels[top : top + side, left : left + side] = portrait
        noisy = pixels + chance.normal(0, 3, pixels.shape)
        frames.append(Frame(number + 1, number / RATE, noisy.clip(0, 255).astype(np.uint8)))
    return frames


def _portrait(path: Path, side: int) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((side, side)))


if __name__ == "__main__":
    main()
