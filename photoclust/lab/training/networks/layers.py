"""Layers that the networks share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# Contrast of a chip below this (grey levels) is noise and is not blown up.
LEAST_CONTRAST = 8.0


class Standardise(nn.Module):
    """Pixels 0..255 of each chip (n, c, h, w) to mean 0 and spread 1: light and contrast go."""

    def forward(self, chips: Tensor) -> Tensor:
        centred = chips - chips.mean(dim=(1, 2, 3), keepdim=True)
        spread = torch.sqrt((centred * centred).mean(dim=(1, 2, 3), keepdim=True))
        return centred / torch.clamp(spread, min=LEAST_CONTRAST)


class UnitLength(nn.Module):
    """Vectors (n, dim) onto the unit sphere."""

    def forward(self, vectors: Tensor) -> Tensor:
        return functional.normalize(vectors, dim=1)


def convolution(inputs: int, outputs: int, side: int, stride: int = 1) -> nn.Sequential:
    """A convolution that keeps the picture's size (or divides it by `stride`), and a ReLU."""
    layer = nn.Conv2d(inputs, outputs, side, stride, padding=side // 2)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return nn.Sequential(layer, nn.ReLU())
