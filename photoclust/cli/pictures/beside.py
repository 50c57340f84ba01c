"""Crops at the left of the rows of a table, each drawn as soon as its row is written."""

from __future__ import annotations

import heapq
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from photoclust.cli.pictures.choosing import terminal_pictures
from photoclust.cli.pictures.show import Show
from photoclust.domain import Pixels

if TYPE_CHECKING:
    from rich.padding import Padding

    from photoclust.library import Library
    from photoclust.library.faces import Face

# Lines of text that a crop is high, and how many rows have any: each opens a photo or more.
LINES, MOST_ROWS = 3, 40

# Crops of a group, where the terminal is so many characters wide; else there is one, and on a
# narrow one none.
CROPS, WIDE, NARROW = 3, 110, 60

# Photos are decoded at this for crops so small.
DECODED_SIDE = 1000  # pixels, longest side

# Begins a row in the text of a table; nothing that is printable contains it.
PLACE = "\ue000"


@dataclass(frozen=True, slots=True)
class Beside:
    """Pictures for the first rows of a table.

    Attributes
    ----------
    pictures : in the order of the rows, made when they are asked for; None leaves the place empty.
    columns : characters that the widest of them is wide.
    """

    show: Show
    pictures: Iterator[Pixels | None]
    columns: int

    def place(self, row: int) -> Padding:
        """The cell at the left of a row."""
        from rich.padding import Padding

        return Padding(PLACE, (0, 0, LINES - 1, 0)) if row < MOST_ROWS else Padding("", 0)

    def write(self, table: str) -> None:
        """Write a table whose rows begin with `PLACE` and have `LINES` lines or more."""
        written, picture = LINES, None
        for line in table.splitlines(keepends=True):
            if PLACE in line:
                written, picture = 0, next(self.pictures, None)
            self.show.stream.write(line.replace(PLACE, " "))
            written += 1
            if written == LINES and picture is not None:
                self.show.draw_above(picture)
        self.show.stream.flush()


def crops_beside(
    library: Library, rows: Iterable[Sequence[Face]], *, strip: bool = False
) -> Beside | None:
    """The crops of some faces for each row; None where stdout shows no pictures, or has no room.

    With `strip` there are up to `CROPS` a row on a wide terminal.
    """
    show = terminal_pictures(sys.stdout) if sys.stdout.encoding.lower() == "utf-8" else None
    if show is None:
        return None
    room = show.room()
    side = LINES * room.cell_height
    if room.width < NARROW * room.cell_width or room.height < side:
        return None
    most = CROPS if strip and room.width >= WIDE * room.cell_width else 1
    pictures = (_strip(library, faces[:most], side) for faces in islice(rows, MOST_ROWS))
    return Beside(show, pictures, math.ceil(most * side / room.cell_width))


def best_faces(faces: Iterable[Face]) -> list[Face]:
    """Those that show a group: the faces of the best quality, best first."""
    return heapq.nlargest(CROPS, faces, key=lambda face: (face.quality, -face.id))


def _strip(library: Library, faces: Sequence[Face], side: int) -> Pixels | None:
    from photoclust.export.crops import face_crops

    cut = face_crops(library, faces, side, decoded=DECODED_SIDE)
    crops = {face.id: crop for face, crop in cut}
    return np.concatenate([crops[face.id] for face in faces], axis=1) if faces else None
