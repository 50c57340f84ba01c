"""What `tune` learns from decisions on one half of the people brings the other half.

    python benchmarks/tuning.py --db LIBRARY [--people folders|families] [--splits 6]

Half of the families (or of the people) are named by the truth of the folders, the projection is
learned from them, and the other half is judged by it: pairs, and clusters of all faces from
nothing. What `tune` itself would say, from the named half alone, stands beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from photoclust.actions.lookup import pack_in_use
from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import each_alone
from photoclust.clustering.grouping import find_groups
from photoclust.clustering.levels import Levels
from photoclust.lab.clusters.measures import bcubed, pairwise
from photoclust.lab.clusters.truth import read_truth
from photoclust.lab.tuning.evidence import gather
from photoclust.lab.tuning.judging import Sample, far_to_judge, hold_out, judge
from photoclust.lab.tuning.learning import MARGIN, learn
from photoclust.lab.tuning.levels import moved
from photoclust.lab.verification.roc import roc
from photoclust.library import Library
from photoclust.models.pack import Thresholds
from photoclust.vectors import Matrix, normalised

FARS = (1e-2, 1e-3, 1e-4)
FIRST_SPLIT = 20  # the constants of lab/tuning were chosen on earlier ones


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--people", choices=("folders", "families"), default="families")
    parser.add_argument("--splits", type=int, default=6)
    arguments = parser.parse_args()
    with Library.open(arguments.db) as library:
        thresholds = pack_in_use(library).thresholds
        vectors = library.faces.vectors()
        people = {
            face.face_id: face.person
            for face in read_truth(library, "folders").faces
            if face.face_id is not None
        }
    truth = np.array([people.get(face, "") for face in vectors.ids.tolist()])
    split_by = truth
    if arguments.people == "families":
        split_by = np.array([person.split("/")[0] for person in truth])
    rows = []
    with threadpool_limits(1):
        present = clusters(vectors.matrix, vectors, thresholds)
        for split in range(FIRST_SPLIT, FIRST_SPLIT + arguments.splits):
            groups = np.unique(split_by[truth != ""])
            half = np.random.default_rng(split).permutation(groups)[: len(groups) // 2]
            known = np.isin(split_by, half)
            rows.append(judged(vectors, present, truth, known, thresholds))
            print(f"split {split}: {rows[-1]}")
    print(f"\n{'':24}{'before':>9}{'after':>9}{'better in':>12}")
    for name in rows[0]:
        before, after = np.array([row[name] for row in rows]).T
        better = f"{int((after > before).sum())} of {len(rows)}"
        print(f"{name:24}{before.mean():9.4f}{after.mean():9.4f}{better:>12}")


def judged(
    vectors, present, truth, known, thresholds: Thresholds
) -> dict[str, tuple[float, float]]:
    """Figures before and after, of the people who are not `known` (n,).

    `present` (n,) are the clusters of all faces before.
    """
    _, numbers = np.unique(truth, return_inverse=True)
    named = np.where(known & (truth != ""), numbers + 1, 0)
    said = Constraints(vectors.photo_ids, named, np.full(len(truth), np.nan))
    evidence = gather(said, vectors.quality)
    matrix = vectors.matrix[evidence.indices]
    margin = MARGIN * (2 - 2 * thresholds.match)
    rest = np.setdiff1d(np.arange(len(truth)), evidence.indices)
    rows = np.concatenate([evidence.indices, rest])
    _, groups = np.unique(each_alone(present[rows]), return_inverse=True)
    sample = Sample(vectors.matrix[rows], groups)
    parts = list(hold_out(sample, evidence, margin))
    verdict = judge(parts, far_to_judge(parts))
    after = normalised(vectors.matrix @ learn(matrix, evidence, margin).T)
    others = np.flatnonzero(~known & (truth != ""))
    curves = [of_pairs(m[others], numbers[others]) for m in (vectors.matrix, after)]
    figures = {"AUC": (curves[0].auc, curves[1].auc), "EER": (curves[0].eer, curves[1].eer)}
    for rate in FARS:
        figures[f"TAR at FAR {rate:g}"] = tuple(c.true_accepts(rate).tar for c in curves)
    anew = clusters(after, vectors, moved(thresholds, parts))
    labels = [present[others], anew[others]]
    for name, measure in (("BCubed", bcubed), ("Pairs", pairwise)):
        scores = [measure(each_alone(found), numbers[others]) for found in labels]
        for part in ("precision", "recall", "f"):
            figures[f"{name} {part}"] = tuple(getattr(score, part) for score in scores)
    for name in ("found", "clustered"):
        gain = getattr(verdict, name)
        figures[f"tune says: {name}"] = (gain.before, gain.after)
    figures["tune says: offered"] = (0.0, float(verdict.better))
    return figures


def of_pairs(matrix: Matrix, people: NDArray[np.int64]):
    one, other = np.triu_indices(len(matrix), 1)
    return roc((matrix @ matrix.T)[one, other], people[one] == people[other])


def clusters(matrix: Matrix, vectors, thresholds: Thresholds) -> NDArray[np.int64]:
    levels = Levels(*(getattr(thresholds, name) for name in Levels.__slots__))
    photos = Constraints.none(vectors.photo_ids)
    return find_groups(matrix, vectors.quality, levels, photos).labels


if __name__ == "__main__":
    main()
