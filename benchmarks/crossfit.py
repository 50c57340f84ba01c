"""Clustering constants fitted on half of the people and measured on the other half.

    photoclust scan ../shared/data/lfw-a --no-cluster --db lfw.db
    photoclust scan ../shared/data/fiw-a --no-cluster --db fiw.db
    python benchmarks/crossfit.py --db lfw.db --db fiw.db [--ablations] [--seeds 3]

The libraries hold one pack's faces; the folder of a photo is its person, and where folders lie in
folders, the outer one is a family. People (families), the units, are split into two halves, each
half's photos are clustered alone, and `join`, `split` and `link` are chosen from the pack's grid
below for the best mean BCubed F over the libraries. Printed are precision / recall / F of BCubed
and the F of pairs, on the half that did not choose and on the one that did, next to the shipped
constants.

`--ablations` takes the method apart instead, on the whole libraries with the shipped constants,
and measures it on random small parts of them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering import contrast, grouping
from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import Contrast
from photoclust.clustering.density import NOISE, Grouping, each_alone, group_by_density
from photoclust.clustering.grouping import find_groups
from photoclust.clustering.levels import Levels
from photoclust.clustering.linkage import Linkage
from photoclust.lab.clusters.measures import bcubed, pairwise
from photoclust.lab.clusters.truth import FOLDERS, read_truth
from photoclust.library import Library
from photoclust.library.faces import FaceVectors
from photoclust.models.insightface_pack import MEASURED_THRESHOLDS
from photoclust.models.open_pack import THRESHOLDS
from photoclust.vectors import Matrix

MOBILEFACENET_Y1 = "cc40b59e6dec311add7671b70a64b0c96981255a0f97e942c3260b8eba63cf01"
SHIPPED = {"open": THRESHOLDS, "scrfd-mbf": MEASURED_THRESHOLDS[MOBILEFACENET_Y1]}

LIBRARY_SIZES = (8, 20, 50, 100, 200, 400)  # people
PEOPLE_DRAWN = 400  # at each size, in as many libraries as that takes, 2 at least

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Candidates: `split` is `join` less one of the gaps."""

    link: tuple[float, ...]
    join: tuple[float, ...]
    gap: tuple[float, ...]

    def levels(self, constants: Levels) -> Iterator[Levels]:
        for link, join, gap in product(self.link, self.join, self.gap):
            yield replace(constants, link=link, split=join - gap, join=join)


GRIDS = {
    "open": Grid(
        link=(0.915, 0.92, 0.925, 0.93),
        join=tuple(np.arange(0.928, 0.945, 0.002)),
        gap=(0.004, 0.01),
    ),
    "scrfd-mbf": Grid(
        link=(0.38, 0.42, 0.46),
        join=tuple(np.arange(0.336, 0.437, 0.01)),
        gap=(0.016, 0.032, 0.064),
    ),
}
# Without contrast the best join lies elsewhere.
PLAIN_JOINS = {
    "open": tuple(np.arange(0.92, 0.961, 0.002)),
    "scrfd-mbf": tuple(np.arange(0.34, 0.601, 0.01)),
}


@dataclass(frozen=True)
class Scores:
    precision: float
    recall: float
    f: float
    pair_f: float

    def __str__(self) -> str:
        return f"{self.precision:.4f} {self.recall:.4f} {self.f:.4f} {self.pair_f:.4f}"


@dataclass(frozen=True)
class Collection:
    """Faces, and the truth: `rows` (m,) of the scored ones (-1: not found), who, of which unit."""

    name: str
    faces: FaceVectors
    rows: Integers
    people: NDArray[np.str_]
    units: NDArray[np.str_]

    def only(self, chosen: NDArray[np.bool_]) -> Collection:
        """The photos of these scored faces (m,) alone, with whoever else is in them."""
        rows = self.rows[chosen]
        kept = np.isin(self.faces.photo_ids, self.faces.photo_ids[rows[rows >= 0]])
        place = np.append(np.cumsum(kept) - 1, -1)
        faces = FaceVectors(
            self.faces.ids[kept],
            self.faces.photo_ids[kept],
            self.faces.quality[kept],
            self.faces.matrix[kept],
        )
        return Collection(self.name, faces, place[rows], self.people[chosen], self.units[chosen])

    def scores(self, levels: Levels) -> Scores:
        nothing_said = Constraints.none(self.faces.photo_ids)
        labels = find_groups(self.faces.matrix, self.faces.quality, levels, nothing_said).labels
        found = each_alone(np.append(labels, NOISE)[self.rows])
        people = np.unique(self.people, return_inverse=True)[1]
        b, pairs = bcubed(found, people), pairwise(found, people)
        return Scores(b.precision, b.recall, b.f, pairs.f)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--db", type=Path, action="append", required=True)
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--ablations", action="store_true")
    chosen = arguments.parse_args()
    packs, collections = zip(*map(read, chosen.db), strict=True)
    if len(set(packs)) > 1 or packs[0] not in SHIPPED:
        arguments.error(f"libraries of {' or '.join(SHIPPED)}, all of one, not {set(packs)}")
    print(f"pack {packs[0]}")
    for one in collections:
        print(
            f"{one.name}: {len(one.faces.ids)} faces, {len(one.rows)} scored, "
            f"{len(set(one.people))} people in {len(set(one.units))} units, "
            f"coverage {(one.rows >= 0).mean():.4f}"
        )
    if chosen.ablations:
        ablations(packs[0], collections)
        sizes(packs[0], collections)
    else:
        crossfit(packs[0], collections, chosen.seeds)


def read(database: Path) -> tuple[str, Collection]:
    """The pack's name, and the faces."""
    with Library.open(database) as library:
        pack = library.packs.in_use()
        assert pack is not None
        truth = read_truth(library, FOLDERS)
        faces = library.faces.vectors()
    row = {int(face): index for index, face in enumerate(faces.ids)}
    rows = [-1 if face.face_id is None else row[face.face_id] for face in truth.faces]
    people = [face.person for face in truth.faces]
    units = [person.split("/")[0] for person in people]
    return pack.name, Collection(
        database.stem, faces, np.array(rows), np.array(people), np.array(units)
    )


def shipped(pack: str) -> Levels:
    return Levels(*(getattr(SHIPPED[pack], name) for name in Levels.__slots__))


def mean(scores: list[Scores]) -> Scores:
    columns = np.array([[one.precision, one.recall, one.f, one.pair_f] for one in scores])
    return Scores(*columns.mean(axis=0).tolist())


# Halves


def crossfit(pack: str, collections: tuple[Collection, ...], seeds: int) -> None:
    constants = shipped(pack)
    candidates = [constants, *GRIDS[pack].levels(constants)]
    rows: dict[str, list[list[Scores]]] = {
        "shipped, the same halves": [],
        "fitted on the other half": [],
        "fitted on the half itself": [],
    }
    picked: list[Levels] = []
    for seed in range(seeds):
        halves = list(zip(*(halved(one, seed) for one in collections), strict=True))
        with remembered("find_near"), remembered("group_by_density"):
            tried = [
                [[one.scores(levels) for one in half] for levels in candidates] for half in halves
            ]
        best = [int(np.argmax([f_of(scores) for scores in half[1:]])) + 1 for half in tried]
        for half, own, other in zip(tried, best, best[::-1], strict=True):
            for found, choice in zip(rows.values(), (0, other, own), strict=True):
                found.append(half[choice])
        picked += [candidates[choice] for choice in best]
    heading = "".join(f"   {one.name:<27}" for one in collections)
    print(f"\n{'':<26}{heading}\n{'':<26}{'   P      R      F      pair F' * len(collections)}")
    line("shipped, whole", [one.scores(constants) for one in collections])
    for title, found in rows.items():
        line(title, [mean(list(column)) for column in zip(*found, strict=True)])
    print(f"\nshipped {written(constants)}\npicked, {len(picked)} times ({seeds} divisions):")
    for levels, times in Counter(map(written, picked)).most_common():
        print(f"  {times} x {levels}")


@contextmanager
def remembered(name: str) -> Iterator[None]:
    """A function of `grouping` is not called twice with the same embeddings and numbers."""
    function, results = getattr(grouping, name), {}

    def once(embeddings: Matrix, *numbers: float, **others: object) -> object:
        key = (embeddings.tobytes(), numbers)
        if key not in results:
            results[key] = function(embeddings, *numbers, **others)
        return results[key]

    with patch.object(grouping, name, once):
        yield


def halved(collection: Collection, seed: int) -> tuple[Collection, Collection]:
    units = np.random.default_rng(seed).permutation(np.unique(collection.units))
    first = np.isin(collection.units, units[: len(units) // 2])
    return collection.only(first), collection.only(~first)


def f_of(scores: list[Scores]) -> float:
    return float(np.mean([one.f for one in scores]))


def line(title: str, scores: list[Scores]) -> None:
    print(f"{title:<26}" + "".join(f"   {one}" for one in scores), flush=True)


def written(levels: Levels) -> str:
    return f"link {levels.link:.3f} split {levels.split:.3f} join {levels.join:.3f}"


# Parts of the method


def plain_cosines(embeddings: Matrix, groups: Integers, typical: float) -> Contrast:
    """In place of `contrast_of`: similarities stay what they are."""
    return Contrast(np.full(len(embeddings), typical), np.ones(len(embeddings)), typical)


def nobody_dense(embeddings: Matrix, link: float, near: object) -> Grouping:
    """In place of `group_by_density`."""
    return Grouping(np.full(len(embeddings), NOISE), np.zeros(len(embeddings)))


class OneMerge(Linkage):
    """Merges within dense groups, and then no more."""

    merged = False

    def merge(self, a: Integers, b: Integers, threshold: float) -> None:
        if not self.merged:
            super().merge(a, b, threshold)
        self.merged = True


def ablations(pack: str, collections: tuple[Collection, ...]) -> None:
    constants = shipped(pack)
    gap = constants.join - constants.split

    def row(title: str, levels: Levels = constants) -> list[Scores]:
        found = [one.scores(levels) for one in collections]
        print(f"{title:<64}" + "".join(f"  {s.f:.4f} {s.pair_f:.4f}" for s in found), flush=True)
        return found

    def best_join(without: str, joins: tuple[float, ...]) -> None:
        tried = [replace(constants, split=join - gap, join=join) for join in joins]
        best = max(tried, key=lambda levels: f_of([one.scores(levels) for one in collections]))
        row(f"{without}, join picked on the labels ({best.join:.3f})", best)

    print(f"\n{'':<64}" + "".join(f"  {one.name:<13.13}" for one in collections))
    print(f"{'':<64}" + "  F      pair F" * len(collections))
    row("everything")
    with patch.object(grouping, "contrast_of", plain_cosines):
        row("without contrast")
        best_join("without contrast", PLAIN_JOINS[pack])
    with patch.object(grouping, "group_by_density", nobody_dense):
        row("without density: a person's faces are the cohort")
        with patch.object(grouping, "contrast_of", plain_cosines):
            best_join("without density and contrast", PLAIN_JOINS[pack])
    row("density for the cohort only: merge all at join", replace(constants, split=np.inf))
    row("without split: dense groups stay whole", replace(constants, split=-np.inf))
    with patch.object(grouping, "Linkage", OneMerge):
        row("without join: density and split only")
    for size, samples in ((3, 1), (3, 2), (2, 1)):
        settings = partial(group_by_density, min_cluster_size=size, min_samples=samples)
        with patch.object(grouping, "group_by_density", settings):
            row(f"HDBSCAN min_cluster_size {size}, min_samples {samples}")
    for module, constant, values in (
        (grouping, "SEED_QUALITY", (0.0, 0.05, 0.07, 0.1, 0.15, 0.2)),
        (contrast, "NEAREST", (25, 50, 100)),
        (contrast, "LEFT_OUT", (0, 2, 5)),
        (contrast, "COHORT", (500, 1000, 4096)),
        (contrast, "MOST_SCALE", (1.0, 2.0, 4.0)),
    ):
        for value in values:
            with patch.object(module, constant, value):
                row(f"{constant} {value}")


def sizes(pack: str, collections: tuple[Collection, ...]) -> None:
    """Small libraries: everything, and without contrast, with the same constants."""
    constants = shipped(pack)
    columns = "".join(f"  {one.name:<14.14}" for one in collections)
    print("\nso many people of 2 photos or more, x draws")
    print(f"{'':<12}  {'everything':<{len(columns)}}without contrast")
    print(f"{'':<12}{columns * 2}\n{'':<12}" + "  F      pair F " * len(collections) * 2)
    for size in LIBRARY_SIZES:
        draws = max(2, PEOPLE_DRAWN // size)
        parts = [list(drawn(one, size, draws)) for one in collections]

        def row(parts: list[list[Collection]] = parts) -> str:
            found = [
                mean([part.scores(constants) for part in some]) if some else None for some in parts
            ]
            return "".join(f"  {s.f:.4f} {s.pair_f:.4f} " if s else f"{'-':^16}" for s in found)

        text = row()
        with patch.object(grouping, "contrast_of", plain_cosines):
            text += row()
        print(f"{size:4} x {draws:<4} {text}", flush=True)


def drawn(collection: Collection, size: int, draws: int) -> Iterator[Collection]:
    """Libraries of so many random people; none where there are not enough."""
    people, photos = np.unique(collection.people, return_counts=True)
    people = people[photos > 1]
    for seed in range(draws):
        if len(people) >= size:
            some = np.random.default_rng(seed).choice(people, size, replace=False)
            yield collection.only(np.isin(collection.people, some))


if __name__ == "__main__":
    main()
