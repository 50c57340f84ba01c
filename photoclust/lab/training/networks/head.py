"""A head on a frozen pack: one linear layer that starts as the identity, as far as it goes."""

from __future__ import annotations

from torch import nn

from photoclust.lab.training.networks.layers import UnitLength


def head(inputs: int, dim: int) -> nn.Sequential:
    """Embeddings (n, inputs) of a pack to unit vectors (n, dim).

    With `dim` as long as the pack's, what comes out at first is what went in; shorter or longer,
    it is turned without a loss of length where that can be (an orthogonal matrix).
    """
    layer = nn.Linear(inputs, dim)
    if inputs == dim:
        nn.init.eye_(layer.weight)
    else:
        nn.init.orthogonal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return nn.Sequential(layer, UnitLength())
