"""How often strangers are as alike as this: the curves of photoclust/models/strangers.py.

    photoclust scan ../shared/data/lfw-a --no-cluster --db lfw.db
    photoclust scan ../shared/data/fiw-a --no-cluster --db fiw.db
    python benchmarks/strangers.py --db lfw.db [--elsewhere fiw.db] [--among NAMES]

The folder of a photo is its person. Two people count as one pair, whose share is that of the pairs
of their photos. Printed are
- the curve: the similarity that each share of pairs of strangers reach,
- the curve of one half of the people, held against the other half: the true share as a multiple
  of the one the curve tells (1 is right, less is on the safe side), for pairs, and for a face
  that is compared with all people of a quarter who have so many photos at most (`identify`),
- what share of the pairs of one person stays below,
- what `identify` says with the shipped curve, of people it knows by up to three photos and of
  strangers: how many are rightly, wrongly, perhaps rightly and perhaps wrongly somebody,
- with `--elsewhere` the share that strangers of another library reach; the outer folder is a
  family there, and only people of different families are strangers,
- with `--among` the same of those people whose folders this file names, one a line.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.actions.identify import MAYBE_RATE
from photoclust.clustering.calibration import MIN_QUALITY
from photoclust.lab.clusters.truth import FOLDERS, read_truth
from photoclust.library import Library
from photoclust.models.insightface_pack import MEASURED_THRESHOLDS
from photoclust.models.open_pack import THRESHOLDS
from photoclust.models.strangers import (
    MOBILEFACENET_Y1,
    RATES,
    Rate,
    Strangers,
    among,
    strangers_of,
)
from photoclust.search.match import choose_exemplars, similarity_to
from photoclust.vectors import Matrix

# People whom LFW has under two names: the first two by one photo, the others by the looks of them
# and of their names. They are the most alike "strangers" of lfw-a.
ONE_PERSON = {
    "Raul_Ibanez": "Carlos_Beltran",
    "Martha_Bowen": "Gabrielle_Rose",
    "Wang_Nan": "Nan_Wang",
    "Hassan_Wirajuda": "Hasan_Wirayuda",
    "Glenn_Rivers": "Doc_Rivers",
    "Jon_Gruden": "John_Gruden",
    "Stephen_Ebberharter": "Stephan_Eberharter",
}

SHIPPED = {"open": THRESHOLDS, "scrfd-mbf": MEASURED_THRESHOLDS[MOBILEFACENET_Y1]}

MOST_EXEMPLARS = (1, 3, 16)
GALLERIES = (8, 30, 300)  # people known to `identify`

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Faces:
    """Unit vectors (n, dim), quality (n,), and who each is (n,), from 0 on."""

    matrix: Matrix
    quality: Floats
    people: Integers

    def only(self, chosen: NDArray[np.bool_]) -> Faces:
        people = np.unique(self.people[chosen], return_inverse=True)[1].astype(np.int64)
        return Faces(self.matrix[chosen], self.quality[chosen], people)

    @property
    def count(self) -> int:
        return int(self.people.max()) + 1


@dataclass(frozen=True)
class Gauge:
    """What `identify` goes by."""

    match: float
    curve: Strangers


@dataclass(frozen=True)
class Pairs:
    """Similarities of pairs, falling, and what each weighs: together 1."""

    similarities: Floats
    weights: Floats

    def reached_by(self, share: float) -> float:
        place = int(np.searchsorted(np.cumsum(self.weights), share))
        return float(self.similarities[min(place, len(self.similarities) - 1)])

    def share(self, similarity: float) -> float:
        return float(self.weights[self.similarities >= similarity].sum())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--db", type=Path, required=True)
    arguments.add_argument("--elsewhere", type=Path)
    arguments.add_argument("--among", type=Path)
    arguments.add_argument("--seeds", type=int, default=5)
    chosen = arguments.parse_args()
    faces = read(chosen.db)
    print(f"{len(faces.people)} faces of {faces.count} people")
    curve = curve_of(faces)
    print("share      similarity")
    for share, similarity in zip(RATES, curve.similarities, strict=True):
        print(f"{share:<10.2g} {similarity:.4f}")
    print("similarities=(" + ", ".join(f"{value:.4f}" for value in curve.similarities) + ")")
    report_halves(faces, chosen.seeds)
    report_identify(faces, chosen.db)
    same = pairs_of_one_person(faces)
    report("one person, below", [float((same < value).mean()) for value in curve.similarities])
    if chosen.elsewhere:
        others = strangers(read(chosen.elsewhere, families=True))
        report("elsewhere, at least", [others.share(value) for value in curve.similarities])
    if chosen.among:
        some = read(chosen.db, only=set(chosen.among.read_text().split()))
        others = strangers(some)
        print(f"among {some.count} people:")
        report("at least", [others.share(value) for value in curve.similarities])


def read(database: Path, *, families: bool = False, only: set[str] | None = None) -> Faces:
    """The scored faces that are good enough; `people` are families if so asked."""
    with Library.open(database) as library:
        vectors = library.faces.vectors()
        truth = [
            face
            for face in read_truth(library, FOLDERS).faces
            if face.face_id is not None and (only is None or face.person in only)
        ]
    row = {int(face): index for index, face in enumerate(vectors.ids)}
    rows = np.array([row[face.face_id] for face in truth if face.face_id is not None])
    names = [face.person.split("/")[0] if families else face.person for face in truth]
    people = np.unique([ONE_PERSON.get(name, name) for name in names], return_inverse=True)[1]
    faces = Faces(vectors.matrix[rows], vectors.quality[rows], people.astype(np.int64))
    return faces.only(faces.quality >= MIN_QUALITY)


def strangers(faces: Faces) -> Pairs:
    """Every pair of faces of two people; two people weigh as much as any two others."""
    first, second = np.triu_indices(len(faces.people), 1)
    apart = faces.people[first] != faces.people[second]
    similarities = (faces.matrix @ faces.matrix.T)[first, second][apart].astype(np.float64)
    each = 1 / np.bincount(faces.people)[faces.people]
    weights = each[first[apart]] * each[second[apart]]
    order = np.argsort(-similarities)
    return Pairs(similarities[order], weights[order] / weights.sum())


def pairs_of_one_person(faces: Faces) -> Floats:
    first, second = np.triu_indices(len(faces.people), 1)
    same = faces.people[first] == faces.people[second]
    return np.asarray((faces.matrix @ faces.matrix.T)[first, second][same], np.float64)


def curve_of(faces: Faces) -> Strangers:
    pairs = strangers(faces)
    return Strangers(tuple(pairs.reached_by(share) for share in RATES))


def report_halves(faces: Faces, seeds: int) -> None:
    print(f"{'multiples of':<24}" + "".join(f"{share:>8.2g}" for share in RATES))
    for seed in range(seeds):
        chance = np.random.default_rng(seed)
        ours = (chance.permutation(faces.count) < faces.count // 2)[faces.people]
        curve, rest = curve_of(faces.only(ours)), faces.only(~ours)
        pairs = strangers(rest)
        told = zip(RATES, curve.similarities, strict=True)
        report(f"half {seed}, pairs", [pairs.share(value) / share for share, value in told])
        for most in MOST_EXEMPLARS:
            report(f"half {seed}, {most} a person", against_all(rest, curve, most, chance))


def against_all(
    faces: Faces, curve: Strangers, most: int, chance: np.random.Generator
) -> list[float]:
    """Faces of half of the people, compared with all of the other half, as a multiple."""
    known = chance.permutation(faces.count) < faces.count // 2
    probes = faces.only(~known[faces.people])
    best = np.full(len(probes.people), -1.0)
    exemplars = []
    for person in np.flatnonzero(known):
        own = chance.permutation(np.flatnonzero(faces.people == person))[:most]
        own = own[choose_exemplars(faces.matrix[own], faces.quality[own])]
        exemplars.append(len(own))
        best = np.maximum(best, similarity_to(faces.matrix[own], probes.matrix))
    weights = 1 / np.bincount(probes.people)[probes.people]
    weights /= weights.sum()
    return [
        float(weights[best >= value].sum()) / among(Rate(share), exemplars).share
        for share, value in zip(RATES, curve.similarities, strict=True)
    ]


def report_identify(faces: Faces, database: Path) -> None:
    with Library.open(database) as library:
        pack = library.packs.in_use()
    assert pack is not None
    shipped = strangers_of(SHIPPED[pack.name])
    assert shipped is not None
    print(f"{'identify, per cent':<24}{'right':>8}{'wrong':>8}{'maybe +':>8}{'maybe -':>8}")
    for size in GALLERIES:
        counts = np.zeros((2, 5))
        for seed in range(max(2, GALLERIES[-1] // size)):
            counts += identified(faces, size, Gauge(pack.match, shipped), seed)
        for title, row in zip(("known", "strangers"), counts, strict=True):
            report(f"{size} people, {title}", (100 * row[:4] / row.sum()).tolist())


def identified(faces: Faces, size: int, gauge: Gauge, seed: int) -> NDArray[np.float64]:
    """Counts (2, 5) for faces of known people and of strangers, the last one is `new`."""
    chance = np.random.default_rng(seed)
    often = np.flatnonzero(np.bincount(faces.people) > 1)
    gallery = chance.permutation(often)[:size]
    scores = np.empty((len(faces.people), size))
    used = np.zeros(len(faces.people), bool)
    exemplars = []
    for column, person in enumerate(gallery):
        own = chance.permutation(np.flatnonzero(faces.people == person))
        own = own[: min(3, len(own) - 1)]
        used[own] = True
        exemplars.append(len(own))
        scores[:, column] = similarity_to(faces.matrix[own], faces.matrix)
    known = np.isin(faces.people, gallery)
    first = np.zeros(len(faces.people), bool)
    first[np.unique(faces.people, return_index=True)[1]] = True
    counts = np.zeros((2, 5))
    for index in np.flatnonzero((known & ~used) | (~known & first)):
        best = int(scores[index].argmax())
        similarity, right = float(scores[index, best]), gallery[best] == faces.people[index]
        maybe = among(gauge.curve.rate(similarity), exemplars).share <= MAYBE_RATE
        place = 0 if similarity >= gauge.match else 2 if maybe else 4
        counts[int(not known[index]), place + int(not right and place < 4)] += 1
    return counts


def report(title: str, values: list[float]) -> None:
    print(f"{title:<24}" + "".join(f"{value:>8.2g}" for value in values))


if __name__ == "__main__":
    main()
