"""What a map costs, and what it keeps of who is like whom.

    python benchmarks/mapping.py --db LIBRARY [--limit 5000]

For both ways to place faces: seconds to place them (UMAP's import and compilation apart), the share
of a face's 15 nearest neighbours that are among its 15 nearest on the map, and Spearman's rank
correlation between the distances of clusters of five faces or more in the embedding (of their
means) and on the map (of their medians). Then the seconds for a whole map without UMAP's start, the
size of the page, and the kilobytes that each face adds to it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from photoclust.actions.map import draw_map
from photoclust.choices import Placing
from photoclust.export.map.placing import NEIGHBOURS, place
from photoclust.library import Library
from photoclust.vectors import Matrix, normalised

FEWEST = 5


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--db", type=Path, required=True)
    arguments.add_argument("--limit", type=int, default=5000)
    chosen = arguments.parse_args()
    with Library.open(chosen.db) as library:
        vectors = library.faces.vectors()
        belonging = library.faces.belonging()
        matrix = vectors.matrix[: chosen.limit]
        clusters = np.array(
            [belonging[face].cluster or 0 for face in vectors.ids[: chosen.limit].tolist()]
        )
        start = time.perf_counter()
        place(matrix[:100], Placing.UMAP)
        print(f"start of UMAP  {time.perf_counter() - start:5.1f} s")
        for method in Placing:
            report_places(matrix, clusters, method)
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            report = draw_map(library, Path(folder) / "map.html", limit=chosen.limit)
            taken, size = time.perf_counter() - start, report.page.stat().st_size
            least = draw_map(library, Path(folder) / "map.html", limit=1).page.stat().st_size
        print(
            f"{report.faces} faces: {taken:.1f} s, {size / 1e6:.1f} MB,"
            f" {(size - least) / (report.faces - 1) / 1000:.2f} kB a face"
        )


def report_places(matrix: Matrix, clusters: np.ndarray, method: Placing) -> None:
    start = time.perf_counter()
    places = place(matrix, method)
    taken = time.perf_counter() - start
    near, shown = neighbours(matrix), neighbours(places.astype(np.float32))
    kept = np.mean([len(set(a) & set(b)) for a, b in zip(near, shown, strict=True)]) / NEIGHBOURS
    numbers, counts = np.unique(clusters[clusters > 0], return_counts=True)
    large = numbers[counts >= FEWEST]
    means = normalised(np.array([matrix[clusters == number].mean(0) for number in large]))
    middles = np.array([np.median(places[clusters == number], axis=0) for number in large])
    islands = spearmanr(pdist(means), pdist(middles)).statistic
    print(
        f"{method:4}  {taken:5.1f} s, keeps {kept:.0%} of neighbours,"
        f" distances of {len(large)} clusters correlate by {islands:.2f}"
    )


def neighbours(points: np.ndarray) -> list[list[int]]:
    """The numbers of the nearest others, by Euclidean distance."""
    _, found = faiss.knn(points, points, NEIGHBOURS + 1)
    return [
        [other for other in row if other != place][:NEIGHBOURS]
        for place, row in enumerate(found.tolist())
    ]


if __name__ == "__main__":
    main()
