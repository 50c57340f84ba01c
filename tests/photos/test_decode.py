"""From bytes to upright pixels: formats, orientations, modes, and everything that is broken."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from photoclust.domain import Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.photos import decode as decoding
from photoclust.photos.decode import DecodedPhoto, decode, read_bytes
from photoclust.photos.discover import PHOTO_SUFFIXES

ORIENTATION = 0x0112
RED, GREEN, BLUE, WHITE = (200, 30, 40), (40, 180, 60), (30, 60, 190), (250, 250, 250)

# Ending -> how Pillow writes it. HEIC is not among them: pi-heif only reads.
WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), ("JPEG", {"quality": 95})),
    ".mpo": ("MPO", {"quality": 95, "save_all": True}),
    ".png": ("PNG", {}),
    ".webp": ("WEBP", {"lossless": True}),
    **dict.fromkeys((".tif", ".tiff"), ("TIFF", {})),
    ".bmp": ("BMP", {}),
    ".dib": ("DIB", {}),
    ".gif": ("GIF", {}),
    ".avif": ("AVIF", {"quality": 95, "subsampling": "4:4:4"}),
}


def upright_picture() -> Image.Image:
    """64 x 48, a colour in each corner, so that no turn and no mirroring looks the same."""
    pixels = np.empty((48, 64, 3), np.uint8)
    pixels[:24, :32], pixels[:24, 32:] = RED, GREEN
    pixels[24:, :32], pixels[24:, 32:] = BLUE, WHITE
    return Image.fromarray(pixels)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def assert_alike(found: Pixels, wanted: Pixels | Image.Image, tolerance: float = 3.0) -> None:
    """The same picture but for compression: mean difference in grey levels."""
    expected = np.asarray(wanted, np.float64)
    assert found.shape == expected.shape
    assert np.abs(found - expected).mean() < tolerance


def refused(data: bytes) -> str:
    """The reason a photo is refused with."""
    with pytest.raises(UnreadablePhoto) as caught:
        decode(data)
    return caught.value.message


def tried(path: Path) -> tuple[str, DecodedPhoto | None]:
    """The photo, or the reason it is refused with; anything else is raised."""
    try:
        return "", decode(read_bytes(path))
    except UnreadablePhoto as error:
        return error.message, None


# Formats


@pytest.mark.parametrize("suffix", sorted(WRITTEN))
def test_every_format_gives_the_same_picture(suffix: str) -> None:
    kind, options = WRITTEN[suffix]
    photo = decode(written(upright_picture(), kind, **options))
    assert (photo.width, photo.height) == (64, 48)
    assert photo.pixels.dtype == np.uint8
    assert_alike(photo.pixels, upright_picture())


def test_every_ending_is_tried_here() -> None:
    elsewhere = {".heic", ".heif", ".hif", ".jxl"}
    assert set(WRITTEN) | elsewhere == PHOTO_SUFFIXES


def test_the_ending_does_not_matter_only_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(written(upright_picture(), "PNG"))
    assert_alike(decode(read_bytes(path)).pixels, upright_picture())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
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
    exif[ORIENTATION] = orientation
    options = next(options for name, options in WRITTEN.values() if name == kind)
    photo = decode(written(stored, kind, exif=exif, **options))
    assert (photo.width, photo.height) == (64, 48)
    assert_alike(photo.pixels, upright_picture())


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_left_alone(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = decode(written(upright_picture(), "PNG", exif=exif))
    assert_alike(photo.pixels, upright_picture())


@pytest.mark.parametrize("shape", ["Landscape", "Portrait"])
def test_the_orientation_examples_all_come_out_alike(data: Path, shape: str) -> None:
    paths = sorted((data / "formats" / "orientation").glob(f"{shape}_*.jpg"))
    assert len(paths) == 9
    photos = [decode(path.read_bytes(), longest_side=300) for path in paths]
    assert len({(photo.width, photo.height) for photo in photos}) == 1
    assert (photos[0].width > photos[0].height) == (shape == "Landscape")
    for photo in photos:
        # Each bears its own number in large print, so they are alike, not the same.
        assert_alike(photo.pixels, photos[0].pixels, tolerance=40)


def test_heic_is_read_upright(data: Path) -> None:
    path = data / "formats" / "camera" / "formats" / "heic" / "IMG_2682.heic"
    if not path.exists():
        pytest.skip("no HEIC photo in the test data")
    photo = decode(path.read_bytes())
    assert photo.pixels.shape[2] == 3
    high, wide = photo.pixels.shape[:2]
    assert (photo.width > photo.height) == (wide > high)
    assert photo.pixels.std() > 10


def test_heic_arrow_points_the_same_way_as_its_thumbnail(data: Path) -> None:
    path = data / "formats" / "heic" / "heif_other" / "arrow.heic"
    if not path.exists():
        pytest.skip("no arrow.heic in the test data")
    photo = decode(path.read_bytes())
    assert photo.pixels.shape[:2] == (photo.height, photo.width) or max(photo.pixels.shape) == 4096
    with Image.open(path) as image:
        assert_alike(
            np.asarray(Image.fromarray(photo.pixels).resize((64, 64))),
            ImageOps.exif_transpose(image).convert("RGB").resize((64, 64)),
        )


# Modes


def test_cmyk_is_shown_in_its_colours() -> None:
    photo = decode(written(upright_picture().convert("CMYK"), "JPEG", quality=95))
    assert_alike(photo.pixels, upright_picture(), tolerance=6)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_deep_grey_is_scaled_not_cut(kind: str) -> None:
    deep = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    photo = decode(written(Image.fromarray(deep), kind))
    assert_alike(photo.pixels, np.repeat((deep >> 8)[:, :, None], 3, axis=2), tolerance=1)


def test_a_dark_deep_grey_stays_dark() -> None:
    photo = decode(written(Image.fromarray(np.full((8, 8), 2560, np.uint16)), "PNG"))
    assert photo.pixels.max() <= 10


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_grey_without_a_known_range_fills_its_own(dtype: type) -> None:
    values = np.linspace(-1000, 100_000, 256).reshape(16, 16).astype(dtype)
    photo = decode(written(Image.fromarray(values), "TIFF"))
    assert (photo.pixels.min(), photo.pixels.max()) == (0, 255)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_floats_that_are_no_numbers_do_no_harm(value: float) -> None:
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 0] = value
    assert decode(written(Image.fromarray(values), "TIFF")).pixels.shape == (8, 8, 3)
    values[:] = value
    assert decode(written(Image.fromarray(values), "TIFF")).pixels.shape == (8, 8, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_what_is_transparent_is_white(kind: str) -> None:
    picture = upright_picture().convert("RGBA")
    hole = Image.new("RGBA", (32, 24), (0, 0, 0, 0))
    picture.paste(hole, (0, 0))
    wanted = upright_picture()
    wanted.paste((255, 255, 255), (0, 0, 32, 24))
    assert_alike(decode(written(picture, kind)).pixels, wanted)


def test_grey_with_alpha_is_laid_on_white() -> None:
    picture = Image.new("LA", (4, 4), (0, 255))
    picture.putpixel((1, 2), (0, 0))
    pixels = decode(written(picture, "PNG")).pixels
    assert pixels[2, 1].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_is_white(kind: str) -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([*RED, *GREEN])
    picture.putpixel((1, 2), 1)
    pixels = decode(written(picture, kind, transparency=1)).pixels
    assert pixels[2, 1].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == list(RED)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit_is_black_and_white(kind: str) -> None:
    picture = Image.new("1", (8, 8), 0)
    picture.putpixel((3, 5), 1)
    pixels = decode(written(picture, kind)).pixels
    assert pixels[5, 3].tolist() == [255, 255, 255]
    assert pixels.sum() == 3 * 255


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (BLUE, RED, GREEN)]
    data = written(frames[0], kind, save_all=True, append_images=frames[1:])
    assert_alike(decode(data).pixels, frames[0])


# Sizes


def test_a_small_photo_is_left_whole() -> None:
    assert decode(written(Image.new("RGB", (1, 1)), "PNG")).pixels.shape == (1, 1, 3)
    assert decode(written(Image.new("RGB", (4096, 20)), "PNG")).pixels.shape == (20, 4096, 3)


def test_a_large_photo_is_shrunk_and_says_its_whole_size() -> None:
    photo = decode(written(Image.new("L", (8200, 6000)), "JPEG"))
    assert (photo.width, photo.height) == (8200, 6000)
    assert photo.pixels.shape == (2997, 4096, 3)


def test_a_large_photo_that_is_turned_says_its_upright_size() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    photo = decode(written(Image.new("L", (900, 600)), "JPEG", exif=exif), longest_side=300)
    assert (photo.width, photo.height) == (600, 900)
    assert photo.pixels.shape == (300, 200, 3)


def test_shrinking_keeps_the_picture() -> None:
    large = upright_picture().resize((6400, 4800), Image.Resampling.NEAREST)
    pixels = decode(written(large, "JPEG", quality=90), longest_side=64).pixels
    assert_alike(pixels, upright_picture())


def test_a_photo_of_108_megapixels_is_read() -> None:
    photo = decode(written(Image.new("L", (12000, 9000)), "JPEG"))
    assert (photo.width, photo.height) == (12000, 9000)


def test_a_photo_of_200_megapixels_is_read() -> None:
    photo = decode(written(Image.new("L", (16320, 12240)), "JPEG"))
    assert (photo.width, photo.height) == (16320, 12240)


def test_a_very_long_strip_is_read() -> None:
    photo = decode(written(Image.new("RGB", (20000, 1)), "JPEG"))
    assert (photo.width, photo.height) == (20000, 1)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("sides", [(12_000, 12_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_memory_is_taken(sides: tuple[int, int]) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(png_that_claims(*sides))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_a_huge_photo_is_refused_with_its_size() -> None:
    assert refused(png_that_claims(12_000, 12_000)).startswith("too large: 12000 x 12000 pixels")


def test_the_reason_for_refusing_a_huge_photo_is_one_sentence_of_ours() -> None:
    assert refused(png_that_claims(60_000, 60_000)).startswith("too large: 60000 x 60000 pixels")


# Broken files


def test_a_truncated_jpeg_says_so() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    data = written(Image.fromarray(noise), "JPEG")
    assert refused(data[: len(data) // 2]) == "truncated"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_file_of_any_format_is_refused_with_a_reason(kind: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    data = written(Image.fromarray(noise), kind)
    assert refused(data[: int(len(data) * part)])


def test_text_renamed_to_jpg_is_no_image() -> None:
    assert refused(b"Dear diary, today ...") == "not an image that can be read"


def test_a_format_that_is_not_wanted_is_refused() -> None:
    assert refused(written(upright_picture(), "PPM")) == "not an image that can be read"
    assert refused(written(upright_picture(), "PDF")) == "not an image that can be read"


@pytest.mark.parametrize(
    "junk",
    [
        b"Exif\0\0garbage",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01",
        b"no header at all",
    ],
)
def test_broken_exif_does_not_spoil_the_pixels(junk: bytes) -> None:
    photo = decode(written(upright_picture(), "JPEG", quality=95, exif=junk))
    assert_alike(photo.pixels, upright_picture())


def test_an_odd_tag_in_a_turned_photo_does_not_spoil_the_pixels() -> None:
    thresholding = struct.pack(">HHLL", 0x0107, 2, 6, 38)  # text, where numbers are due
    turned = struct.pack(">HHLHH", ORIENTATION, 3, 1, 6, 0)
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + thresholding + turned + b"\0\0\0\0Canon\0"
    stored = upright_picture().transpose(Image.Transpose.ROTATE_90)
    photo = decode(written(stored, "JPEG", quality=95, exif=exif))
    assert_alike(photo.pixels, upright_picture())


def test_many_kinds_of_damage_are_refused_or_read(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    noise = chance.integers(0, 255, (40, 60, 3), np.uint8)
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"):
        whole = np.frombuffer(written(Image.fromarray(noise), kind), np.uint8)
        for number in range(20):
            damaged = whole.copy()
            damaged[chance.integers(0, len(damaged), 8)] = chance.integers(0, 255, 8)
            path = tmp_path / f"{number}.{kind}"
            path.write_bytes(damaged.tobytes())
            reason, photo = tried(path)
            assert reason or photo is not None


def test_every_broken_hostile_and_rare_file_decodes_or_has_a_reason(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = [
        path for folder in ("malformed", "formats") for path in (data / folder).rglob("*")
        if path.is_file()
    ]  # fmt: skip
    if not paths:
        pytest.skip(f"no malformed files in {data}")
    decoded = 0
    for path in sorted(paths):
        reason, photo = tried(path)
        if photo is None:
            assert re.fullmatch(r".*\w.*", reason), path
            continue
        high, wide, channels = photo.pixels.shape
        assert (channels, photo.pixels.dtype) == (3, np.uint8), path
        assert high > 0, path
        assert wide > 0, path
        decoded += 1
    capfd.readouterr()  # libtiff writes to the terminal by itself
    assert decoded > len(paths) / 2


# Reading, and reading side by side


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UnreadablePhoto, match=r"^empty file$"):
        read_bytes(tmp_path / "a.jpg")


def test_a_file_that_is_gone_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match="no such file"):
        read_bytes(tmp_path / "a.jpg")
    with pytest.raises(UnreadablePhoto, match="directory"):
        read_bytes(tmp_path)


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 2_000_000)
    (tmp_path / "a.jpg").write_bytes(bytes(2_000_001))
    with pytest.raises(UnreadablePhoto, match="larger than 2 MB"):
        read_bytes(tmp_path / "a.jpg")


def test_decoding_in_threads_leaves_the_warning_filters_alone() -> None:
    data = written(upright_picture(), "JPEG")
    decode(data)
    with warnings.catch_warnings():
        before = list(warnings.filters)
        with ThreadPoolExecutor(8) as workers:
            for _ in workers.map(decode, [data] * 2000):
                pass
        assert list(warnings.filters) == before
