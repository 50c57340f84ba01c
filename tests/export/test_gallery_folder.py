from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from photoclust.errors import PhotoclustError
from photoclust.export import writing
from photoclust.export.gallery import export_gallery


def test_a_folder_of_other_things_is_refused(family, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(PhotoclustError, match="is not empty and not a gallery of photoclust"):
        export_gallery(family.library, other)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_nothing_is_written_among_photos(family, tmp_path: Path) -> None:
    for folder in (family.folder, tmp_path):
        (folder / ".photoclust-gallery").touch()
        with pytest.raises(PhotoclustError, match="holds photos of the library"):
            export_gallery(family.library, folder)
    alias = tmp_path / "site"
    alias.symlink_to(family.folder)
    with pytest.raises(PhotoclustError, match="holds photos of the library"):
        export_gallery(family.library, alias)


def test_below_the_photos_is_fine(family) -> None:
    assert export_gallery(family.library, family.folder / "gallery").photos == 3


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "No room left on the disk"),
        (errno.EACCES, "Cannot write to .*: permission denied"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence(
    family, out: Path, monkeypatch, number: int, sentence: str
) -> None:
    def refuse(*_paths: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing.os, "replace", refuse)
    with pytest.raises(PhotoclustError, match=sentence):
        export_gallery(family.library, out)
    assert not list(out.rglob("*.part"))
