"""The condensed tree of some faces: which hang together, and up to which similarity.

HDBSCAN's tree (Campello, Moulavi & Sander 2013), of which `density` chooses the groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.density import (
    FLOOR,
    MIN_CLUSTER_SIZE,
    MIN_SAMPLES,
    NOISE,
    distance_of,
    group_by_density,
)
from photoclust.clustering.spanning import spanning_tree
from photoclust.vectors import Matrix

# Cosines that differ by less are the same.
EQUAL = 1e-6


@dataclass
class Part:
    """Faces that hang together from the cosine `birth` on.

    Attributes
    ----------
    leaves : (cosine, face) of those that fall off alone before it ends; a face is its place in the
        embeddings.
    children : what it falls into in the end, if it does.
    group : the number of the group that it is, from 0; `NOISE` if it was not chosen to be one.
    """

    birth: float
    leaves: list[tuple[float, int]] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    group: int = NOISE

    @property
    def faces(self) -> set[int]:
        return {face for _, face in self.leaves}.union(*(part.faces for part in self.children))

    @property
    def end(self) -> float:
        """The cosine at which it falls apart, or its last face falls off."""
        return self.children[0].birth if self.children else max(self.leaves)[0]

    def all(self) -> Iterator[Part]:
        """Itself and every part in it, from left to right."""
        yield self
        for part in self.children:
            yield from part.all()


def highest(link: float) -> float:
    """The cosine up to which anything hangs together, by the ceiling (a cosine).

    Below half the ceiling's distance no link counts as shorter than another.
    """
    return 1 - (distance_of(link) * FLOOR) ** 2 / 2


def condensed(embeddings: Matrix, link: float, lowest: float | None = None) -> Part:
    """The tree of two unit vectors (n, dim) or more as the program has it, not cut at the ceiling.

    `link` is the ceiling (cosine). The root begins at the cosine `lowest`; without it, where the
    least similar face comes in.
    """
    from hdbscan._hdbscan_linkage import label
    from hdbscan._hdbscan_tree import condense_tree

    links = spanning_tree(embeddings, MIN_SAMPLES)
    links[:, 2] = np.maximum(links[:, 2], distance_of(link) * FLOOR)
    in_order = links[np.argsort(links[:, 2], kind="stable")]
    if lowest is None:
        lowest = 1 - float(in_order[-1, 2]) ** 2 / 2
    top = highest(link) - EQUAL  # what parts only there is an order among equals
    parts = {len(embeddings): Part(lowest)}
    for parent, child, density, _size in condense_tree(label(in_order), MIN_CLUSTER_SIZE).tolist():
        cosine = 1 - 0.5 / density**2
        if child < len(embeddings):
            parts[parent].leaves.append((max(cosine, lowest), child))
        else:
            parts[child] = Part(cosine) if cosine < top else parts[parent]
            if cosine < top:
                parts[parent].children.append(parts[child])
    root = parts[len(embeddings)]
    _choose(root, group_by_density(embeddings, link).labels)
    return root


def _choose(root: Part, labels: NDArray[np.int64]) -> None:
    """Mark the part that is each group, and number them from left to right."""
    parts = list(root.all())
    chosen = []
    for group in np.unique(labels[labels != NOISE]):
        members = set(np.flatnonzero(labels == group).tolist())
        chosen.append(min((p for p in parts if members <= p.faces), key=lambda p: len(p.faces)))
    for number, part in enumerate(sorted(chosen, key=parts.index)):
        part.group = number
