"""A contact sheet: faces in a grid, as one picture."""

from __future__ import annotations

import io
import math
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from photoclust.domain import Pixels
from photoclust.export.writing import write_whole, writing_to

# All in pixels.
MARGIN, GAP = 32, 16
TITLE_SIZE, HEADING_SIZE, CAPTION_SIZE = 28, 20, 14
TITLE_HEIGHT, HEADING_HEIGHT, CAPTION_HEIGHT = 56, 44, 26

MAX_COLUMNS = 12

GROUND, TITLE_INK, CAPTION_INK = (250, 250, 249), (28, 25, 23), (87, 83, 78)


# Written into every sheet, so that it can be told from a photo.
MADE_BY = "photoclust contact sheet"


def is_sheet(path: Path) -> bool:
    """Was this file written by `write_sheet`?"""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.info.get("Software") == MADE_BY
    except (OSError, ValueError):
        return False


def write_sheet(
    crops_with_captions: Sequence[tuple[Pixels, str]],
    out: Path,
    title: str,
    headings: Mapping[int, str] | None = None,
) -> None:
    """Draw square crops of one size, each with a short caption below, and write them as a PNG.

    The whole sheet is held in memory: 75 MB for 1,000 crops of 128 pixels.

    Parameters
    ----------
    crops_with_captions : RGB pictures of shape (side, side, 3), and such as "#91  0.93".
    title : one line above them.
    headings : place of a crop -> one line before it, which begins a new row.

    Raises
    ------
    PhotoclustError : the file cannot be written.
    """
    title, headings = " ".join(title.split()), headings or {}
    title_font, heading_font, caption_font = (
        ImageFont.load_default(size) for size in (TITLE_SIZE, HEADING_SIZE, CAPTION_SIZE)
    )
    count = len(crops_with_captions)
    side = crops_with_captions[0][0].shape[0] if count else 0
    columns = min(MAX_COLUMNS, max(1, math.ceil(math.sqrt(count * 1.5))))
    step_x, step_y = side + GAP, side + CAPTION_HEIGHT + GAP
    places = list(_places(count, columns, headings))
    content = max(columns * step_x - GAP, math.ceil(title_font.getlength(title)))
    below = places[-1][1] * step_y + step_y - GAP if count else 0
    height = 2 * MARGIN + TITLE_HEIGHT + below + len(headings) * HEADING_HEIGHT

    sheet = Image.new("RGB", (content + 2 * MARGIN, height), GROUND)
    pen = ImageDraw.Draw(sheet)
    pen.text((MARGIN, MARGIN), title, TITLE_INK, title_font)
    headed = 0
    for place, (crop, caption) in enumerate(crops_with_captions):
        column, row = places[place]
        headed += place in headings
        left = MARGIN + column * step_x
        top = MARGIN + TITLE_HEIGHT + row * step_y + headed * HEADING_HEIGHT
        if place in headings:
            where = (MARGIN, top - HEADING_HEIGHT + GAP / 2)
            pen.text(where, headings[place], TITLE_INK, heading_font)
        sheet.paste(Image.fromarray(crop), (left, top))
        pen.text((left + side / 2, top + side + 6), caption, CAPTION_INK, caption_font, anchor="ma")

    encoded = io.BytesIO()
    mark = PngInfo()
    mark.add_text("Software", MADE_BY)
    sheet.save(encoded, "PNG", pnginfo=mark)
    with writing_to(out.parent):
        write_whole(out, encoded.getvalue())


def _places(count: int, columns: int, headings: Container[int]) -> Iterator[tuple[int, int]]:
    """Column and row of every crop; one with a heading begins a row."""
    column, row = 0, 0
    for place in range(count):
        if column == columns or (place in headings and column):
            column, row = 0, row + 1
        yield column, row
        column += 1
