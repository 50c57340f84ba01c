"""Draws docs/pictures/gallery.png: the demo's gallery, everybody but the astronaut blurred.

python docs/picture.py    # needs chromium
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageFilter

from photoclust.actions.demo import demo
from photoclust.export.gallery.content import gather
from photoclust.library import Library

OUT = Path(__file__).parent / "pictures" / "gallery.png"
ASTRONAUT = "Gwen"
WIDTH, WALL_HEIGHT, PERSON_HEIGHT = 1280, 370, 720  # pixels


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = demo(Path(folder) / "demo")
        gallery = report.gallery.index.parent
        with Library.open(report.database) as library:
            photos = gather(library, places=False).photos
        page = blur_others(gallery, photos)
        wall = screenshot(gallery / "index.html", WALL_HEIGHT, Path(folder))
        person = screenshot(gallery / page, PERSON_HEIGHT, Path(folder))
    both = Image.new("RGB", (WIDTH, WALL_HEIGHT + PERSON_HEIGHT))
    both.paste(wall, (0, 0))
    both.paste(person, (0, WALL_HEIGHT))
    OUT.parent.mkdir(exist_ok=True)
    both.quantize(256).save(OUT, optimize=True)


def blur_others(gallery: Path, photos) -> str:
    """Blur everybody else in every picture of the gallery; returns the astronaut's page."""
    page = ""
    for photo in photos:
        others = [face for face in photo.faces if face.who.name != ASTRONAUT]
        page = next((f.who.page for f in photo.faces if f.who.name == ASTRONAUT), page)
        for face in others:
            blur(gallery / face.picture, [(0.0, 0.0, 1.0, 1.0)])
        for name in (photo.thumb, photo.preview):
            blur(gallery / name, [tuple(face.box) for face in others])
    return page


def blur(path: Path, boxes: list[tuple[float, float, float, float]]) -> None:
    """Blur these boxes (0..1), and a good part around them, in a picture."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    for x1, y1, x2, y2 in boxes:
        wide, high = (x2 - x1) * width, (y2 - y1) * height
        area = (
            max(0, int(x1 * width - wide / 2)),
            max(0, int(y1 * height - high / 2)),
            min(width, int(x2 * width + wide / 2) + 1),
            min(height, int(y2 * height + high) + 1),
        )
        part = image.crop(area)
        image.paste(part.filter(ImageFilter.GaussianBlur(max(wide, high) * 0.2)), area[:2])
    image.save(path)


def screenshot(page: Path, height: int, folder: Path) -> Image.Image:
    picture = folder / "page.png"
    subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--hide-scrollbars",
            f"--screenshot={picture}",
            f"--window-size={WIDTH},{height}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
    )
    with Image.open(picture) as image:
        return image.convert("RGB")


if __name__ == "__main__":
    main()
