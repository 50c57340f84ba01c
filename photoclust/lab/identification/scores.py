"""Identification, 1:N: how often the right person comes first, and how often a stranger is one.

In the closed set everybody who asks is enrolled, and the rank of the right person counts. In the
open set there are strangers, who should be told that they are new. The detection and
identification rate, DIR, is the share of photos of enrolled people that find their person first and
above a threshold; the false positive identification rate, FPIR, the share of photos of strangers
that find anybody above it (Grother and Ngan, NIST face recognition vendor test).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.lab.verification.roc import FEWEST_ACCEPTS, Roc, roc_of_blocks
from photoclust.search.match import similarity_to
from photoclust.vectors import Matrix

BLOCK = 512  # rows of similarities that are held at a time


@dataclass(frozen=True, slots=True)
class Found:
    """The open set at a threshold.

    Attributes
    ----------
    threshold : the lowest cosine at which somebody is taken for an enrolled person.
    fpir : the most that may be, or is, accepted of strangers' photos; None without strangers.
    dir : the share of enrolled people's photos that find their person.
    """

    threshold: float
    fpir: float | None
    dir: float


@dataclass(frozen=True, slots=True)
class Identification:
    """What everybody who asks found.

    Attributes
    ----------
    people : how many are enrolled.
    ranks : of each photo of an enrolled person, the place of that person, from 1 (m,); others who
        are as alike come before.
    nearest : how like the most similar person it is, a cosine (m,).
    strangers : the same of each photo of a stranger (u,).
    """

    people: int
    ranks: NDArray[np.int64]
    nearest: NDArray[np.float32]
    strangers: NDArray[np.float32]

    def within(self, rank: int) -> float:
        """The share whose person is among the first `rank`."""
        return float((self.ranks <= rank).mean())

    def at_fpir(self, fpir: float) -> Found | None:
        """The open set where at most this share of strangers is taken for somebody.

        None where that is expected of fewer than `FEWEST_ACCEPTS`.
        """
        most = round(fpir * len(self.strangers), 6)
        if most < FEWEST_ACCEPTS:
            return None
        beyond = np.sort(self.strangers)[::-1][int(most)]
        threshold = float(np.nextafter(beyond, np.float32(np.inf)))
        return Found(threshold, fpir, self._dir(threshold))

    def dirs(self, fpirs: NDArray[np.floating]) -> NDArray[np.float64]:
        """The DIR at each of these FPIRs (n,), however few strangers stand behind it."""
        highest = np.append(np.sort(self.strangers)[::-1], -np.inf)
        beyond = highest[np.round(fpirs * len(self.strangers), 6).astype(np.int64)]
        right = np.sort(self.nearest[self.ranks == 1])
        return (len(right) - np.searchsorted(right, beyond, "right")) / len(self.ranks)

    def at(self, threshold: float) -> Found:
        """The open set at this threshold."""
        accepted = float((self.strangers >= threshold).mean()) if len(self.strangers) else None
        return Found(threshold, accepted, self._dir(threshold))

    def _dir(self, threshold: float) -> float:
        return float(((self.ranks == 1) & (self.nearest >= threshold)).mean())


def identify(
    gallery: Sequence[Matrix],
    known: Matrix,
    whose: NDArray[np.int64],
    strangers: Matrix,
) -> Identification:
    """Look photos up among enrolled people, as `identify` and `find` do.

    Parameters
    ----------
    gallery : of each person the unit vectors of the photos that are enrolled (k, dim).
    known : photos of enrolled people (m, dim), `whose` their places in the gallery (m,).
    strangers : photos of others (u, dim).
    """
    likeness = np.stack([similarity_to(enrolled, known) for enrolled in gallery], axis=1)
    own = likeness[np.arange(len(known)), whose]
    if len(strangers):
        nearest = np.max([similarity_to(enrolled, strangers) for enrolled in gallery], axis=0)
    else:
        nearest = np.empty(0, np.float32)
    return Identification(
        people=len(gallery),
        ranks=(likeness >= own[:, None]).sum(axis=1),
        nearest=likeness.max(axis=1),
        strangers=nearest,
    )


def all_pairs(matrix: Matrix, person: NDArray[np.int64]) -> Roc:
    """The curve of every two photos, (n, dim) of the people (n,); in pieces, as they are many.

    There must be two photos of one person, and two people.
    """
    order = np.argsort(person, kind="stable")
    matrix, person = matrix[order], person[order]
    same = [
        (own @ own.T)[np.triu_indices(len(own), 1)]
        for own in np.split(matrix, np.flatnonzero(np.diff(person)) + 1)
    ]

    def different() -> Iterator[NDArray[np.float32]]:
        for start in range(0, len(matrix), BLOCK):
            rows = slice(start, start + BLOCK)
            later = person[rows, None] < person[None, start:]
            yield (matrix[rows] @ matrix[start:].T)[later]

    return roc_of_blocks(np.concatenate(same), different())
