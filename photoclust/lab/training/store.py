"""Prepared faces on disk: a memory-mapped array, and an index with a line for each photo.

A line is written as soon as its photo was looked at, so a preparation that was cut short goes on
where it was, and one that is complete is only read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

INDEX, ARRAY = "faces.jsonl", "faces.npy"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one photo; its face lies in the row of its place in the listing.

    Attributes
    ----------
    path : relative to the folder of people.
    person : the folder it lies in.
    failure : why there is no face, in a few words; None if there is one.
    sharpness, border : see `filters`.
    """

    path: str
    person: str
    failure: str | None = None
    sharpness: float = 0.0
    border: float = 0.0


class Store:
    """A folder with the faces of a listing of photos.

    Parameters
    ----------
    key : what the faces depend on; a store of another key is begun anew.
    count, shape, dtype : photos in the listing, and what the array holds for each.
    """

    def __init__(
        self,
        folder: Path,
        key: dict[str, Any],
        count: int,
        shape: tuple[int, ...],
        dtype: type[np.generic],
    ) -> None:
        self._index, self._array = folder / INDEX, folder / ARRAY
        self.records = self._read(key)
        if not self.records:
            folder.mkdir(parents=True, exist_ok=True)
            self._index.write_text(json.dumps(key) + "\n", encoding="utf-8")
            self.rows = np.lib.format.open_memmap(
                self._array, mode="w+", dtype=dtype, shape=(count, *shape)
            )
        else:
            self.rows = np.lib.format.open_memmap(self._array, mode="r+")

    def add(self, prepared: Iterable[tuple[Prepared, NDArray[Any] | None]]) -> None:
        """Write the next photos, in the order of the listing, each as soon as it is there."""
        with self._index.open("a", encoding="utf-8", buffering=1) as index:
            for record, face in prepared:
                if face is not None:
                    self.rows[len(self.records)] = face
                index.write(json.dumps(asdict(record)) + "\n")
                self.records.append(record)
        self.rows.flush()

    def _read(self, key: dict[str, Any]) -> list[Prepared]:
        try:
            head, *lines = self._index.read_text(encoding="utf-8").splitlines()
            if json.loads(head) != key or not self._array.is_file():
                return []
        except (OSError, ValueError):
            return []
        records = []
        for line in lines:
            try:
                records.append(Prepared(**json.loads(line)))
            except ValueError:  # a kill cut it short
                self._index.write_text("\n".join([head, *lines[: len(records)], ""]))
                break
        return records
