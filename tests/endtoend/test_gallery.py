"""A gallery of somebody among others, looked at by the program itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photoclust.library import Library

if TYPE_CHECKING:
    from tests.endtoend.conftest import Program


def test_nobody_who_is_blurred_is_recognised(demo: Program, tmp_path: Path) -> None:
    """Whoever is found in the pictures of the gallery is the one who was to be seen."""
    demo("name", str(demo.cluster_of("mission")), "Gwen")
    out = tmp_path / "out"
    demo("export", "gallery", out, "--person", "Gwen", "--blur-others", "--copy")
    assert len(list((out / "originals").glob("redrawn-*"))) > 5
    seen = tmp_path / "seen"
    shutil.copytree(out / "previews", seen / "previews")
    shutil.copytree(out / "originals", seen / "originals")
    again = type(demo)(tmp_path / "again.db")
    again.scan(seen)
    with Library.open(demo.db) as library:
        faces = library.faces.all()
        looks = library.faces.looks(face.id for face in faces)
        gwen = {face.id for face in faces if face.person == "Gwen"}
        pack = library.packs.in_use()
    assert pack is not None
    with Library.open(again.db) as library:
        shown = library.faces.looks(face.id for face in library.faces.all())
    similar = np.stack(list(shown.values())) @ np.stack(list(looks.values())).T
    nearest = [list(looks)[place] for place in similar.argmax(axis=1)]
    others = [
        how for how, face in zip(similar.max(axis=1), nearest, strict=True) if face not in gwen
    ]
    assert len(shown) - len(others) >= 2 * len({f.photo_id for f in faces if f.id in gwen}) - 2
    assert all(how < pack.match for how in others)
