"""A small residual net (He et al. 2016) for 112x112 colour chips.

Without batch normalisation, as everything here: each block starts as the identity instead (its
last convolution is zero), after Fixup (Zhang, Dauphin & Ma 2019).
"""

from __future__ import annotations

from torch import Tensor, nn

from photoclust.lab.training.networks.layers import Standardise, UnitLength, convolution

# Channels of each stage; every stage halves the picture: 112, 56, 28, 14, 7 pixels.
WIDTHS = (32, 64, 128, 256)


class Block(nn.Module):
    """Two 3x3 convolutions beside the identity; channels and size stay."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = convolution(width, width, 3)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        for weights in self.second.parameters():
            nn.init.zeros_(weights)
        self.after = nn.ReLU()

    def forward(self, values: Tensor) -> Tensor:
        activated: Tensor = self.after(values + self.second(self.first(values)))
        return activated


def residual(dim: int) -> nn.Sequential:
    """RGB chips (n, 3, 112, 112), 0..255, to unit vectors (n, dim)."""
    layers: list[nn.Module] = [Standardise()]
    channels = 3
    for width in WIDTHS:
        layers += [convolution(channels, width, 3, 2), Block(width)]
        channels = width
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, dim), UnitLength()]
    return nn.Sequential(*layers, *pooled)
