"""Draws docs/pictures/gallery*.png: the demo's gallery, everybody but the astronaut blurred.

python docs/picture.py    # needs Chromium
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from photoclust.actions.demo import demo
from photoclust.actions.person import set_birth
from photoclust.domain import Box
from photoclust.export.gallery import export_gallery
from photoclust.export.gallery.gather import Choice, gather
from photoclust.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = Path(__file__).parent / "pictures"
ASTRONAUT, BORN = "Gwen", date(1990, 3, 1)
DESK, PHONE = (1280, 720), (360, 640)  # pixels
WALL_HEIGHT = 350


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        database = demo(Path(folder) / "demo").database
        out = Path(folder) / "gallery"
        with Library.open(database) as library:
            set_birth(library, ASTRONAUT, BORN)
            export_gallery(library, out, title="Family")
            page, photo = blur_others(library, out)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        index = screenshot(browser, out / "index.html", (DESK[0], WALL_HEIGHT))
        save("gallery", stacked(index, screenshot(browser, out / page, DESK)))
        save("gallery-photo", screenshot(browser, out / photo, DESK, dark=True, over=".stage"))
        phone = [
            screenshot(browser, out / name, PHONE, dark=dark)
            for name, dark in (("index.html", False), (page, False), (page, True), (photo, True))
        ]
        save("gallery-phone", beside(phone))
        browser.close()


def blur_others(library: Library, out: Path) -> tuple[str, str]:
    """Blur every other face that was found in every picture of the gallery.

    Returns
    -------
    The astronaut's page, and that of the photo with most people beside her.
    """
    others: dict[int, list[Box]] = defaultdict(list)
    for face in library.faces.all():
        if face.person != ASTRONAUT:
            others[face.photo_id].append(face.box)
    content = gather(library, Choice())
    for photo in content.photos:
        for name in photo.pictures[:3]:
            blur(out / name, others[photo.id])
        for face in photo.faces:
            if face.who.name != ASTRONAUT:
                for name in face.pictures:
                    blur(out / name, [Box(0, 0, 1, 1)])
    astronaut = next(group for group in content.people if group.who.name == ASTRONAUT)
    most = max(astronaut.photos, key=lambda photo: (photo.width > photo.height, len(photo.people)))
    return astronaut.who.page, f"{most.page}#{astronaut.who.key}"


def blur(path: Path, boxes: list[Box]) -> None:
    """Blur these boxes, and a good part around them, in a picture."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    for box in boxes:
        x1, y1, x2, y2 = box.in_pixels(width, height)
        wide, high = x2 - x1, y2 - y1
        area = (
            max(0, int(x1 - wide / 2)),
            max(0, int(y1 - high / 2)),
            min(width, int(x2 + wide / 2) + 1),
            min(height, int(y2 + high) + 1),
        )
        part = image.crop(area)
        image.paste(part.filter(ImageFilter.GaussianBlur(max(wide, high) * 0.2)), area[:2])
    image.save(path)


def screenshot(
    browser: Browser, page: Path, size: tuple[int, int], *, dark: bool = False, over: str = ""
) -> Image.Image:
    """A page, perhaps with the pointer over something."""
    path, _, fragment = str(page).partition("#")
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
        is_mobile=size == PHONE,
    )
    shown = context.new_page()
    shown.goto(f"{Path(path).as_uri()}#{fragment}", wait_until="networkidle")
    if over:
        shown.locator(over).hover()
        shown.wait_for_timeout(400)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        shown.screenshot(path=file.name)
        context.close()
        with Image.open(file.name) as image:
            return image.convert("RGB")


def stacked(above: Image.Image, below: Image.Image) -> Image.Image:
    both = Image.new("RGB", (above.width, above.height + below.height))
    both.paste(above, (0, 0))
    both.paste(below, (0, above.height))
    return both


def beside(images: list[Image.Image]) -> Image.Image:
    width, height = images[0].size
    all_of_them = Image.new("RGB", (len(images) * width, height))
    for place, image in enumerate(images):
        all_of_them.paste(image, (place * width, 0))
    return all_of_them


def save(name: str, image: Image.Image) -> None:
    PICTURES.mkdir(exist_ok=True)
    image.quantize(128).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
