"""`status`, and `models list|show|install|verify` as far as they need no download."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from photoclust.models.catalogue import KNOWN_PACKS

Cli = Callable[..., Result]


def test_status(cli: Cli, two_people: object) -> None:
    two_people.album.say("Ann", *two_people.ann)
    path = two_people.library.path
    assert cli("status", "--db", path).stdout.splitlines() == [
        f"Library   {path} ({path.stat().st_size / 1e6:.1f} MB)",
        "Pack      test (free for any use)",
        "Photos    7 in 7 files",
        "Faces     7, 7 of them in 2 clusters",
        "People    1",
        "Failed    0 files",
    ]


def test_status_as_json(cli: Cli, two_people: object) -> None:
    document = json.loads(cli("status", "--json", "--db", two_people.library.path).stdout)
    assert document["schema_version"] == 2
    assert list(document)[1:] == [
        *("path", "size", "pack", "licence", "photos", "files", "missing", "waiting", "faces"),
        *("clusters", "clustered", "people", "failed"),
    ]
    assert (document["photos"], document["faces"], document["clusters"]) == (7, 7, 2)


def test_models_list(cli: Cli) -> None:
    rows = [json.loads(line) for line in cli("models", "list", "--nl").stdout.splitlines()]
    assert [row["pack"] for row in rows] == list(KNOWN_PACKS)
    assert {row["pack"] for row in rows if row["installed"]} == {"open"}
    assert all(row["licence"] and row["accuracy"] for row in rows)
    assert "non-commercial" in rows[1]["licence"]
    assert "antelopev2" in cli("models", "list", "-t").stdout


def test_models_show(cli: Cli) -> None:
    shown = cli("models", "show", "open").stdout
    assert "Embedding    128 numbers" in shown
    assert "Licence      MIT" in shown
    assert "not installed" in cli("models", "show", "buffalo_s", code=1).stderr
    assert "Did you mean open?" in cli("models", "show", "opem", code=1).stderr


def test_models_verify(cli: Cli, cache: Path) -> None:
    assert "open: good" in cli("models", "verify").stderr
    assert "not installed" in cli("models", "verify", "buffalo_s", code=1).stderr
    (cache / "packs" / "antelopev2").mkdir()
    broken = cache / "packs" / "antelopev2" / "model.onnx"
    broken.write_bytes(b"no model")
    try:
        result = cli("models", "verify", code=1)
        assert "open: good" in result.stderr
        assert "antelopev2: " in result.stderr
    finally:
        broken.unlink()
        broken.parent.rmdir()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["open"], "came with photoclust"),
        (["nonsense"], "There is no pack called nonsense."),
        (["bufalo_l"], "Did you mean buffalo_l?"),
        (["buffalo_s"], "--accept-licence"),
        (["buffalo_s", "--accept-licence"], "Cannot reach http://127.0.0.1:9/buffalo_s.zip"),
    ],
)
def test_models_install_refuses(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", "http://127.0.0.1:9/")
    result = cli("models", "install", *words, code=1)
    assert message in result.stderr
    assert result.stdout == ""
