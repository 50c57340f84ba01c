"""No place and nothing unknown is left in a file that is given away, and no pixel changes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.errors import UnreadablePhoto
from photoclust.photos.decode import open_photo
from photoclust.photos.sharing import as_jpeg, without_private_data

ORIENTATION, MAKE, DATE, GPS, MAKER_NOTE, EXIF = 0x112, 0x10F, 0x132, 0x8825, 0x927C, 0x8769
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>45,24N</exif:GPSLatitude>SECRET'


def _photo(format_: str, **options: object) -> bytes:
    exif = Image.Exif()
    exif.update({ORIENTATION: 6, MAKE: "Maker", DATE: "2019:05:12 14:03:00"})
    exif[GPS] = {1: "N", 2: (45.0, 24.0, 11.5), 3: "E", 4: (9.0, 12.0, 4.4)}
    exif.get_ifd(EXIF)[MAKER_NOTE] = b"SECRET"
    pixels = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format_, exif=exif, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("JPEG", {"xmp": XMP, "comment": b"SECRET"}),
        ("JPEG", {"progressive": True, "restart_marker_blocks": 1}),
        ("PNG", {}),
        ("WEBP", {"xmp": XMP}),
        ("WEBP", {"lossless": True, "xmp": XMP}),
        ("AVIF", {"xmp": XMP}),
    ],
)
def test_the_place_goes_and_the_rest_stays(format_: str, options: dict[str, object]) -> None:
    data = _photo(format_, **options)
    before, made = open_photo(data), without_private_data(data)
    after = open_photo(made)
    assert before.facts.metadata.latitude is not None
    assert after.facts.metadata.latitude is None
    assert after.facts.metadata.taken_at == before.facts.metadata.taken_at
    assert after.facts.metadata.camera == "Maker"
    assert (after.facts.width, after.facts.height) == (40, 60)
    assert np.array_equal(after.pixels(100), before.pixels(100))
    assert b"SECRET" not in made
    assert b"GPS" not in made


def test_what_stands_behind_a_jpeg_goes() -> None:
    assert without_private_data(_photo("JPEG") + b"SECRET film") == without_private_data(
        _photo("JPEG")
    )


def test_a_colour_profile_stays() -> None:
    with Image.open(io.BytesIO(without_private_data(_photo("JPEG", icc_profile=b"colours")))) as it:
        assert it.info["icc_profile"] == b"colours"


@pytest.mark.parametrize("format_", ["TIFF", "GIF", "BMP"])
def test_other_formats_are_refused_and_can_be_drawn(format_: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, format_)
    with pytest.raises(UnreadablePhoto, match="not a format"):
        without_private_data(out.getvalue())
    assert as_jpeg(out.getvalue(), "photo", lambda pixels: pixels)[:2] == b"\xff\xd8"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_half_a_file_is_a_file_that_cannot_be_read(format_: str) -> None:
    data = _photo(format_)
    for length in range(0, len(data) - 1, 7):
        try:
            made = without_private_data(data[:length])
        except UnreadablePhoto:
            continue
        assert open_photo(made).facts.metadata.latitude is None


@pytest.mark.parametrize(
    "name", ["heif_other/pug.heic", "heif_other/empty_icc.heic", "heif_special/xiaomi.heic"]
)
def test_photos_of_phones(data: Path, name: str) -> None:
    photo = (data / "formats" / "heic" / name).read_bytes()
    before, after = open_photo(photo), open_photo(without_private_data(photo))
    assert before.facts.metadata.latitude is not None
    assert after.facts.metadata.latitude is None
    assert after.facts.metadata.camera == before.facts.metadata.camera
    assert np.array_equal(after.pixels(9000), before.pixels(9000))
