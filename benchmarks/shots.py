"""Photos as cameras write them, 12 and 48 megapixels, made from the whole photos of scenes.

The scenes are smaller than what a camera takes. A crop of one is enlarged, mirrored or not, and
gets sensor noise, without which a JPEG of 12 megapixels would have half the bytes of a real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

SIZES = {12: (4000, 3000), 48: (8000, 6000)}  # pixels
LEAST_SIDE = 600  # pixels; smaller pictures are portraits that were cut out of something
LEAST_CROP = 0.8  # of the scene's sides
NOISE = 1.5  # standard deviation, of 255
QUALITY = 95


def scenes(data: Path) -> list[Path]:
    """The whole photos of scenes, each once."""
    found: dict[bytes, Path] = {}
    for path in sorted((data / "scenes").rglob("*.jpg")):
        with Image.open(path) as image:
            if max(image.size) >= LEAST_SIDE:
                found.setdefault(path.read_bytes(), path)
    return list(found.values())


def shot(path: Path, megapixels: int, seed: int) -> Image.Image:
    """One photo: a crop of the scene, enlarged, with noise."""
    chance = np.random.default_rng(seed)
    width, height = SIZES[megapixels]
    with Image.open(path) as opened:
        scene = ImageOps.exif_transpose(opened).convert("RGB")
    if scene.height > scene.width:
        width, height = height, width
    crop = chance.uniform(LEAST_CROP, 1.0)
    wide = min(scene.width, scene.height * width / height) * crop
    high = wide * height / width
    left, top = chance.uniform(0, scene.width - wide), chance.uniform(0, scene.height - high)
    enlarged = scene.resize(
        (width, height), Image.Resampling.LANCZOS, (left, top, left + wide, top + high)
    )
    if chance.random() < 0.5:
        enlarged = ImageOps.mirror(enlarged)
    noise = chance.standard_normal((height, width), np.float32) * NOISE
    noisy = np.asarray(enlarged, np.float32) + noise[:, :, None]
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def write_shots(
    data: Path, folder: Path, count: int, megapixels: int, distinct: int, suffix: str = ".jpg"
) -> Iterator[Path]:
    """Write so many photos, of which the first `distinct` differ by more than a comment.

    The others hold the same picture under other bytes, which no scan can tell from a new photo.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = scenes(data)
    for number in range(count):
        path = folder / f"{number:05}{suffix}"
        if not path.exists():
            if number < distinct:
                picture = shot(places[number % len(places)], megapixels, number)
                write_picture(picture, path)
            else:
                original = folder / f"{number % distinct:05}{suffix}"
                path.write_bytes(_marked(original.read_bytes(), number))
        yield path


def write_picture(picture: Image.Image, path: Path) -> None:
    if path.suffix == ".heic":
        import pillow_heif

        pillow_heif.from_pillow(picture).save(path, quality=60)
    else:
        picture.save(path, quality=QUALITY)


def _marked(photo: bytes, number: int) -> bytes:
    """The same picture with other bytes: a JPEG comment, or a free box behind a HEIC."""
    mark = number.to_bytes(4, "big")
    if photo[:2] == b"\xff\xd8":
        return photo[:2] + b"\xff\xfe" + (2 + len(mark)).to_bytes(2, "big") + mark + photo[2:]
    return photo + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark
