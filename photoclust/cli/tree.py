"""`show tree 3`: a condensed tree in letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from photoclust.cli.rows import Column, decimals

if TYPE_CHECKING:
    from photoclust.actions.tree import ClusterTree
    from photoclust.clustering.condensed import Part

LINES = 16  # for the whole range of similarities
LABEL_WIDTH = 7
WIDEST_FACE = 3  # columns

LOOSE, GROUP, DENSER = "░", "█", "▓"

LISTED = 8  # faces of a part

COLUMNS = (
    Column("Part", "part", number=True),
    Column("In", "inside", number=True),
    Column("From", "begins", decimals(3), number=True),
    Column("To", "ends", decimals(3), number=True),
    Column("Faces", "count", number=True),
    Column(
        "Which",
        "faces",
        lambda faces: " ".join(map(str, faces[:LISTED])) + (" ..." if faces[LISTED:] else ""),
    ),
)
FIELDS = ("part", "inside", "begins", "ends", "group", "count", "faces")


def tree_rows(tree: ClusterTree) -> list[dict[str, Any]]:
    """A row for each part; the parts of a part come after it."""
    numbers = {id(part): number for number, part in enumerate(tree.root.all(), 1)}
    inside = {id(child): numbers[id(part)] for part in tree.root.all() for child in part.children}
    return [
        {
            "part": numbers[id(part)],
            "inside": inside.get(id(part)),
            "begins": round(part.birth, 4),
            "ends": round(part.end, 4),
            "group": _is_group(part),
            "count": len(part.faces),
            "faces": sorted(tree.faces[face] for face in part.faces),
        }
        for part in tree.root.all()
    ]


def tree_lines(tree: ClusterTree, width: int) -> Iterator[str]:
    """The tree, so many columns wide: from line to line faces must be more alike."""
    from photoclust.clustering.condensed import highest

    count = len(tree.faces)
    scale = min(WIDEST_FACE, (width - LABEL_WIDTH) / count)
    low, high = tree.root.birth, highest(tree.link)
    numbers = {id(part): number for number, part in enumerate(tree.root.all(), 1)}
    told: set[int] = set()
    above = True
    for line in range(LINES):
        cosine = low + (high - low) * (line + 0.5) / LINES
        if above and cosine >= tree.link:
            above = False
            yield f"{tree.link:.3f}  {'┈' * round(count * scale)} ceiling"
        row = [" "] * (round(count * scale) + 1)
        for part, group, left, faces in _spans(tree.root, cosine, 0.0, False):
            start, end = round(left * scale), max(round((left + faces) * scale) - 1, 0)
            end = max(end, start + 1)
            shade = LOOSE if above or not group else GROUP if _is_group(part) else DENSER
            row[start:end] = shade * (end - start)
            number = f" {numbers[id(part)]} "
            if id(part) not in told and end - start >= len(number):
                told.add(id(part))
                middle = (start + end - len(number)) // 2
                row[middle : middle + len(number)] = number
        yield f"{cosine:.3f}  {''.join(row).rstrip()}"


def _spans(
    part: Part, cosine: float, left: float, in_group: bool
) -> Iterator[tuple[Part, bool, float, int]]:
    """What is left at a similarity: part, is it in a group, and where it begins and how wide it is.

    In faces.
    """
    if cosine < part.birth:
        return
    size, group = len(part.faces), in_group or _is_group(part)
    if cosine <= part.end:
        fallen = sum(fall < cosine for fall, _ in part.leaves)
        if fallen < size:
            yield part, group, left + fallen / 2, size - fallen
        return
    left += (size - sum(len(child.faces) for child in part.children)) / 2
    for child in part.children:
        yield from _spans(child, cosine, left, group)
        left += len(child.faces)


def _is_group(part: Part) -> bool:
    return part.group >= 0
