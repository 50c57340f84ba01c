"""The networks that can be trained. Each gives vectors of length 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photoclust.choices import Net

if TYPE_CHECKING:
    from torch import Tensor, nn


def build(net: Net, dim: int, inputs: int, seed: int) -> nn.Sequential:
    """A network with random weights: float32 (n, *input) to unit vectors float32 (n, dim).

    Parameters
    ----------
    inputs : length of a frozen pack's embedding, for `Net.HEAD` only.
    seed : the same one gives the same weights.
    """
    import torch

    from photoclust.lab.training.networks.conv4 import conv4
    from photoclust.lab.training.networks.head import head
    from photoclust.lab.training.networks.inception import inception
    from photoclust.lab.training.networks.residual import residual

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        match net:
            case Net.INCEPTION:
                return inception(dim)
            case Net.CONV4:
                return conv4(dim)
            case Net.RESIDUAL:
                return residual(dim)
            case Net.HEAD:
                return head(inputs, dim)


def centre(net: nn.Sequential, faces: Tensor) -> None:
    """Move the last layer so that these faces (n, *input) lie around the origin.

    With random weights all faces lie in one direction, 0.02 apart in squared distance; hard
    negatives push them into one point from there. Around the origin they are 2 apart.
    """
    import torch

    last = net[-2]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        last.bias.sub_(net[:-1](faces).mean(dim=0))
