"""The condensed tree: who hangs together, and the parts that are groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photoclust.clustering.condensed import condensed, highest
from photoclust.clustering.density import NOISE, group_by_density
from photoclust.vectors import Matrix

LINK = 0.5


def test_two_people_are_two_groups_that_part_below_the_ceiling(
    portraits: Callable[..., Matrix],
) -> None:
    faces = np.vstack([portraits("Ann", 6), portraits("Ben", 8)])
    root = condensed(faces, LINK)
    assert root.faces == set(range(14))
    assert root.group == NOISE
    assert root.end < LINK
    groups = {part.group: part.faces for part in root.all() if part.group != NOISE}
    labels = group_by_density(faces, LINK).labels
    assert sorted(map(len, groups.values())) == [6, 8]
    assert all(len(set(labels[list(members)])) == 1 for members in groups.values())


def test_parts_lie_in_each_other_and_begin_where_the_one_around_them_ends(
    portraits: Callable[..., Matrix],
) -> None:
    faces = np.vstack([portraits(name, 7, spread=0.5) for name in ("Ann", "Ben", "Cleo")])
    root = condensed(faces, LINK)
    for part in root.all():
        assert part.birth <= part.end + 1e-9 <= highest(LINK) + 1e-6
        assert all(child.birth == part.end for child in part.children)
        inside = [face for child in part.children for face in child.faces]
        assert len(part.faces) == len(inside) + len(part.leaves)


@pytest.mark.parametrize("count", [2, 3, 40])
def test_copies_of_one_portrait_have_no_parts(count: int) -> None:
    root = condensed(np.tile(np.eye(16, dtype=np.float32)[0], (count, 1)), LINK)
    assert list(root.all()) == [root]
    assert len(root.faces) == count
