"""Average linkage between groups, along the links of near neighbours.

The mean similarity of two groups needs only the sums of their vectors, also with contrast: no
matrix of all pairs is ever made. Two groups are looked at once a link below the ceiling ties
them. Average linkage (UPGMA, Sokal & Michener 1958) is reducible: what a merged group is to a
third is never more than the better of its halves was, so pairs under the threshold are dropped for
good.
"""

from __future__ import annotations

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
        return np.unique(self._settled()[self._start], return_inverse=True)[1].astype(np.int64)

    def merge(self, a: NDArray[np.int64], b: NDArray[np.int64], threshold: float) -> None:
        """Merge the groups of linked faces `a` (m,) and `b` (m,) while any pair is this similar.

        By chains of nearest neighbours (Murtagh 1983): from a group to the one it is most like, on
        to the one that is most like, until two are most like each other. These become one.
        """
        near = self._similar(a, b, threshold)
        waiting = sorted(near, reverse=True)
        chain: list[int] = []
        while chain or waiting:
            if not chain:
                first = waiting.pop()
                if first not in near:
                    continue
                chain.append(first)
            one = chain[-1]
            before = chain[-2] if len(chain) > 1 else None
            other = _most_similar(near[one], before)
            if other is None:
                chain.pop()
            elif not self._rules.allow(one, other):
                del near[one][other], near[other][one]
            elif other == before:
                del chain[-2:]
                self._merge_near(other, one, near, threshold)
                waiting.append(other)
            elif other in chain:
                # A merge brought groups together that no link had tied: it is the best by now.
                del chain[chain.index(other) + 1 :]
            else:
                chain.append(other)

    def _similar(
        self, a: NDArray[np.int64], b: NDArray[np.int64], threshold: float
    ) -> dict[int, dict[int, float]]:
        """Of each group that a link ties to such a one, the groups this similar to it."""
        into = self._settled()
        low, high = np.sort([into[self._start[a]], into[self._start[b]]], axis=0)
        pairs = np.unique((low * len(into) + high)[low != high])
        low, high = pairs // len(into), pairs % len(into)
        similarity = self._between(low, high)
        near: dict[int, dict[int, float]] = {}
        for place in np.flatnonzero(similarity >= threshold).tolist():
            one, other, value = int(low[place]), int(high[place]), float(similarity[place])
            near.setdefault(one, {})[other] = value
            near.setdefault(other, {})[one] = value
        return near

    def _merge_near(
        self, one: int, other: int, near: dict[int, dict[int, float]], threshold: float
    ) -> None:
        """Take a group into another, and keep account of who is similar to it."""
        mine, theirs = near[one], near.pop(other)
        for group in theirs:
            del near[group][other]
        theirs.pop(one)
        share = self._sizes[one] / (self._sizes[one] + self._sizes[other])
        self._take_in(one, other)
        known = {
            group: share * mine[group] + (1 - share) * theirs[group]
            for group in mine.keys() & theirs.keys()
        }
        unknown = sorted(mine.keys() ^ theirs.keys())
        if unknown:
            known |= zip(unknown, self._to_all(one, np.array(unknown)).tolist(), strict=True)
        near[one] = {group: value for group, value in known.items() if value >= threshold}
        for group in mine.keys() - near[one].keys():
            del near[group][one]
        for group, value in near[one].items():
            near[group][one] = value

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
        """The group that each group at first has become part of."""
        while (self._into[self._into] != self._into).any():
            self._into = self._into[self._into]
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


def _most_similar(near: dict[int, float], preferred: int | None) -> int | None:
    """The group of the highest similarity: of equals the preferred, or else the lowest number."""
    best = max(near.values(), default=None)
    if best is None:
        return None
    if preferred is not None and near.get(preferred) == best:
        return preferred
    return min(group for group, value in near.items() if value == best)


def _sums(
    embeddings: Matrix, weights: NDArray[np.float64], groups: NDArray[np.int64], count: int
) -> Matrix:
    """(count, dim) the weighted sum of every group's vectors."""
    places = (groups, np.arange(len(groups)))
    chooser = csr_array((weights.astype(np.float32), places), shape=(count, len(groups)))
    return np.asarray(chooser @ embeddings, np.float32)
