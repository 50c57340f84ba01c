"""What decoding is said to cost, held against what it costs, and pictures that are refused."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photoclust.errors import UnreadablePhoto
from photoclust.photos import decode as decoding
from photoclust.photos.decode import open_photo
from photoclust.photos.limits import EASY_MEMORY, MAX_MEMORY, halves_of
from photoclust.pipeline.crew import ENVIRONMENT

SIZE = (4000, 3000)
SIDE = 2000  # what is decoded at first
TOLERANCE = 40_000_000  # bytes

# Decodes each file in a process of its own, with the memory set up as in a worker; prints what was
# asked for, and by how much the most that was used exceeds what was used before.
MEASURE = """
import json, os, sys
import cv2, numpy, simplejpeg
from PIL import Image, AvifImagePlugin, PngImagePlugin, WebPImagePlugin
import pi_heif
from photoclust.photos import decode
decode._prepare_pillow()
pi_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = 1
decode.EASY_MEMORY = 0

def most():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024

for path in sys.argv[2:]:
    if os.fork() == 0:
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
        before, asked = most(), []
        photo = decode.open_photo(decode.read_bytes(path), "photo", int(sys.argv[1]), asked.append)
        shape = photo.pixels(int(sys.argv[1])).shape
        told = json.dumps([path, sum(asked), most() - before, shape])
        os.write(1, (told + "\\n").encode())
        os._exit(0)
    os.wait()
"""


def grain(*channels: int) -> np.ndarray:
    """12 megapixels that are neither flat nor slow to write."""
    across = np.arange(SIZE[0], dtype=np.uint32)[None, :]
    down = np.arange(SIZE[1], dtype=np.uint32)[:, None]
    plane = ((across * down) >> 9).astype(np.uint8)
    return np.stack([plane] * channels[0], axis=2) if channels else plane


def saved(path: Path, pixels: np.ndarray | Image.Image, **options: Any) -> Path:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(path, **options)
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    "baseline.jpg": lambda path: saved(path, grain(3), quality=80),
    "progressive.jpg": lambda path: saved(path, grain(3), quality=80, progressive=True),
    "cmyk.jpg": lambda path: saved(path, Image.fromarray(grain(4), "CMYK"), quality=80),
    "rgb.png": lambda path: saved(path, grain(3), compress_level=1),
    "rgba.png": lambda path: saved(path, grain(4), compress_level=1),
    "palette.png": lambda path: saved(path, _with_palette(), compress_level=1),
    "grey.png": lambda path: saved(path, grain(), compress_level=1),
    "deep.png": lambda path: saved(path, grain().astype(np.uint16) * 257, compress_level=1),
    "lossy.webp": lambda path: saved(path, grain(3), method=0, quality=50),
    "alpha.webp": lambda path: saved(path, grain(4), method=0, quality=50),
    "rgb.tiff": lambda path: saved(path, grain(3), compression="tiff_lzw"),
    "some.avif": lambda path: saved(path, grain(3), speed=10, quality=40),
}


def _with_palette() -> Image.Image:
    image = Image.fromarray(grain(), "P")
    image.putpalette([value // 3 for value in range(768)])
    return image


def measured(paths: list[Path], side: int = SIDE) -> dict[str, tuple[int, int, list[int]]]:
    """File name -> bytes that were asked for, bytes that were used, shape of the picture."""
    if not os.access("/proc/self/clear_refs", os.W_OK):
        pytest.skip("the most memory that was used is not known on this system")
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(side), *map(str, paths)],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) == len(paths), ran.stderr
    return {Path(path).name: (asked, used, shape) for path, asked, used, shape in told}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """12 megapixels in each of the formats."""
    folder = tmp_path_factory.mktemp("large")
    return [write(folder / name) for name, write in WRITERS.items()]


@pytest.fixture(scope="module")
def costs(large: list[Path]) -> dict[str, tuple[int, int, list[int]]]:
    return measured(large)


@pytest.mark.parametrize("name", WRITERS)
def test_twelve_megapixels_cost_no_more_than_was_asked_for(
    costs: dict[str, tuple[int, int, list[int]]], name: str
) -> None:
    asked, used, shape = costs[name]
    assert shape == [SIZE[1] // 2, SIZE[0] // 2, 3]
    assert used <= asked + TOLERANCE
    assert asked <= MAX_MEMORY


def test_what_is_asked_for_is_not_far_off(costs: dict[str, tuple[int, int, list[int]]]) -> None:
    for name, (asked, used, _shape) in costs.items():
        assert asked <= 4 * used + TOLERANCE, name


def test_a_photo_of_a_camera_is_decoded_without_asking(large: list[Path]) -> None:
    asked: list[int] = []
    for side in (SIDE, max(SIZE)):
        open_photo(large[0].read_bytes(), decoded_side=side, ask_for_memory=asked.append)
    assert asked == []


def test_heic_costs_no_more_than_was_asked_for(data: Path) -> None:
    photos = sorted((data / "formats").rglob("*.heic"), key=lambda path: -path.stat().st_size)
    readable = [path for path in photos if path.stat().st_size > 100_000][:3]
    if not readable:
        pytest.skip("no HEIC among the test data")
    for name, (asked, used, _shape) in measured(readable).items():
        assert used <= asked + TOLERANCE, name


# What is refused


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        checked = name + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def resized(kind: str, find: bytes, instead: bytes, **options: Any) -> bytes:
    """A small picture whose header claims another size."""
    stream = io.BytesIO()
    Image.new("RGB", (16, 16)).save(stream, kind, **options)
    whole = stream.getvalue()
    assert whole.count(find) == 1
    return whole.replace(find, instead)


BOMBS = {
    "PNG": png_header(60_000, 60_000),
    "BMP": resized("BMP", struct.pack("<ii", 16, 16), struct.pack("<ii", 60_000, 60_000)),
    "GIF": b"GIF89a" + struct.pack("<HHBBB", 65_000, 65_000, 0x80, 0, 0) + b"\0" * 6
    + b"," + struct.pack("<HHHHB", 0, 0, 65_000, 65_000, 0) + b"\x02\x02\x44\x01\0;",
    "progressive JPEG": resized(
        "JPEG",
        b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 16, 16),
        b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 60_000, 60_000),
        progressive=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_are_refused_by_their_header(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.core, "new", None)  # nothing may be made room for
    monkeypatch.setattr(Image.core, "fill", None)
    asked: list[int] = []
    with pytest.raises(UnreadablePhoto, match=r"^too large: \d+ x \d+ pixels would need \d+ MB"):
        open_photo(BOMBS[kind], ask_for_memory=asked.append)
    assert asked == []


def test_bombs_of_others_cost_nothing(data: Path) -> None:
    names = ("decompression_bomb.gif", "Bad_reallybig.bmp", "Bad_height.bmp")
    bombs = [path for name in names for path in (data / "malformed").rglob(name)]
    assert len(bombs) >= len(names)
    for bomb in bombs:
        with pytest.raises(UnreadablePhoto, match=r"^too large"):
            open_photo(bomb.read_bytes())


def test_a_jpeg_is_refused_only_where_its_smallest_decoding_is_too_large() -> None:
    def baseline(side: int) -> bytes:
        size = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 16, 16)
        return resized("JPEG", size, size[:5] + struct.pack(">HH", side, side))

    asked: list[int] = []
    open_photo(baseline(20_000), decoded_side=SIDE, ask_for_memory=asked.append)
    assert EASY_MEMORY > 20_000**2 / 4**3 * 4
    assert asked == []
    with pytest.raises(UnreadablePhoto, match=r"^too large"):
        open_photo(baseline(20_000), decoded_side=20_000)


def test_who_needs_much_asks_first_and_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(decoding, "MAX_MEMORY", 2**62)
    photo = open_photo(png_header(8000, 8000), decoded_side=SIDE, ask_for_memory=asked.append)
    assert asked
    assert asked[0] >= 8000 * 8000 * 3
    with pytest.raises(UnreadablePhoto):
        photo.pixels(SIDE)


@pytest.mark.parametrize(
    ("side", "at_least", "halves"),
    [
        *((4000, 2000, 1), (3999, 2000, 0), (8000, 2000, 2), (16_000, 2000, 3), (64_000, 2000, 3)),
        *((2000, 2000, 0), (100, 2000, 0), (1, 1, 0), (8, 1, 3)),
    ],
)
def test_halves(side: int, at_least: int, halves: int) -> None:
    assert halves_of(side, at_least) == halves
