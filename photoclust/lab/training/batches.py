"""Batches of P people with K photos each, and what chance does to their chips.

Everything here depends on the seed and the number of the step alone, so a run that was resumed
sees what it would have seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.training.people import Faces

if TYPE_CHECKING:
    from torch import Tensor

# How far a chip is turned, scaled and shifted at most: degrees, and parts of its side.
TURNED, SCALED, SHIFTED = 8.0, 0.08, 0.05


class Dealer:
    """Deals batches: `people` at once, `photos` of each, or all if somebody has fewer."""

    def __init__(self, faces: Faces, people: int, photos: int) -> None:
        order = np.argsort(faces.people, kind="stable")
        own = np.split(order, np.cumsum(np.bincount(faces.people))[:-1])
        self._several = [places for places in own if len(places) > 1]
        self._people, self._photos = people, photos

    def deal(self, chance: np.random.Generator) -> NDArray[np.int64]:
        """Places of faces (n,), those of a person one after the other."""
        chosen = chance.permutation(len(self._several))[: self._people]
        hands = [chance.permutation(self._several[who])[: self._photos] for who in chosen]
        return np.concatenate(hands).astype(np.int64)


def altered(chips: Tensor, chance: np.random.Generator) -> Tensor:
    """Chips (n, c, side, side), each perhaps mirrored, and turned, scaled and shifted a little."""
    import torch
    from torch.nn import functional

    count = len(chips)
    turn = np.radians(chance.uniform(-TURNED, TURNED, count))
    scale = 1 + chance.uniform(-SCALED, SCALED, count)
    mirror = chance.choice([-1.0, 1.0], count)
    maps = np.zeros((count, 2, 3), np.float32)
    maps[:, 0, 0], maps[:, 0, 1] = mirror * scale * np.cos(turn), -scale * np.sin(turn)
    maps[:, 1, 0], maps[:, 1, 1] = mirror * scale * np.sin(turn), scale * np.cos(turn)
    maps[:, :, 2] = chance.uniform(-2 * SHIFTED, 2 * SHIFTED, (count, 2))  # the chip is -1..1
    grid = functional.affine_grid(
        torch.from_numpy(maps).to(chips.device), list(chips.shape), align_corners=False
    )
    return functional.grid_sample(chips, grid, padding_mode="border", align_corners=False)
