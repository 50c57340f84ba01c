"""Compare the faces of two photos, without a library.

    python examples/same_person.py ONE.jpg OTHER.jpg

Prints the cosine similarity of every pair of faces, and whether the pack takes them for one person.
"""

from __future__ import annotations

import sys
from pathlib import Path

import photoclust


def main(one: Path, other: Path) -> None:
    pack = photoclust.load_pack("open")
    faces = [pack.analyse(photoclust.decode(path.read_bytes()).pixels) for path in (one, other)]
    threshold = pack.description.thresholds.match
    for number, first in enumerate(faces[0], start=1):
        for other_number, second in enumerate(faces[1], start=1):
            similarity = float(first.embedding @ second.embedding)
            verdict = "same" if similarity >= threshold else "different"
            print(f"face {number} and face {other_number}: {similarity:.3f} {verdict}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
