"""Everything a training run depends on besides its photos."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from photoclust.choices import Mining, Net, Optimiser, Schedule
from photoclust.errors import UsageError
from photoclust.lab.training.filters import FaceFilters

MOST_APART = 4.0  # squared distance of opposite unit vectors


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How to train.

    Attributes
    ----------
    dim : length of an embedding.
    margin : in squared distance, 0..4.
    people, photos : of a batch; so many photos of each at most.
    steps : the most; `patience` checks without a gain end training before.
    learning_rate, optimiser, schedule : see `fitting`.
    mine_every : steps between two offline minings.
    check_every : steps between two looks at the people who say when to stop, and checkpoints.
    held_out : share of people, 0..1, that only the final figures are measured on.
    """

    net: Net
    dim: int
    margin: float
    mining: Mining
    people: int
    photos: int
    steps: int
    learning_rate: float
    optimiser: Optimiser
    schedule: Schedule
    mine_every: int
    check_every: int
    patience: int
    held_out: float
    seed: int
    filters: FaceFilters

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises
        ------
        UsageError : with the option to change.
        """
        if not 0 < self.margin < MOST_APART:
            raise UsageError(
                f"A margin of {self.margin:g} cannot be kept: squared distances are 0 to 4.",
                "Give --margin 0.2, as FaceNet does.",
            )
        if not 0 < self.held_out < 1:
            raise UsageError("--held-out is a share of the people, between 0 and 1.")
        if not 0 < self.learning_rate < math.inf:
            raise UsageError("--rate is a number above 0.")

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def key(self, data: str) -> str:
        """A short name of these settings on data of this digest."""
        content = json.dumps([self.record(), data], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]
