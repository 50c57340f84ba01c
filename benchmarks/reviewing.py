"""How many answers `review` needs, beside two simpler orders and the least that is possible.

    python benchmarks/reviewing.py [--data ../shared/data] [--pack open|FOLDER] [--db FILE]

lfw-a and fiw-a are scanned (or `--db` is a library of one of them), and truth answers. Scored are
the most central faces of people with three photos or more; the others are there, and cost answers
when they are asked about. One answer is: a name typed, yes, no, stranger, or the number of a face
that is not the person. Of a mixed group truth gives the name that most faces have; the others are
named wrongly and not counted. A face is counted when its owner is the right one. 90 % and 99 % are
of the faces in the library.

- bound: one answer a person, largest first, as if clusters were perfect.
- biggest: who is this cluster, the largest first, then single faces in random order.
- random: the same in random order. Both are means over seeds.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from accuracy import central_faces, scanned
from numpy.typing import NDArray

from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.review.questions import Asker, Question, Scene

SHARES = (0.9, 0.99)
SEEDS = 5
LEAST_PHOTOS = 3
MOST_ANSWERS = 2600

Truth = NDArray[np.str_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    arguments.add_argument("--db", type=Path)
    chosen = arguments.parse_args()
    if chosen.db:
        report(chosen.db.stem, Library.open(chosen.db))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("lfw-a", "fiw-a"):
            library = scanned(Path(folder) / f"{name}.db", chosen.data / name, chosen.pack)
            report(name, library)


def report(name: str, library: Library) -> None:
    scene, truth = scene_of(library)
    counts = Counter(truth[truth != ""].tolist())
    known = np.array([counts[who] >= LEAST_PHOTOS for who in truth.tolist()])
    scored = known & (truth != "")
    people = sum(count >= LEAST_PHOTOS for count in counts.values())
    print(f"{name}: {scored.sum()} faces of {people} people")
    ours = [reviewed(scene, truth, scored)]
    biggest = [in_order(scene, truth, scored, seed, by_size=True) for seed in range(SEEDS)]
    chance = [in_order(scene, truth, scored, seed, by_size=False) for seed in range(SEEDS)]
    sizes = sorted((n for n in counts.values() if n >= LEAST_PHOTOS), reverse=True)
    for share in SHARES:
        wanted = share * scored.sum()
        bound = int(np.searchsorted(np.cumsum(sizes), wanted)) + 1
        reached = [
            float(np.mean([answers_to(wanted, curve) for curve in curves]))
            for curves in (ours, biggest, chance)
        ]
        better = min(reached[1:])
        ratio = (reached[0] - bound) / (better - bound)
        print(
            f"  {share:.0%}: bound {bound}, review {reached[0]:.0f}, biggest {reached[1]:.0f},"
            f" random {reached[2]:.0f}; excess over the bound {ratio:.2f} of the better's",
            flush=True,
        )


def scene_of(library: Library) -> tuple[Scene, Truth]:
    """The library before anything was said, and who each face is ("" where nobody knows)."""
    vectors = library.faces.vectors()
    faces, numbers, sure = library.clusters.present()
    places = positions(vectors.ids, faces)
    clusters, strengths = np.full(len(vectors.ids), -1), np.zeros(len(vectors.ids))
    clusters[places], strengths[places] = numbers, sure
    truth = np.full(len(vectors.ids), "", dtype=object)
    for path, face in central_faces(library).items():
        parts = Path(path).parts
        who = parts[-2] if not parts[-2].startswith("MID") else "/".join(parts[-3:-1])
        truth[positions(vectors.ids, np.array([face.id]))[0]] = who
    pack = library.packs.in_use()
    assert pack is not None
    nobody = np.zeros(len(vectors.ids), np.int64)
    scene = Scene(
        vectors.matrix,
        vectors.quality,
        vectors.photo_ids,
        clusters,
        strengths,
        nobody,
        nobody > 0,
        pack.levels,
    )
    return scene, truth.astype(str)


def answers_to(wanted: float, curve: list[int]) -> float:
    reached = np.flatnonzero(np.array(curve) >= wanted)
    return float(reached[0] + 1) if len(reached) else float("nan")


class Human:
    """Knows the truth, and counts answers."""

    def __init__(self, scene: Scene, truth: Truth, scored: NDArray[np.bool_]) -> None:
        self.truth, self.scored = truth, scored
        self.owners = scene.owners.copy()
        self.closed = scene.closed.copy()
        self.denied: set[tuple[int, int]] = set()
        self.number = {who: place for place, who in enumerate(np.unique(truth)) if who}
        self.names = np.array([self.number.get(who, 0) for who in truth.tolist()])
        self.curve: list[int] = []

    def spend(self, answers: int = 1) -> None:
        right = int((self.scored & (self.owners == self.names) & (self.names > 0)).sum())
        self.curve += [self.curve[-1] if self.curve else 0] * (answers - 1) + [right]

    def majority(self, faces: NDArray[np.int64]) -> int:
        return Counter(self.names[faces].tolist()).most_common(1)[0][0]

    def name(self, faces: NDArray[np.int64]) -> None:
        who = self.majority(faces)
        if who:
            self.owners[faces] = who
        else:
            self.closed[faces] = True
        self.spend()

    def answer(self, question: Question, groups: NDArray[np.int64]) -> None:
        faces = np.array(question.faces)
        if question.kind == "who":
            self.name(faces)
            return
        right = np.zeros(len(faces), bool)
        wrong_groups = 0
        for group in np.unique(groups[faces]):
            inside = groups[faces] == group
            right[inside] = self.majority(faces[inside]) == question.person
            wrong_groups += not right[inside][0]
        self.owners[faces[right]] = question.person
        self.denied |= {(int(face), question.person) for face in faces[~right]}
        # None: one answer. Else yes, and the number of a face for each group that is not.
        self.spend(1 + wrong_groups if right.any() else 1)


def in_order(
    scene: Scene, truth: Truth, scored: NDArray[np.bool_], seed: int, *, by_size: bool
) -> list[int]:
    """Who is this, cluster by cluster and face by face."""
    human, chance = Human(scene, truth, scored), np.random.default_rng(seed)
    clusters = [np.flatnonzero(scene.clusters == n) for n in np.unique(scene.clusters) if n >= 0]
    alone = list(np.flatnonzero(scene.clusters < 0)[:, None])
    if by_size:
        groups = sorted(clusters, key=lambda group: -len(group))
        groups += [alone[place] for place in chance.permutation(len(alone))]
    else:
        everything = clusters + alone
        groups = [everything[place] for place in chance.permutation(len(everything))]
    for group in groups:
        human.name(group)
    return human.curve


def reviewed(scene: Scene, truth: Truth, scored: NDArray[np.bool_]) -> list[int]:
    """As `review` asks."""
    human = Human(scene, truth, scored)
    asker = Asker(scene)
    groups = np.where(scene.clusters >= 0, scene.clusters, -1 - np.arange(len(truth)))
    while len(human.curve) < MOST_ANSWERS and (human.curve or [0])[-1] < 0.991 * scored.sum():
        asker.scene = replace(
            scene, owners=human.owners, closed=human.closed, denied=frozenset(human.denied)
        )
        asked = asker.questions(pairs=False)
        if not asked:
            break
        human.answer(asked[0], groups)
    return human.curve


if __name__ == "__main__":
    main()
