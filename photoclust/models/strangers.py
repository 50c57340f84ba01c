"""How often two strangers are as alike as this: the false-match rate of a similarity.

A curve belongs to an embedder. It was read from all pairs of different people of `lfw-a` (1,958
people, 4,164 photos), two people counting as one pair however many photos there are of them:
`python benchmarks/strangers.py` prints it. A curve read from half of the people holds on the other
half within a tenth at 1 in 100, a fifth at 1 in 1,000, and a factor of 1.7 at 1 in 10,000; at its
end, 1 in 300,000, six pairs of people decide, and a factor of five is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from photoclust.models.insightface_pack import MEASURED_THRESHOLDS
from photoclust.models.open_pack import THRESHOLDS
from photoclust.models.pack import Thresholds

# By sha256 of the embedder, as its thresholds are found.
MOBILEFACENET_Y1 = "cc40b59e6dec311add7671b70a64b0c96981255a0f97e942c3260b8eba63cf01"

# Share of pairs of strangers, and the similarity (cosine) that as many reach with each embedder.
CURVES = (
    # of `open`, MobileFaceNet y1
    (0.5, 0.8386, 0.0027),
    (0.3, 0.8571, 0.0524),
    (0.1, 0.8816, 0.1256),
    (0.03, 0.8989, 0.1854),
    (0.01, 0.9104, 0.2315),
    (0.003, 0.9207, 0.2768),
    (0.001, 0.9287, 0.3152),
    (3e-4, 0.9364, 0.3545),
    (1e-4, 0.9425, 0.3865),
    (3e-5, 0.9491, 0.4216),
    (1e-5, 0.9544, 0.4543),
    (3e-6, 0.9578, 0.4949),
)
RATES, OPEN, MOBILEFACENET = zip(*CURVES, strict=True)

# With more of them, the mean of the three nearest is that of the best of many.
EXEMPLARS_A_TRIAL = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases, 0..1, and whether it is `about` that, or `at most` or `at least`.

    The latter two are beyond either end of what was measured.
    """

    share: float
    known: Literal["about", "at most", "at least"] = "about"

    def __str__(self) -> str:
        """`about 1 in 27,000`, with two significant digits."""
        if self.share > 0.6:
            return "nearly all"
        word = {"about": "about", "at most": "fewer than", "at least": "more than"}[self.known]
        return f"{word} 1 in {float(f'{1 / self.share:.2g}'):,.0f}"


@dataclass(frozen=True, slots=True)
class Strangers:
    """What pairs of strangers reach: the similarity (cosine) at each of `RATES`, rising.

    `caveat` says, in a sentence or two, for whom it does not hold.
    """

    similarities: tuple[float, ...]
    caveat: str = ""

    def rate(self, similarity: float) -> Rate:
        """The share of pairs of strangers that are at least this alike.

        Between the measured points the logarithm of the share is interpolated.
        """
        if similarity > self.similarities[-1]:
            return Rate(RATES[-1], "at most")
        if similarity < self.similarities[0]:
            return Rate(RATES[0], "at least")
        return Rate(float(np.exp(np.interp(similarity, self.similarities, np.log(RATES)))))

    def similarity(self, share: float) -> float:
        """What this share of pairs of strangers reach; `share` lies within `RATES`."""
        return float(np.interp(-np.log(share), -np.log(RATES), self.similarities))


def among(rate: Rate, exemplars: list[int]) -> Rate:
    """How often a stranger is as alike to any of several people, as `rate` says of one pair.

    Each person is a trial, and one with more than five exemplars several: the mean over the three
    nearest of 16 is as high for as many strangers as if there were three pairs. People are taken
    for independent. `exemplars` are how many each person has.
    """
    trials = sum(max(1.0, count / EXEMPLARS_A_TRIAL) for count in exemplars)
    return Rate(1 - (1 - rate.share) ** trials, rate.known)


def strangers_of(thresholds: Thresholds) -> Strangers | None:
    """The curve of the embedder whose thresholds these are; None where it was not measured."""
    return _MEASURED.get(thresholds)


# How much more often, at 1 in 1,000: benchmarks/strangers.py with --elsewhere (fiw-a), and with
# --among (59 people of lfw-a with Chinese, Japanese and Korean names).
_MEASURED = {
    THRESHOLDS: Strangers(
        OPEN,
        "That share was measured on press photos of adults. In family photos, with children, it is"
        " 5 times as high; among East Asian people, whom this pack tells apart badly, 100 times.",
    ),
    MEASURED_THRESHOLDS[MOBILEFACENET_Y1]: Strangers(
        MOBILEFACENET,
        "That share was measured on press photos of adults. In family photos, with children, it is"
        " 3 times as high; among East Asian people 6 times.",
    ),
}
