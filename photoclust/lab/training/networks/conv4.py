"""The baseline of the Keras study: four 3x3 convolutions, a max pool after every second."""

from __future__ import annotations

from torch import nn

from photoclust.lab.training.networks.layers import Standardise, UnitLength, convolution

# The study does not say how wide they are. So it has 1.07 million parameters, about as many as the
# inception net.
WIDTHS = (16, 16, 32, 32)


def conv4(dim: int) -> nn.Sequential:
    """Grey chips (n, 1, 64, 64), 0..255, to unit vectors (n, dim)."""
    first, second, third, fourth = WIDTHS
    return nn.Sequential(
        Standardise(),
        convolution(1, first, 3),
        convolution(first, second, 3),
        nn.MaxPool2d(2),
        convolution(second, third, 3),
        convolution(third, fourth, 3),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(fourth * 16 * 16, dim),
        UnitLength(),
    )
