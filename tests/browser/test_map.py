"""The map in a browser: dots that tell who they are, and nothing from outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from photoclust.choices import Placing

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import TwoPeople

pytest.importorskip("bokeh", reason="the extra map is not installed")
pytest.importorskip("umap", reason="the extra map is not installed")

HOSTILE = "</script><img src=x onerror=window.stolen=1>\u202e'\"&"

# Where the dot of a face is on the screen.
SPOT = """face => {
  const plot = Bokeh.documents.at(-1).get_model_by_name("plot0");
  const view = Bokeh.index.find_one(plot);
  const at = view.canvas_view.el.getBoundingClientRect();
  return [
    at.x + view.frame.x_scale.compute(source.data.x0[face]),
    at.y + view.frame.y_scale.compute(source.data.y0[face]),
  ];
}"""


def opened(page: Page, people: TwoPeople, out: Path, **options: Any) -> Page:
    from photoclust.actions.map import draw_map

    draw_map(people.library, out, method=Placing.PCA, **options)
    page.goto(out.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.wait_for_function("Bokeh.documents.at(-1).is_idle")
    return page


def test_a_dot_shows_its_face_and_a_click_lists_it(
    page: Page, two_people: TwoPeople, tmp_path: Path
) -> None:
    two_people.album.say("Ben", *two_people.ben)
    opened(page, two_people, tmp_path / "map.html")
    x, y = page.evaluate(SPOT, 6)
    page.mouse.move(x - 30, y)
    page.mouse.move(x, y)
    page.wait_for_selector("#card:not([hidden])")
    card = page.inner_text("#card")
    assert "Ben" in card
    assert "ben-" in card
    assert str(page.get_attribute("#card img", "src")).startswith("data:image/webp")
    page.mouse.click(x, y)
    page.wait_for_selector("#rows tr")
    assert "selected" in page.inner_text("#selected-title")
    assert "ben-" in page.inner_text("#rows")
    page.keyboard.press("Escape")
    assert page.inner_text("#selected-title") == "No face is selected"


def test_a_lasso_selects_and_the_commands_fit(
    page: Page, two_people: TwoPeople, tmp_path: Path
) -> None:
    opened(page, two_people, tmp_path / "map.html", ending=["--db", "my people.db"])
    box = page.locator("#plot0").bounding_box()
    assert box
    left, top = box["x"] + 4, box["y"] + 45  # below the toolbar
    right, bottom = box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.wait_for_selector("#rows tr")
    assert page.inner_text("#selected-title") == "7 faces selected"
    one, other = two_people.ann_cluster, two_people.ben_cluster
    commands = page.locator("#commands code").all_inner_texts()
    assert f"photoclust merge {one} {other} --db 'my people.db'" in commands
    assert f"photoclust different {one} {other} --db 'my people.db'" in commands
    assert any(line.startswith("photoclust assign face 1 2 3 4 5 6 7 NAME") for line in commands)


def test_groups_and_the_search_need_no_pointer(
    page: Page, two_people: TwoPeople, tmp_path: Path
) -> None:
    two_people.album.say("Ann", *two_people.ann)
    opened(page, two_people, tmp_path / "map.html")
    page.get_by_role("button", name="Ann 3").focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#selected-title") == "3 faces selected"
    assert "photoclust reject face 1 2 3 from 'Ann#1'" in page.inner_text("#commands")
    page.get_by_label("cluster", exact=True).check()
    assert page.get_by_role("button", name=f"Cluster {two_people.ann_cluster} 3").is_visible()
    page.get_by_role("searchbox").fill(f"c{two_people.ben_cluster}")
    assert page.inner_text("#selected-title") == "4 faces selected"
    page.get_by_role("searchbox").fill("ann-2")
    assert page.locator("#rows tr").count() == 1


def test_both_states_share_the_selection(page: Page, two_people: TwoPeople, tmp_path: Path) -> None:
    library = two_people.library
    with library.transaction():
        library.clusters.change(two_people.ben, [])
    opened(page, two_people, tmp_path / "map.html", beside="full")
    assert page.locator(".plot").count() == 2
    page.get_by_role("button", name="Not as before 4").click()
    assert page.evaluate("source.selected.indices") == [3, 4, 5, 6]
    assert page.evaluate("source.data.fill0[3] !== source.data.fill1[3]")


def test_hostile_names_are_shown_and_never_run(
    page: Page, two_people: TwoPeople, tmp_path: Path
) -> None:
    two_people.album.say(HOSTILE, *two_people.ann)
    path = f"/photos/{HOSTILE.replace('/', '-')}/one.jpg"
    looks = page.evaluate("[...Array(16).keys()].map(n => n === 3 ? 1 : 0)")
    two_people.album.add_photo(path, looks)
    opened(page, two_people, tmp_path / "map.html")
    page.evaluate("select(everyone)")
    assert HOSTILE in page.inner_text("#rows")
    assert HOSTILE in page.inner_text("#groups")
    assert page.evaluate("window.stolen") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_both_schemes(
    page: Page, two_people: TwoPeople, tmp_path: Path, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    opened(page, two_people, tmp_path / "map.html", beside="full")
    page.evaluate("select(everyone)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert (ink == "rgb(242, 240, 238)") is (scheme == "dark")
