"""The figures behind the constants of clustering and search, on a library of `lfw-a`.

    photoclust scan ../shared/data/lfw-a --db lfw.db
    python benchmarks/choices.py lfw.db

Prints BCubed precision / recall / F (the most central face of each photo) over the clusterer's
settings, and precision / recall of `find` for several ways to compare a face with k exemplars.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from accuracy import bcubed, central_faces
from numpy.typing import NDArray

from photoclust.clustering import density
from photoclust.clustering.density import NOISE, group_by_density
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
    print("min_cluster_size, min_samples, link, floor: BCubed P R F")
    step = 0.01 if pack.link > 0.8 else 0.04
    for size in (2, 3):
        for samples in (1, 2):
            for link in (None, pack.link - step, pack.link, pack.link + step, pack.link + 2 * step):
                for density.FLOOR in (0.0, 0.5):
                    found = group_by_density(vectors.matrix, link, size, samples).labels[rows]
                    labels = [f"{n}" if n != NOISE else f"alone {i}" for i, n in enumerate(found)]
                    p, r = bcubed(labels, names)
                    ceiling = "none" if link is None else f"{link:.2f}"
                    print(
                        f"{size} {samples} {ceiling} {density.FLOOR}: "
                        f"{p:.3f} {r:.3f} {2 * p * r / (p + r):.3f}"
                    )
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
