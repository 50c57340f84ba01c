"""How long a round of `review` makes a person wait in a large library.

    python benchmarks/asking.py [--faces 50000]

Faces are made up as in speed.py, written into a library of their own, and clustered. Then fifty
questions are answered: each group gets the name that most of it has, and each proposal a yes or no.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from extending import fill
from speed import made_up

import photoclust
from photoclust.actions.asked import Asked
from photoclust.actions.review import Review
from photoclust.library import Library

ANSWERS = 50


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--faces", type=int, default=50_000)
    count = arguments.parse_args().faces
    faces, people = made_up(count)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder) / "people.db", create=True)
        fill(library, faces)
        photoclust.cluster(library)
        names = dict(zip(library.faces.vectors().ids.tolist(), people.tolist(), strict=True))
        started = time.monotonic()
        session = Review(library)
        print(f"to begin: {time.monotonic() - started:.2f} s", flush=True)
        asking, answering = [], []
        for _ in range(ANSWERS):
            started = time.monotonic()
            asked = session.next()
            asking.append(time.monotonic() - started)
            if asked is None:
                break
            started = time.monotonic()
            answer(session, asked, names)
            answering.append(time.monotonic() - started)
    for what, seconds in (("to ask", asking), ("to answer", answering)):
        print(f"{what}: median {np.median(seconds):.3f} s, most {max(seconds):.3f} s")


def answer(session: Review, asked: Asked, names: dict[int, int]) -> None:
    of = [Counter(names[face.id] for face in item.faces) for item in asked.subjects]
    whose = [f"P{counts.most_common(1)[0][0]}" for counts in of]
    if asked.kind == "who":
        beside = [tile.number for tile in asked.tiles if tile.subject]
        also = [x for x in beside if whose[asked.tiles[x - 1].subject] == whose[0]]
        session.name(asked, whose[0], also=also)
    elif asked.kind == "is":
        people = [item.person.name if item.person else "" for item in asked.subjects]
        pairs = enumerate(zip(whose, people, strict=True), start=1)
        session.yes(asked, but=[number for number, (is_really, told) in pairs if is_really != told])
    else:
        session.skip(asked)


if __name__ == "__main__":
    main()
