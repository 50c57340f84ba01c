"""`map`: its words, and what it says without its extra."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from photoclust import extras

if TYPE_CHECKING:
    from tests.conftest import TwoPeople


def test_without_the_extra_it_says_how_to_install_it(
    two_people: TwoPeople, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "umap" else object())
    told = cli("map", "--db", two_people.library.path, code=1)
    assert told.stderr.splitlines() == [
        "Error: A map needs umap-learn, which photoclust does not install by itself.",
        "Install the extra: pip install 'photoclust[map]'",
    ]


def test_it_writes_a_page_whose_commands_are_for_this_library(
    two_people: TwoPeople, cli: Callable[..., Result], tmp_path: Path
) -> None:
    pytest.importorskip("bokeh", reason="the extra map is not installed")
    pytest.importorskip("umap", reason="the extra map is not installed")
    out, db = tmp_path / "map.html", two_people.library.path
    told = cli("map", out, "--method", "pca", "--limit", "6", "--db", db)
    assert told.stdout == ""
    assert told.stderr.splitlines() == [
        f"6 faces: {out}",
        "1 more face left out: see --limit.",
    ]
    assert f'"ending":" --db {db}"' in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--person", "Nobody"], 1, "Nobody is called Nobody"),
        (["--cluster", "99"], 1, "There is no cluster 99"),
        (["--largest", "--cluster", "1"], 2, "Choose one of"),
        (["--beside", "nowhere.db"], 1, "There is no library"),
    ],
)
def test_what_it_cannot_draw_is_said(
    two_people: TwoPeople,
    cli: Callable[..., Result],
    tmp_path: Path,
    words: list[str],
    code: int,
    told: str,
) -> None:
    pytest.importorskip("bokeh", reason="the extra map is not installed")
    pytest.importorskip("umap", reason="the extra map is not installed")
    out = tmp_path / "map.html"
    result = cli("map", out, "--method", "pca", *words, "--db", two_people.library.path, code=code)
    assert told in result.stderr
    assert not out.exists()
