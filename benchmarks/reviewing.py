"""How many answers `review` needs, beside two simpler orders and the least that is possible.

    python benchmarks/reviewing.py [--data ../shared/data] [--pack open|FOLDER] [--db FILE ...]

lfw-a and fiw-a are scanned (or each `--db` is a library of one of them), and truth answers. Scored
are the most central faces of people with three photos or more; the others are there, and cost
answers when they are asked about. A face is counted when its owner is the right one. 90 % and 99 %
are of the faces in the library.

An answer is one name, or one yes or no; numbers that are typed with it, of faces that are not the
person or of others that are, are marks, which are counted beside. All three orders are answered by
the same human, who looks at no more than `PAGE` faces of a group, names whom most of it shows, and
marks faces that are somebody else. Those are single faces from then on.

- bound: one answer a person, largest first, as if clusters were perfect.
- biggest: who is this cluster, the largest first, then single faces in random order.
- random: the same in random order. Both are means over seeds.

`left` is what `review` says of answers left to 90 % of the faces that can be known, when a quarter,
a half and three quarters of those answers were given, beside how many it really were.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from accuracy import central_faces, scanned
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.review.questions import Asker, Item, Question, on_page
from photoclust.review.scene import Scene

SHARES = (0.9, 0.99)
SEEDS = 5
LEAST_PHOTOS = 3
MOST_ANSWERS = 4000

Truth = NDArray[np.str_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    arguments.add_argument("--db", type=Path, nargs="+", default=[])
    chosen = arguments.parse_args()
    for path in chosen.db:
        report(path.stem, Library.open(path))
    if chosen.db:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("lfw-a", "fiw-a"):
            library = scanned(Path(folder) / f"{name}.db", chosen.data / name, chosen.pack)
            report(name, library)


def report(name: str, library: Library) -> None:
    scene, truth = scene_of(library)
    counts = Counter(truth[truth != ""].tolist())
    scored = np.array([counts[who] >= LEAST_PHOTOS for who in truth.tolist()]) & (truth != "")
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
            np.mean([human.answers_to(wanted) for human in humans], axis=0)
            for humans in (ours, biggest, chance)
        ]
        better = min(answers for answers, _marks in reached[1:])
        ratio = (reached[0][0] - bound) / (better - bound)
        told = ", ".join(
            f"{order} {answers:.0f} ({marks:.0f} marks)"
            for order, (answers, marks) in zip(
                ("review", "biggest", "random"), reached, strict=True
            )
        )
        print(
            f"  {share:.0%}: bound {bound}, {told}; excess {ratio:.2f} of the better",
            flush=True,
        )
    report_left(scene, truth, scored)


def report_left(scene: Scene, truth: Truth, scored: NDArray[np.bool_]) -> None:
    """What `left` says on the way, and what was right."""
    human = reviewed(scene, truth, scored, to_goal=True)
    final = len(human.left)
    for share in (0.0, 0.25, 0.5, 0.75):
        given = int(share * final)
        print(f"  left after {given} answers: says {human.left[given]}, really {final - given}")


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
        clusters,
        strengths,
        owners=nobody,
        confirmed=nobody > 0,
        closed=nobody > 0,
        said=Constraints.none(vectors.photo_ids),
        levels=pack.levels,
    )
    return scene, truth.astype(str)


class Human:
    """Knows the truth, answers from what is shown, and counts."""

    def __init__(self, scene: Scene, truth: Truth, scored: NDArray[np.bool_]) -> None:
        self.scene, self.scored = scene, scored
        number = {who: place for place, who in enumerate(np.unique(truth[truth != ""]), start=1)}
        self.names = np.array([number.get(who, 0) for who in truth.tolist()])
        self.right: list[int] = []
        self.marks: list[int] = []
        self.left: list[int] = []

    def answers_to(self, wanted: float) -> tuple[float, float]:
        """The answers, and the marks with them, until so many faces were right."""
        reached = np.flatnonzero(np.array(self.right) >= wanted)
        if not len(reached):
            return float("nan"), float("nan")
        first = int(reached[0])
        return first + 1, sum(self.marks[: first + 1])

    def majority(self, faces: Sequence[int]) -> int:
        return Counter(self.names[list(faces)].tolist()).most_common(1)[0][0]

    def name(self, faces: Sequence[int], also: Sequence[Item] = ()) -> tuple[int, list[int]]:
        """Who is this, who else, and who of it is not? Returns the name and who is not."""
        who = self.majority(faces)
        if not who:
            closed = self.scene.closed.copy()
            closed[list(faces)] = True
            self.scene = replace(self.scene, closed=closed)
            self._count(0)
            return 0, []
        wrong = [face for face in on_page(faces) if self.names[face] != who]
        too = [item.faces for item in also if self.majority(item.faces) == who]
        for group in (faces, *too):
            self._give(group, who)
        self._put_out(wrong, who)
        self._count(len(wrong) + len(too))
        return who, wrong

    def judge(self, items: Sequence[Item]) -> None:
        """Which of these have the right name?"""
        right = [self.majority(item.faces) == item.person for item in items]
        for item, is_right in zip(items, right, strict=True):
            if is_right:
                self._give(item.faces, item.person)
            elif self.scene.owners[item.faces[0]]:
                self._put_out(item.faces, item.person)
            else:
                self._deny(item.faces, item.person)
        self._count(min(sum(right), len(right) - sum(right)))

    def _give(self, faces: Sequence[int], who: int) -> None:
        owners, confirmed = self.scene.owners.copy(), self.scene.confirmed.copy()
        owners[list(faces)] = who
        confirmed[list(faces)] = len(faces) == 1
        self.scene = replace(self.scene, owners=owners, confirmed=confirmed)

    def _put_out(self, faces: Sequence[int], who: int) -> None:
        owners, clusters = self.scene.owners.copy(), self.scene.clusters.copy()
        owners[list(faces)], clusters[list(faces)] = 0, -1
        self.scene = replace(self.scene, owners=owners, clusters=clusters)
        self._deny(faces, who)

    def _deny(self, faces: Sequence[int], who: int) -> None:
        said = self.scene.said
        denied = np.array([(face, who) for face in faces], np.int64).reshape(-1, 2)
        said = replace(said, is_not=np.vstack([said.is_not, denied]))
        self.scene = replace(self.scene, said=said)

    def _count(self, marks: int) -> None:
        self.right.append(int((self.scored & (self.scene.owners == self.names)).sum()))
        self.marks.append(marks)


def in_order(
    scene: Scene, truth: Truth, scored: NDArray[np.bool_], seed: int, *, by_size: bool
) -> Human:
    """Who is this, cluster by cluster and face by face."""
    human, chance = Human(scene, truth, scored), np.random.default_rng(seed)
    numbers = [n for n in np.unique(scene.clusters) if n >= 0]
    clusters = [np.flatnonzero(scene.clusters == number) for number in numbers]
    clusters = [group[np.argsort(-scene.strengths[group])] for group in clusters]
    alone = list(np.flatnonzero(scene.clusters < 0)[:, None])
    first, groups = clusters, alone
    if by_size:
        first = sorted(clusters, key=lambda group: -len(group))
    else:
        first, groups = [], clusters + alone
    groups = [groups[place] for place in chance.permutation(len(groups))]
    while first or groups:
        group = first.pop(0) if first else groups.pop(0)
        _who, wrong = human.name(group.tolist())
        for face in wrong:
            groups.insert(int(chance.integers(len(groups) + 1)), np.array([face]))
    return human


def reviewed(
    scene: Scene, truth: Truth, scored: NDArray[np.bool_], *, to_goal: bool = False
) -> Human:
    """As `review` asks: until 99 % are right, or until it says that nothing is left to 90 %."""
    human, asker = Human(scene, truth, scored), Asker(scene)
    while len(human.right) < MOST_ANSWERS:
        asker.scene = human.scene
        if to_goal:
            human.left.append(asker.left_to(0.9))
            if not human.left[-1]:
                break
        elif human.right and human.right[-1] >= SHARES[-1] * scored.sum():
            break
        asked = asker.questions(1)
        if not asked:
            break
        answer(human, asker, asked[0])
    return human


def answer(human: Human, asker: Asker, question: Question) -> None:
    first, *others = question.items
    if question.kind == "is":
        human.judge(question.items)
        return
    if question.kind == "same":
        asker.pass_over(question)  # who knows everybody answers the next question instead
        return
    who, wrong = human.name(first.faces, others)
    if who:
        asker.scene = human.scene
        shown = [[face] for face in on_page(first.faces) if face not in wrong]
        for faces in (*shown, *(item.faces for item in others)):
            asker.was_shown(faces, who)


if __name__ == "__main__":
    main()
