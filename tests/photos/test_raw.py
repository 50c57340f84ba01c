"""Camera RAW: the preview or a development, turned once, and everything that is broken."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos import decode as decoding
from photoclust.photos import raw as raws
from photoclust.photos.decode import open_photo
from photoclust.photos.metadata import Metadata
from photoclust.photos.raw import develop, open_raw

pytest.importorskip("rawpy")

Dng = Callable[..., bytes]


class RawPicture(NamedTuple):
    """The preview, or where there is none what `develop` gives, and what turns it upright."""

    picture: bytes | Pixels
    orientation: int
    width: int
    height: int
    metadata: Metadata


def read_raw(data: bytes) -> RawPicture:
    raw = open_raw(data)
    if raw.preview is not None:
        shown, orientation = raw.preview, raw.preview_orientation
        return RawPicture(shown, orientation, raw.width, raw.height, raw.metadata)
    return RawPicture(develop(data), raw.orientation, raw.width, raw.height, raw.metadata)


RED, GREEN, BLUE, WHITE = (200, 30, 40), (40, 180, 60), (30, 60, 190), (250, 250, 250)
CANON = {271: ("s", "Canon"), 272: ("s", "Canon EOS 5D")}
TAKEN = {0x9003: ("s", "2020:01:02 03:04:05"), 0x9011: ("s", "+02:00")}

# EXIF orientation -> what makes of an upright picture the one that the sensor saw.
LAID = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
UPRIGHT = LAID | {6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}


def upright_picture(width: int = 128, height: int = 96) -> Image.Image:
    """A colour in each corner, so that no turn looks the same."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return Image.fromarray(pixels)


def laid(orientation: int, width: int = 128, height: int = 96) -> Image.Image:
    """The picture as the sensor of a camera held like this sees it."""
    picture, turn = upright_picture(width, height), LAID[orientation]
    return picture if turn is None else picture.transpose(turn)


def jpeg(image: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=95, **options)
    return stream.getvalue()


def shown(found: RawPicture) -> Pixels:
    """The picture as a caller shows it: turned as it is said to be."""
    if isinstance(found.picture, bytes):
        image = Image.open(io.BytesIO(found.picture))
    else:
        image = Image.fromarray(found.picture)
    turn = UPRIGHT[found.orientation]
    return np.asarray(image if turn is None else image.transpose(turn))


def assert_upright(found: RawPicture) -> None:
    """Each corner has the colour that it has in `upright_picture`, however it was developed."""
    pixels = shown(found)
    high, wide = pixels.shape[:2]
    assert (wide > high) == (found.width > found.height)
    corners = pixels[[high // 4, high // 4, -high // 4], [wide // 4, -wide // 4, wide // 4]]
    assert corners.argmax(axis=1).tolist() == [0, 1, 2]
    assert pixels[-high // 4, -wide // 4].min() > 200


def refused(data: bytes) -> str:
    with pytest.raises(UnreadablePhoto) as caught:
        read_raw(data)
    return caught.value.message


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_raw_without_preview_is_developed_at_half_its_size(dng: Dng, orientation: int) -> None:
    found = read_raw(dng(np.asarray(laid(orientation)), orientation))
    assert isinstance(found.picture, np.ndarray)
    assert found.picture.dtype == np.uint8
    assert sorted(found.picture.shape) == [3, 48, 64]
    assert found.orientation == orientation
    assert (found.width, found.height) == (128, 96)
    assert_upright(found)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_preview_is_taken_and_turned_once(dng: Dng, orientation: int) -> None:
    preview = jpeg(laid(orientation, 1280, 960))
    found = read_raw(dng(np.asarray(laid(orientation)), orientation, preview))
    assert isinstance(found.picture, bytes)
    assert found.orientation == orientation
    assert (found.width, found.height) == (128, 96)
    assert_upright(found)


@pytest.mark.parametrize("claimed", [1, 3, 6, 8])
def test_what_the_preview_says_of_its_orientation_does_not_count(dng: Dng, claimed: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = claimed
    preview = jpeg(laid(6, 1280, 960), exif=exif)
    found = read_raw(dng(np.asarray(laid(6)), 6, preview))
    assert found.orientation == 6
    assert_upright(found)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
@pytest.mark.parametrize("size", [(1280, 960), (960, 1280)])
def test_a_preview_that_is_upright_already_is_not_turned_again(
    dng: Dng, orientation: int, size: tuple[int, int]
) -> None:
    sensor = laid(orientation, size[0] // 10, size[1] // 10)
    found = read_raw(dng(np.asarray(sensor), orientation, jpeg(upright_picture(*size))))
    assert isinstance(found.picture, bytes)
    assert found.orientation == 1
    assert_upright(found)


def test_a_sensor_without_colours_gives_grey_pixels(dng: Dng) -> None:
    grey = np.repeat(np.asarray(laid(1))[:, :, :1], 3, axis=2)
    data = dng(grey, plain={262: ("H", [34892])})  # linear raw, of one sample
    found = read_raw(data)
    assert isinstance(found.picture, np.ndarray)
    assert found.picture.shape[2] == 3
    assert np.ptp(found.picture, axis=2).max() == 0


def test_a_small_preview_is_not_enough(dng: Dng) -> None:
    picture = np.asarray(laid(1))
    small, enough = (jpeg(upright_picture(side, side * 3 // 4)) for side in (992, 1000))
    assert isinstance(read_raw(dng(picture, preview=small)).picture, np.ndarray)
    assert isinstance(read_raw(dng(picture, preview=enough)).picture, bytes)


def test_a_broken_preview_is_none(dng: Dng) -> None:
    data = dng(np.asarray(laid(1)), preview=jpeg(upright_picture(1280, 960)))
    start = data.index(b"\xff\xd8")
    found = read_raw(data[:start] + bytes(600) + data[start + 600 :])
    assert isinstance(found.picture, np.ndarray)


def test_time_camera_and_place_are_told(dng: Dng) -> None:
    found = read_raw(dng(np.asarray(laid(1)), plain=CANON, details=TAKEN))
    assert found.metadata == Metadata("2020-01-02T03:04:05+02:00", camera="Canon EOS 5D")


def test_a_raw_that_says_nothing_says_nothing(dng: Dng) -> None:
    assert read_raw(dng(np.asarray(laid(1)))).metadata == Metadata()


@pytest.mark.parametrize("mark", [b"IIRO", b"IIRS", b"IIU\0", b"II*\0"])
def test_exif_is_read_under_other_marks_than_tiffs(dng: Dng, mark: bytes) -> None:
    data = mark + dng(np.asarray(laid(1)), plain=CANON, details=TAKEN)[4:]
    assert raws._metadata(data, None).camera == "Canon EOS 5D"
    assert raws._metadata(data, None).taken_at == "2020-01-02T03:04:05+02:00"


def test_exif_of_a_cr3_lies_in_boxes() -> None:
    def box(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + name + body

    def folder(tag: int, text: bytes) -> bytes:
        return struct.pack("<2sHIHHHIIIH", b"II", 42, 8, 1, tag, 2, len(text), 26, 0, 0)[:26] + text

    start = box(b"ftyp", b"crx \0\0\0\1crx isom")
    inner = box(b"CMT1", folder(272, b"Canon EOS R5\0"))
    inner += box(b"CMT2", folder(0x9003, b"2020:01:02 03:04:05\0")) + box(b"CMT3", b"junk")
    data = start + box(b"moov", box(b"uuid", bytes(16) + inner))
    wanted = Metadata("2020-01-02T03:04:05", camera="Canon EOS R5")
    assert raws._metadata(data, None) == wanted


def test_where_the_file_itself_has_no_exif_the_previews_counts() -> None:
    exif = Image.Exif()
    exif[272] = "X-T4"
    for data in (b"FUJIFILMCCD-RAW 0201", b"II*\0\xff\xff\xff\xff", b"\0\0\0\x18ftypcrx ", b""):
        assert raws._metadata(data, exif).camera == "X-T4"
        assert raws._metadata(data, None) == Metadata()


@pytest.mark.parametrize("junk", [b"", b"Dear diary", bytes(5000), b"II*\0" + bytes(5000)])
def test_what_is_no_raw_is_refused(junk: bytes) -> None:
    assert refused(junk) in (
        "not a RAW photo that LibRaw can read",
        "truncated or damaged RAW photo",
    )


def test_an_ordinary_photo_is_no_raw() -> None:
    assert refused(jpeg(upright_picture())) == "not a RAW photo that LibRaw can read"


@pytest.mark.parametrize("part", [0.001, 0.01, 0.2, 0.5, 0.9])
def test_a_cut_raw_says_so(dng: Dng, part: float) -> None:
    data = dng(np.asarray(laid(1, 640, 480)))
    assert refused(data[: int(len(data) * part)]) == "truncated or damaged RAW photo"


def test_of_a_cut_raw_the_preview_is_taken_where_it_is_whole(dng: Dng) -> None:
    data = dng(np.asarray(laid(1, 640, 480)), preview=jpeg(upright_picture(1280, 960)))
    assert_upright(read_raw(data[:-100_000]))


def test_a_sensor_that_is_too_large_is_refused(dng: Dng, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_MEMORY", 60_000)
    with pytest.raises(UnreadablePhoto, match="too large: 128 x 96 pixels"):
        open_photo(dng(np.asarray(laid(1))), "raw")


def test_the_preview_is_looked_at_first_and_the_sensor_where_more_is_asked_for(dng: Dng) -> None:
    preview = jpeg(laid(6, 960, 1280).resize((1280, 960)))
    photo = open_photo(dng(np.asarray(laid(6, 3000, 4000)), 6, preview), "raw", 1000)
    assert (photo.facts.width, photo.facts.height) == (3000, 4000)
    assert photo.pixels(1000).shape == (1280, 960, 3)
    assert photo.pixels(4000).shape == (2000, 1500, 3)


def test_many_kinds_of_damage_are_refused_or_read(dng: Dng) -> None:
    chance = np.random.default_rng(1)
    preview = jpeg(upright_picture(1280, 960))
    whole = np.frombuffer(dng(np.asarray(laid(6)), 6, preview, CANON, TAKEN), np.uint8)
    for number in range(60):
        damaged = whole.copy()
        reach = 800 if number % 2 else len(whole)
        damaged[chance.integers(0, reach, 8)] = chance.integers(0, 255, 8)
        with suppress(UnreadablePhoto, OSError):  # the latter of Pillow, for a broken preview
            assert shown(read_raw(damaged.tobytes())).shape[2] == 3
