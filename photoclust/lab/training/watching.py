"""What can go wrong while a network learns, told in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from photoclust.errors import PhotoclustError
from photoclust.lab.training.settings import TrainingSettings

if TYPE_CHECKING:
    from torch import Tensor

# Collapsed is a network that puts different people so near each other (mean squared distance, 0..4)
# for so many steps on end. With random weights inception starts at 0.02; runs that collapsed were
# below 0.0002, one of `hard` that went on learning at 0.0012 (docs/lab.md).
COLLAPSED, STEPS_ON_END = 1e-3, 25


class Collapsed(PhotoclustError):
    """Every face gets the same embedding."""


class CollapseWatch:
    """Follows how far apart a batch's different people are."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._settings = settings
        self._near = 0

    def see(self, step: int, apart: float) -> None:
        """A step's mean squared distance of different people.

        Raises
        ------
        Collapsed : the network gives everybody the same embedding.
        """
        self._near = self._near + 1 if apart < COLLAPSED else 0
        if self._near >= STEPS_ON_END:
            raise Collapsed(
                f"Training has collapsed at step {step}: every face gets the same embedding"
                f" (different people are {apart:.1e} apart in squared distance), so the loss stays"
                f" at the margin, {self._settings.margin:g}.",
                "Use --mining semi-hard, or lower --rate"
                f" (now {self._settings.learning_rate:g}); wrong names in the folders do this too.",
            )


def check_loss(step: int, loss: float, learning_rate: float) -> None:
    """Raise where the loss is no number.

    Raises
    ------
    PhotoclustError : training has diverged.
    """
    if not math.isfinite(loss):
        raise PhotoclustError(
            f"Training has diverged at step {step}: the loss is {loss}.",
            f"Lower --rate (now {learning_rate:g}).",
        )


def mean_apart(vectors: Tensor, people: Tensor) -> float:
    """The mean squared distance between unit vectors (n, dim) of different people (n,)."""
    different = people[:, None] != people[None]
    cosines = (vectors @ vectors.T)[different]
    return float((2 - 2 * cosines).mean()) if len(cosines) else math.inf
