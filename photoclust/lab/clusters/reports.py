"""What an evaluation comes to, before it is printed or drawn."""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.lab.clusters.scoring import MixedCluster, Pieces, Scores
from photoclust.lab.clusters.truth import Truth


@dataclass(frozen=True, slots=True)
class ClustersReport:
    """The present clustering of a library against a truth.

    Attributes
    ----------
    library : the file's name; `faces` is how many it holds.
    mixed, pieces : every cluster with several people, everybody with several photos; worst first.
    """

    library: str
    pack: str
    faces: int
    truth: Truth
    scores: Scores
    mixed: tuple[MixedCluster, ...]
    pieces: tuple[Pieces, ...]

    @property
    def mean_pieces(self) -> float:
        """Pieces of a person with several photos; 0 if there is nobody."""
        return _mean([person.pieces for person in self.pieces])

    @property
    def mean_clusters(self) -> float:
        return _mean([person.clusters for person in self.pieces])

    @property
    def mean_alone(self) -> float:
        return _mean([person.alone for person in self.pieces])

    @property
    def in_several_clusters(self) -> int:
        """People in more than one cluster."""
        return sum(person.clusters > 1 for person in self.pieces)

    @property
    def torn(self) -> tuple[Pieces, ...]:
        """People in more than one piece."""
        return tuple(person for person in self.pieces if person.pieces > 1)


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """Scores with the pack's thresholds moved by `shift`, that to join to `join` (cosine)."""

    shift: float
    join: float
    scores: Scores

    @property
    def chosen(self) -> bool:
        """Is this where the library clusters?"""
        return self.shift == 0


@dataclass(frozen=True, slots=True)
class SweepReport:
    """Clusterings from nothing, the lowest threshold first."""

    library: str
    pack: str
    join: float
    faces: int
    truth: Truth
    points: tuple[SweepPoint, ...]

    @property
    def best(self) -> SweepPoint:
        """The point with the highest BCubed F; of equals the nearest to the chosen one."""
        return max(self.points, key=lambda point: (point.scores.bcubed.f, -abs(point.shift)))


# The share of the room between the threshold and 1 that a sweep looks at on each side: wide enough
# to see both ends fall, on packs with a narrow scale (0.06 for `open`) and with a wide one.
SWEPT_SHARE = 0.75


def sweep_shifts(join: float, steps: int) -> list[float]:
    """Evenly spaced shifts around 0, `steps` on each side.

    They end at 3/4 of the way from `join` to 1, and on the other side as far, but not below a
    cosine of 0, where vectors have nothing in common.
    """
    span = min(SWEPT_SHARE * (1 - join), max(join, 0.0))
    return [round(span * step / steps, 6) for step in range(-steps, steps + 1)]


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0
