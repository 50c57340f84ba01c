"""How many of a person's photos `find` found, judged by confirmed faces and by near misses.

Every face a human gave to the person is held out: would `find` have come by it without that word?
The rate says how many photos are missing beside those that were found. What lies just under the
threshold then speaks for or against it: a missed photo leaves a face there that strangers do not
explain. docs/benchmarks.md has the figures, and how the constants were chosen.

Of M photos missed, with K found by the machine and h of t confirmed faces found when held out:

    rate ~ Beta(prior.hits + h, prior.misses + t - h)
    M | rate ~ negative binomial (K + UNSEEN found before M are missed)

M follows a beta negative binomial distribution (Johnson, Kemp & Kotz 2005, 6.2.3), weighed by what
the near misses say of each M (`near_misses`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.search.match import (
    MAX_EXEMPLARS,
    NEAREST_EXEMPLARS,
    choose_exemplars,
    similarity_to,
)
from photoclust.vectors import Matrix

Floats = NDArray[np.float64]

CONFIDENCE = 0.9

# Chosen on fiw-a (both packs) and lfw-a with scrfd-mbf: benchmarks/completeness.py.
USUAL_RATE = 0.8  # of held-out faces that are found, in a library that shows nothing yet
RATE_FACES = 5.0  # so many held-out faces of other people weigh as much as that
PRIOR_FACES = 2.5  # so many of the person's own weigh as much as everybody else's
UNSEEN = 2.0  # photos that count as found when none is; people are looked for who have some
NEAR_MEAN = 0.4  # missed faces lie so far under the threshold on average; 1 is where strangers are
UNLIKE = 0.1  # the share of missed faces that are like a stranger's
TRUST = 0.6  # the power of what near misses say: they are not independent of each other
FEW = 10  # with so many photos missed near misses count half: they hide what strangers reach

NEAREST = 30  # faces looked at
STRANGERS_FROM, STRANGERS = 5, 30  # after the first 5, so many show how strangers thin out

LEAST_SCALE = 0.01  # equal strangers thin out no faster, in parts of typical to match

# Nobody's photos are thought to be more than so many times those found, and so many beside.
MOST_TIMES, MOST_BESIDE = 4, 60

# For the time it takes: named faces held out, and the nearest faces that are not found.
MOST_HELD_OUT, MOST_BELOW = 500, 300

NEGLIGIBLE = 1e-9
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a person's rate before any of their faces is held out."""

    hits: float
    misses: float


@dataclass(frozen=True, slots=True)
class Completeness:
    """The share (0..1) of a person's photos that was found.

    Attributes
    ----------
    share : its expected value.
    low, high : an interval; `sure` is the chance (0..1) that it holds the share. There are whole
        photos only, so the chance is the one nearest to `CONFIDENCE` that an interval can have.
    missed : how many photos are expected to be missing.
    held_out : how many confirmed faces it was judged by.
    """

    share: float
    low: float
    high: float
    sure: float
    missed: float
    held_out: int


def estimate(
    hits: int,
    tries: int,
    photos: int,
    unaided: int,
    below: NDArray[np.floating],
    left: int,
    match: float,
    typical: float,
    prior: Prior | None = None,
) -> Completeness | None:
    """How much of a person was found; None when fewer than two faces were held out.

    Parameters
    ----------
    hits, tries : of the confirmed faces held out (`held_out`). One that is in a cluster of the
        person is a hit as well: the cluster brings it.
    photos : found, in all; none is no estimate.
    unaided : of these, the photos that the machine would find without that word: those whose face
        is in a cluster of the person, named or not, and matches.
    below : (n,) similarity (cosine) of the `MOST_BELOW` nearest faces that may be the person and
        were not found: not given to somebody else, in no photo where the person was found.
    left : how many faces are in photos where the person was not found; no more can be missed.
    match, typical : the pack's levels (cosine).
    prior : `prior_of` other people.
    """
    if tries < 2 or photos < 1:
        return None
    prior = prior or prior_of(())
    most = min(MOST_TIMES * photos + MOST_BESIDE, left)
    chances = missed_by_rate(unaided, prior.hits + hits, prior.misses + tries - hits, most)
    return summary(judged(chances, below, match, typical), photos, tries)


def held_out(embeddings: Matrix, quality: NDArray[np.floating], match: float) -> NDArray[np.bool_]:
    """Which of a person's confirmed faces (n, dim) would match the others, (n,).

    As in `find`, with exemplars chosen anew where the face that is held out was one. A single face
    matches nobody. `match` is the pack's threshold (cosine).
    """
    count = len(embeddings)
    if count < 2:
        return np.zeros(count, np.bool_)
    if count <= MAX_EXEMPLARS + 1:
        return _each_by_all_others(embeddings) >= match
    exemplars = choose_exemplars(embeddings, quality)
    similarity = similarity_to(embeddings[exemplars], embeddings)
    for face in exemplars:
        others = np.delete(np.arange(count), face)
        chosen = others[choose_exemplars(embeddings[others], quality[others])]
        similarity[face] = similarity_to(embeddings[chosen], embeddings[face : face + 1])[0]
    return np.asarray(similarity >= match)


def _each_by_all_others(embeddings: Matrix) -> NDArray[np.float32]:
    """Similarity of each face (n, dim) to the others as exemplars, (n,), 2 <= n.

    `find` has one exemplar more, which is among the three nearest in 3 of n cases and takes the
    place of a lesser one. What that is worth on average is added, or few faces look worse than
    they are.
    """
    count = len(embeddings)
    similarities = embeddings @ embeddings.T
    np.fill_diagonal(similarities, -np.inf)
    falling = -np.sort(-similarities, axis=1)[:, :-1]
    similarity = falling[:, :NEAREST_EXEMPLARS].mean(axis=1)
    if NEAREST_EXEMPLARS < count <= MAX_EXEMPLARS:
        lesser = falling[:, min(NEAREST_EXEMPLARS, count - 2)]
        similarity += (similarity - lesser) / count
    return np.asarray(similarity, np.float32)


def sampled(indices: NDArray[np.int64], most: int = MOST_HELD_OUT) -> NDArray[np.int64]:
    """At most so many of the indices (n,), spread evenly over them."""
    if len(indices) <= most:
        return indices
    return indices[np.linspace(0, len(indices) - 1, most).astype(np.int64)]


def prior_of(people: Iterable[tuple[int, int]]) -> Prior:
    """What other people of the library let expect: (hits, tries) of faces named one by one.

    Faces that were named with their cluster do not belong here: all of them were found by the
    machine, so they say nothing of those that it did not find.
    """
    hits, tries = USUAL_RATE * RATE_FACES, RATE_FACES
    for some_hits, some_tries in people:
        hits, tries = hits + some_hits, tries + some_tries
    return Prior(PRIOR_FACES * hits / tries, PRIOR_FACES * (1 - hits / tries))


def missed_by_rate(found: float, a: float, b: float, most: int) -> Floats:
    """The chance of 0..most missed, (most + 1,), when each is found at a rate ~ Beta(a, b)."""
    r, m = found + UNSEEN, np.arange(most)
    steps = np.log((r + m) * (b + m) / ((m + 1) * (a + b + r + m)))
    return weighed(np.ones(most + 1), np.concatenate([[0.0], steps.cumsum()]))


def judged(chances: Floats, below: NDArray[np.floating], match: float, typical: float) -> Floats:
    """The chances (n,) of 0..n - 1 missed, weighed by near misses; negligible ones are cut off."""
    sum_to = chances.cumsum()
    guess = int(np.searchsorted(sum_to, 0.5))
    chances = chances[: int(np.searchsorted(sum_to, 1 - NEGLIGIBLE)) + 1]
    said = near_misses(np.asarray(below, np.float64), match, typical, guess, len(chances) - 1)
    return weighed(chances, said * TRUST / (1 + guess / FEW))


def near_misses(below: Floats, match: float, typical: float, guess: int, most: int) -> Floats:
    """log likelihood of the faces under the threshold for 0..most missed, (most + 1,).

    Strangers are a Poisson process that thins out exponentially towards the threshold (peaks over
    a threshold, Pickands 1975), fitted to the faces after the first few, `guess` among them.
    Missed faces are drawn from an exponential distribution under the threshold. With r the ratio
    of the two densities at each of the nearest faces and e_j the elementary symmetric polynomials
    of r, the likelihood of m missed, of whom j are among the nearest, is

        sum over j of  C(m, j) (1 - among)^(m - j) among^j j! e_j(r)

    relative to none missed. All 0 where there are too few strangers to see them thin out.
    """
    first = STRANGERS_FROM + guess
    last = first + STRANGERS
    if len(below) < 2 * last or match <= typical:
        return np.zeros(most + 1)
    falling = -np.sort(np.partition(-below, last)[: last + 1])
    floor = falling[last]
    over = (falling[first:last] - floor).sum() + first * (falling[first] - floor)  # the first: >=
    scale = max(float(over) / STRANGERS, LEAST_SCALE * (match - typical))
    nearest = np.minimum(falling[:NEAREST], match)
    strangers = last / scale * np.exp(-(nearest - floor) / scale)
    mean = NEAR_MEAN * (match - typical)
    within = max(1 - float(np.exp(-(match - nearest[-1]) / mean)), LEAST_SCALE)
    ratio = np.exp(-(match - nearest) / mean) / mean / within / strangers
    among = (1 - UNLIKE) * within

    unit = max(float(ratio.max()), TINY)
    symmetric = np.zeros(len(ratio) + 1)
    symmetric[0] = 1.0
    for value in ratio / unit:
        symmetric[1:] += value * symmetric[:-1]
    j, m = np.arange(len(symmetric)), np.arange(most + 1)[:, None]
    rest = np.maximum(m - j, 0)
    factorial = np.concatenate([[0.0], np.log(np.arange(1, most + 1)).cumsum()])
    logs = factorial[m] - factorial[rest] + rest * np.log(1 - among)
    logs = logs + j * np.log(among * unit) + np.log(np.maximum(symmetric, TINY))
    logs = np.where(j <= m, logs, -np.inf)
    highest = logs.max(axis=1)
    return np.asarray(highest + np.log(np.exp(logs - highest[:, None]).sum(axis=1)), np.float64)


def weighed(chances: Floats, logs: Floats) -> Floats:
    """Chances (n,) times the exponential of `logs` (n,), adding up to 1."""
    logs = np.log(np.maximum(chances, TINY)) + logs
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum(), np.float64)


def summary(chances: Floats, photos: int, held_out: int) -> Completeness:
    """What the chances (n,) of 0..n - 1 photos missed say of so many found."""
    missed = np.arange(len(chances))
    shares = photos / (photos + missed)
    share = float(chances @ shares)
    fewest, largest, sure = _likeliest(chances)
    return Completeness(
        share,
        min(float(shares[largest]), share),
        max(float(shares[fewest]), share),
        sure,
        float(chances @ missed),
        held_out,
    )


def _likeliest(chances: Floats) -> tuple[int, int, float]:
    """The first and last of the likeliest values in a row, and their chance together.

    Of all such rows the one whose chance is nearest to `CONFIDENCE`.
    """
    padded = np.concatenate([[-1.0], chances, [-1.0]])
    first = last = int(chances.argmax()) + 1
    rows = [(first - 1, last - 1, float(padded[first]))]
    while rows[-1][2] < CONFIDENCE and last - first + 1 < len(chances):
        if padded[first - 1] >= padded[last + 1]:
            first, more = first - 1, padded[first - 1]
        else:
            last, more = last + 1, padded[last + 1]
        rows.append((first - 1, last - 1, rows[-1][2] + float(more)))
    return min(rows, key=lambda row: abs(row[2] - CONFIDENCE))
