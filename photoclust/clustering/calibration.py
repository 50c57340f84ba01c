"""How often two different people are as alike as a threshold, on a library's own evidence.

Pairs of different people come from two places. Two faces of one photo need no human, but they are
more alike than strangers: same light, same lens, often one family. On the data of
docs/clustering.md P(two of a photo >= t) is close to P(two strangers >= t) to the power of
`PHOTO_EXPONENT`, so the curve of strangers is read off theirs that way, and the doubt about the
exponent is part of the interval. Faces that a human gave to different people are what is asked for,
and are preferred where there are enough.

Pairs of one person, for the share that a threshold misses, are shots of a burst (nearly the same
picture, so the share is a lower bound) and faces that a human gave to one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from photoclust.vectors import Matrix, alike

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# At 1 in 100 and 1 in 1,000: on lfw-a 0.52 and 0.55 (open), 0.83 and 0.72 (scrfd-mbf); on scenes
# 0.46 and 0.44 (open, strangers being faces of two of its folders). docs/clustering.md.
PHOTO_EXPONENT = 0.6
PHOTO_EXPONENTS = (0.4, 0.9)

# Weaker faces look like each other whoever they are: 1 in 100 pairs of lfw-a's photos reach 0.69
# with them and 0.28 without (scrfd-mbf).
MIN_QUALITY = 0.05

# Boxes of one photo that overlap more (IoU) may be one face detected twice.
MAX_OVERLAP = 0.3

# Pairs that have to lie beyond an estimated similarity, and photos or people they come from.
MIN_BEYOND = 5
MIN_UNITS = 30

# A burst: shots at most so many seconds apart whose boxes overlap at least so much (IoU).
BURST_SECONDS = 3.0
BURST_OVERLAP = 0.5

# So that a crowd or a person with thousands of faces does not outweigh the rest.
FACES_PER_PHOTO = 20
FACES_PER_PERSON = 20
MOST_PAIRS = 200_000

BLOCK = 8192  # pairs compared at once, for memory's sake

RESAMPLES = 200
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Faces:
    """What calibration knows of n faces.

    Attributes
    ----------
    matrix : (n, dim) unit vectors.
    photos : (n,) as in `Constraints`: negative where the photo may show somebody twice.
    people : (n,) the person a human gave the face to, 0 for none.
    quality : (n,) 0..1.
    boxes : (n, 4) x1, y1, x2, y2 in 0..1 of the photo.
    seconds : (n,) when the photo was taken, NaN where unknown.
    """

    matrix: Matrix
    photos: Integers
    people: Integers
    quality: Floats
    boxes: Floats
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """Similarities (m,) of pairs, and the two photos or people (m, 2) that each comes from."""

    similarities: Floats
    units: Integers

    def __len__(self) -> int:
        return len(self.similarities)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The similarity that this share of pairs of different people reach, and its interval."""

    rate: float
    similarity: float
    low: float
    high: float


# Finding pairs


def of_one_photo(faces: Faces) -> Pairs:
    """Two faces of one photo, the weak ones and double detections left out."""
    usable = np.flatnonzero((faces.photos >= 0) & (faces.quality >= MIN_QUALITY))
    first, second = [], []
    for group in alike(faces.photos, usable):
        if len(group) < 2:
            continue
        best = group[np.argsort(-faces.quality[group], kind="stable")][:FACES_PER_PHOTO]
        a, b = (best[places] for places in np.triu_indices(len(best), 1))
        apart = _overlaps(faces.boxes[a], faces.boxes[b]) <= MAX_OVERLAP
        first.append(a[apart])
        second.append(b[apart])
    return _pairs(faces, faces.photos, first, second)


def of_one_burst(faces: Faces) -> Pairs:
    """A face in two shots of a burst: each the other's best match by place, not by looks."""
    usable = np.flatnonzero(np.isfinite(faces.seconds) & (faces.quality >= MIN_QUALITY))
    photos = alike(faces.photos, usable)
    photos.sort(key=lambda group: (float(faces.seconds[group[0]]), int(group[0])))
    first, second = [], []
    for earlier, later in pairwise(photos):
        if faces.seconds[later[0]] - faces.seconds[earlier[0]] <= BURST_SECONDS:
            overlaps = _overlaps(faces.boxes[earlier][:, None], faces.boxes[later][None])
            best, back = overlaps.argmax(axis=1), overlaps.argmax(axis=0)
            mutual = np.flatnonzero(back[best] == np.arange(len(earlier)))
            mutual = mutual[overlaps[mutual, best[mutual]] >= BURST_OVERLAP]
            first.append(earlier[mutual])
            second.append(later[best[mutual]])
    return _pairs(faces, faces.photos, first, second)


def of_named(faces: Faces) -> tuple[Pairs, Pairs]:
    """Pairs of one person and pairs of different people, by the names that a human gave.

    Never of one photo. A sample where there are many; always the same one.
    """
    chance = np.random.default_rng(0)
    usable = np.flatnonzero((faces.people > 0) & (faces.quality >= MIN_QUALITY))
    chosen = [chance.permutation(group)[:FACES_PER_PERSON] for group in alike(faces.people, usable)]
    everybody = np.concatenate([*chosen, np.empty(0, np.int64)])
    of_one = [np.triu_indices(len(group), 1) for group in chosen]
    a = np.concatenate([*(g[i] for g, (i, _) in zip(chosen, of_one, strict=True)), everybody[:0]])
    b = np.concatenate([*(g[j] for g, (_, j) in zip(chosen, of_one, strict=True)), everybody[:0]])
    apart = faces.photos[a] != faces.photos[b]
    same = _pairs(faces, faces.people, [a[apart]], [b[apart]])
    if len(everybody) * (len(everybody) - 1) // 2 <= MOST_PAIRS:
        i, j = np.triu_indices(len(everybody), 1)
    else:
        i, j = chance.integers(len(everybody), size=(2, MOST_PAIRS))
    a, b = everybody[i], everybody[j]
    apart = (faces.people[a] != faces.people[b]) & (faces.photos[a] != faces.photos[b])
    return same, _pairs(faces, faces.people, [a[apart]], [b[apart]])


# Reading the curve


def enough(different: Pairs, rate: float, exponent: float = 1.0) -> bool:
    """Are there pairs enough to say which similarity this share of strangers reach?

    `exponent` is `PHOTO_EXPONENT` for pairs of one photo. The rule of three: from fewer pairs
    nothing follows on what lies beyond.
    """
    units = len(np.unique(different.units))
    return len(different) * rate**exponent >= MIN_BEYOND and units >= MIN_UNITS


def estimate(
    different: Pairs, rate: float, exponents: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> Estimate:
    """The similarity that a share `rate` of pairs of strangers reach, with a 95 % interval.

    The interval resamples the photos, or the people on both sides of a pair (the pigeonhole
    bootstrap, Owen 2007), and draws the exponent between the last two of `exponents`.
    """
    chance = np.random.default_rng(0)
    order = np.argsort(-different.similarities, kind="stable")
    falling = different.similarities[order]
    _ids, units = np.unique(different.units[order], return_inverse=True)
    units = units.reshape(-1, 2)
    alone = units[:, 0] == units[:, 1]
    count = int(units.max()) + 1
    drawn = []
    for _ in range(RESAMPLES):
        times = np.bincount(chance.integers(count, size=count), minlength=count)
        weights = times[units[:, 0]] * np.where(alone, 1, times[units[:, 1]])
        share = rate ** chance.uniform(exponents[1], exponents[2])
        drawn.append(_reached(falling, weights, share))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    here = _reached(falling, np.ones(len(falling), np.int64), rate ** exponents[0])
    return Estimate(rate, here, float(low), float(high))


def missed(same: Pairs, similarity: float) -> float | None:
    """The share of pairs of one person that are less alike than this, None without pairs."""
    return float((same.similarities < similarity).mean()) if len(same) else None


def _reached(falling: Floats, weights: Integers, share: float) -> float:
    """The similarity that this share of the weights reach."""
    total = np.cumsum(weights)
    place = int(np.searchsorted(total, share * total[-1]))
    return float(falling[min(place, len(falling) - 1)])


def _pairs(faces: Faces, units: Integers, first: list[Integers], second: list[Integers]) -> Pairs:
    a, b = (np.concatenate([*side, np.empty(0, np.int64)]) for side in (first, second))
    similarities = np.empty(len(a), np.float64)
    for start in range(0, len(a), BLOCK):
        part = slice(start, start + BLOCK)
        similarities[part] = np.einsum("ij,ij->i", faces.matrix[a[part]], faces.matrix[b[part]])
    return Pairs(similarities, np.column_stack([units[a], units[b]]))


def _overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes (..., 4), broadcast."""
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = (one[..., 2:] - one[..., :2]).prod(axis=-1) + (other[..., 2:] - other[..., :2]).prod(
        axis=-1
    )
    union = areas - shared
    return np.asarray(shared / np.where(union > 0, union, 1.0), np.float64)
