"""The clustering rules of other programs and photoclust's own, on the same faces.

    python benchmarks/baselines.py [--pack open|FOLDER] [--photos ../shared/data/lfw-a] [--db LIB]

Scans the photos into a library of its own, or takes one that is scanned already, clusters all
faces with each rule, and prints one table: BCubed precision / recall / F and pairwise F on the most
central face of each photo (the truth is the folders), clusters, photos with two faces in one
cluster, and seconds. Embeddings are the same for all, so only the rules are compared.

Distances are cosine distances (1 - cosine). The fixed ones of other programs were made for ArcFace
and mean nothing on a pack with another scale, such as `open`. "Picked on the labels" means that the
threshold with the best BCubed F on these very photos was taken: no program can know it, so such a
row is the most that a rule could reach.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hdbscan import HDBSCAN
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform
from sklearn.cluster import DBSCAN

import photoclust
from photoclust.actions.cluster import regroup
from photoclust.clustering.density import NOISE
from photoclust.lab.clusters.scoring import Labelled, Scores, score
from photoclust.lab.clusters.truth import FOLDERS, Truth, read_truth
from photoclust.library import Library
from photoclust.library.faces import FaceVectors
from photoclust.library.packs import StoredPack

Labels = NDArray[np.int64]
Distances = NDArray[np.float32]

# ArcFace separates people around a cosine of 0.3; `open` (dlib's ResNet) around 0.94.
NARROW_SCALE = 0.6  # link threshold, cosine

# Thresholds to pick from: shares of the distance at which half of all pairs are joined.
CUTS, CEILINGS = 60, 8

Rule = Callable[[], tuple[Labels, str]]


@dataclass(frozen=True)
class Faces:
    """What every rule gets: unit vectors (n, dim), and the cosine distances (n, n) of them."""

    vectors: FaceVectors
    distances: Distances
    truth: Truth
    pack: StoredPack

    def scores(self, labels: Labels) -> Scores:
        return score(self.truth, Labelled(self.vectors.ids, self.vectors.photo_ids, labels))

    def f_of(self, labels: Labels) -> float:
        return self.scores(labels).bcubed.f

    @property
    def cuts(self) -> NDArray[np.float64]:
        """Distances to pick from, up to the median of all pairs."""
        return np.linspace(0, float(np.median(self.distances[::7])), CUTS + 1)[1:]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = Path(os.environ.get("PHOTOCLUST_DATA", "../shared/data"))
    arguments.add_argument("--photos", type=Path, default=data / "lfw-a")
    arguments.add_argument("--db", type=Path, help="a library that is scanned already")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.db:
            library = Library.open(chosen.db)
        else:
            library = Library.open(Path(folder) / "people.db", create=True)
            photoclust.scan(library, [chosen.photos], pack=chosen.pack, accept_licence=True)
        with library:
            compare(faces_of(library))


def faces_of(library: Library) -> Faces:
    pack = library.packs.in_use()
    assert pack is not None
    vectors = library.faces.vectors()
    distances = np.clip(1 - vectors.matrix @ vectors.matrix.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return Faces(vectors, distances, read_truth(library, FOLDERS), pack)


def compare(faces: Faces) -> None:
    truth = faces.truth
    print(
        f"pack {faces.pack.name}: {len(faces.vectors.ids)} faces, {len(truth.faces)} scored, "
        f"{truth.people} people, coverage {truth.coverage:.4f}"
    )
    print(f"{'rule':<58} {'P':>6} {'R':>6} {'F':>6} {'pair F':>6} clusters collisions  time")
    for title, made_for_arcface, rule in rules(faces):
        if made_for_arcface and faces.pack.link > NARROW_SCALE:
            print(f"{title:<58} n/a: made for ArcFace")
            continue
        started = time.monotonic()
        labels, picked = rule()
        seconds = time.monotonic() - started
        found = faces.scores(labels)
        print(
            f"{title + picked:<58} {found.bcubed.precision:6.3f} {found.bcubed.recall:6.3f} "
            f"{found.bcubed.f:6.3f} {found.pairwise.f:6.3f} {found.clusters:8} "
            f"{found.same_photo.collisions:10} {seconds:4.0f} s",
            flush=True,
        )


def rules(faces: Faces) -> list[tuple[str, bool, Rule]]:
    """Title, is its distance made for ArcFace, and the rule."""
    return [
        ("hdbscan, EOM, min size 3, min samples 2", False, lambda: (plain_hdbscan(faces), "")),
        ("DBSCAN .35, 5 (lensgrep)", True, lambda: (dbscan(faces, 0.35, 5), "")),
        ("nearest person within .5, core 3 (Immich)", True, lambda: (immich(faces, 0.5, 3), "")),
        ("DBSCAN .5, 2 (face-grouper)", True, lambda: (dbscan(faces, 0.5, 2), "")),
        ("complete linkage .8 (face-cluster)", True, lambda: (complete(faces, 0.8), "")),
        ("average linkage, picked on the labels", False, lambda: best_average(faces)),
        ("components, then average, both picked", False, lambda: best_within_components(faces)),
        ("photoclust, defaults", False, lambda: (regroup(faces.vectors, faces.pack).labels, "")),
    ]


def plain_hdbscan(faces: Faces) -> Labels:
    """HDBSCAN as its package has it; Euclidean on unit vectors orders like cosine."""
    matrix = faces.vectors.matrix.astype(np.float64)
    return HDBSCAN(min_cluster_size=3, min_samples=2).fit(matrix).labels_.astype(np.int64)


def dbscan(faces: Faces, eps: float, min_samples: int) -> Labels:
    model = DBSCAN(eps=eps, min_samples=min_samples, metric="precomputed")
    return model.fit(faces.distances).labels_.astype(np.int64)


def immich(faces: Faces, max_distance: float, min_faces: int) -> Labels:
    """Immich's `handleRecognizeFaces` (server, person service), over a first import.

    Faces come in the order they were found, embeddings of all being known. A face takes the person
    of the nearest face within the distance that has one. With `min_faces` near (itself included)
    it is a core and founds a person where there is none; others wait for a second round, and a face
    with nobody near is skipped.
    """
    people = np.full(len(faces.distances), NOISE)
    near = [np.flatnonzero(row <= max_distance) for row in faces.distances]
    near = [ids[np.argsort(faces.distances[face, ids])] for face, ids in enumerate(near)]
    fresh = 0
    for deferred in (False, True):
        for face, ids in enumerate(near):
            is_core = len(ids) >= min_faces
            if people[face] != NOISE or len(ids) <= 1 or (not is_core and not deferred):
                continue
            known = people[ids][people[ids] != NOISE]
            if len(known):
                people[face] = known[0]
            elif is_core:
                people[face] = fresh
                fresh += 1
    return people


def complete(faces: Faces, distance: float) -> Labels:
    return groups(fcluster(tree(faces.distances, "complete"), distance, "distance"))


def best_average(faces: Faces) -> tuple[Labels, str]:
    """Average linkage, cut where BCubed F is best."""
    merges = tree(faces.distances, "average")
    found = {cut: groups(fcluster(merges, cut, "distance")) for cut in faces.cuts}
    best = max(found, key=lambda cut: faces.f_of(found[cut]))
    return found[best], f" ({best:.3f})"


def best_within_components(faces: Faces) -> tuple[Labels, str]:
    """Faces linked by distances below a ceiling, each component then cut by average linkage."""
    best, labels, picked = -1.0, np.empty(0, np.int64), ""
    for ceiling in faces.cuts[CUTS // CEILINGS - 1 :: CUTS // CEILINGS]:
        _, component = connected_components(faces.distances <= ceiling, directed=False)
        members = [np.flatnonzero(component == one) for one in np.unique(component)]
        members = [rows for rows in members if len(rows) > 1]
        trees = [tree(faces.distances[np.ix_(rows, rows)], "average") for rows in members]
        for cut in faces.cuts:
            found = np.full(len(component), NOISE)
            for rows, merges in zip(members, trees, strict=True):
                found[rows] = fcluster(merges, cut, "distance") + found.max() + 1
            found = groups(found)
            f = faces.f_of(found)
            if f > best:
                best, labels, picked = f, found, f" ({ceiling:.3f}, {cut:.3f})"
    return labels, picked


def tree(distances: Distances, method: str) -> NDArray[np.float64]:
    return linkage(squareform(distances, checks=False), method)


def groups(labels: NDArray[np.integer]) -> Labels:
    """Groups of one are no groups."""
    values, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return np.where(counts[inverse] > 1, values[inverse], NOISE).astype(np.int64)


if __name__ == "__main__":
    main()
