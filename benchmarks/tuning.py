"""What `tune` learns from decisions on one half of the people brings the other half.

    python benchmarks/tuning.py --db LIBRARY [--people folders|families] [--splits 6] [--choose]

Half of the families (or of the people) are named by the truth of the folders, the projection is
learned from them, and the other half is judged by it: pairs, and clusters of all faces from
nothing. What `tune` itself would say, from the named half alone, stands beside it. With `--choose`
other projections are compared instead, on other splits: the TAR at FAR 0.001 of pairs of the other
half, as `find` compares, and as clusters are made.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from photoclust.actions.lookup import pack_in_use
from photoclust.clustering.constraints import Constraints
from photoclust.clustering.contrast import contrast_of
from photoclust.clustering.density import each_alone
from photoclust.clustering.grouping import find_groups
from photoclust.clustering.levels import Levels
from photoclust.lab.clusters.measures import bcubed, pairwise
from photoclust.lab.clusters.truth import read_truth
from photoclust.lab.tuning.evidence import gather
from photoclust.lab.tuning.judging import (
    Sample,
    far_to_judge,
    fewest_impostors,
    halves,
    hold_out,
    judge,
)
from photoclust.lab.tuning.learning import MARGIN, SHARE, learn
from photoclust.lab.tuning.levels import moved
from photoclust.lab.verification.roc import roc
from photoclust.library import Library
from photoclust.models.pack import Thresholds
from photoclust.vectors import Matrix, normalised

FARS = (1e-2, 1e-3, 1e-4)
SHARES = (0.0, 0.1, 0.3, 0.6, 1.0)
FIRST_SPLIT = 40  # the constants of lab/tuning were chosen looking at some of those before
CHOOSING_SPLIT = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--people", choices=("folders", "families"), default="families")
    parser.add_argument("--splits", type=int, default=6)
    parser.add_argument("--choose", action="store_true")
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
        first = CHOOSING_SPLIT if arguments.choose else FIRST_SPLIT
        measure = compared if arguments.choose else judged
        for split in range(first, first + arguments.splits):
            groups = np.unique(split_by[truth != ""])
            half = np.random.default_rng(split).permutation(groups)[: len(groups) // 2]
            known = np.isin(split_by, half)
            rows.append(measure(vectors, present, truth, known, thresholds))
            print(f"split {split}: {rows[-1]}")
    if arguments.choose:
        print(f"\n{'':36}{'find':>9}{'clusters':>9}")
        for name in rows[0]:
            found, clustered = np.mean([row[name] for row in rows], axis=0)
            print(f"{name:36}{found:9.4f}{clustered:9.4f}")
        return
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
    numbers, evidence, sample = taught(vectors, present, truth, known, thresholds)
    matrix = vectors.matrix[evidence.indices]
    margin = MARGIN * (2 - 2 * thresholds.match)
    halved = halves(evidence)
    parts = list(hold_out(sample, evidence, halved, margin))
    far = far_to_judge(fewest_impostors(evidence, halved))
    assert far is not None
    verdict = judge(parts, far)
    after = normalised(vectors.matrix @ learn(matrix, evidence, margin).T)
    others = np.flatnonzero(~known & (truth != ""))
    curves = [of_pairs(m[others], numbers[others]) for m in (vectors.matrix, after)]
    figures = {"AUC": (curves[0].auc, curves[1].auc), "EER": (curves[0].eer, curves[1].eer)}
    for rate in FARS:
        figures[f"TAR at FAR {rate:g}"] = tuple(c.true_accepts(rate).tar for c in curves)
    anew = clusters(
        after,
        vectors,
        moved(thresholds, [p.line for p in parts], [p.clustered_line for p in parts]),
    )
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


def taught(vectors, present, truth, known, thresholds: Thresholds):
    """Everybody's number (n,), the evidence of the known half, and the sample it is judged in."""
    _, numbers = np.unique(truth, return_inverse=True)
    named = np.where(known & (truth != ""), numbers + 1, 0)
    said = Constraints(vectors.photo_ids, named, np.full(len(truth), np.nan))
    evidence = gather(said, vectors.quality)
    rest = np.setdiff1d(np.arange(len(truth)), evidence.indices)
    rows = np.concatenate([evidence.indices, rest])
    _, groups = np.unique(each_alone(present[rows]), return_inverse=True)
    return numbers, evidence, Sample(vectors.matrix[rows], groups, thresholds.typical)


def compared(
    vectors, present, truth, known, thresholds: Thresholds
) -> dict[str, tuple[float, float]]:
    """TAR at FAR 0.001 of the other half by `find` and by clusters, for several projections."""
    numbers, evidence, _ = taught(vectors, present, truth, known, thresholds)
    matrix = vectors.matrix[evidence.indices]
    others = np.flatnonzero(~known & (truth != ""))
    _, groups = np.unique(each_alone(present), return_inverse=True)
    identity = np.eye(matrix.shape[1])
    margin = MARGIN * (2 - 2 * thresholds.match)
    whole = (learn(matrix, evidence, margin) - identity) / SHARE
    ways = {
        f"{share:g} of the way": vectors.matrix @ (identity + share * whole).T for share in SHARES
    }
    named = evidence.people >= 0
    whitened = whitening(matrix[named], evidence.people[named])
    ways["within-class whitening, half"] = vectors.matrix @ whitened.T
    ways["0.6 of the mean taken away"] = vectors.matrix - 0.6 * matrix.mean(axis=0)
    return {
        name: recognised(normalised(made), groups, numbers, others, thresholds.typical)
        for name, made in ways.items()
    }


def whitening(matrix: Matrix, people: NDArray[np.int64]) -> NDArray[np.float64]:
    """The inverse root of the covariance within people, half shrunk to the identity."""
    centres = {person: matrix[people == person].mean(axis=0) for person in np.unique(people)}
    away = matrix - np.stack([centres[person] for person in people])
    within = away.T @ away
    dim = len(within)
    values, vectors = np.linalg.eigh(0.5 * within / np.trace(within) * dim + 0.5 * np.eye(dim))
    return vectors @ np.diag(values**-0.5) @ vectors.T


def recognised(matrix: Matrix, groups, numbers, others, typical: float) -> tuple[float, float]:
    one, other = np.triu_indices(len(others), 1)
    pairs = others[one], others[other]
    same = numbers[pairs[0]] == numbers[pairs[1]]
    cosines = np.einsum("ij,ij->i", matrix[pairs[0]], matrix[pairs[1]])
    contrast = contrast_of(matrix, groups, typical)
    apart = sum(contrast.scale[side] * (cosines - contrast.strangers[side]) for side in pairs)
    return tuple(roc(values, same).true_accepts(1e-3).tar for values in (cosines, apart))


def of_pairs(matrix: Matrix, people: NDArray[np.int64]):
    one, other = np.triu_indices(len(matrix), 1)
    return roc((matrix @ matrix.T)[one, other], people[one] == people[other])


def clusters(matrix: Matrix, vectors, thresholds: Thresholds) -> NDArray[np.int64]:
    levels = Levels(*(getattr(thresholds, name) for name in Levels.__slots__))
    photos = Constraints.none(vectors.photo_ids)
    return find_groups(matrix, vectors.quality, levels, photos).labels


if __name__ == "__main__":
    main()
