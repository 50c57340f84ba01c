"""Who is near whom: the links that a spanning tree is made of.

Comparing everybody with everybody takes time with the square of their number. `all_near` does it;
`all_near_below` does half of it, by knowing roughly in advance who belongs together; `roughly_near`
does little of it and misses some.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from photoclust.vectors import Matrix, alike

# Inverted lists (Sivic & Zisserman 2003) for the rough neighbours: so many faces a list on average,
# by so many rounds of k-means. At 150,000 faces 32 lists find 98.2 % of the 16 nearest, 64 find
# 98.9 % in twice the time. Who belongs together shows with fewer.
FACES_A_LIST, ROUNDS = 64, 2
LISTS_FOR_NEAR, LISTS_FOR_HOMES = 64, 4

# Below this share of the ceiling a rough link makes one home of two. Just below the ceiling chance
# links of strangers would tie nearly everybody to one home (at 50,000 faces, 43,000 of them).
HOMELY = 0.85

# Cosines at a time: 16 MB of float32.
BLOCK = 2048

# Pairs of vectors that are subtracted at a time: 4 MB at 512 numbers each.
PAIRS = 2048

# How far float32 may be off at a cosine.
ROUNDING = 1e-6

Numbers = NDArray[np.int64]
Lengths = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Links:
    """Links between points `a` (m,) and `b` (m,), and how long they are."""

    a: Numbers
    b: Numbers
    length: Lengths

    def __len__(self) -> int:
        return len(self.a)

    def __getitem__(self, some: NDArray[np.bool_] | Numbers | slice) -> Links:
        return Links(self.a[some], self.b[some], self.length[some])


@dataclass(frozen=True, slots=True)
class Near:
    """Each point's links, from `a` to its near neighbours, by distance.

    Left out are only links within a home (n,), and none shorter than the `reach` (n,) of either
    end.
    """

    links: Links
    home: Numbers
    reach: Lengths


def joined(*parts: Links) -> Links:
    """All these links, shortest first; of equal ones, those named first."""
    together = Links(
        np.concatenate([part.a for part in parts]),
        np.concatenate([part.b for part in parts]),
        np.concatenate([part.length for part in parts]),
    )
    return together[np.argsort(together.length, kind="stable")]


def between(embeddings: Matrix, a: Numbers, b: Numbers) -> Links:
    """Links of these points by Euclidean distance.

    From differences, because sqrt(2 - 2 cos) of float32 is only noise below 0.001, and so that
    from a to b it is as far as from b to a to the last bit.
    """
    squares = np.empty(len(a))
    for start in range(0, len(a), PAIRS):
        part = slice(start, start + PAIRS)
        gap = embeddings[a[part]]
        gap -= embeddings[b[part]]
        squares[part] = np.vecdot(gap, gap)
    return Links(a, b, np.sqrt(squares))


def components(links: Links, count: int) -> Numbers:
    """The number (n,) of the component that each of so many points is in."""
    graph = csr_array((np.ones(len(links), np.int8), (links.a, links.b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def all_near(embeddings: Matrix, count: int) -> Near:
    """The `count` nearest others of each of these unit vectors (n, dim)."""
    import faiss

    size = len(embeddings)
    _, found = faiss.knn(embeddings, embeddings, min(count + 1, size), faiss.METRIC_INNER_PRODUCT)
    links = _to_others(embeddings, found)
    reach = np.full(size, np.inf if count + 1 >= size else 0.0)
    np.maximum.at(reach, links.a, links.length)
    return Near(links, np.zeros(size, np.int64), reach)


def roughly_near(embeddings: Matrix, count: int, lists: int = LISTS_FOR_NEAR) -> Near:
    """Most of the `count` nearest others of each of these unit vectors (n, dim), taken for all."""
    import faiss

    size, dim = embeddings.shape
    # Half precision finds as many, in half the memory and two thirds of the time.
    centres, half = faiss.IndexFlatIP(dim), faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexIVFScalarQuantizer(
        centres, dim, size // FACES_A_LIST, half, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter, index.nprobe = ROUNDS, lists
    index.train(embeddings)
    index.add(embeddings)
    _, found = index.search(embeddings, count + 1)
    index.reset()
    return Near(_to_others(embeddings, found), np.zeros(size, np.int64), np.full(size, np.inf))


def all_near_below(embeddings: Matrix, count: int, ceiling: float) -> Near:
    """The `count` nearest others of each of these unit vectors (n, dim) below the ceiling.

    Homes are what rough neighbours tie together. Inside, the nearest are found home by home. Links
    from home to home are few and all taken, so that comparing everybody with everybody is nothing
    but products and their maximum.
    """
    size = len(embeddings)
    rough = roughly_near(embeddings, count, LISTS_FOR_HOMES).links
    home = components(rough[rough.length < HOMELY * ceiling], size)
    order = np.argsort(home, kind="stable")
    embeddings, home = embeddings[order], home[order]
    reach = np.full(size, np.inf)
    found = [rough[:0]]
    for members in homes(home):
        inside = all_near(embeddings[members], count)
        found.append(Links(members[inside.links.a], members[inside.links.b], inside.links.length))
        reach[members] = inside.reach
    for a, b in _pairs_across(embeddings, home, 1 - ceiling**2 / 2 - ROUNDING):
        across = between(embeddings, a, b)
        found += [across, Links(b, a, across.length)]
    links = joined(*found)
    back = np.argsort(order)
    return Near(Links(order[links.a], order[links.b], links.length), home[back], reach[back])


def homes(home: Numbers) -> list[Numbers]:
    """The points of every home, in order of home (n,), that holds more than one."""
    return [members for members in alike(home, np.arange(len(home))) if len(members) > 1]


def _pairs_across(
    embeddings: Matrix, home: Numbers, cosine: float
) -> Iterator[tuple[Numbers, Numbers]]:
    """All pairs of at least this cosine of points in different homes (n,), which are sorted."""
    size = len(embeddings)
    for top in range(0, size, BLOCK):
        for left in range(top, size, BLOCK):
            cosines = embeddings[top : top + BLOCK] @ embeddings[left : left + BLOCK].T
            row, column = divmod(np.flatnonzero(cosines >= cosine), cosines.shape[1])
            a, b = row + top, column + left
            across = home[a] < home[b]
            yield a[across], b[across]


def _to_others(embeddings: Matrix, found: Numbers) -> Links:
    """Links from every point to those found for it (n, k), but itself and -1 (nothing)."""
    a, b = np.repeat(np.arange(len(found)), found.shape[1]), found.ravel()
    others = (b != a) & (b >= 0)
    return between(embeddings, a[others], b[others])
