"""The minimum spanning tree of mutual reachability, the same as HDBSCAN's, without all distances.

The mutual reachability of two points is their distance, or the core distance (that to the k-th
nearest other point) of either where that is larger. Boruvka's algorithm (1926) grows the tree:
every component takes its shortest link to another. Nearly always that is a link between near
neighbours, and known to be the shortest, because whatever the neighbour lists leave out is
farther. Only for what is left are distances computed (`_outward`), and never for the largest
component: all the others come to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from photoclust.clustering.neighbours import (
    Lengths,
    Links,
    Near,
    Numbers,
    all_near,
    all_near_below,
    between,
    components,
    homes,
    joined,
    roughly_near,
)
from photoclust.vectors import Matrix

# Neighbours a point starts with. More find more links at once, fewer need less memory.
NEIGHBOURS = 16

# Up to so many points nothing is gained by knowing in advance who belongs together.
SMALL = 5_000

# Beyond so many points comparing everybody with everybody takes minutes.
LARGE = 200_000

# The distance between opposite unit vectors: no link is longer.
DIAMETER = 2.0

# Cosines at a time: 16 MB of float32.
ROWS_AT_ONCE, COLUMNS_AT_ONCE = 1024, 4096


def spanning_tree(
    embeddings: Matrix, min_samples: int, ceiling: float = DIAMETER, near: Near | None = None
) -> NDArray[np.float64]:
    """The minimum spanning tree of unit vectors (n, dim): rows (n - 1, 3) of (from, to, distance).

    The core distance is that to the `min_samples`-th nearest other point. What nothing below the
    `ceiling` (a distance) ties together is joined by links of just this length. Of more than
    `LARGE` points some links below it are missed. `near` is what `find_near` gave for the same.
    """
    count, ceiling = len(embeddings), min(ceiling, DIAMETER)
    if count < 2:
        return np.empty((0, 3))
    embeddings = np.ascontiguousarray(embeddings, np.float32)
    near = near or find_near(embeddings, min_samples, ceiling)
    core = _core(near.links, count, min(min_samples, count - 1))
    links = _reachable(near.links, core)
    links = joined(links[links.length < ceiling])
    inside = near.home[links.a] == near.home[links.b]
    grown = _grow(embeddings, core, _forest(links[inside], count), near, ceiling)
    forest = _forest(joined(grown, links[~inside]), count)
    _, roots = np.unique(components(forest, count), return_index=True)
    joints = Links(np.full(len(roots) - 1, roots[0]), roots[1:], np.full(len(roots) - 1, ceiling))
    tree = joined(forest, joints)
    return np.column_stack([tree.a, tree.b, tree.length])


def find_near(embeddings: Matrix, min_samples: int, ceiling: float = DIAMETER) -> Near:
    """The near neighbours that `spanning_tree` starts with."""
    embeddings, count = np.ascontiguousarray(embeddings, np.float32), max(NEIGHBOURS, min_samples)
    if len(embeddings) > LARGE:
        return roughly_near(embeddings, count)
    if len(embeddings) > SMALL and ceiling < DIAMETER:
        return all_near_below(embeddings, count, ceiling)
    return all_near(embeddings, count)


def _core(links: Links, count: int, min_samples: int) -> Lengths:
    """The length (n,) of every point's `min_samples`-th shortest link; without, infinite."""
    order = np.lexsort((links.length, links.a))
    place = np.searchsorted(links.a[order], np.arange(count)) + min_samples - 1
    last = links[order[np.minimum(place, len(links) - 1)]]
    return np.where((last.a == np.arange(count)) & (place < len(links)), last.length, np.inf)


def _reachable(links: Links, core: Lengths) -> Links:
    """These links by mutual reachability instead of distance."""
    length = np.maximum(links.length, np.maximum(core[links.a], core[links.b]))
    return Links(links.a, links.b, length)


def _forest(links: Links, count: int) -> Links:
    """The minimum spanning forest of links, shortest first, between so many points.

    A link weighs its place: that breaks ties, and scipy takes a weight of nothing for no link.
    """
    low, high = np.minimum(links.a, links.b), np.maximum(links.a, links.b)
    _, first = np.unique(low * count + high, return_index=True)
    graph = csr_array((first + 1.0, (low[first], high[first])), shape=(count, count))
    return links[np.sort(minimum_spanning_tree(graph).data).astype(np.int64) - 1]


def _grow(embeddings: Matrix, core: Lengths, links: Links, near: Near, ceiling: float) -> Links:
    """The spanning forest of every home, of links, shortest first, and those still to be found."""
    component = np.arange(len(embeddings))
    reach = np.maximum(near.reach, core)
    grown = [links[:0]]
    while True:
        links = links[component[links.a] != component[links.b]]
        shortest = np.full(component.max() + 1, len(links))
        np.minimum.at(shortest, component[links.a], np.arange(len(links)))
        np.minimum.at(shortest, component[links.b], np.arange(len(links)))
        limit = np.append(links.length, ceiling)[shortest]
        assured = np.full(len(limit), np.inf)
        np.minimum.at(assured, component, reach)
        sure = np.unique(shortest[(shortest < len(links)) & (limit <= assured)])
        if len(sure):
            grown.append(links[sure])
            ends = Links(component[links.a[sure]], component[links.b[sure]], links.length[sure])
            component = components(ends, len(limit))[component]
            continue
        limit[_largest(component, near.home)] = 0
        wanting = reach < limit[component]
        found = []
        for members in homes(near.home):
            rows = members[wanting[members]]
            if len(rows):
                farthest = limit[component[rows]].max()
                columns = members[reach[members] < farthest]
                outward = _outward(embeddings, core, component, rows, columns)
                reach[rows] = farthest
                reach[outward.a] = np.minimum(outward.length, farthest)
                found.append(outward[outward.length < ceiling])
        if not found:
            return joined(*grown)
        links = joined(links, *found)


def _largest(component: Numbers, home: Numbers) -> Numbers:
    """The largest component of every home, by the components (n,) and homes (n,) of the points."""
    sizes = np.bincount(component)
    place = np.empty_like(sizes)
    place[component] = home
    order = np.lexsort((sizes, place))
    last = np.flatnonzero(np.diff(place[order], append=-1))
    return order[last]


def _outward(
    embeddings: Matrix, core: Lengths, component: Numbers, rows: Numbers, columns: Numbers
) -> Links:
    """From each row (a point) the shortest link to a column (a point) of another component.

    Found by float32 cosines: among links that differ by less than 1e-7 it may be any.
    """
    # A link to a point is as long as its core distance at least: cosines are cut to match.
    most = (1 - core**2 / 2).astype(np.float32)
    # By component, few blocks have one that is both in the rows and in the columns.
    rows, columns = (some[np.argsort(component[some], kind="stable")] for some in (rows, columns))
    to = np.zeros(len(rows), np.int64)
    cosine = np.full(len(rows), -np.inf, np.float32)
    for top in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(top, top + ROWS_AT_ONCE)
        vectors, own = embeddings[rows[part]], component[rows[part]]
        for left in range(0, len(columns), COLUMNS_AT_ONCE):
            block = columns[left : left + COLUMNS_AT_ONCE]
            others = component[block]
            cosines = vectors @ embeddings[block].T
            np.minimum(cosines, most[block], out=cosines)
            if own[0] <= others[-1] and others[0] <= own[-1]:
                cosines[own[:, None] == others] = -np.inf
            best = cosines.argmax(axis=1)
            value = np.take_along_axis(cosines, best[:, None], 1)[:, 0]
            better = value > cosine[part]
            cosine[part][better] = value[better]
            to[part][better] = block[best[better]]
    there = cosine > -np.inf
    links = between(embeddings, rows[there], to[there])
    return _reachable(links, core)
