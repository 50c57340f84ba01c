"""`allow` and `conflicts` as a user and a program see them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album

Cli = Callable[..., Result]
PHOTO = "/photos/collage.jpg"


@pytest.fixture
def library_of_a_collage(album: Album, portraits: Callable[..., Matrix]) -> str:
    """Ann named twice in one photo; the library's file."""
    faces = album.add_photo(PHOTO, *portraits("Ann", 2))
    album.say("Ann", *faces)
    return str(album.library.path)


def test_a_conflict_is_listed_until_it_is_allowed(cli: Cli, library_of_a_collage: str) -> None:
    db = ("--db", library_of_a_collage)
    (row,) = json.loads(cli("conflicts", "--json", *db).stdout)["rows"]
    assert row["rule"] == "same photo"
    assert row["said"] is True
    assert (row["faces"], row["people"], row["cluster"]) == ([1, 2], ["Ann"], None)
    assert row["file"] == PHOTO
    assert f"photoclust allow same-photo {PHOTO}" in row["settle"]
    assert cli("conflicts", "--csv", *db).stdout.splitlines()[1].startswith("same photo,True,1 2,")
    assert "unname face 2" in " ".join(cli("conflicts", "-t", *db).stdout.split())

    allowed = cli("allow", "same-photo", PHOTO, *db)
    assert allowed.stdout == ""
    assert "1 photo may show one person twice from now on.\n" in allowed.stderr
    assert "photoclust cluster" in allowed.stderr
    nothing = cli("conflicts", "--nl", *db)
    assert (nothing.stdout, nothing.stderr) == (
        "",
        "Nothing that was said contradicts anything.\n",
    )
    assert "anyway" in cli("allow", "same-photo", PHOTO, *db).stderr

    taken_back = cli("allow", "same-photo", "--undo", PHOTO, *db)
    assert "1 photo may not show one person twice from now on.\n" in taken_back.stderr
    assert len(json.loads(cli("conflicts", "--json", *db).stdout)["rows"]) == 1


def test_a_photo_that_is_not_in_the_library(cli: Cli, library_of_a_collage: str) -> None:
    shown = cli("allow", "same-photo", "/photos/x.jpg", "--db", library_of_a_collage, code=1)
    assert "There is no photo /photos/x.jpg in this library." in shown.stderr
    assert "photoclust scan" in shown.stderr


def test_no_photo_at_all_is_a_mistake_of_usage(cli: Cli, library_of_a_collage: str) -> None:
    cli("allow", "same-photo", "--db", library_of_a_collage, code=2)
