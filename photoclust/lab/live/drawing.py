"""Boxes, names and distances on a frame."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from photoclust.domain import Pixels
from photoclust.lab.live.pose import Pose
from photoclust.lab.live.scene import Scene, SeenFace

TEXT, LINE = 1 / 30, 1 / 240  # parts of the frame's shorter side
LEAST_TEXT = 12  # pixels
LONGEST_NAME = 32  # characters

Colour = tuple[int, int, int]
KNOWN, NEW, WAITING, PICTURE = (45, 212, 191), (251, 146, 60), (231, 229, 228), (248, 113, 113)
INK, QUIET_INK = (255, 255, 255), (214, 211, 209)
GROUND, SHADOW = (12, 10, 9, 215), (0, 0, 0, 150)

# Tried for letters that Pillow's own font lacks, such as Chinese ones.
FONTS = (
    *("NotoSansCJK-Regular.ttc", "DejaVuSans.ttf", "Arial Unicode.ttf", "msyh.ttc", "meiryo.ttc"),
    *("malgun.ttf", "NotoSansDevanagari-Regular.ttf", "NotoSansArabic-Regular.ttf"),
)
NO_LETTER = "\U0010ffff"

POINTER = 0.6  # of the box's height: the line that shows where a turned head looks


def annotated(scene: Scene, threshold: float, note: str = "") -> Pixels:
    """The frame with what is known of its faces drawn on it, as new RGB pixels of the same size.

    Parameters
    ----------
    threshold : squared distance, 0..4, below which a face is somebody's.
    note : a line for the bottom; what cannot be printed of it is left out, as of names.
    """
    picture = Image.fromarray(scene.frame.pixels)
    panel = _Panel(ImageDraw.Draw(picture, "RGBA"), *picture.size)
    for face in sorted(scene.faces, key=lambda item: item.detection.box.area):
        _draw_face(panel, face, threshold)
    if note := _one_line(note):
        panel.write([(note, INK)], panel.margin, picture.height)
    return np.asarray(picture)


def words_of(face: SeenFace, threshold: float) -> list[str]:
    """The lines beside a face: who it is, how far from whom, what to do."""
    standing = face.standing
    lines = ["…"]
    if standing.decided:
        nearest = _short(standing.nearest) if standing.nearest else ""
        sign = "<" if standing.distance < threshold else ">"
        figures = f"{standing.distance:.3f} {sign} {threshold:.3f}"
        if face.is_picture:
            lines = ["not live: a picture"]
        elif face.person:
            lines = [_short(face.person), figures]
        elif nearest and standing.distance < threshold:  # somebody more like them is there too
            lines = [f"{nearest} again?", figures]
        else:
            lines = ["new person", *([f"{nearest}: {figures}"] if nearest else [])]
    if face.pose and face.pose.far:
        lines.append("turn to the camera")
    return lines


def _short(name: str) -> str:
    """A name on one line, as far as it goes."""
    name = _one_line(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _one_line(text: str) -> str:
    """Text that a font can be asked for: a file may be called by line ends, or by no text."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _draw_face(panel: _Panel, face: SeenFace, threshold: float) -> None:
    box = face.detection.box.in_pixels(panel.width, panel.height)
    colour, line = _colour(face), panel.line
    panel.pen.rectangle(list(box), outline=SHADOW, width=line + 2)
    panel.pen.rectangle(list(box), outline=colour, width=line)
    if face.pose is not None:
        nose = face.detection.landmarks[2]
        start = nose[0] * panel.width, nose[1] * panel.height
        end = _towards(start, face.pose, POINTER * (box.y2 - box.y1))
        panel.pen.line([start, end], colour, line)
    lines = words_of(face, threshold)
    inks = [colour, *[QUIET_INK] * (len(lines) - 1)]
    height = panel.height_of(len(lines))
    lowest = panel.height - panel.height_of(1)  # the note has the bottom
    top = box.y2 + line
    if top + height > lowest:
        top = box.y1 - line - height if box.y1 - line >= height else lowest - height
    panel.write(list(zip(lines, inks, strict=True)), box.x1, top)


def _colour(face: SeenFace) -> Colour:
    if face.is_picture:
        return PICTURE
    if not face.standing.decided:
        return WAITING
    return KNOWN if face.person else NEW


def _towards(start: tuple[float, float], pose: Pose, length: float) -> tuple[float, float]:
    """Where a nose of this length would end in the picture."""
    yaw, pitch, roll = (math.radians(angle) for angle in (pose.yaw, pose.pitch, pose.roll))
    right, down = math.sin(yaw) * math.cos(pitch), -math.sin(pitch)
    return (
        start[0] + length * (right * math.cos(roll) - down * math.sin(roll)),
        start[1] + length * (right * math.sin(roll) + down * math.cos(roll)),
    )


@dataclass(frozen=True, slots=True)
class _Panel:
    """A frame of this size in pixels, to be written on: light text on dark."""

    pen: ImageDraw.ImageDraw
    width: int
    height: int

    @property
    def size(self) -> int:
        return max(LEAST_TEXT, round(min(self.width, self.height) * TEXT))

    @property
    def line(self) -> int:
        return max(2, round(min(self.width, self.height) * LINE))

    @property
    def margin(self) -> int:
        return max(2, self.size // 4)

    @property
    def step(self) -> int:
        return round(self.size * 1.3)

    def height_of(self, lines: int) -> int:
        """Pixels, of so many lines on their ground."""
        return self.step * lines + self.margin

    def write(self, lines: Sequence[tuple[str, Colour]], left: float, top: float) -> None:
        """Lines of text, all of them inside of the frame."""
        fonts = [_font_for(text, self.size) for text, _ink in lines]
        longest = max(font.getlength(text) for font, (text, _ink) in zip(fonts, lines, strict=True))
        width, height = math.ceil(longest) + 2 * self.margin, self.height_of(len(lines))
        left = max(0, min(left, self.width - width))
        top = max(0, min(top, self.height - height))
        self.pen.rectangle([left, top, left + width, top + height], fill=GROUND)
        for place, (font, (text, ink)) in enumerate(zip(fonts, lines, strict=True)):
            middle = top + self.margin / 2 + (place + 0.5) * self.step
            self.pen.text((left + self.margin, middle), text, ink, font, anchor="lm")


@functools.lru_cache(maxsize=256)
def _font_for(text: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, or the first of the system's that has every letter."""
    own = ImageFont.load_default(size)
    if _has(own, text):
        return own
    for name in FONTS:
        try:
            font = ImageFont.truetype(name, size)
        except OSError:
            continue
        if _has(font, text):
            return font
    return own


def _has(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, text: str) -> bool:
    missing = bytes(font.getmask(NO_LETTER))
    letters = {letter for letter in text if not letter.isspace()}
    return all(bytes(font.getmask(letter)) != missing for letter in letters)
