"""`export gallery`: which people, which photos, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.export.conftest import LEFT, RIGHT, Album

JOHN, ANNA, NOBODY = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)

Gallery = Callable[..., Result]


@pytest.fixture
def gallery(cli: Callable[..., Result], tmp_path: Path) -> Gallery:
    """`gallery("--copy")`: exports John & Anna, each alone, and somebody without a name."""
    with Album.made(tmp_path) as album:
        both = album.add_photo("both.jpg", [LEFT, RIGHT], looks=[JOHN, ANNA])
        john, unnamed = album.add_photo("john.jpg", [LEFT, RIGHT], looks=[JOHN, NOBODY])
        anna = album.add_photo("anna.tiff", [LEFT], looks=[ANNA])
        album.cluster(unnamed)
        album.name("John", both[0], john)
        album.name("Anna", both[1], *anna)

    def export(*words: str, code: int = 0) -> Result:
        database = tmp_path / "library.db"
        return cli("export", "gallery", tmp_path / "out", *words, "--db", database, code=code)

    return export


def _names(out: Path) -> list[str]:
    pages = sorted((out / "photos").glob("*.html"))
    return [name for name in ("John", "Anna") if any(f">{name}<" in p.read_text() for p in pages)]


@pytest.mark.parametrize(
    ("words", "counts", "names"),
    [
        ([], "2 people, 1 unnamed clusters, 3 photos", ["John", "Anna"]),
        (["--person", "John"], "1 people, 0 unnamed clusters, 2 photos", ["John"]),
        (
            ["--person", "John", "--person", "anna"],
            "2 people, 0 unnamed clusters, 3 photos",
            ["John", "Anna"],
        ),
        (["--query", "John & Anna"], "2 people, 0 unnamed clusters, 1 photos", ["John", "Anna"]),
        (["--query", "Anna", "--blur-others"], "1 people, 0 unnamed clusters, 2 photos", ["Anna"]),
        (["--blur-others"], "2 people, 0 unnamed clusters, 3 photos", ["John", "Anna"]),
        (
            ["--query", "John & Anna", "--person", "John", "--blur-others"],
            "1 people, 0 unnamed clusters, 1 photos",
            ["John"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_who_is_shown(
    gallery: Gallery, tmp_path: Path, words: list[str], counts: str, names: list[str]
) -> None:
    assert counts in gallery(*words).stderr
    assert _names(tmp_path / "out") == names


def test_copies_that_were_drawn_anew_are_told(gallery: Gallery) -> None:
    assert "1 copies are new JPEGs" in gallery("--copy").stderr
    assert "new JPEGs" not in gallery("--copy", "--gps").stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--copy", "--link"], "Choose one of --copy and --link"),
        (["--link", "--blur-others"], "nobody is blurred"),
        (["--from", "2019"], "--query NAME"),
        (["--theme", "pink"], "pink"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    gallery: Gallery, words: list[str], sentence: str
) -> None:
    assert sentence in gallery(*words, code=2).stderr


def test_somebody_unknown_is_refused(gallery: Gallery) -> None:
    assert "Nobody is called Jon" in gallery("--person", "Jon", code=1).stderr
