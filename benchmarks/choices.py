"""How a face is compared with several exemplars, on a library of `lfw-a`.

    photoclust scan ../shared/data/lfw-a --db lfw.db
    python benchmarks/choices.py lfw.db

Prints precision and recall of `find` for several ways to compare a face with k exemplars.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from accuracy import central_faces
from numpy.typing import NDArray

from photoclust.library import Library

AGGREGATES: dict[str, Callable[[NDArray[np.floating]], NDArray[np.floating]]] = {
    "best": lambda s: s.max(axis=1),
    "mean of best 3": lambda s: np.sort(s, axis=1)[:, -3:].mean(axis=1),
    "mean of all": lambda s: s.mean(axis=1),
}


def main(database: Path) -> None:
    with Library.open(database) as library:
        pack = library.packs.in_use()
        assert pack is not None
        vectors = library.faces.vectors()
        row = {int(face): index for index, face in enumerate(vectors.ids)}
        central = central_faces(library)
    names = [Path(path).parent.name for path in central]
    rows = np.array([row[face.id] for face in central.values()])
    report_aggregates(vectors.matrix[rows], np.array(names), pack.match)


def report_aggregates(matrix: NDArray[np.floating], names: NDArray[np.str_], match: float) -> None:
    print("find, exemplars, how compared: precision and recall at the pack's threshold")
    people, counts = np.unique(names, return_counts=True)
    for exemplars in (1, 3, 8, 16):
        for title, aggregate in AGGREGATES.items():
            right = wrong = missed = 0
            chance = np.random.default_rng(0)
            for person in people[counts >= 4]:
                theirs = np.flatnonzero(names == person)
                known = chance.permutation(theirs)[: min(exemplars, len(theirs) - 1)]
                others = np.setdiff1d(np.arange(len(names)), known)
                alike = aggregate(matrix[others] @ matrix[known].T) >= match
                same = names[others] == person
                right += int((alike & same).sum())
                wrong += int((alike & ~same).sum())
                missed += int((~alike & same).sum())
            print(
                f"{exemplars:2} {title}: {right / (right + wrong):.3f} "
                f"{right / (right + missed):.3f}"
            )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
