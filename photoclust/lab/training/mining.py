"""Which triplets of a batch are learned from. d is the squared distance of unit vectors.

`semi-hard` and `hard` are those of the Keras study: for each pair of one person one negative, by
chance among those that fit; a pair without one is dropped. `batch-hard` is that of FaceNet and of
Hermans, Beyer & Leibe (2017): for each anchor its farthest positive and its nearest negative.
`all` are all triplets that violate the margin. Offline mining is in `offline.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from photoclust.choices import Mining

if TYPE_CHECKING:
    from torch import Tensor

# What pytorch-metric-learning calls the triplets that one negative a pair is chosen from.
# A step for which offline mining found none takes semi-hard ones.
KINDS = {
    Mining.SEMI_HARD: "semihard",
    Mining.OFFLINE: "semihard",
    Mining.HARD: "hard",
    Mining.ALL: "all",
}


@dataclass(frozen=True, slots=True)
class Triplets:
    """Places in a batch, each (t,), and how many there could have been.

    `possible` are the pairs of one person where a negative is chosen for each, the anchors for
    `batch-hard`, and all triplets for `all`.
    """

    anchors: Tensor
    positives: Tensor
    negatives: Tensor
    possible: int

    def __len__(self) -> int:
        return len(self.anchors)

    @property
    def indices(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.anchors, self.positives, self.negatives


def squared_distance() -> Any:
    """pytorch-metric-learning's measure |a - b|^2 of vectors made unit length."""
    from pytorch_metric_learning.distances import LpDistance

    return LpDistance(normalize_embeddings=True, p=2, power=2)


def triplet_loss(margin: float) -> Any:
    """The mean of max(0, d(a,p) - d(a,n) + margin) over the triplets where it is not 0."""
    from pytorch_metric_learning.losses import TripletMarginLoss

    return TripletMarginLoss(margin=margin, distance=squared_distance())


def mine(
    vectors: Tensor, people: Tensor, mining: Mining, margin: float, chance: np.random.Generator
) -> Triplets:
    """The triplets of a batch of vectors (n, dim) whose people are (n,)."""
    from pytorch_metric_learning.miners import BatchHardMiner, TripletMarginMiner

    if mining is Mining.BATCH_HARD:
        anchors, positives, negatives = BatchHardMiner(distance=squared_distance())(vectors, people)
        return Triplets(anchors, positives, negatives, len(people))
    miner = TripletMarginMiner(
        margin=margin, type_of_triplets=KINDS[mining], distance=squared_distance()
    )
    anchors, positives, negatives = miner(vectors, people)
    same = people[:, None] == people[None]
    pairs = same.sum(1) - 1  # of each anchor
    if mining is Mining.ALL:
        return Triplets(anchors, positives, negatives, int((pairs * (~same).sum(1)).sum()))
    kept = _one_of_each_pair(anchors, positives, chance)
    return Triplets(anchors[kept], positives[kept], negatives[kept], int(pairs.sum()))


def _one_of_each_pair(anchors: Tensor, positives: Tensor, chance: np.random.Generator) -> Tensor:
    """Of triplets (t,) with the same anchor and positive one by chance: the places of those."""
    import torch

    pairs = torch.stack([anchors, positives], dim=1).cpu().numpy()
    shuffled = chance.permutation(len(pairs))
    first = np.unique(pairs[shuffled], axis=0, return_index=True)[1]
    return torch.from_numpy(np.sort(shuffled[first])).to(anchors.device)
