"""A condensed tree as a picture: the icicle plot of McInnes & Healy (2017).

From top to bottom faces must be more and more alike to hang together, and the width of a part is
the number of its faces. The picture holds no photo and no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from photoclust.clustering.condensed import Part, highest
from photoclust.clustering.density import NOISE

WIDTH, HEIGHT = 800, 470
LEFT, RIGHT, TOP, BOTTOM = 64, 670, 64, 414  # of the plot

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)  # cosines between lines
MOST_LINES = 12

PAPER, INK, FAINT, CEILING = "#f6f6f3", "#2b2d31", "#6b6f76", "#b3261e"
LOOSE = "#c9cbcd"
DENSER = 0.5
COLOURS = ("#3a6ea5", "#b0611c", "#3f7f55", "#a94a5e", "#6f5a9e", "#2c7a80", "#80662a", "#59667d")

# A group that is narrower has no room for its number, or for how many faces it has.
NUMBER_ROOM, COUNT_ROOM = 16, 44

# In every drawing, so that it can be told from somebody else's file.
MARKER = "<title>Condensed tree of faces, by photoclust</title>"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where cosines and faces are on the picture."""

    lowest: float
    link: float
    face_width: float

    def y(self, cosine: float) -> float:
        top = highest(self.link)
        share = (min(cosine, top) - self.lowest) / (top - self.lowest)
        return TOP + share * (BOTTOM - TOP)


def tree_drawing(root: Part, link: float, title: str) -> str:
    """The tree as SVG; `link` is the ceiling, and the title is one line above it."""
    scale = _Scale(min(root.birth, link), link, (RIGHT - LEFT) / len(root.faces))
    body = [
        _text(LEFT, 28, title, 16, weight="600"),
        *_axis(scale),
        *_blocks(root, (LEFT + RIGHT) / 2, scale, NOISE),
        *_ceiling(scale),
        *_legend(root, scale),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" '
            'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
            MARKER,
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{PAPER}"/>',
            *body,
            "</svg>\n",
        ]
    )


def _axis(scale: _Scale) -> Iterator[str]:
    last = highest(scale.link)
    step = next((s for s in STEPS if (last - scale.lowest) / s <= MOST_LINES), STEPS[-1])
    first = np.ceil(scale.lowest / step + 0.25) * step
    for cosine in np.arange(first, last + step / 2, step).tolist():
        y = scale.y(cosine)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{INK}" stroke-opacity=".1"/>'
        yield _text(LEFT - 10, y + 4, f"{cosine:.{3 if step < 0.01 else 2}f}", 12, FAINT, "end")
    yield _text(LEFT - 38, TOP - 12, "cosine similarity", 12, FAINT)


def _blocks(part: Part, middle: float, scale: _Scale, group: int) -> Iterator[str]:
    """A part and, below it, what it falls into; `group` is what it lies in."""
    falls = [part.birth, *sorted(cosine for cosine, _ in part.leaves), part.end]
    outline = [
        (scale.y(top), scale.y(end), (len(part.faces) - fallen) * scale.face_width / 2)
        for fallen, (top, end) in enumerate(pairwise(falls))
        if end > top
    ]
    line = scale.y(scale.link)
    if part.group != NOISE:
        above = [(top, min(end, line), half) for top, end, half in outline if top < line]
        below = [(max(top, line), end, half) for top, end, half in outline if end > line]
        if above:
            yield _block(above, middle, LOOSE)
        if below:
            yield _block(below, middle, _colour(part.group), INK)
    elif outline and group == NOISE:
        yield _block(outline, middle, LOOSE)
    elif outline:
        yield _block(outline, middle, _colour(group), opacity=DENSER)
    x = middle - sum(len(child.faces) for child in part.children) * scale.face_width / 2
    inside = part.group if part.group != NOISE else group
    for child in part.children:
        width = len(child.faces) * scale.face_width
        yield from _blocks(child, x + width / 2, scale, inside)
        x += width
    if part.group != NOISE:
        yield from _number(part, middle, scale)


def _number(part: Part, middle: float, scale: _Scale) -> Iterator[str]:
    kept = sum(cosine > scale.link for p in part.all() for cosine, _ in p.leaves)
    top, width = max(scale.y(scale.link), scale.y(part.birth)), kept * scale.face_width
    if width >= NUMBER_ROOM:
        yield _text(middle, top + 23, str(part.group + 1), 17, "#fff", "middle", "700")
    if width >= COUNT_ROOM:
        yield _text(middle, top + 39, f"{kept} faces", 11, "#fff", "middle")


def _colour(group: int) -> str:
    return COLOURS[group % len(COLOURS)]


def _block(
    outline: list[tuple[float, float, float]],
    middle: float,
    fill: str,
    stroke: str = PAPER,
    opacity: float = 1,
) -> str:
    """Steps (top, end, half the width) from the top down, as one shape."""
    right = [(middle + half, y) for top, end, half in outline for y in (top, end)]
    left = [(2 * middle - x, y) for x, y in reversed(right)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in right + left)
    faded = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'<path d="M{path}Z" fill="{fill}"{faded} stroke="{stroke}" stroke-width="1.2"/>'


def _ceiling(scale: _Scale) -> Iterator[str]:
    y = scale.y(scale.link)
    yield (
        f'<path d="M{LEFT} {y:.1f}H{RIGHT + 8}" stroke="{CEILING}" stroke-width="1.8" '
        'stroke-dasharray="7 4"/>'
    )
    yield _text(RIGHT + 14, y + 4, f"ceiling {scale.link:.2f}", 13, CEILING, weight="600")
    yield _text(RIGHT + 14, y + 21, "no group reaches", 12, CEILING)
    yield _text(RIGHT + 14, y + 36, "across it", 12, CEILING)


def _legend(root: Part, scale: _Scale) -> Iterator[str]:
    y = HEIGHT - 22
    x = float(LEFT)
    entries = [
        (_colour(0), INK, 1.0, "chosen group", 126),
        (LOOSE, LOOSE, 1.0, "not alike enough", 150),
    ]
    torn = [part.group for part in root.all() if part.group != NOISE and part.children]
    if torn:
        entries.append((_colour(torn[0]), PAPER, DENSER, "denser part, not chosen", 190))
    for fill, stroke, opacity, words, room in entries:
        yield (
            f'<rect x="{x:.1f}" y="{y - 11}" width="16" height="13" fill="{fill}" '
            f'fill-opacity="{opacity}" stroke="{stroke}" stroke-width="1.2"/>'
        )
        yield _text(x + 23, y, words, 12, FAINT)
        x += room
    if len(root.faces) < 10:
        return
    ten = 10 * scale.face_width
    yield f'<path d="M{x:.1f} {y - 9}v8m0-4h{ten:.1f}m0-4v8" stroke="{INK}"/>'
    yield _text(x + ten + 8, y, "10 faces", 12, FAINT)


def _text(
    x: float,
    y: float,
    words: str,
    size: int,
    fill: str = INK,
    anchor: str = "start",
    weight: str = "400",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{words}</text>'
    )
