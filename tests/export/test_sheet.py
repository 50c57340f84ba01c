from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.errors import PhotoclustError
from photoclust.export.sheet import GROUND, write_sheet


def _crops(count: int, side: int = 64) -> list[tuple[np.ndarray, str]]:
    return [
        (np.full((side, side, 3), (10 + index, 0, 200), np.uint8), f"#{index}  0.93")
        for index in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 7, 40])
def test_every_crop_is_on_the_sheet_whole(tmp_path: Path, count: int) -> None:
    out = tmp_path / "sheet.png"
    write_sheet(_crops(count), out, "Cluster 12")
    with Image.open(out) as image:
        assert image.format == "PNG"
        pixels = np.asarray(image)
    for index in range(count):
        assert np.all(pixels == (10 + index, 0, 200), axis=2).sum() == 64 * 64


def test_margins_are_even_and_nothing_is_cut(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    write_sheet(_crops(5), out, "A very long title " * 10)
    with Image.open(out) as image:
        inked = np.any(np.asarray(image) != GROUND, axis=2)
    rows, columns = np.nonzero(inked)
    assert columns.min() == 32
    assert inked.shape[1] - 1 - columns.max() >= 32
    assert rows.min() >= 32
    assert inked.shape[0] - 1 - rows.max() >= 32


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PhotoclustError, match=r"Cannot write to .*: no such file") as caught:
        write_sheet(_crops(1), tmp_path / "nowhere" / "sheet.png", "Faces")
    assert caught.value.hint == "Choose another folder."
    assert list(tmp_path.iterdir()) == []
