"""What a map shows, and what it never overwrites."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

pytest.importorskip("bokeh", reason="the extra map is not installed")
pytest.importorskip("umap", reason="the extra map is not installed")

from photoclust.actions.ignore import ignore_faces
from photoclust.actions.map import draw_map
from photoclust.choices import Placing
from photoclust.errors import NotFound, PhotoclustError
from photoclust.export.map.pages import MARKER
from photoclust.library import Library
from photoclust.library.decisions import Ignored

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def drawn(library: Library, out: Path, **options: Any) -> dict[str, Any]:
    """What the page knows of its faces."""
    report = draw_map(library, out, method=Placing.PCA, **options)
    text = report.page.read_text("utf-8")
    found = re.search(r"^const FACES = (.*);$", text, re.MULTILINE)
    assert found
    known: dict[str, Any] = json.loads(found[1])
    assert len(known["id"]) == report.faces
    return known


def test_it_shows_everybody_or_those_that_are_asked_for(
    two_people: TwoPeople, tmp_path: Path
) -> None:
    library, out = two_people.library, tmp_path / "map.html"
    two_people.album.say("Ann", *two_people.ann)
    assert drawn(library, out)["id"] == two_people.ann + two_people.ben
    assert drawn(library, out, people=["ann"])["id"] == two_people.ann
    assert drawn(library, out, clusters=[two_people.ben_cluster])["id"] == two_people.ben
    assert len(drawn(library, out, limit=3)["id"]) == 3
    assert drawn(library, out, limit=3) == drawn(library, out, limit=3)


def test_the_largest_are_twenty_people_of_twenty_faces(
    album: Album, portraits: Callable[..., Any], tmp_path: Path
) -> None:
    for number in range(22):
        faces = album.add_portraits(f"p{number}", portraits(f"p{number}", 21 if number else 3))
        album.add_cluster(*faces)
    known = drawn(album.library, tmp_path / "map.html", largest=True)
    assert len(known["id"]) == 400
    assert len(set(known["states"][0]["cluster"])) == 20
    assert 1 not in known["states"][0]["cluster"]


def test_people_of_one_name_are_told_apart(two_people: TwoPeople, tmp_path: Path) -> None:
    library = two_people.library
    two_people.album.say("Kim", *two_people.ann)
    with library.transaction():
        act = library.journal.begin("another Kim")
        other = library.people.add(act, "Kim").id
        library.decisions.give(act, two_people.ben, person_id=other, source="face")
    known = drawn(library, tmp_path / "map.html")
    assert set(known["states"][0]["person"]) == {"Kim#1", f"Kim#{other}"}
    assert known["reference"]["Kim#1"] == "'Kim#1'"


def test_beside_full_are_the_clusters_as_they_would_be_and_nothing_is_written(
    two_people: TwoPeople, tmp_path: Path
) -> None:
    library = two_people.library
    with library.transaction():
        library.clusters.change(two_people.ben, [])
    before = library.clusters.memberships()
    known = drawn(library, tmp_path / "map.html", beside="full")
    assert known["now"] == 0
    assert known["states"][0]["cluster"] == [two_people.ann_cluster] * 3 + [None] * 4
    assert len(set(known["states"][1]["cluster"][3:])) == 1
    assert known["states"][1]["cluster"][3] is not None
    assert library.clusters.memberships() == before


def test_beside_another_library_are_the_same_faces_of_the_same_photos(
    two_people: TwoPeople, tmp_path: Path
) -> None:
    library, earlier = two_people.library, tmp_path / "earlier.db"
    with sqlite3.connect(earlier) as copy, sqlite3.connect(library.path) as source:
        source.backup(copy)
    two_people.album.say("Ann", *two_people.ann)
    late = two_people.album.add_portraits("late", np.eye(16, dtype=np.float32)[:1])
    known = drawn(library, tmp_path / "map.html", beside=str(earlier))
    assert known["now"] == 1
    assert known["id"][-1:] == late
    there = known["states"][0]
    assert there["title"] == "earlier.db"
    assert there["there"] == [True] * 7 + [False]
    assert there["person"] == [None] * 8
    assert there["like"][0] == two_people.ann_cluster


def test_faces_that_are_hidden_are_not_shown(two_people: TwoPeople, tmp_path: Path) -> None:
    ignore_faces(two_people.library, two_people.ann, Ignored.HIDDEN)
    assert drawn(two_people.library, tmp_path / "map.html")["id"] == two_people.ben


def test_a_library_without_a_photo_has_no_map(library: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Nothing was scanned"):
        draw_map(library, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_photos_without_a_face_have_no_map(album: Album, tmp_path: Path) -> None:
    album.add_photo("/photos/empty.jpg")
    with pytest.raises(NotFound, match="no faces"):
        draw_map(album.library, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize("faces", [1, 2])
def test_one_or_two_faces_have_a_map(
    album: Album, portraits: Callable[..., Any], tmp_path: Path, faces: int
) -> None:
    album.add_portraits("ann", portraits("Ann", faces))
    assert len(drawn(album.library, tmp_path / "map.html")["id"]) == faces


def test_somebody_elses_file_is_never_overwritten(two_people: TwoPeople, tmp_path: Path) -> None:
    theirs = tmp_path / "notes.html"
    theirs.write_text("<p>mine</p>", "utf-8")
    with pytest.raises(PhotoclustError, match="is no map of photoclust"):
        draw_map(two_people.library, theirs, method=Placing.PCA)
    assert theirs.read_text("utf-8") == "<p>mine</p>"
    ours = tmp_path / "map.html"
    drawn(two_people.library, ours)
    assert MARKER in ours.read_text("utf-8")[:1000]
    drawn(two_people.library, ours)


def test_without_a_name_the_page_is_a_new_temporary_file(two_people: TwoPeople) -> None:
    page = draw_map(two_people.library, method=Placing.PCA).page
    assert page.name == "map.html"
    page.unlink()
    page.parent.rmdir()
