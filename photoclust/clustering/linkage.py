"""Average linkage between groups, along the links of near neighbours.

The mean similarity of two groups needs only the sums of their vectors, also with contrast: no
matrix of all pairs is ever made. Two groups are looked at once a link below the ceiling ties
them. Average linkage (UPGMA, Sokal & Michener 1958) is reducible: what a merged group is to a
third is never more than the better of its halves was, so pairs under the threshold are dropped for
good.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from photoclust.clustering.contrast import Contrast
from photoclust.clustering.rules import Rules
from photoclust.vectors import Matrix

# Pairs whose similarity is computed at a time: 8 MB at 512 numbers each.
PAIRS = 4096


class Linkage:
    """Groups of faces that grow together.

    Parameters
    ----------
    embeddings : unit vectors (n, dim).
    contrast : what their similarities are measured by.
    rules : which groups must not be one.
    start : (n,) the group of each face at first, numbered from 0 without a gap.
    """

    def __init__(
        self, embeddings: Matrix, contrast: Contrast, rules: Rules, start: NDArray[np.int64]
    ) -> None:
        self._typical = contrast.typical
        self._rules = rules
        self._start = start
        count = int(start.max(initial=-1)) + 1
        self._sums = _sums(embeddings, np.ones(len(start)), start, count)
        self._scaled_sums = _sums(embeddings, contrast.scale, start, count)
        self._offsets = np.bincount(start, contrast.scale * contrast.strangers, minlength=count)
        self._sizes = np.bincount(start, minlength=count).astype(np.float64)
        self._into = np.arange(count)

    @property
    def labels(self) -> NDArray[np.int64]:
        """(n,) the group that each face is in now, numbered from 0 without a gap."""
        into = self._into
        while (into[into] != into).any():
            into = into[into]
        self._into = into
        return np.unique(into[self._start], return_inverse=True)[1].astype(np.int64)

    def merge(
        self,
        a: NDArray[np.int64],
        b: NDArray[np.int64],
        threshold: float,
    ) -> None:
        """Merge the groups of linked faces `a` (m,) and `b` (m,) while any pair is this similar."""
        into = self._settled()
        low, high = into[self._start[a]], into[self._start[b]]
        low, high = np.minimum(low, high), np.maximum(low, high)
        pairs = np.unique((low * len(into) + high)[low != high])
        low, high = pairs // len(into), pairs % len(into)
        similarity = self._between(low, high)
        similar = similarity >= threshold
        low, high, similarity = low[similar], high[similar], similarity[similar]
        near: dict[int, set[int]] = {}
        for one, other in zip(low.tolist(), high.tolist(), strict=True):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
        # A group keeps its place when it takes in another; `grown` tells entries of before.
        grown = dict.fromkeys(near, 0)
        waiting = [
            (-value, one, other, 0, 0)
            for value, one, other in zip(
                similarity.tolist(), low.tolist(), high.tolist(), strict=True
            )
        ]
        heapq.heapify(waiting)
        while waiting:
            _, one, other, age, other_age = heapq.heappop(waiting)
            if grown.get(one) != age or grown.get(other) != other_age:
                continue
            if not self._rules.allow(one, other):
                near[one].discard(other)
                near[other].discard(one)
                continue
            self._take_in(one, other)
            around = (near[one] | near.pop(other)) - {one, other}
            del grown[other]
            grown[one] = age = age + 1
            near[one] = set()
            if not around:
                continue
            others = np.array(sorted(around))
            for third, value in zip(
                others.tolist(), self._to_all(one, others).tolist(), strict=True
            ):
                near[third] -= {one, other}
                if value >= threshold:
                    near[one].add(third)
                    near[third].add(one)
                    heapq.heappush(waiting, (-value, one, third, age, grown[third]))

    def adopt(self, faces: NDArray[np.int64], hosts: NDArray[np.int64], threshold: float) -> None:
        """Give each of the faces (m,), alone so far, to the most similar of its hosts' groups.

        Hosts (m,) are faces too; groups that share an adopted face never become one.
        """
        into = self._settled()
        alone, group = into[self._start[faces]], into[self._start[hosts]]
        alone, group = np.unique(np.column_stack([alone, group]), axis=0).T
        similarity = self._between(alone, group)
        adopted: set[int] = set()
        for place in np.argsort(-similarity, kind="stable").tolist():
            face, host = int(alone[place]), int(group[place])
            if similarity[place] < threshold:
                break
            if face not in adopted and face != host and self._rules.allow(host, face):
                self._take_in(host, face)
                adopted.add(face)

    def similarity_to_own(self, embeddings: Matrix, contrast: Contrast) -> NDArray[np.float64]:
        """(n,) each face's mean similarity to the others of its group; alone, -1."""
        into = self._settled()[self._start]
        sizes = self._sizes[into]
        scale, offset = contrast.scale, contrast.scale * contrast.strangers
        own = np.vecdot(embeddings, self._sums[into]) * scale
        own += np.vecdot(embeddings, self._scaled_sums[into])
        own -= 2 * scale  # itself, of length 1
        others = np.maximum(sizes - 1, 1)
        mean = own / 2 / others - (offset + (self._offsets[into] - offset) / others) / 2
        return np.where(sizes > 1, self._typical + mean, -1.0)

    def _settled(self) -> NDArray[np.int64]:
        _ = self.labels
        return self._into

    def _take_in(self, one: int, other: int) -> None:
        self._rules.merge(one, other)
        self._into[other] = one
        self._sums[one] += self._sums[other]
        self._scaled_sums[one] += self._scaled_sums[other]
        self._offsets[one] += self._offsets[other]
        self._sizes[one] += self._sizes[other]

    def _to_all(self, one: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        """(m,) the mean similarity of a group to each of the others (m,)."""
        products = self._sums[others] @ self._scaled_sums[one]
        products += self._scaled_sums[others] @ self._sums[one]
        mean = products / (2 * self._sizes[one] * self._sizes[others])
        strange = self._offsets[others] / self._sizes[others]
        strange += self._offsets[one] / self._sizes[one]
        return np.asarray(self._typical + mean - strange / 2, np.float64)

    def _between(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
        """(m,) the mean similarity of groups `a` (m,) and `b` (m,)."""
        mean = np.empty(len(a))
        for start in range(0, len(a), PAIRS):
            part = slice(start, start + PAIRS)
            one, other = a[part], b[part]
            products = np.vecdot(self._sums[one], self._scaled_sums[other])
            products += np.vecdot(self._scaled_sums[one], self._sums[other])
            mean[part] = products / (2 * self._sizes[one] * self._sizes[other])
        strange = self._offsets[a] / self._sizes[a] + self._offsets[b] / self._sizes[b]
        return self._typical + mean - strange / 2


def _sums(
    embeddings: Matrix, weights: NDArray[np.float64], groups: NDArray[np.int64], count: int
) -> Matrix:
    """(count, dim) the weighted sum of every group's vectors."""
    places = (groups, np.arange(len(groups)))
    chooser = csr_array((weights.astype(np.float32), places), shape=(count, len(groups)))
    return np.asarray(chooser @ embeddings, np.float32)
