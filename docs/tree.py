"""Draws docs/pictures/condensed-tree.svg: how HDBSCAN sees the faces of scenes/bbt.

    python docs/tree.py [--photos ../shared/data/scenes/bbt]

The icicle plot of McInnes & Healy (2017): from top to bottom faces must be more and more alike to
hang together, and the width of a part is the number of its faces. The picture holds no photo and no
name.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from hdbscan._hdbscan_linkage import label
from hdbscan._hdbscan_tree import condense_tree
from numpy.typing import NDArray

import photoclust
from photoclust.clustering.density import (
    FLOOR,
    MIN_CLUSTER_SIZE,
    MIN_SAMPLES,
    NOISE,
    distance_of,
    group_by_density,
)
from photoclust.clustering.spanning import spanning_tree
from photoclust.library import Library
from photoclust.models.open_pack import THRESHOLDS
from photoclust.vectors import Matrix

OUT = Path(__file__).parent / "pictures" / "condensed-tree.svg"

WIDTH, HEIGHT = 800, 470
LEFT, RIGHT, TOP, BOTTOM = 64, 670, 64, 414  # of the plot
LOWEST, STEP = 0.88, 0.01  # cosines

PAPER, INK, FAINT, CEILING = "#f6f6f3", "#2b2d31", "#6b6f76", "#b3261e"
LOOSE = "#c9cbcd"
DENSER = 0.5
COLOURS = ("#3a6ea5", "#b0611c", "#3f7f55", "#a94a5e", "#6f5a9e", "#2c7a80", "#80662a", "#59667d")


@dataclass
class Part:
    """A part of the condensed tree: faces that hang together from the cosine `birth` on.

    `leaves` are (cosine, face) of those that fall off alone before it ends at the cosine `end`.
    """

    birth: float
    leaves: list[tuple[float, int]] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    group: int = NOISE

    @property
    def faces(self) -> set[int]:
        return {face for _, face in self.leaves}.union(*(part.faces for part in self.children))

    @property
    def end(self) -> float:
        return self.children[0].birth if self.children else max(self.leaves)[0]

    def all(self) -> Iterator[Part]:
        yield self
        for part in self.children:
            yield from part.all()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    data = Path(os.environ.get("PHOTOCLUST_DATA", "../shared/data"))
    arguments.add_argument("--photos", type=Path, default=data / "scenes" / "bbt")
    photos = arguments.parse_args().photos
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "people.db", create=True) as library,
    ):
        photoclust.scan(library, [photos])
        faces = library.faces.vectors()
    labels = group_by_density(faces.matrix, THRESHOLDS.link).labels
    root = condensed(faces.matrix)
    choose(root, labels)
    picture = drawing(root, len(np.unique(faces.photo_ids)))
    OUT.write_text(picture, encoding="utf-8")
    groups = sum(part.group != NOISE for part in root.all())
    print(f"{OUT}: {len(labels)} faces, {groups} groups, {(labels == NOISE).sum()} in none")


def condensed(embeddings: Matrix) -> Part:
    """The tree as the program has it, but not cut at the ceiling."""
    links = spanning_tree(embeddings, MIN_SAMPLES)
    links[:, 2] = np.maximum(links[:, 2], distance_of(THRESHOLDS.link) * FLOOR)
    in_order = links[np.argsort(links[:, 2], kind="stable")]
    parts = {len(embeddings): Part(LOWEST)}
    for parent, child, density, _size in condense_tree(label(in_order), MIN_CLUSTER_SIZE).tolist():
        cosine = 1 - 0.5 / density**2
        if child < len(embeddings):
            parts[parent].leaves.append((max(cosine, LOWEST), child))
        else:
            parts[child] = Part(cosine)
            parts[parent].children.append(parts[child])
    return parts[len(embeddings)]


def choose(root: Part, labels: NDArray[np.int64]) -> None:
    """Mark the part that is each group, and numbers them from left to right."""
    parts = list(root.all())
    chosen = []
    for group in np.unique(labels[labels != NOISE]):
        members = set(np.flatnonzero(labels == group).tolist())
        chosen.append(min((p for p in parts if members <= p.faces), key=lambda p: len(p.faces)))
    for number, part in enumerate(sorted(chosen, key=parts.index)):
        part.group = number


# Drawing


def drawing(root: Part, photos: int) -> str:
    faces = len(root.faces)
    face_width = (RIGHT - LEFT) / faces
    body = [
        text(
            LEFT,
            28,
            f"{faces} faces of {photos} photos: who hangs together, and up to which similarity",
            16,
            weight="600",
        ),
        *axis(root),
        *blocks(root, (LEFT + RIGHT) / 2, face_width, NOISE),
        *ceiling(),
        *legend(root, face_width),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" '
            'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
            "<title>Condensed tree of a small photo library, and the groups chosen in it</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{PAPER}"/>',
            *body,
            "</svg>\n",
        ]
    )


def axis(root: Part) -> Iterator[str]:
    last = max(part.end for part in root.all())
    for cosine in np.arange(LOWEST + STEP, last + STEP / 2, STEP):
        y = y_of(cosine)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{INK}" stroke-opacity=".1"/>'
        yield text(LEFT - 10, y + 4, f"{cosine:.2f}", 12, FAINT, anchor="end")
    yield text(LEFT - 38, TOP - 12, "cosine similarity", 12, FAINT)


def blocks(part: Part, middle: float, face_width: float, group: int) -> Iterator[str]:
    """A part and, below it, what it falls into; `group` is what it lies in."""
    falls = [part.birth, *sorted(cosine for cosine, _ in part.leaves), part.end]
    outline = [
        (y_of(top), y_of(end), (len(part.faces) - fallen) * face_width / 2)
        for fallen, (top, end) in enumerate(pairwise(falls))
        if end > top
    ]
    line = y_of(THRESHOLDS.link)
    if part.group != NOISE:
        above = [(top, min(end, line), half) for top, end, half in outline if top < line]
        below = [(max(top, line), end, half) for top, end, half in outline if end > line]
        if above:
            yield block(above, middle, LOOSE)
        yield block(below, middle, colour(part.group), INK)
    elif group == NOISE:
        yield block(outline, middle, LOOSE)
    else:
        yield block(outline, middle, colour(group), opacity=DENSER)
    x = middle - sum(len(child.faces) for child in part.children) * face_width / 2
    inside = part.group if part.group != NOISE else group
    for child in part.children:
        width = len(child.faces) * face_width
        yield from blocks(child, x + width / 2, face_width, inside)
        x += width
    if part.group != NOISE:
        top = max(line, y_of(part.birth))
        kept = sum(cosine > THRESHOLDS.link for p in part.all() for cosine, _ in p.leaves)
        yield text(middle, top + 23, str(part.group + 1), 17, "#fff", "middle", "700")
        yield text(middle, top + 39, f"{kept} faces", 11, "#fff", "middle")


def colour(group: int) -> str:
    return COLOURS[group % len(COLOURS)]


def block(
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


def ceiling() -> Iterator[str]:
    y = y_of(THRESHOLDS.link)
    yield (
        f'<path d="M{LEFT} {y:.1f}H{RIGHT + 8}" stroke="{CEILING}" stroke-width="1.8" '
        'stroke-dasharray="7 4"/>'
    )
    yield text(RIGHT + 14, y + 4, f"ceiling {THRESHOLDS.link:.2f}", 13, CEILING, weight="600")
    yield text(RIGHT + 14, y + 21, "no group reaches", 12, CEILING)
    yield text(RIGHT + 14, y + 36, "across it", 12, CEILING)


def legend(root: Part, face_width: float) -> Iterator[str]:
    y = HEIGHT - 22
    x = float(LEFT)
    entries = [
        (colour(0), INK, 1.0, "chosen group", 126),
        (LOOSE, LOOSE, 1.0, "not alike enough", 150),
    ]
    torn = [part.group for part in root.all() if part.group != NOISE and part.children]
    if torn:
        entries.append((colour(torn[0]), PAPER, DENSER, "denser part, not chosen", 190))
    for fill, stroke, opacity, words, room in entries:
        yield (
            f'<rect x="{x:.1f}" y="{y - 11}" width="16" height="13" fill="{fill}" '
            f'fill-opacity="{opacity}" stroke="{stroke}" stroke-width="1.2"/>'
        )
        yield text(x + 23, y, words, 12, FAINT)
        x += room
    yield f'<path d="M{x:.1f} {y - 9}v8m0-4h{10 * face_width:.1f}m0-4v8" stroke="{INK}"/>'
    yield text(x + 10 * face_width + 8, y, "10 faces", 12, FAINT)


def text(
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


def y_of(cosine: float) -> float:
    floor = 1 - (1 - THRESHOLDS.link) * FLOOR**2
    return TOP + (min(cosine, floor) - LOWEST) / (floor - LOWEST) * (BOTTOM - TOP)


if __name__ == "__main__":
    main()
