"""How long clustering takes, and how much memory: the figures of docs/benchmarks.md.

    python benchmarks/speed.py            everything, an hour
    python benchmarks/speed.py --quick    5,000 faces next to the hdbscan package, a minute

Faces are made up: unit vectors of 512 numbers, persons with 1 to 1,000 photos by a power law, a
tenth of all faces of nobody else, cosines of 0.5 to 0.7 within a person and of 0 +- 0.1 between
strangers, so that some strangers are as like as photos of one person.

- next to the hdbscan package without a ceiling: seconds, and whether links and labels agree.
- seconds and memory of `group_by_density`, with recall and precision of pairs of faces of one
  person; and for a million the share of the nearest neighbours below the ceiling that were found.
- the same of `find_groups`, which is all of clustering.

Every measurement is a process of its own; making the faces is not part of it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import faiss
import numpy as np
from hdbscan import HDBSCAN
from hdbscan._hdbscan_linkage import label
from hdbscan._hdbscan_tree import compute_stability, condense_tree, get_clusters
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.metrics import adjusted_rand_score

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import (
    MIN_CLUSTER_SIZE,
    MIN_SAMPLES,
    NOISE,
    Grouping,
    distance_of,
    group_by_density,
)
from photoclust.clustering.grouping import find_groups
from photoclust.clustering.levels import Levels
from photoclust.clustering.neighbours import Near
from photoclust.clustering.spanning import LARGE, NEIGHBOURS, find_near, spanning_tree
from photoclust.models.insightface_pack import USUAL_THRESHOLDS
from photoclust.vectors import Matrix

Result = TypeVar("Result")

DIM = 512
ALONE = 0.1
MOST_PHOTOS, TAIL = 1000, 0.6
STRANGERS = 0.1
ROWS = 20_000

# The ceiling of buffalo_l (photoclust/models/insightface_pack.py).
LINK = 0.42

ASKED = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=MEASUREMENTS, help="one measurement, as JSON")
    parser.add_argument("--faces", type=int, default=0)
    chosen = parser.parse_args()
    if chosen.only:
        print(json.dumps(MEASUREMENTS[chosen.only](chosen.faces)))
        return
    for count in (5_000,) if chosen.quick else (5_000, 20_000):
        report("side by side", count)
    for count in () if chosen.quick else (20_000, 100_000, 1_000_000):
        report("with a ceiling", count)
    for count in (5_000,) if chosen.quick else (20_000, 100_000):
        report("all of it", count)


def report(measurement: str, count: int) -> None:
    command = [sys.executable, __file__, "--only", measurement, "--faces", str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(f"{count:,} faces, {measurement}")
    for what, figure in json.loads(done.stdout).items():
        print(f"    {what}: {figure:.4g}")
    sys.stdout.flush()


def made_up(count: int, seed: int = 0) -> tuple[Matrix, NDArray[np.int64]]:
    """So many faces (n, 512), and who each one is (n,)."""
    chance = np.random.default_rng(seed)
    photos = np.minimum(chance.pareto(TAIL, count) + 1, MOST_PHOTOS).astype(np.int64)
    known = np.repeat(np.arange(count), photos)[: round(count * (1 - ALONE))]
    person = chance.permutation(np.append(known, count + np.arange(count - len(known))))
    # Random vectors of about 1 / STRANGERS**2 dimensions have cosines of 0 +- STRANGERS.
    scale = np.exp(-np.arange(DIM) * STRANGERS**2).astype(np.float32)
    _, person = np.unique(person, return_inverse=True)
    looks = unit_vectors(chance, person.max() + 1, scale)
    likeness = chance.uniform(0.5, 0.7, len(looks)).astype(np.float32)
    faces = np.empty((count, DIM), np.float32)
    for start in range(0, count, ROWS):
        who = person[start : start + ROWS]
        own = np.sqrt(likeness[who, None]) * looks[who]
        own += np.sqrt(1 - likeness[who, None]) * unit_vectors(chance, len(who), scale)
        faces[start : start + ROWS] = own / np.linalg.norm(own, axis=1, keepdims=True)
    return faces, person


def unit_vectors(chance: np.random.Generator, count: int, scale: NDArray[np.float32]) -> Matrix:
    vectors = np.empty((count, DIM), np.float32)
    for start in range(0, count, ROWS):
        some = chance.standard_normal((min(ROWS, count - start), DIM), np.float32) * scale
        vectors[start : start + ROWS] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return vectors


def side_by_side(count: int) -> dict[str, float]:
    """The spanning tree by hdbscan and by photoclust, without a ceiling."""
    faces, _ = made_up(count)
    theirs, their_time = timed(lambda: tree_of_hdbscan(faces))
    ours, our_time = timed(lambda: spanning_tree(faces, MIN_SAMPLES))
    return {
        **{f"hdbscan, {what}": figure for what, figure in their_time.items()},
        **{f"photoclust, {what}": figure for what, figure in our_time.items()},
        "times faster": their_time["seconds"] / our_time["seconds"],
        "largest difference of a link": np.abs(np.sort(ours[:, 2]) - np.sort(theirs[:, 2])).max(),
        "labels, adjusted Rand index": adjusted_rand_score(labels(theirs), labels(ours)),
    }


def with_a_ceiling(count: int) -> dict[str, float]:
    """Near neighbours, spanning tree, condensed tree and selection."""
    faces, person = made_up(count)
    before = peak()

    def grouped() -> tuple[Near, Grouping]:
        near = find_near(faces, MIN_SAMPLES, distance_of(LINK))
        return near, group_by_density(faces, LINK, near=near)

    (near, found), time_taken = timed(grouped)
    figures = {
        **time_taken,
        "peak memory before, GB": before,
        "peak memory, GB": peak(),
        **pairs(found.labels, person),
    }
    if count > LARGE:
        figures["neighbours found"] = recall(faces, near)
    return figures


def all_of_it(count: int) -> dict[str, float]:
    """`find_groups`: all that, and then contrast, linkage and photos that keep faces apart."""
    faces, person = made_up(count)
    before = peak()
    limits = USUAL_THRESHOLDS
    levels = Levels(LINK, limits.split, limits.join, limits.match, limits.typical)
    photos = np.arange(count) // 2
    photos[1::2][person[::2] == person[1::2]] += count  # nobody is in a photo twice
    constraints = Constraints.none(photos)
    found, time_taken = timed(lambda: find_groups(faces, np.ones(count), levels, constraints))
    return {
        **time_taken,
        "peak memory before, GB": before,
        "peak memory, GB": peak(),
        **pairs(found.labels, person),
    }


def tree_of_hdbscan(faces: Matrix) -> NDArray[np.float64]:
    model = HDBSCAN(min_samples=MIN_SAMPLES, gen_min_span_tree=True, approx_min_span_tree=False)
    tree = model.fit(faces.astype(np.float64)).minimum_spanning_tree_
    return np.asarray(tree.to_numpy(), np.float64)


def labels(tree: NDArray[np.float64]) -> NDArray[np.int64]:
    """What hdbscan makes of a spanning tree."""
    condensed = condense_tree(label(tree[np.argsort(tree[:, 2])]), MIN_CLUSTER_SIZE)
    return np.asarray(get_clusters(condensed, compute_stability(condensed))[0])


def pairs(found: NDArray[np.int64], person: NDArray[np.int64]) -> dict[str, float]:
    """Of the pairs of faces in one group, and of those of one person, the share that are both."""
    some = found != NOISE
    both = csr_array((np.ones(some.sum()), (found[some], person[some])))
    both.sum_duplicates()

    def of(sizes: NDArray[np.integer]) -> float:
        return float((sizes.astype(float) * (sizes - 1)).sum())

    right = of(both.data)
    return {
        "precision of pairs": right / of(np.bincount(found[some])),
        "recall of pairs": right / of(np.bincount(person)),
    }


def recall(faces: Matrix, near: Near) -> float:
    """The share of the nearest neighbours below the ceiling that are among these."""
    asked = np.random.default_rng(2).choice(len(faces), ASKED, replace=False)
    count = NEIGHBOURS + 1
    cosines, nearest = faiss.knn(faces[asked], faces, count, faiss.METRIC_INNER_PRODUCT)
    close = (cosines > 1 - distance_of(LINK) ** 2 / 2) & (nearest != asked[:, None])
    true = (asked[:, None] * len(faces) + nearest)[close]
    known = np.isin(near.links.a, asked)
    return float(np.isin(true, (near.links.a * len(faces) + near.links.b)[known]).mean())


def timed(work: Callable[[], Result]) -> tuple[Result, dict[str, float]]:
    """What it gives, and its seconds; those of all processors tell how busy the machine was."""
    started, before = time.monotonic(), time.process_time()
    result = work()
    return result, {
        "seconds": time.monotonic() - started,
        "processor seconds": time.process_time() - before,
    }


def peak() -> float:
    """The most memory that this process has held, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


MEASUREMENTS = {
    "side by side": side_by_side,
    "with a ceiling": with_a_ceiling,
    "all of it": all_of_it,
}

if __name__ == "__main__":
    main()
