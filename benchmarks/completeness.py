"""Does the share that `find` says it found hold? Calibration on people whose photos are known.

    python benchmarks/completeness.py [--pack open|FOLDER] [--data ../shared/data] [--constants]
    python benchmarks/completeness.py --db lfw.db --db fiw.db

Scans `lfw-a` and `fiw-a` into libraries of their own, or takes libraries of them; the folder of a
photo is its person (the most central face). Everybody with three photos or more is named in
several ways, five times each:
- cluster: the cluster that most of the person's faces are in, if most of its faces are theirs,
- 2, 3, 5, half: so many faces, one by one, at random,
- mixed: the cluster, and then by hand what is missing of a random quarter of the photos;
alone, or everybody at once, each in one of these ways at random, which tells what to expect of
others. Then the rule of `find` is asked, and how complete it says it is.

Printed: how often the interval held the true share and how often it said it would, the mean stated
and true share, the interval's mean width, the mean log chance given to the true number of photos
missed, and the root mean square error of the share. Estimators:
- shipped: what `find` says,
- rate: the same without near misses,
- own rate: the person's held-out faces alone (Jeffreys' prior, Beta(1/2, 1/2)),
- normal: no counts, but a normal distribution (Student's t) of the held-out similarities.
`--constants` shows instead what becomes of the whole when one constant is another.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from accuracy import central_faces, scanned
from numpy.typing import NDArray
from scipy import stats

from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.search import completeness as search
from photoclust.search.completeness import Completeness, held_out, prior_of, summary
from photoclust.search.match import best_of_each_photo, choose_exemplars, similarity_to
from photoclust.vectors import Matrix

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

SETS = ("fiw-a", "lfw-a")
WAYS = ("cluster", "2", "3", "5", "half", "mixed")
LEAST_PHOTOS = 3
DRAWS = 5

POOLED_PEOPLE, POOLED_FACES = 50, 17  # as in actions

CHANGES: dict[str, tuple[float, ...]] = {
    "USUAL_RATE": (0.7, 0.9),
    "RATE_FACES": (2.0, 20.0),
    "PRIOR_FACES": (1.5, 4.0),
    "UNSEEN": (1.0, 3.0),
    "NEAR_MEAN": (0.25, 0.6),
    "UNLIKE": (0.01, 0.3),
    "TRUST": (0.3, 1.0),
    "FEW": (5, 1000),
    "NEAREST": (15, 35),
    "STRANGERS_FROM": (2, 10),
    "STRANGERS": (25, 60),
}


@dataclass(frozen=True, slots=True)
class Collection:
    """The faces of a library: `people` (n,) are numbers, -1 where the truth does not speak."""

    name: str
    matrix: Matrix
    quality: Floats
    photos: Integers
    clusters: Integers
    people: Integers
    match: float
    typical: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One person, named in one way, and what came of it.

    `others`: of how many faces of other people how many were found when held out, (hits, tries).
    """

    way: str
    others: tuple[int, int]
    hit: NDArray[np.bool_]
    similarities: Floats
    photos: int
    unaided: int
    below: Floats
    left: int
    share: float
    missed: int
    match: float
    typical: float

    @property
    def most(self) -> int:
        return min(search.MOST_TIMES * self.photos + search.MOST_BESIDE, self.left)


Estimator = Callable[[Sample], Floats]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    arguments.add_argument("--db", type=Path, action="append", help="a library of one of the sets")
    arguments.add_argument("--constants", action="store_true")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        libraries = (
            [(path.stem, Library.open(path)) for path in chosen.db]
            if chosen.db
            else [
                (name, scanned(Path(folder) / f"{name}.db", chosen.data / name, chosen.pack))
                for name in SETS
            ]
        )
        for name, library in libraries:
            collection = read(name, library)
            for title, samples in (
                ("everybody named alone", list(alone(collection))),
                ("everybody named", list(together(collection))),
            ):
                print(f"\n{name}, {title}")
                if chosen.constants:
                    report_constants(samples)
                else:
                    report(samples)


# What was named


def read(name: str, library: Library) -> Collection:
    pack = library.packs.in_use()
    assert pack is not None
    vectors = library.faces.vectors()
    faces, numbers, _ = library.clusters.present()
    clusters = np.full(len(vectors.ids), -1)
    clusters[positions(vectors.ids, faces)] = numbers
    central = central_faces(library)
    folders = sorted({str(Path(path).parent) for path in central})
    people = np.full(len(vectors.ids), -1)
    for path, face in central.items():
        people[np.searchsorted(vectors.ids, face.id)] = folders.index(str(Path(path).parent))
    return Collection(
        name,
        vectors.matrix,
        vectors.quality,
        vectors.photo_ids,
        clusters,
        people,
        pack.match,
        pack.levels.typical,
    )


def those_with_photos(collection: Collection) -> list[Integers]:
    """The faces of everybody with enough photos."""
    people, counts = np.unique(collection.people, return_counts=True)
    wanted = people[(counts >= LEAST_PHOTOS) & (people >= 0)]
    return [np.flatnonzero(collection.people == person) for person in wanted]


def named(
    collection: Collection, faces: Integers, way: str, chance: np.random.Generator
) -> tuple[Integers, Integers, int] | None:
    """A person's faces: all that a human gives to them, those of them given one by one, and the
    cluster that is named, -1 for none.

    None where it cannot be done in this way.
    """
    if way not in ("cluster", "mixed"):
        count = (len(faces) + 1) // 2 if way == "half" else int(way)
        by_hand = np.sort(chance.permutation(faces)[:count])
        return (by_hand, by_hand, -1) if count < len(faces) else None
    inside = Counter(collection.clusters[faces].tolist())
    inside.pop(-1, None)
    cluster, count = inside.most_common(1)[0] if inside else (-1, 0)
    members = np.flatnonzero(collection.clusters == cluster)
    if count < 2 or 2 * count <= len(members):
        return None
    by_hand = chance.permutation(faces)[: len(faces) // 4] if way == "mixed" else faces[:0]
    return np.union1d(members, by_hand), by_hand, cluster


def alone(collection: Collection) -> Iterator[Sample]:
    for faces in those_with_photos(collection):
        for place, way in enumerate(WAYS):
            for draw in range(1 if way == "cluster" else DRAWS):
                chance = np.random.default_rng([draw, place, int(faces[0])])
                said = named(collection, faces, way, chance)
                if said is not None:
                    mine, _, cluster = said
                    yield sample(collection, faces, way, mine, cluster, faces[:0], (0, 0))


def together(collection: Collection) -> Iterator[Sample]:
    people = those_with_photos(collection)
    for draw in range(DRAWS):
        chance = np.random.default_rng(draw)
        ways = chance.choice(WAYS, len(people)).tolist()
        # Whoever comes first has a face that two people's clusters and names ask for.
        owner = np.full(len(collection.people), -1)
        said: list[tuple[int, Integers, Integers, int]] = []
        for number, (faces, way) in enumerate(zip(people, ways, strict=True)):
            given = named(collection, faces, way, chance)
            if given is not None:
                mine = given[0][owner[given[0]] < 0]
                owner[mine] = number
                said.append((number, mine, *given[1:]))
        tries = [one_by_one(collection, mine, by_hand) for _, mine, by_hand, _ in said]
        for place, (number, mine, _, cluster) in enumerate(said):
            others = [one for other, one in enumerate(tries) if other != place and one[1]]
            spread = search.sampled(np.arange(len(others)), POOLED_PEOPLE)
            hits = sum(others[index][0] for index in spread)
            tried = sum(others[index][1] for index in spread)
            taken = np.flatnonzero((owner >= 0) & (owner != number))
            if len(mine) > 1:
                yield sample(
                    collection, people[number], ways[number], mine, cluster, taken, (hits, tried)
                )


def one_by_one(collection: Collection, mine: Integers, by_hand: Integers) -> tuple[int, int]:
    """(hits, tries) of a person's faces that were given to them one by one."""
    some = search.sampled(mine, POOLED_FACES)
    hit = held_out(collection.matrix[some], collection.quality[some], collection.match)
    single = np.isin(some, by_hand)
    return int(hit[single].sum()), int(single.sum())


def sample(
    collection: Collection,
    faces: Integers,
    way: str,
    mine: Integers,
    cluster: int,
    taken: Integers,
    others: tuple[int, int],
) -> Sample:
    """Ask the rule of `find`: named faces, members of the cluster, matches, once a photo each."""
    exemplars = mine[choose_exemplars(collection.matrix[mine], collection.quality[mine])]
    similarity = similarity_to(collection.matrix[exemplars], collection.matrix)
    free = np.ones(len(similarity), bool)
    free[taken] = False
    found = np.zeros(len(similarity), bool)
    found[mine] = True
    members = (collection.clusters == cluster) & (cluster >= 0)
    for how in (members & free, (similarity >= collection.match) & free):
        new = np.flatnonzero(how & ~np.isin(collection.photos, collection.photos[found]))
        found[new[best_of_each_photo(collection.photos[new], similarity[new])]] = True
    below = similarity[free & ~np.isin(collection.photos, collection.photos[found])]
    inside = members[mine]
    return Sample(
        way,
        others,
        held_out(collection.matrix[mine], collection.quality[mine], collection.match) | inside,
        held_out_similarities(collection.matrix[mine], collection.quality[mine]),
        len(np.unique(collection.photos[found])),
        len(np.unique(collection.photos[found])) - int((~inside).sum()),
        np.sort(below)[::-1][: search.MOST_BELOW].astype(np.float64),
        len(below),
        float(found[faces].mean()),
        int((~found[faces]).sum()),
        collection.match,
        collection.typical,
    )


def held_out_similarities(matrix: Matrix, quality: Floats) -> Floats:
    """What `held_out` compares with the threshold, but exemplars are not chosen anew."""
    chosen = choose_exemplars(matrix, quality)
    similarities = similarity_to(matrix[chosen], matrix).astype(np.float64)
    for face in chosen:
        others = chosen[chosen != face]
        similarities[face] = similarity_to(matrix[others], matrix[face : face + 1])[0]
    return similarities


# Estimators: the chances of 0, 1, ... photos missed


def shipped(sample: Sample) -> Floats:
    return search.judged(rate(sample), sample.below, sample.match, sample.typical)


def rate(sample: Sample) -> Floats:
    hits, misses = int(sample.hit.sum()), int((~sample.hit).sum())
    prior = prior_of([sample.others])
    a, b = prior.hits + hits, prior.misses + misses
    return search.missed_by_rate(sample.unaided, a, b, sample.most)


def own_rate(sample: Sample) -> Floats:
    hits, misses = int(sample.hit.sum()), int((~sample.hit).sum())
    with patch.object(search, "UNSEEN", 0.5):
        return search.missed_by_rate(sample.unaided, hits + 0.5, misses + 0.5, sample.most)


def normal(sample: Sample) -> Floats:
    similarities = sample.similarities
    count = len(similarities)
    spread = max(float(similarities.std(ddof=1)), 1e-6) * np.sqrt(1 + 1 / count)
    found = float(stats.t.sf((sample.match - similarities.mean()) / spread, count - 1))
    missed = stats.nbinom.pmf(np.arange(sample.most + 1), sample.unaided + 1, max(found, 0.01))
    return search.weighed(np.asarray(missed), np.zeros(1))


ESTIMATORS: dict[str, Estimator] = {
    "shipped": shipped,
    "rate": rate,
    "own rate": own_rate,
    "normal": normal,
}


# Reports


@dataclass(frozen=True, slots=True)
class Scored:
    said: Completeness
    held: bool
    share: float
    log_chance: float


def scored(sample: Sample, estimator: Estimator) -> Scored:
    chances = estimator(sample)
    said = summary(chances, sample.photos, len(sample.hit))
    held = said.low - 1e-9 <= sample.share <= said.high + 1e-9
    chance = chances[sample.missed] if sample.missed < len(chances) else 0.0
    return Scored(said, held, sample.share, float(np.log(max(chance, 1e-12))))


HEADING = "people   held  said   stated true    width  log     error"


def row(results: list[Scored]) -> str:
    held, sure, stated, true, width, log, error = np.mean(
        [
            (
                one.held,
                one.said.sure,
                one.said.share,
                one.share,
                one.said.high - one.said.low,
                one.log_chance,
                (one.said.share - one.share) ** 2,
            )
            for one in results
        ],
        axis=0,
    )
    return (
        f"{len(results):6}   {held:.3f} {sure:.3f}  {stated:.3f}  {true:.3f}   {width:.3f}  "
        f"{log:.3f}  {error**0.5:.3f}"
    )


def report(samples: list[Sample]) -> None:
    print(f"{'':20} {HEADING}")
    results = [scored(one, shipped) for one in samples]
    by_way: dict[str, list[Scored]] = defaultdict(list)
    for one, result in zip(samples, results, strict=True):
        by_way[one.way].append(result)
    for way in WAYS:
        print(f"{way:20} {row(by_way[way])}")
    for name, estimator in ESTIMATORS.items():
        print(f"{'all, ' + name:20} {row([scored(one, estimator) for one in samples])}")
    for low, high in ((0.0, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        some = [one for one in results if low <= one.said.share < high]
        if some:
            print(f"{f'stated {low:.2f}-{min(high, 1):.2f}':20} {row(some)}")
    complete = [one.share == 1 for one in results]
    print(f"nothing is missed of {np.mean(complete):.3f}")


def report_constants(samples: list[Sample]) -> None:
    print(f"{'':20} {HEADING}\n{'as it is':20} {row([scored(s, shipped) for s in samples])}")
    for name, values in CHANGES.items():
        for value in values:
            with patch.object(search, name, value):
                results = [scored(one, shipped) for one in samples]
            print(f"{f'{name} {value}':20} {row(results)}", flush=True)


if __name__ == "__main__":
    main()
