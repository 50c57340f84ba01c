from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.errors import PhotoclustError, UsageError
from photoclust.export.gallery import export_gallery
from photoclust.photos.decode import open_photo
from tests.export.conftest import LEFT, RIGHT

GPS_FOLDER = 0x8825


def _copies(out: Path) -> list[Path]:
    return sorted((out / "originals").iterdir())


def test_copies_keep_pixels_and_date_and_lose_the_place(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    copies = _copies(out)
    assert [path.suffix for path in copies] == [".jpg", ".png", ".jpg"]
    page = (out / "photos/photo-1.html").read_text("utf-8")
    assert f"../originals/{copies[0].name}" in page
    for copy, name in zip(copies, ("beach at Rimini.jpg", "b.png", "c.jpg"), strict=True):
        before, after = (open_photo(path.read_bytes()) for path in (family.folder / name, copy))
        assert before.facts.metadata.latitude is not None
        assert after.facts.metadata.latitude is None
        assert after.facts.metadata.taken_at == before.facts.metadata.taken_at
        assert np.array_equal(after.pixels(1000), before.pixels(1000))


def test_with_gps_copies_are_as_they_are(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy", places=True)
    assert _copies(out)[0].read_bytes() == (family.folder / "beach at Rimini.jpg").read_bytes()


def test_without_gps_earlier_copies_go(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy", places=True)
    export_gallery(family.library, out, originals="copy")
    assert len(_copies(out)) == 3
    for copy in _copies(out):
        with Image.open(copy) as image:
            assert not image.getexif().get_ifd(GPS_FOLDER)


def test_what_cannot_be_cleaned_is_drawn_anew(album, out: Path) -> None:
    album.name("John", *album.add_photo("a.tiff", [LEFT]))
    report = export_gallery(album.library, out, originals="copy")
    assert (report.redrawn, report.left_out) == (1, 0)
    (copy,) = _copies(out)
    with Image.open(copy) as image:
        assert (image.format, image.size) == ("JPEG", (600, 400))
        assert not image.getexif()


def test_a_video_is_left_out_and_counted(album, out: Path) -> None:
    album.name("John", *album.add_photo("a.jpg", [LEFT]))
    export_gallery(album.library, out)
    with album.library.transaction():
        there, film = str(album.folder / "a.jpg"), str(album.folder / "a.mp4")
        album.library._connection.execute(
            "UPDATE files SET path = CAST(? AS BLOB) WHERE path = CAST(? AS BLOB)", (film, there)
        )
    report = export_gallery(album.library, out, originals="copy")
    assert (report.left_out, _copies(out)) == (1, [])


def test_links_and_copies_replace_each_other_and_spare_the_photos(family, out: Path) -> None:
    photo = family.folder / "beach at Rimini.jpg"
    before = (photo.read_bytes(), photo.stat().st_mtime_ns)
    for originals in ("link", "copy", "link", "none"):
        export_gallery(family.library, out, originals=originals, places=True)
        found = _copies(out)
        assert len(found) == (0 if originals == "none" else 3)
        assert all(path.is_symlink() == (originals == "link") for path in found)
        assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before


def test_where_links_are_refused_that_is_said(family, out: Path, monkeypatch) -> None:
    def refuse(self: Path, target: str) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(PhotoclustError, match="Cannot make links"):
        export_gallery(family.library, out, originals="link")


def test_a_copy_of_a_blurred_photo_is_blurred(album, out: Path) -> None:
    john, anna = album.add_photo("a.jpg", [LEFT, RIGHT])
    person = album.name("John", john)
    album.name("Anna", anna)
    report = export_gallery(
        album.library, out, originals="copy", people=[person], blur_others=True, places=True
    )
    assert report.redrawn == 1
    (copy,) = _copies(out)
    with Image.open(copy) as image:
        assert not image.getexif()
        after = np.asarray(image.convert("RGB"), int)
    before = open_photo((album.folder / "a.jpg").read_bytes()).pixels(1000).astype(int)
    changed = np.abs(after - before).max(axis=2)
    assert changed[80:240, 360:480].mean() > 10
    assert changed[:, :300].max() < 20


def test_nobody_is_blurred_behind_a_link(family, out: Path) -> None:
    with pytest.raises(UsageError, match="nobody is blurred"):
        export_gallery(family.library, out, originals="link", blur_others=True)
