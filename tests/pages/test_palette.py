"""Can everybody read it? WCAG 2.2, 1.4.3, level AA."""

from __future__ import annotations

import re

import pytest

from photoclust.choices import Theme
from photoclust.pages import palette

TEXT = 4.5


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", css))


def _light(colour: str) -> float:
    """Relative luminance, 0..1."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
@pytest.mark.parametrize("ground", ["ground", "raised"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "accent", "warm", "wrong"])
def test_words_can_be_read(theme: Theme, ground: str, ink: str) -> None:
    light, dark = (_colours(part) for part in palette().split("@media"))
    colours = light if theme is Theme.LIGHT else dark
    assert _contrast(colours[ink], colours[ground]) >= TEXT


def test_both_themes_have_the_same_colours() -> None:
    light, dark = (_colours(part) for part in palette().split("@media"))
    assert light.keys() == dark.keys()


def test_a_fixed_theme_asks_nobody() -> None:
    for theme in (Theme.LIGHT, Theme.DARK):
        css = palette(theme)
        assert "prefers-color-scheme" not in css
        assert f"color-scheme: {theme};" in css
