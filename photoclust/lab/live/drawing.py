"""Boxes, names and distances on a frame."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from photoclust.domain import Pixels
from photoclust.lab.live.pose import Pose
from photoclust.lab.live.scene import Scene, SeenFace

# Parts of the frame's shorter side.
TEXT, LINE, PAD = 1 / 30, 1 / 240, 1 / 120
LEAST_TEXT = 12  # pixels

Colour = tuple[int, int, int]
KNOWN, NEW, WAITING, PICTURE = (45, 212, 191), (251, 146, 60), (231, 229, 228), (248, 113, 113)
INK, QUIET_INK, GROUND = (255, 255, 255), (214, 211, 209), (12, 10, 9, 190)

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
    note : a line for the bottom.
    """
    pixels = scene.frame.pixels
    shorter = min(pixels.shape[:2])
    size = max(LEAST_TEXT, round(shorter * TEXT))
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture, "RGBA")
    for face in sorted(scene.faces, key=lambda item: item.detection.box.area):
        _draw_face(pen, face, threshold, picture.size, size)
    if note:
        pad = max(2, round(shorter * PAD))
        _draw_lines(pen, [(note, INK)], pad, picture.height - pad, picture.size, size, below=False)
    return np.asarray(picture)


def words_of(face: SeenFace, threshold: float) -> list[str]:
    """The lines beside a face: who it is, how far from whom, what to do."""
    standing = face.standing
    if face.is_picture:
        lines = ["not live: a picture"]
    elif not standing.decided:
        lines = ["…"]
    else:
        lines = [face.person or "new person"]
    if standing.nearest and standing.decided:
        sign = "<" if standing.distance < threshold else ">"
        whom = "" if face.person else f"{standing.nearest} "
        lines.append(f"{whom}{standing.distance:.3f} {sign} {threshold:.3f}")
    if face.pose and face.pose.far:
        lines.append("turn to the camera")
    return lines


def _draw_face(
    pen: ImageDraw.ImageDraw,
    face: SeenFace,
    threshold: float,
    frame: tuple[int, int],
    size: int,
) -> None:
    box = face.detection.box.in_pixels(*frame)
    colour = _colour(face)
    line = max(2, round(min(frame) * LINE))
    pen.rectangle(list(box), outline=(0, 0, 0, 150), width=line + 2)
    pen.rectangle(list(box), outline=colour, width=line)
    if face.pose is not None:
        nose = face.detection.landmarks[2]
        start = nose[0] * frame[0], nose[1] * frame[1]
        pen.line([start, _towards(start, face.pose, POINTER * (box.y2 - box.y1))], colour, line)
    lines = words_of(face, threshold)
    inks = [colour, *[QUIET_INK] * (len(lines) - 1)]
    _draw_lines(
        pen, list(zip(lines, inks, strict=True)), box.x1, box.y2 + line, frame, size, below=True
    )


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


def _draw_lines(
    pen: ImageDraw.ImageDraw,
    lines: Sequence[tuple[str, Colour]],
    left: float,
    edge: float,
    frame: tuple[int, int],
    size: int,
    *,
    below: bool,
) -> None:
    """Lines of text on a dark panel below (or above) an edge, all of it inside of the frame."""
    pad = max(2, size // 4)
    fonts = [_font_for(text, size) for text, _ink in lines]
    step = round(size * 1.3)
    width = max(font.getlength(text) for font, (text, _ink) in zip(fonts, lines, strict=True))
    width, height = math.ceil(width) + 2 * pad, step * len(lines) + pad
    left = min(max(0, left), max(0, frame[0] - width))
    top = edge if below else edge - height
    top = min(max(0, top), max(0, frame[1] - height))
    pen.rectangle([left, top, left + width, top + height], fill=GROUND)
    for place, (font, (text, ink)) in enumerate(zip(fonts, lines, strict=True)):
        middle = top + pad / 2 + (place + 0.5) * step
        pen.text((left + pad, middle), text, ink, font, anchor="lm")


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
