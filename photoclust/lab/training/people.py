"""Who is learned from, who says when to stop, and who is kept aside for the final figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import PhotoclustError
from photoclust.lab.training.filters import FaceFilters
from photoclust.lab.training.store import Store

# Of the people who are not held out, the share that only says when to stop.
VALIDATION = 0.1

# People with several photos in each part at least, and of people to judge on (two folds).
LEAST_SEVERAL, LEAST_HELD_OUT = 2, 4


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces of some people.

    Attributes
    ----------
    rows : (N, ...) all faces of a store.
    at : (n,) the rows of these.
    people : (n,) who each is, from 0 on without a gap.
    """

    rows: NDArray[Any]
    at: NDArray[np.int64]
    people: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)

    @property
    def count(self) -> int:
        """People."""
        return int(self.people.max()) + 1 if len(self) else 0

    def of(self, some: NDArray[np.int64]) -> NDArray[Any]:
        """The faces at these places (m,), as stored: (m, ...)."""
        return np.asarray(self.rows[self.at[some]])

    def several(self) -> int:
        """How many people have two photos or more."""
        return int((np.bincount(self.people) > 1).sum()) if len(self) else 0


@dataclass(frozen=True, slots=True)
class Parts:
    """The people of a folder in three parts, and what was dropped from the first two, by reason.

    Nothing of the held-out people is dropped but photos without a face: they are what they are.
    """

    training: Faces
    validation: Faces
    held_out: Faces
    dropped_photos: dict[str, int]
    dropped_people: int


def split(
    store: Store,
    filters: FaceFilters,
    held_out: float,
    seed: int,
    validation: float = VALIDATION,
) -> Parts:
    """Deal people out by chance, the same for the same seed, and filter those to learn from.

    Parameters
    ----------
    held_out : share of all people, 0..1.
    validation : of the others with enough photos, the share that says when to stop.

    Raises
    ------
    PhotoclustError : too few people are left in one of the parts.
    """
    names = sorted({record.person for record in store.records})
    order = [names[who] for who in np.random.default_rng(seed).permutation(len(names))]
    aside = max(LEAST_HELD_OUT, round(held_out * len(names)))
    held, others = set(order[:aside]), order[aside:]
    rows: dict[str, list[int]] = {name: [] for name in names}
    dropped: Counter[str] = Counter()
    for row, record in enumerate(store.records):
        why = record.failure
        if why is None and record.person not in held:
            why = filters.why_dropped(record.sharpness, record.border)
        if why is None:
            rows[record.person].append(row)
        else:
            dropped[why] += 1
    enough = [name for name in others if len(rows[name]) >= filters.min_photos]
    stopping = max(LEAST_SEVERAL, round(validation * len(enough)))
    parts = Parts(
        training=_faces(store, rows, enough[stopping:]),
        validation=_faces(store, rows, enough[:stopping]),
        held_out=_faces(store, rows, order[:aside]),
        dropped_photos=dict(dropped),
        dropped_people=len(others) - len(enough),
    )
    _check(parts, filters)
    return parts


def _faces(store: Store, rows: dict[str, list[int]], names: list[str]) -> Faces:
    """All faces of these people, in the order of the store."""
    owners = {row: name for name in names for row in rows[name]}
    at = sorted(owners)
    people = np.unique([owners[row] for row in at], return_inverse=True)[1]
    return Faces(store.rows, np.array(at, np.int64), people.astype(np.int64))


def _check(parts: Parts, filters: FaceFilters) -> None:
    for faces, least, what in (
        (parts.training, LEAST_SEVERAL, "to learn from"),
        (parts.validation, LEAST_SEVERAL, "to say when to stop"),
        (parts.held_out, LEAST_HELD_OUT, "held out for the figures"),
    ):
        if faces.several() < LEAST_SEVERAL or faces.count < least:
            raise PhotoclustError(
                f"Too few people are left {what}: {faces.count}, {faces.several()} of them with"
                " two photos or more.",
                "Add people, or change --held-out, or --min-photos, --min-sharpness and"
                f" --max-border (now {filters.min_photos}, {filters.min_sharpness:g},"
                f" {filters.max_border:g}).",
            )
