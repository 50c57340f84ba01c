"""Galleries of some people, and what is left of everybody else in them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.domain import Box
from photoclust.export.gallery import export_gallery
from photoclust.export.gallery.blurring import blurred, hidden_but
from tests.export.conftest import LEFT, RIGHT


@pytest.fixture
def stripes():
    """Black and white columns, which a blur makes grey."""
    pixels = np.zeros((200, 300, 3), np.uint8)
    pixels[:, ::2] = 255
    return pixels


@pytest.fixture
def couple(album):
    """John and Anna in one photo, each with one of their own, and a stranger with John."""
    both = album.add_photo("both.jpg", [LEFT, RIGHT])
    john, stranger = album.add_photo("john.jpg", [LEFT, RIGHT])
    anna = album.add_photo("anna.jpg", [LEFT])
    album.cluster(stranger)
    album.john = album.name("John", both[0], john)
    album.anna = album.name("Anna", both[1], *anna)
    return album


def _text(out: Path) -> str:
    pages = [*out.rglob("*.html"), *out.rglob("*.js")]
    return "".join(path.read_text("utf-8") for path in pages)


def test_only_who_is_chosen_is_named(couple, out: Path) -> None:
    report = export_gallery(couple.library, out, people=[couple.john])
    assert (report.people, report.clusters, report.photos) == (1, 0, 2)
    assert "Anna" not in re.sub("Anna, or Anna &amp; John", "", _text(out))
    assert len(list((out / "faces").iterdir())) == 2 * 2


def _grain(path: Path, box: Box) -> float:
    """How much there is to see in a box of a picture: how unlike neighbouring pixels are."""
    with Image.open(path) as image:
        x1, y1, x2, y2 = (round(value) for value in box.in_pixels(*image.size))
        cut = np.asarray(image.convert("RGB"), float)[y1:y2, x1:x2]
    return float(np.abs(np.diff(cut, axis=1)).mean())


def test_others_are_blurred_in_every_size(album, out: Path) -> None:
    john, _ = album.add_photo("a.jpg", [LEFT, RIGHT], size=(1200, 800))
    photo = album.folder / "a.jpg"
    with Image.open(photo) as image:
        noisy = np.asarray(image).copy()
    noisy[160:480, 720:960] = np.random.default_rng(1).integers(0, 256, (320, 240, 3))
    Image.fromarray(noisy).save(photo, quality=95)
    person = album.name("John", john)
    plain = out.with_name("plain")
    export_gallery(album.library, plain, people=[person])
    export_gallery(album.library, out, people=[person], blur_others=True)
    for folder in ("previews", "thumbs"):
        names = [sorted((where / folder).iterdir()) for where in (plain, out)]
        assert len(names[0]) == len(names[1]) > 0
        for seen, hidden in zip(*names, strict=True):
            assert _grain(hidden, RIGHT) < 2 < _grain(seen, RIGHT)


def test_without_a_choice_all_without_a_name_are_blurred(couple, out: Path) -> None:
    report = export_gallery(couple.library, out, blur_others=True)
    assert (report.people, report.clusters, report.photos) == (2, 0, 3)


def test_an_unblurred_gallery_leaves_nothing_in_a_blurred_one(couple, out: Path) -> None:
    export_gallery(couple.library, out)
    before = {path.name for path in (out / "previews").iterdir()}
    export_gallery(couple.library, out, people=[couple.john], blur_others=True)
    assert not before & {path.name for path in (out / "previews").iterdir()}


def test_who_is_named_later_is_seen_again(couple, out: Path) -> None:
    export_gallery(couple.library, out, people=[couple.john], blur_others=True)
    before = {path.name for path in (out / "previews").iterdir()}
    export_gallery(couple.library, out, people=[couple.john, couple.anna], blur_others=True)
    assert len(before & {path.name for path in (out / "previews").iterdir()}) == 1


def test_a_blurred_face_has_a_few_dots(stripes) -> None:
    box = Box(0.4, 0.4, 0.6, 0.6)
    result = blurred(stripes, [box], [])
    inside = result[80:120, 120:180].astype(int)
    assert np.ptp(inside) < 40
    assert np.array_equal(result[:, :80], stripes[:, :80])


def test_a_face_beside_is_kept_and_one_below_is_not(stripes) -> None:
    other, beside = Box(0.4, 0.4, 0.6, 0.6), Box(0.6, 0.4, 0.8, 0.6)
    result = blurred(stripes, [other], [beside])
    assert np.array_equal(result[80:120, 181:240], stripes[80:120, 181:240])
    assert np.ptp(blurred(stripes, [other], [other])[80:120, 120:180].astype(int)) < 40


def test_a_box_beyond_the_picture_is_no_error(stripes) -> None:
    assert blurred(stripes, [Box(-0.5, -0.5, -0.2, -0.2), Box(0.9, 0.9, 1.4, 1.2)], []).any()


def test_in_a_film_only_the_face_itself_is_seen(stripes) -> None:
    result = hidden_but(stripes, [Box(0.4, 0.4, 0.6, 0.6)])
    assert np.array_equal(result[80:120, 120:180], stripes[80:120, 120:180])
    assert np.ptp(result[:60].astype(int)) < 40
