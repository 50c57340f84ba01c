"""The surfaces that prints lie on, and what light, lens and sensor do to a photo."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from photoclust.demo.people import Source, pixels_of
from photoclust.domain import Pixels

Colour = tuple[int, int, int]

TEXTURES: dict[str, tuple[str, Colour, Colour]] = {
    "brick": ("brick.png", (70, 30, 22), (226, 168, 146)),
    "grass": ("grass.png", (22, 40, 12), (168, 190, 96)),
    "gravel": ("gravel.png", (50, 46, 42), (206, 196, 182)),
}
"""A picture of scikit-image, and the colours of its black and its white."""

CLOTHS: tuple[tuple[Colour, Colour], ...] = (
    ((30, 44, 62), (150, 186, 206)),
    ((62, 34, 34), (222, 190, 172)),
    ((34, 50, 38), (188, 206, 176)),
)


def relit(pixels: Pixels, rng: Generator) -> Pixels:
    """In other brightness, contrast and colour temperature."""
    gain, contrast, warmth = rng.uniform((-0.28, -0.22, -0.13), (0.14, 0.12, 0.13))
    channels = np.exp(gain) * np.array([1 + warmth, 1.0, 1 - warmth])
    levels = (np.arange(256) - 118) * (1 + contrast) + 118
    table = np.clip(levels[:, None] * channels, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table[None]), np.uint8)


def in_grey(pixels: Pixels) -> Pixels:
    """As a slightly warm black-and-white print."""
    return _tinted(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (4, 2, 0), (255, 250, 238))


def as_taken(pixels: Pixels, rng: Generator) -> Pixels:
    """Darker at the corners, a little out of focus (sigma up to 1 pixel), with sensor noise."""
    height, width = pixels.shape[:2]
    across, down = np.linspace(-1, 1, width) ** 2, np.linspace(-1, 1, height)[:, None] ** 2
    light = (1 - rng.uniform(0.04, 0.13) * (across + down)).astype(np.float32)
    noise = rng.standard_normal((height, width), np.float32) * rng.uniform(0.5, 4.5)
    soft = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.25, 1.0))
    return np.clip(soft * light[..., None] + noise[..., None], 0, 255).astype(np.uint8)


def surface(name: str, width: int, height: int, rng: Generator) -> Pixels:
    """Brick, cork, grass, gravel, linen or wood, shape (height, width, 3)."""
    if name in TEXTURES:
        return _texture(*TEXTURES[name], width, height)
    drawn = {"cork": _cork, "linen": _linen, "wood": _wood}[name]
    return drawn(width, height, rng)


def _tinted(grey: NDArray[Any], dark: Colour, light: Colour) -> Pixels:
    """Grey levels 0..255, shape (height, width), as mixtures of two RGB colours."""
    levels: Pixels = np.linspace(dark, light, 256).astype(np.uint8)
    tinted: Pixels = levels[np.clip(grey, 0, 255).astype(np.uint8)]
    return tinted


def _texture(file: str, dark: Colour, light: Colour, width: int, height: int) -> Pixels:
    """A grey picture, enlarged and continued in the mirror."""
    tile = pixels_of(Source.scikit_image(file))[..., 0]
    tile = np.asarray(cv2.resize(tile, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC))
    down, right = max(0, height - tile.shape[0]), max(0, width - tile.shape[1])
    whole = cv2.copyMakeBorder(tile, 0, down, 0, right, cv2.BORDER_REFLECT)
    return _tinted(whole[:height, :width], dark, light)


def _noise(
    rows: int, columns: int, strength: float, width: int, height: int, rng: Generator
) -> NDArray[Any]:
    """Noise of few rows and columns, stretched to shape (height, width)."""
    coarse = rng.normal(0, strength, (rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _wood(width: int, height: int, rng: Generator) -> Pixels:
    """Planks, each a little lighter or darker, with a grain that runs along them."""
    grey = np.full((height, width), 128, np.float32)
    for rows, columns, strength in ((height // 3, 5, 16), (height // 14, 4, 14), (height, 40, 6)):
        grey += _noise(rows, columns, strength, width, height, rng)
    plank = max(90, height // 6)
    for top in range(0, height, plank):
        grey[top : top + plank] += rng.uniform(-26, 26)
        grey[top : top + 3] -= 70
    return _tinted(grey, (66, 38, 20), (190, 138, 88))


def _cork(width: int, height: int, rng: Generator) -> Pixels:
    """Crumbs of two sizes."""
    grey = np.full((height, width), 150, np.float32)
    for size, strength in ((3, 26), (9, 22)):
        grey += _noise(height // size, width // size, strength, width, height, rng)
    return _tinted(grey, (104, 66, 36), (222, 178, 124))


def _linen(width: int, height: int, rng: Generator) -> Pixels:
    """A cloth with threads both ways, lighter towards one corner."""
    light = np.linspace(120, 190, width) + np.linspace(20, -20, height)[:, None]
    threads = rng.normal(0, 7, (height, 1)) + rng.normal(0, 7, width)
    return _tinted(light + threads, *CLOTHS[rng.integers(len(CLOTHS))])
