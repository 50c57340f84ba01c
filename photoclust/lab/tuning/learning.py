"""Learn a projection by triplet loss.

For an anchor a, a face p of the same person and a face n of another, with squared distances between
unit vectors, the loss is max(0, |a-p|^2 - |a-n|^2 + margin) (Schroff, Kalenichenko & Philbin 2015).
Negatives are semi-hard: further away than p, but within the margin. Adam (Kingma & Ba 2015) moves
the matrix from the identity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.tuning.evidence import Evidence, Integers
from photoclust.vectors import Matrix, alike

Square = NDArray[np.float64]

# The constants below were chosen on halves of fiw-a: `python benchmarks/tuning.py --choose`
# compares some of them. docs/lab.md has the figures, on other halves and on lfw-a.

# The margin, as a share of the squared distance at which the pack takes two faces for one person.
MARGIN = 0.2

STEPS = 100
RATE = 1e-3
PEOPLE, FACES = 40, 4  # of a step: each person with so many faces

# What is learned is averaged over so many runs that begin with other draws, and then goes only so
# far from the identity: a whole step fits the people it was learned from, and clusters of others
# suffer from more (docs/lab.md).
RUNS = 4
SHARE = 0.3


def learn(matrix: Matrix, evidence: Evidence, margin: float) -> Matrix:
    """The projection (dim, dim), to be applied as `normalised(embeddings @ projection.T)`.

    Always the same for the same evidence.

    Parameters
    ----------
    matrix : unit vectors (n, dim) of the faces of the evidence.
    margin : a squared distance.
    """
    runs = [_run(matrix.astype(np.float64), evidence, margin, seed) for seed in range(RUNS)]
    identity = np.eye(matrix.shape[1])
    return np.asarray(identity + SHARE * (np.mean(runs, axis=0) - identity), np.float32)


def _run(matrix: Square, evidence: Evidence, margin: float, seed: int) -> Square:
    chance = np.random.default_rng(seed)
    dim = matrix.shape[1]
    projection = np.eye(dim)
    mean, spread = np.zeros((dim, dim)), np.zeros((dim, dim))
    members = alike(evidence.beside, np.arange(len(evidence.beside)))
    for step in range(1, STEPS + 1):
        chosen = _draw(members, evidence, chance)
        gradient = loss_gradient(projection, matrix[chosen], evidence.part(chosen), margin, chance)
        mean = 0.9 * mean + 0.1 * gradient
        spread = 0.999 * spread + 0.001 * gradient**2
        unbiased = mean / (1 - 0.9**step), spread / (1 - 0.999**step)
        projection -= RATE * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)
    return projection


def _draw(members: list[Integers], evidence: Evidence, chance: np.random.Generator) -> Integers:
    """Faces of some people, and as many that only are not them."""
    drawn = []
    for person in chance.permutation(len(members))[:PEOPLE]:
        faces = chance.permutation(members[person])
        known = evidence.people[faces] >= 0
        drawn += [faces[known][:FACES], faces[~known][:FACES]]
    return np.concatenate(drawn)


def loss_gradient(
    projection: Square,
    matrix: Square,
    evidence: Evidence,
    margin: float,
    chance: np.random.Generator,
) -> Square:
    """The gradient (dim, dim), by the projection, of the mean loss.

    Of each anchor and positive that has semi-hard negatives, one of them, by chance, counts; where
    no pair has any the gradient is zero.
    """
    raw = matrix @ projection.T
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    unit = raw / lengths
    distances = 2 - 2 * unit @ unit.T
    anchors, positives = np.nonzero(evidence.same)
    reach = distances[anchors, positives][:, None]
    semi_hard = evidence.different[anchors] & (distances[anchors] > reach)
    semi_hard &= distances[anchors] < reach + margin
    some = semi_hard.any(axis=1)
    negatives = (chance.random(semi_hard.shape) * semi_hard).argmax(axis=1)[some]
    anchors, positives = anchors[some], positives[some]
    pull = np.zeros_like(unit)  # of the loss by each unit vector
    np.add.at(pull, anchors, 2 * (unit[negatives] - unit[positives]))
    np.add.at(pull, positives, -2 * unit[anchors])
    np.add.at(pull, negatives, 2 * unit[anchors])
    pull /= max(1, len(anchors))
    by_raw = (pull - (pull * unit).sum(axis=1, keepdims=True) * unit) / lengths
    return np.asarray(by_raw.T @ matrix, np.float64)
