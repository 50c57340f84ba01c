"""Draws docs/pictures/review.png: the review page on the demo, all but the astronaut blurred.

python docs/review_picture.py    # needs chromium, and playwright (in the extra `dev`)
"""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, sync_playwright

from photoclust.actions.demo import demo
from photoclust.actions.history import undo
from photoclust.library import Library
from photoclust.web.serve import Serving

OUT = Path(__file__).parent / "pictures" / "review.png"
ASTRONAUT = "Gwen"
WIDE, PHONE, GAP = (1080, 640), (320, 640), 24  # pixels


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = demo(Path(folder) / "demo").database
        with Library.open(database) as library:
            shown = {face.id for face in library.faces.all() if face.person == ASTRONAUT}
            acts = library.journal.acts()
            undo(library, next(act.id for act in acts if act.what.endswith(ASTRONAUT)))
        serving = Serving(database)
        blur_all_but(shown, serving)
        thread = threading.Thread(target=serving.run)
        thread.start()
        try:
            wide, phone = pictures(serving)
        finally:
            serving.stop()
            thread.join()
            serving.close()
    both = Image.new("RGB", (WIDE[0] + GAP + PHONE[0], WIDE[1]), "white")
    both.paste(wide, (0, 0))
    both.paste(phone, (WIDE[0] + GAP, 0))
    both.quantize(256).save(OUT, optimize=True)


def blur_all_but(shown: set[int], serving: Serving) -> None:
    """Blur the crop of every other face, whatever the page asks for."""
    as_it_is = serving.crops.crop

    async def crop(face: int) -> bytes | None:
        made = await as_it_is(face)
        if made is None or face in shown:
            return made
        blurred = io.BytesIO()
        with Image.open(io.BytesIO(made)) as image:
            image.filter(ImageFilter.GaussianBlur(image.width * 0.12)).save(blurred, "WEBP")
        return blurred.getvalue()

    serving.crops.crop = crop


def pictures(serving: Serving) -> tuple[Image.Image, Image.Image]:
    """The question who the astronaut is, and on a phone, in the dark, the wall of people."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened(browser, WIDE, "light")
        page.goto(serving.address)
        page.locator(".question:visible").wait_for()
        page.keyboard.type("Gwen")
        wide = taken(page)
        phone = opened(browser, PHONE, "dark", page.context.storage_state())
        phone.goto(f"http://{serving.host}/#people")
        phone.locator(".blocks a").first.wait_for()
        small = taken(phone)
        browser.close()
    return wide, small


def opened(
    browser: Browser, size: tuple[int, int], scheme: str, state: object | None = None
) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        storage_state=state,
        has_touch=size == PHONE,
    )
    return context.new_page()


def taken(page: Page) -> Image.Image:
    page.wait_for_timeout(1500)  # until its crops are there
    with Image.open(io.BytesIO(page.screenshot())) as image:
        return image.convert("RGB")


if __name__ == "__main__":
    main()
