"""Where the thresholds of a pack lie after a projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np

from photoclust.lab.tuning.judging import HeldOut
from photoclust.lab.verification.roc import FEWEST_ACCEPTS
from photoclust.models.pack import Thresholds

# From the middle of different pairs to where they become too few.
POINTS = 50

SOURCE = "tuned to this library: as many held-out pairs of different people reach each threshold"


def moved(thresholds: Thresholds, parts: Sequence[HeldOut]) -> Thresholds:
    """The thresholds that as many pairs of different people reach as before.

    Read from people who were held out: for those they were learned from, projections look too good.
    Between the similarities of different pairs before and after, at the same shares, the straight
    line of least squares is taken, because thresholds may lie beyond what the pairs reach.
    """
    slopes, offsets = [], []
    for part in parts:
        before, after = (similarities[~part.same] for similarities in part.found)
        rarest = FEWEST_ACCEPTS / len(before)
        shares = 1 - np.geomspace(0.5, max(rarest, 1e-5), POINTS)
        slope, offset = np.polyfit(np.quantile(before, shares), np.quantile(after, shares), 1)
        slopes.append(slope)
        offsets.append(offset)
    slope, offset = float(np.mean(slopes)), float(np.mean(offsets))
    moved_ones = {
        name: round(slope * value + offset, 4)
        for name, value in asdict(thresholds).items()
        if isinstance(value, float)
    }
    return replace(thresholds, **moved_ones, source=SOURCE)
