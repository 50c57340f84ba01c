"""`calibrate` says what it did, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import Result

from photoclust.vectors import normalised

if TYPE_CHECKING:
    from tests.conftest import Album

Cli = Callable[..., Result]


@pytest.fixture
def group(album: Album) -> str:
    """40 photos of five strangers, a pack measured where 1 in 1,000 reach 0.2; the file."""
    settings = {"thresholds": {"match": 0.5, "link": 0.4, "reference": 0.2, "source": "made up"}}
    with album.library.transaction():
        album.library.query("UPDATE packs SET settings = ?", json.dumps(settings))
    looks = normalised(np.random.default_rng(5).standard_normal((200, 16)))
    for number in range(40):
        album.add_photo(f"/photos/{number}.jpg", *looks[5 * number : 5 * number + 5])
    return str(album.library.path)


def test_it_says_what_it_did_and_goes_back(cli: Cli, group: str) -> None:
    db = ("--db", group)
    planned = cli("calibrate", "--dry-run", *db)
    assert "would move by +0." in planned.stderr
    done = cli("calibrate", *db)
    assert "Evidence  400 pairs of faces of one photo, in 40 photos\n" in done.stdout
    assert "1 in 1,000 pairs of different people reach 0." in done.stdout
    assert "Pack      1 in 1,000 reach 0.200 where it was measured\n" in done.stdout
    assert "Result    match 0." in done.stdout
    assert "every threshold moved by +0." in done.stderr
    assert done.stdout == planned.stdout
    document = json.loads(cli("calibrate", "--json", *db).stdout)
    assert document["schema_version"] == 2
    assert document["shift"] > 0
    assert document["at"]["low"] < document["at"]["similarity"] < document["at"]["high"]
    assert "own thresholds: run" in cli("calibrate", "--reset", *db).stderr
    assert "anyway" in cli("calibrate", "--reset", *db).stderr


def test_too_little_evidence_is_nothing_found(cli: Cli, group: str) -> None:
    shown = cli("calibrate", "--rate", "0.0001", "--db", group, code=1)
    assert "Too few pairs" in shown.stderr
    assert "match 0.500, link 0.400 (+0.000)" in shown.stdout


def test_mistakes_of_usage(cli: Cli, group: str) -> None:
    assert (
        "--reset goes alone" in cli("calibrate", "--reset", "--json", "--db", group, code=2).stderr
    )
    cli("calibrate", "--rate", "2", "--db", group, code=2)
