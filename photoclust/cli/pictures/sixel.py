"""A picture as sixels: bands of six rows, each drawn once for every colour in it.

The format is that of the VT330/VT340 Programmer Reference Manual, chapter 14 (vt100.net).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Pixels

MAX_COLOURS = 256

BAND = 6  # rows of pixels in a band: the six bits of a sixel

# P1 = 0 leaves the shape of a pixel to the raster attributes, as the manual recommends; P2 = 1
# leaves alone what is not drawn.
BEGIN, END = b"\x1bP0;1;0q", b"\x1b\\"

BLANK = ord("?")  # the sixel without a pixel; the others follow it

# A run of so many is shorter as `!4~` than spelled out.
SHORTEST_RUN = 4


def sixel(pixels: Pixels, colours: int = MAX_COLOURS) -> bytes:
    """The picture in sixels, reduced to a palette of its own.

    Parameters
    ----------
    pixels : RGB of shape (height, width, 3).
    colours : how many the palette may have, 2..256.
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    # Pillow's median cut comes a little closer, but takes as long as a person notices.
    reduced = Image.fromarray(pixels).quantize(colours, Image.Quantize.FASTOCTREE)
    palette = np.reshape(reduced.getpalette() or [], (-1, 3))
    percent = np.rint(palette / 255 * 100).astype(int)
    places = np.asarray(reduced)
    used = np.unique(places).tolist()
    registers = [b"#%d;2;%d;%d;%d" % (place, *percent[place].tolist()) for place in used]
    bands = [_band(places[top : top + BAND], len(palette)) for top in range(0, height, BAND)]
    size = b'"1;1;%d;%d' % (width, height)
    return b"".join([BEGIN, size, *registers, b"-".join(bands), END])


def _band(places: NDArray[np.uint8], colours: int) -> bytes:
    """Up to six rows of places in the palette, shape (rows, width): a line for each colour in them.

    `$` goes back to the left edge, `#` takes a colour.
    """
    width = places.shape[1]
    lines = np.zeros((colours, width), np.uint8)
    for row, line in enumerate(places):
        lines[line, np.arange(width)] |= 1 << row
    used = np.flatnonzero(lines.any(axis=1))
    sixels = lines[used].ravel()

    begins = np.diff(sixels, prepend=0) != 0
    begins[::width] = True
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], sixels.size)
    seen = (sixels[starts] > 0) | (ends % width > 0)  # the rest of a line may be left out
    starts, ends = starts[seen], ends[seen]
    runs = list(map(_run, (ends - starts).tolist(), sixels[starts].tolist()))
    for colour, first in zip(used.tolist(), np.flatnonzero(starts % width == 0), strict=True):
        runs[first] = b"$#%d%s" % (colour, runs[first])
    return b"".join(runs)


@cache
def _run(length: int, bits: int) -> bytes:
    """So many equal sixels next to each other."""
    drawn = bytes([BLANK + bits])
    return drawn * length if length < SHORTEST_RUN else b"!%d%s" % (length, drawn)
