"""Places on a map: the same every run, near for alike faces, and comparable."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from photoclust.choices import Placing
from photoclust.export.map.placing import aligned, corresponding, place
from photoclust.vectors import Matrix

RUN = """
import sys
import numpy as np
from photoclust.choices import Placing
from photoclust.export.map.placing import place
from photoclust.vectors import normalised
faces = normalised(np.random.default_rng(1).standard_normal((40, 16)))
sys.stdout.buffer.write(place(faces, Placing(sys.argv[1])).tobytes())
"""


@pytest.mark.parametrize("method", Placing)
def test_places_are_the_same_bytes_in_every_run(method: Placing) -> None:
    pytest.importorskip("umap", reason="the extra map is not installed")
    runs = [
        subprocess.run([sys.executable, "-c", RUN, method], capture_output=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 40 * 2 * 8


@pytest.mark.parametrize("method", Placing)
def test_each_person_is_an_island(method: Placing, portraits: Callable[..., Matrix]) -> None:
    pytest.importorskip("umap", reason="the extra map is not installed")
    people = [portraits(name, 20) for name in ("Ann", "Ben", "Cleo")]
    placed = place(np.vstack(people), method).reshape(3, 20, 2)
    middles = placed.mean(axis=1)
    wide = np.linalg.norm(placed - middles[:, None], axis=2).max()
    apart = min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert wide < apart


@pytest.mark.parametrize("method", Placing)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_faces_are_placed_too(
    method: Placing, count: int, portraits: Callable[..., Matrix]
) -> None:
    placed = place(portraits("Ann", count), method)
    assert placed.shape == (count, 2)
    assert np.isfinite(placed).all()


def test_a_turned_mirrored_and_larger_map_comes_to_lie_on_the_other() -> None:
    places = np.random.default_rng(1).standard_normal((30, 2))
    turned = 3 * places @ np.array([[0.6, 0.8], [0.8, -0.6]]) + 7
    turned[3] = np.nan
    back = aligned(turned, places)
    assert np.isnan(back[3]).all()
    np.testing.assert_allclose(np.delete(back, 3, 0), np.delete(places, 3, 0), atol=1e-3)


def test_clusters_correspond_by_what_they_share() -> None:
    theirs = [7, 7, 7, 8, 8, 9, None]
    ours = [1, 1, 2, 2, 2, 2, 1]
    assert corresponding(theirs, ours) == [1, 1, 1, 2, 2, None, None]
