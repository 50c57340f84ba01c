"""Where the similarities of a pack lie after a projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.verification.roc import FEWEST_ACCEPTS
from photoclust.models.pack import Thresholds

# From the middle of different pairs to where they become too few.
POINTS = 50

SOURCE = "tuned to this library: as many held-out pairs of different people reach each threshold"


class Line(NamedTuple):
    """Similarities before, to those that as many pairs of different people reach after."""

    slope: float
    offset: float

    def at(self, similarity: float) -> float:
        return self.slope * similarity + self.offset


def line_between(before: NDArray[np.floating], after: NDArray[np.floating]) -> Line:
    """From the similarities of different pairs, before (n,) and after (n,).

    The straight line of least squares between what the same shares of them reach, because what is
    asked for may lie beyond all of them.
    """
    rarest = min(0.25, FEWEST_ACCEPTS / len(before))
    shares = 1 - np.geomspace(0.5, max(rarest, 1e-5), POINTS)
    slope, offset = np.polyfit(np.quantile(before, shares), np.quantile(after, shares), 1)
    return Line(float(slope), float(offset))


# Thresholds of similarities that are measured by what strangers reach.
CLUSTERED = ("split", "join")


def moved(
    thresholds: Thresholds, lines: Sequence[Line], clustered_lines: Sequence[Line]
) -> Thresholds:
    """The thresholds, by the mean of several lines: of cosines, and as clusters are made.

    They are to be read from people who were held out: those it was learned from, a projection
    parts too well.
    """
    found, clustered = (Line(*np.mean(some, axis=0).tolist()) for some in (lines, clustered_lines))
    after = {
        name: round((clustered if name in CLUSTERED else found).at(value), 4)
        for name, value in asdict(thresholds).items()
        if isinstance(value, float)
    }
    return replace(thresholds, **after, source=SOURCE)
