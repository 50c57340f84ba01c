"""Draws docs/pictures/map.png: the demo's map, with the astronaut under the pointer.

python docs/map_picture.py    # needs chromium, and the extras map and dev
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from photoclust.actions.demo import demo
from photoclust.actions.map import draw_map
from photoclust.library import Library

OUT = Path(__file__).parent / "pictures" / "map.png"
ASTRONAUT = "Gwen"
WIDTH, HEIGHT = 1280, 900  # pixels

# Where one of her dots is on the screen.
SPOT = """name => {
  const plot = Bokeh.documents.at(-1).get_model_by_name("plot0");
  const view = Bokeh.index.find_one(plot);
  const at = view.canvas_view.el.getBoundingClientRect();
  const face = now.person.lastIndexOf(name);
  const { x0, y0 } = source.data;
  return [at.x + view.frame.x_scale.compute(x0[face]), at.y + view.frame.y_scale.compute(y0[face])];
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = demo(Path(folder) / "demo")
        with Library.open(report.database) as library:
            page = draw_map(library, Path(folder) / "map.html").page
        picture = screenshot(page)
    picture.save(OUT, optimize=True)
    print(f"{OUT}: {OUT.stat().st_size // 1000} kB")


def screenshot(file: Path) -> Image.Image:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.wait_for_function("Bokeh.documents.at(-1).is_idle")
        x, y = page.evaluate(SPOT, ASTRONAUT)
        page.mouse.move(x - 60, y)
        page.mouse.move(x, y)
        page.wait_for_selector("#card:not([hidden])")
        if ASTRONAUT not in page.inner_text("#card"):
            raise SystemExit("somebody else is under the pointer: not to be published")
        taken = page.screenshot()
        browser.close()
    with Image.open(io.BytesIO(taken)) as image:
        return image.convert("RGB")


if __name__ == "__main__":
    main()
