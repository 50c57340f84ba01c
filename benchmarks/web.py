"""How long the review page's server needs for what the browser asks, in a large library.

    python benchmarks/web.py [--faces 50000]

Faces are made up as in speed.py, written into a library of their own, and clustered. The page is
served, a browser without a screen asks for its parts, and acts are done, while the library is
looked at again in the background after each. Every request is timed from the first byte sent to
the last byte received, on one connection. No photo is there: a crop is a grey picture.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import numpy as np
from extending import fill
from speed import made_up

import photoclust
from photoclust.library import Library
from photoclust.web.serve import Serving

ROUNDS, NAMED = 15, 200


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--faces", type=int, default=50_000)
    count = arguments.parse_args().faces
    faces, _people = made_up(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        with Library.open(path, create=True) as library:
            fill(library, faces)
            photoclust.cluster(library)
            for number in range(1, NAMED + 1):
                photoclust.name_cluster(library, number, f"Person {number}")
        measure(path)


def measure(path: Path) -> None:
    """Serve the library in a thread, and ask."""
    serving = Serving(path)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        address = f"http://{serving.host}"
        with httpx.Client(base_url=address, headers={"origin": address}, timeout=120) as client:
            client.get(serving.address)
            started = time.monotonic()
            client.get("/questions")
            print(f"first question: {time.monotonic() - started:.1f} s after the start", flush=True)
            visit(client)
    finally:
        serving.stop()
        thread.join()
        serving.close()


def visit(client: httpx.Client) -> None:
    """Ask for everything, while acts keep the server busy."""
    chance, took = random.Random(0), defaultdict(list)

    def timed(what: str, method: str, url: str, **said) -> httpx.Response:
        started = time.perf_counter()
        answer = client.request(method, url, **said)
        took[what].append(time.perf_counter() - started)
        return answer

    for turn in range(ROUNDS):
        questions = timed("/questions", "GET", "/questions").text
        total = int(re.findall(r'data-total="(\d+)"', client.get("/wall/groups").text)[0])
        key = re.findall(r'data-key="(\w+)" data-kind="(\w+)"', questions)
        if key:
            question, kind = key[0]
            said = {"question": question, "answer": "name" if kind == "who" else "yes"}
            said["name"] = f"Somebody {turn}"
            timed("answer", "POST", "/act/answer", json=said)
        for _ in range(5):
            start = 60 * chance.randrange(max(1, total // 60))
            block = timed("/wall/groups/N", "GET", f"/wall/groups/{start}").text
            for pile in re.findall(r'data-pile="(\w+)"', block)[:2]:
                timed("/pile/N", "GET", f"/pile/{pile}")
                timed("/pile/N/0", "GET", f"/pile/{pile}/0")
            for face in re.findall(r"/face/(\d+)", block)[:10]:
                timed("/face/N, new", "GET", f"/face/{face}")
                timed("/face/N, again", "GET", f"/face/{face}")
        timed("/wall/people/0", "GET", "/wall/people/0")
        timed("/wall/singles/0", "GET", "/wall/singles/0")
        timed("/names", "GET", "/names", params={"like": "so"})
        if turn % 4 == 0:
            number = chance.choice(re.findall(r'data-pile="c(\d+)"', block))
            timed("name a group", "POST", "/act/name", json={"pile": f"c{number}", "name": "Zoe"})
            timed("undo", "POST", "/act/undo", json={})
            timed("/history", "GET", "/history")
            timed("/conflicts", "GET", "/conflicts")
    for what, seconds in took.items():
        low, high = np.percentile(seconds, [50, 95]) * 1000
        print(
            f"{what:<16} {len(seconds):5} requests: median {low:6.1f} ms, 95 % within {high:6.1f},"
            f" most {1000 * max(seconds):6.1f}"
        )


if __name__ == "__main__":
    main()
