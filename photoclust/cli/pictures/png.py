"""A picture as a PNG file inside an escape sequence: the protocols of kitty and of iTerm2."""

from __future__ import annotations

import io
from base64 import standard_b64encode

from photoclust.domain import Pixels

# Bytes of base64 in one sequence (sw.kovidgoyal.net/kitty/graphics-protocol, "Remote client"); a
# multiple of 4.
CHUNK = 4096


def kitty(pixels: Pixels) -> bytes:
    """The picture for kitty, one pixel for each, which leaves the cursor where it is.

    `a=T` sends and shows, `f=100` is PNG, `C=1` moves no cursor, `q=2` keeps the terminal from
    answering, and `m=1` says that there is more (sw.kovidgoyal.net/kitty/graphics-protocol).
    """
    data = standard_b64encode(_png(pixels))
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    last = len(chunks) - 1
    return b"".join(
        b"\x1b_G%sq=2,m=%d;%s\x1b\\" % (b"" if place else b"a=T,f=100,C=1,", place < last, chunk)
        for place, chunk in enumerate(chunks)
    )


def iterm(pixels: Pixels, columns: int, rows: int) -> bytes:
    """The picture for iTerm2, as large as fits into so many characters.

    In characters, because what is a pixel to iTerm2 depends on the display and on its settings
    (iterm2.com/documentation-images.html).
    """
    file = _png(pixels)
    return b"\x1b]1337;File=inline=1;size=%d;width=%d;height=%d;preserveAspectRatio=1:%s\a" % (
        len(file),
        columns,
        rows,
        standard_b64encode(file),
    )


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
