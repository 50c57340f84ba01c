"""JPEG XL: upright RGB, metadata, and everything that is broken."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos import decode as decoding
from photoclust.photos import jxl
from photoclust.photos.decode import open_photo
from photoclust.photos.jxl import is_jxl, read_jxl
from photoclust.photos.metadata import EXIF_FOLDER, Metadata

pylibjxl = pytest.importorskip("pylibjxl")

RED, GREEN, BLUE, WHITE = (200, 30, 40), (40, 180, 60), (30, 60, 190), (250, 250, 250)


def upright_picture() -> Image.Image:
    """64 x 48, a colour in each corner, so that no turn and no mirroring looks the same."""
    pixels = np.empty((48, 64, 3), np.uint8)
    pixels[:24, :32], pixels[:24, 32:] = RED, GREEN
    pixels[24:, :32], pixels[24:, 32:] = BLUE, WHITE
    return Image.fromarray(pixels)


def written(pixels: Any, **options: Any) -> bytes:
    data = pylibjxl.encode(np.ascontiguousarray(pixels), lossless=True, **options)
    assert isinstance(data, bytes)
    return data


def assert_alike(found: Pixels, wanted: Any, tolerance: float = 3.0) -> None:
    assert found.dtype == np.uint8
    assert found.shape == np.asarray(wanted).shape
    assert np.abs(found - np.asarray(wanted, np.float64)).mean() < tolerance


def refused(data: bytes) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        read_jxl(data)
    return caught.value.message


def test_a_photo_comes_back() -> None:
    data = written(upright_picture())
    assert is_jxl(data)
    assert read_jxl(data).metadata == Metadata()
    assert_alike(read_jxl(data).pixels, upright_picture(), tolerance=0.5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_a_rewritten_jpeg_comes_out_upright(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    stored = upright_picture().transpose(undo) if undo is not None else upright_picture()
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = orientation, "Canon EOS 5D"
    exif.get_ifd(EXIF_FOLDER)[0x9003] = "2020:01:02 03:04:05"
    stream = io.BytesIO()
    stored.save(stream, "JPEG", quality=95, exif=exif)
    data = pylibjxl.jpeg_to_jxl(stream.getvalue())
    assert b"brob" in data  # its EXIF is compressed
    found = read_jxl(data)
    assert_alike(found.pixels, upright_picture())
    assert found.metadata == Metadata("2020-01-02T03:04:05", camera="Canon EOS 5D")


def test_what_is_transparent_is_white() -> None:
    pixels = np.asarray(upright_picture().convert("RGBA")).copy()
    pixels[:24, :32, 3], pixels[:24, 32:, 3] = 0, 128
    wanted = np.asarray(upright_picture()).copy()
    wanted[:24, :32] = 255
    wanted[:24, 32:] = (147, 217, 157)
    assert_alike(read_jxl(written(pixels)).pixels, wanted, tolerance=1)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 2), (4, 6, 3), (4, 6, 4)])
def test_pixels_of_any_channels_become_rgb(shape: tuple[int, ...]) -> None:
    rgb = jxl._as_rgb(np.full(shape, 255, np.uint8))
    assert rgb.shape == (4, 6, 3)
    assert rgb.dtype == np.uint8
    assert rgb.min() == 255


def test_grey_that_is_half_transparent_is_laid_on_white() -> None:
    grey = np.zeros((1, 2, 2), np.uint8)
    grey[0, 1, 1] = 255
    assert jxl._as_rgb(grey).tolist() == [[[255] * 3, [0] * 3]]


@pytest.mark.parametrize(
    "box", [b"", b"\0\0", b"\0\0\0\0junk", b"\xff" * 40, b"\0\0\0\0II*\0\xff\xff\xff\xff"]
)
def test_broken_exif_does_not_spoil_the_pixels(box: bytes) -> None:
    assert jxl._metadata(box) == Metadata()
    assert_alike(read_jxl(written(upright_picture(), exif=box or None)).pixels, upright_picture())


def test_a_photo_that_is_too_large_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "MAX_MEMORY", 20_000)
    with pytest.raises(UnreadablePhoto, match="too large: 64 x 48 pixels"):
        open_photo(written(upright_picture()))


@pytest.mark.parametrize("junk", [b"", b"Dear diary", b"\xff\x0a", jxl.SIGNATURES[1], bytes(999)])
def test_what_is_no_jpeg_xl_is_refused(junk: bytes) -> None:
    assert refused(junk) == "damaged, or not a JPEG XL photo"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_photo_is_refused(part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    data = written(noise)
    assert refused(data[: int(len(data) * part)]) == "damaged, or not a JPEG XL photo"


def test_many_kinds_of_damage_are_refused_or_read() -> None:
    chance = np.random.default_rng(1)
    noise = chance.integers(0, 255, (40, 60, 4), np.uint8)
    whole = np.frombuffer(written(noise), np.uint8)
    for _ in range(60):
        damaged = whole.copy()
        damaged[chance.integers(0, len(damaged), 4)] = chance.integers(0, 255, 4)
        with suppress(UnreadablePhoto):
            assert read_jxl(damaged.tobytes()).pixels.shape[2] == 3


def test_the_sample_is_read(data: Path) -> None:
    path = data / "formats" / "library" / "real_media" / "jpegxl.jxl"
    if not path.exists():
        pytest.skip("no JPEG XL in the test data")
    assert read_jxl(path.read_bytes()).pixels.shape == (291, 1352, 3)
