"""The networks are what the papers say, and begin as they should."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from photoclust.choices import Net
from photoclust.lab.training.networks import build, centre
from photoclust.lab.training.networks.inception import inception
from photoclust.lab.training.networks.residual import Block

# The table of the Keras study: (part, output channels, output side, parameters).
TABLE = [
    ("conv1", 32, 32, 1_600),
    ("pool1", 32, 16, 0),
    ("conv2", 32, 16, 1_056),
    ("conv3", 96, 16, 27_744),
    ("pool2", 96, 8, 0),
    ("inception_3a", 128, 8, 41_016),
    ("inception_3b", 160, 8, 57_056),
    ("inception_3c", 320, 4, 99_568),
    ("inception_4a", 320, 4, 136_576),
    ("inception_4e", 512, 2, 179_504),
    ("inception_5a", 368, 2, 198_048),
    ("inception_5b", 368, 2, 165_792),
]

SHAPES = {
    Net.INCEPTION: (1, 64, 64),
    Net.CONV4: (1, 64, 64),
    Net.RESIDUAL: (3, 112, 112),
    Net.HEAD: (16,),
}


def weights_of(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def test_the_inception_net_is_that_of_the_study_row_by_row() -> None:
    net = inception(128)
    assert weights_of(net) == 955_192
    values = torch.rand(2, 1, 64, 64)
    rows = []
    for name, part in net.named_children():
        values = part(values)
        if name not in ("standardise", "pool", "full", "unit"):
            channels, side = values.shape[1:3]
            rows.append((name, channels, side, weights_of(part)))
    assert rows == TABLE
    assert weights_of(net.get_submodule("full")) == 47_232
    assert values.shape == (2, 128)


@pytest.mark.parametrize("dim", [128, 512])
@pytest.mark.parametrize("net", list(Net))
def test_every_network_gives_unit_vectors_of_the_length_asked_for(net: Net, dim: int) -> None:
    made = build(net, dim, 16, seed=0)
    vectors = made(torch.rand(3, *SHAPES[net]) * 255).detach()
    assert vectors.shape == (3, dim)
    np.testing.assert_allclose(vectors.norm(dim=1), 1, rtol=1e-5)


def test_a_seed_gives_the_same_weights_and_leaves_torch_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one, same, other = (build(Net.CONV4, 128, 0, seed) for seed in (1, 1, 2))
    assert torch.rand(1) == expected
    for first, second in zip(one.parameters(), same.parameters(), strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(next(one.parameters()), next(other.parameters()))


def test_light_and_contrast_change_nothing() -> None:
    net = build(Net.INCEPTION, 128, 0, seed=0)
    chips = torch.rand(2, 1, 64, 64) * 200
    np.testing.assert_allclose(
        net(chips).detach(), net(chips * 0.6 + 40).detach(), rtol=0, atol=1e-5
    )


def test_a_flat_chip_is_no_division_by_nothing() -> None:
    net = build(Net.INCEPTION, 128, 0, seed=0)
    assert torch.isfinite(net(torch.full((1, 1, 64, 64), 9.0))).all()


def test_a_residual_block_begins_as_the_identity() -> None:
    values = torch.rand(1, 8, 5, 5)
    assert torch.equal(Block(8)(values), values)


@pytest.mark.parametrize("net", [Net.INCEPTION, Net.CONV4, Net.RESIDUAL])
def test_centred_networks_begin_with_faces_far_apart(net: Net) -> None:
    chips = nn.functional.interpolate(torch.rand(40, *SHAPES[net][:1], 8, 8), SHAPES[net][1:]) * 255
    made = build(net, 128, 0, seed=0)
    centre(made, chips)
    cosines = (made(chips) @ made(chips).T).detach()
    assert float((2 - 2 * cosines).mean()) == pytest.approx(2, abs=0.2)


def test_a_head_begins_as_the_pack_below() -> None:
    vectors = nn.functional.normalize(torch.randn(5, 128))
    same = build(Net.HEAD, 128, 128, seed=0)(vectors)
    longer = build(Net.HEAD, 256, 128, seed=0)(vectors)
    for found in (same, longer):
        np.testing.assert_allclose(
            (found @ found.T).detach(), vectors @ vectors.T, rtol=0, atol=1e-5
        )
