"""Drawing: how large a picture may be, and where the cursor is afterwards."""

from __future__ import annotations

import math
import os
import struct
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

import numpy as np

from photoclust.cli.pictures.png import iterm, kitty
from photoclust.cli.pictures.sixel import MAX_COLOURS, sixel
from photoclust.domain import Pixels


class Protocol(StrEnum):
    """How a terminal takes pictures."""

    KITTY = "kitty"
    ITERM = "iterm"
    SIXEL = "sixel"


# Width and height of a character in pixels, where the terminal tells neither: that of the VT340,
# which Windows Terminal keeps whatever its font (github.com/microsoft/terminal, pull 17504), and a
# small one elsewhere.
VT340_CELL, SMALL_CELL = (10, 20), (8, 16)

# Characters, where the terminal does not tell.
COLUMNS, ROWS = 80, 24

# xterm cuts off sixels beyond this (its manual, maxGraphicSize).
MAX_SIXEL_SIDE = 1000  # pixels


@dataclass(frozen=True, slots=True)
class Room:
    """What the screen has room for below one another, and one character of it, in pixels.

    A picture whose side is a multiple of `cell_height` fills whole lines; so many lines are also
    as large to the eye on every display, which so many pixels are not.
    """

    width: int
    height: int
    cell_width: int
    cell_height: int


@dataclass(frozen=True, slots=True)
class Show:
    """A terminal that shows pictures.

    Attributes
    ----------
    protocol : how it takes them.
    stream : what leads to it.
    colours : that a sixel picture may have, 2..256.
    cell : width and height of a character in pixels as it said when asked, if it did.
    """

    protocol: Protocol
    stream: TextIO
    colours: int = MAX_COLOURS
    cell: tuple[int, int] | None = None

    def room(self) -> Room:
        """How large a picture is drawn as it is; a person may change it at any time."""
        columns, rows, width, height = _screen(self.stream.fileno())
        is_sixel = self.protocol is Protocol.SIXEL
        wide, high = self.cell or (VT340_CELL if is_sixel else SMALL_CELL)
        if width >= columns and height >= rows:
            wide, high = width // columns, height // rows
        limit = MAX_SIXEL_SIDE if is_sixel else sys.maxsize
        return Room(min(columns * wide, limit), min(max(rows - 1, 1) * high, limit), wide, high)

    def draw(self, pixels: Pixels) -> None:
        """Show a picture from the beginning of this line; the cursor is then on the line below it.

        One that is larger than `room` is made smaller. Terminals differ in where a picture leaves
        the cursor (github.com/hpjansson/chafa, issues 146 and 192), so its lines are made first,
        and the cursor is brought to where it belongs.

        Parameters
        ----------
        pixels : RGB of shape (height, width, 3).
        """
        self._draw(pixels, make_lines=True)

    def draw_above(self, pixels: Pixels) -> None:
        """Show a picture over the last lines, as many as it is high; the cursor stays below them.

        Parameters
        ----------
        pixels : as for `draw`.
        """
        self._draw(pixels, make_lines=False)

    def _draw(self, pixels: Pixels, *, make_lines: bool) -> None:
        room = self.room()
        pixels = _fitted(pixels, room.width, room.height)
        height, width = pixels.shape[:2]
        columns, rows = math.ceil(width / room.cell_width), math.ceil(height / room.cell_height)
        match self.protocol:
            case Protocol.KITTY:
                picture = kitty(pixels)
            case Protocol.ITERM:
                picture = iterm(pixels, columns, rows)
            case Protocol.SIXEL:
                picture = sixel(pixels, self.colours)
        lines_made = "\r" + "\n" * rows if make_lines else ""
        drawn = f"\x1b[{rows}A\x1b7{picture.decode('ascii')}\x1b8\x1b[{rows}B"
        self.stream.write(lines_made + drawn)
        self.stream.flush()


def _screen(terminal: int) -> tuple[int, int, int, int]:
    """Columns, rows, and width and height in pixels; these two are 0 where nobody knows them."""
    width = height = 0
    if sys.platform == "win32":
        columns, rows = os.get_terminal_size(terminal)
    else:
        import fcntl
        import termios

        told = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8))
        rows, columns, width, height = struct.unpack("HHHH", told)
    return columns or COLUMNS, rows or ROWS, width, height


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture, made smaller if it does not fit."""
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    if scale >= 1:
        return pixels
    from PIL import Image

    size = max(1, int(pixels.shape[1] * scale)), max(1, int(pixels.shape[0] * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))
