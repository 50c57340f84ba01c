"""`show tree 3`: in letters, as rows, as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import Result

from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


@pytest.fixture
def mixed(album: Album, portraits: Callable[..., Matrix]) -> Album:
    """Cluster 1 holds two people."""
    looks = np.vstack([portraits("Ann", 6), portraits("Ben", 8)])
    album.add_cluster(*album.add_portraits("mixed", looks))
    return album


def test_the_rows_are_its_parts(mixed: Album, cli: Callable[..., Result]) -> None:
    told = json.loads(cli("show", "tree", "1", "--json", "--db", mixed.library.path).stdout)
    assert told["cluster"] == 1
    assert told["ceiling"] == 0.5
    whole, *parts = told["rows"]
    assert (whole["part"], whole["inside"], whole["group"]) == (1, None, False)
    assert whole["faces"] == list(range(1, 15))
    groups = [row for row in parts if row["group"]]
    assert {row["inside"] for row in groups} == {1}
    assert [row["faces"] for row in groups] == [list(range(1, 7)), list(range(7, 15))]


def test_the_table_begins_with_a_drawing(mixed: Album, cli: Callable[..., Result]) -> None:
    told = cli("show", "tree", "c1", "-t", "--db", mixed.library.path).stdout
    lines = told.splitlines()
    ceiling = next(at for at, line in enumerate(lines) if line.endswith("ceiling"))
    assert "░" in "".join(lines[:ceiling])
    below = "".join(lines[ceiling + 1 : ceiling + 12])
    assert "█" in below
    assert "░" not in below
    assert " 2 " in "".join(lines[:ceiling])


def test_the_picture_is_svg_and_overwrites_only_another(
    mixed: Album, cli: Callable[..., Result], tmp_path: Path
) -> None:
    out, db = tmp_path / "tree.svg", mixed.library.path
    for _ in range(2):
        told = cli("show", "tree", "1", "--svg", out, "--db", db)
        assert told.stderr == f"Tree: {out}\n"
    drawn = ElementTree.parse(out).getroot()
    assert drawn.tag.endswith("svg")
    assert "Cluster 1, 14 faces" in "".join(drawn.itertext())
    out.write_text("<svg/>", "utf-8")
    told = cli("show", "tree", "1", "--svg", out, "--db", db, code=1)
    assert "is no tree of photoclust" in told.stderr
    assert out.read_text("utf-8") == "<svg/>"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["tree"], 2, "Say which cluster"),
        (["tree", "f3"], 2, "Only clusters have a tree"),
        (["tree", "1", "--sheet", "x.png"], 2, "Only clusters have a tree"),
        (["cluster", "1", "--svg", "x.svg"], 2, "--svg goes with"),
        (["tree", "9"], 1, "There is no cluster 9"),
        (["tree", "3"], 1, "a single face"),
    ],
)
def test_what_has_no_tree_is_said(
    two_people: TwoPeople, cli: Callable[..., Result], words: list[str], code: int, told: str
) -> None:
    alone = two_people.album.add_photo("/photos/alone.jpg", np.eye(16, dtype=np.float32)[0])
    two_people.album.add_cluster(*alone)
    result = cli("show", *words, "--db", two_people.library.path, code=code)
    assert told in result.stderr
