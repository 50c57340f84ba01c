"""The small inception net: 955,192 parameters for 64x64 grey chips and 128 numbers.

After "Face Recognition with Triplet Loss in Keras" (Kósa, Bödő), which halves the filters of
OpenFace's nn4.small2 (Amos et al. 2016) and leaves batch normalisation out: with it training
collapsed. The study gives the size and parameters of each row; halving every filter of nn4.small2
meets all of them. Where nn4.small2 pools by L2 norm, whose gradient has no bound at 0, the mean is
taken here.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from photoclust.lab.training.networks.layers import Standardise, UnitLength, convolution


class Inception(nn.Module):
    """Branches side by side, joined by channel.

    Parameters
    ----------
    single : outputs of the 1x1 branch, 0 for none.
    three, five : (inner, outer) outputs of the 3x3 and 5x5 branches, inner being a 1x1 before it;
        None for no branch.
    pooled : outputs of the 1x1 after the pool, 0 for the pool itself.
    mean : pool by mean, not by maximum.
    stride : 2 halves the picture.
    """

    def __init__(
        self,
        inputs: int,
        *,
        single: int = 0,
        three: tuple[int, int],
        five: tuple[int, int] | None = None,
        pooled: int = 0,
        mean: bool = False,
        stride: int = 1,
    ) -> None:
        super().__init__()
        branches: list[nn.Module] = []
        if single:
            branches.append(convolution(inputs, single, 1))
        for side, widths in ((3, three), (5, five)):
            if widths is not None:
                inner, outer = widths
                branches.append(
                    nn.Sequential(
                        convolution(inputs, inner, 1), convolution(inner, outer, side, stride)
                    )
                )
        pool = nn.AvgPool2d if mean else nn.MaxPool2d
        pooling: list[nn.Module] = [pool(3, stride, padding=1)]
        if pooled:
            pooling.append(convolution(inputs, pooled, 1))
        branches.append(nn.Sequential(*pooling))
        self.branches = nn.ModuleList(branches)

    def forward(self, values: Tensor) -> Tensor:
        return torch.cat([branch(values) for branch in self.branches], dim=1)


def inception(dim: int) -> nn.Sequential:
    """Grey chips (n, 1, 64, 64), 0..255, to unit vectors (n, dim).

    The names of its parts are those of the study's table.
    """
    return nn.Sequential(
        OrderedDict(
            standardise=Standardise(),
            conv1=convolution(1, 32, 7, 2),
            pool1=nn.MaxPool2d(3, 2, padding=1),
            conv2=convolution(32, 32, 1),
            conv3=convolution(32, 96, 3),
            pool2=nn.MaxPool2d(3, 2, padding=1),
            inception_3a=Inception(96, single=32, three=(48, 64), five=(8, 16), pooled=16),
            inception_3b=Inception(
                128, single=32, three=(48, 64), five=(16, 32), pooled=32, mean=True
            ),
            inception_3c=Inception(160, three=(64, 128), five=(16, 32), stride=2),
            inception_4a=Inception(
                320, single=128, three=(48, 96), five=(16, 32), pooled=64, mean=True
            ),
            inception_4e=Inception(320, three=(80, 128), five=(32, 64), stride=2),
            inception_5a=Inception(512, single=128, three=(48, 192), pooled=48, mean=True),
            inception_5b=Inception(368, single=128, three=(48, 192), pooled=48),
            pool=nn.Sequential(nn.AvgPool2d(2), nn.Flatten()),
            full=nn.Linear(368, dim),
            unit=UnitLength(),
        )
    )
