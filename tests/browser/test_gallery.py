"""A gallery in a real browser: search, keys, swipes, themes, small screens, hostile names."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.choices import Theme
from photoclust.errors import PhotoclustError
from photoclust.export.gallery import export_gallery
from photoclust.query import Who, evaluate, parse
from tests.export.conftest import LEFT, RIGHT, Album

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, LocatorAssertions, Page

HOSTILE = "</script><script>stolen=1</script><img src=x onerror=stolen=2>\u202e\"'&"
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """John in 1 to 5, Anna Berger in 2, 3 and 6, D&D in 3, somebody hostile in 7, nobody in 8."""
    folder = tmp_path_factory.mktemp("browser")
    with Album.made(folder) as album:
        johns, annas = [], []
        for number in range(1, 6):
            boxes = [LEFT, RIGHT] if number in (2, 3) else [LEFT]
            faces = album.add_photo(
                f"{number}.jpg", boxes, taken_at=f"{2014 + 2 * number}-05-12T14:03:00"
            )
            johns.append(faces[0])
            annas += faces[1:]
        annas += album.add_photo("6.jpg", [LEFT], taken_at=None)
        album.name("John", *johns)
        album.name("Anna Berger", *annas)
        album.name(HOSTILE, *album.add_photo("7.jpg", [LEFT], taken_at=None))
        album.cluster(*album.add_photo("8.jpg", [LEFT], taken_at=None))
        album.born("John", "2015-01-01")
        export_gallery(album.library, folder / "out", title=HOSTILE)
    return folder / "out"


@pytest.fixture
def index(page: Page, gallery: Path) -> Page:
    """The first page of the gallery."""
    page.goto((gallery / "index.html").as_uri())
    return page


def _found(page: Page) -> list[str]:
    links = page.locator("#results .photos a").evaluate_all("all => all.map(a => a.href)")
    return [re.findall(r"photo-(\d+)", link)[0] for link in links]


def _expect(locator: Locator) -> LocatorAssertions:
    from playwright.sync_api import expect

    return expect(locator)


def _search(page: Page, text: str) -> str:
    page.get_by_role("searchbox", name="Search people").fill(text)
    told = page.get_by_role("status")
    _expect(told).not_to_be_empty()
    return told.inner_text()


@pytest.mark.parametrize(
    ("query", "photos"),
    [
        ("John", "12345"),
        ("john & anna", "23"),
        ("Berger", "236"),
        ("!John", "678"),
        ("(John | Anna) & !(John & Anna)", "1456"),
        ('"anna berger" | #3', "2367"),
        ("#1", "12345"),
    ],
)
def test_search(index: Page, query: str, photos: str) -> None:
    told = _search(index, query)
    assert _found(index) == list(photos) or _found(index) == sorted(photos)
    assert told == f"{len(photos)} photos"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("John &", "Nothing follows the &."),
        ("Nobody", "Nobody here is called Nobody."),
        ("(John", "This parenthesis is never closed."),
        ("John !Anna", "An & or | is missing here."),
    ],
)
def test_a_search_that_cannot_be_understood_says_why(index: Page, query: str, told: str) -> None:
    assert _search(index, query) == told


def test_a_search_is_an_address(page: Page, gallery: Path) -> None:
    page.goto((gallery / "index.html").as_uri() + "#q=John%20%26%20Anna")
    page.locator("#results .photos a").first.click()
    assert page.url.endswith("photos/photo-2.html")
    page.go_back()
    page.wait_for_selector("#results .photos a")
    assert _found(page) == ["2", "3"]
    page.get_by_role("searchbox").fill("")
    assert page.locator("#everybody").is_visible()


def test_whom_somebody_is_with_leads_to_both(page: Page, gallery: Path) -> None:
    page.goto((gallery / "people/person-1.html").as_uri())
    page.locator(".chips").get_by_role("link", name="Anna Berger").click()
    page.wait_for_selector("#results .photos a")
    assert _found(page) == ["2", "3"]


def test_the_browser_reads_queries_as_the_program_does(index: Page) -> None:
    """Random queries and nonsense: the same trees, or an error in both."""
    choose = random.Random(7)
    parts = ["John", "Anna B", "O'Brien", "'t Hooft'", '"D&D"', "“x”", "P!nk", "#3", "John#12"]
    parts += [*"&&&|||!()()#'\"\\ ", "&&", "||", " ", "«a b»"]
    texts = ["".join(choose.choices(parts, k=choose.randint(1, 8))) for _ in range(3000)]
    read = index.evaluate(
        """texts => texts.map(text => {
          try { const tree = parseQuery(text); const names = mentioned(tree);
            return [names.map(({name, number}) => [name, number ?? null]),
              [0, 1, 2, 3, 5, 6, 9].map(mask => holds(tree, who =>
                Boolean(mask >> (names.findIndex(n => n.name === who.name
                  && n.number === who.number) % 4) & 1)))]
          } catch (error) { return null } })""",
        texts,
    )
    understood = 0
    for text, theirs in zip(texts, read, strict=True):
        assert theirs == _as_the_program(text), text
        understood += theirs is not None
    assert 100 < understood < 2900


def _as_the_program(text: str) -> object:
    try:
        tree = parse(text)
    except PhotoclustError:
        return None
    names: list[Who] = []
    evaluate(tree, lambda who: bool(names.append(who)), True)
    return [
        [[who.text, who.number] for who in names],
        [
            evaluate(tree, lambda who, mask=mask: bool(mask >> names.index(who) % 4 & 1), True)
            for mask in (0, 1, 2, 3, 5, 6, 9)
        ],
    ]


def test_a_hostile_name_is_shown_and_not_run(index: Page, gallery: Path) -> None:
    assert index.get_by_role("link", name=HOSTILE).count() == 1
    assert _search(index, "#3") == "1 photo"
    assert HOSTILE in index.locator("#results").inner_text()
    for path in sorted(gallery.rglob("*.html")):
        index.goto(path.as_uri())
        assert index.evaluate("globalThis.stolen") is None, path
        assert index.locator("img[src=x]").count() == 0


def test_keys_go_through_the_photos_of_whoever_one_came_from(index: Page) -> None:
    index.get_by_role("link", name="Anna Berger").click()
    index.locator(".photos a").first.click()
    assert index.get_by_role("navigation", name="Photos of \u2068Anna Berger\u2069").is_visible()
    index.keyboard.press("ArrowRight")
    index.wait_for_url("**/photo-3.html#person-2")
    index.keyboard.press("ArrowRight")
    index.wait_for_url("**/photo-6.html#person-2")
    index.keyboard.press("ArrowLeft")
    index.wait_for_url("**/photo-3.html#person-2")
    index.keyboard.press("Escape")
    index.wait_for_url("**/person-2.html")


def test_keys_go_through_all_photos_else(page: Page, gallery: Path) -> None:
    page.goto((gallery / "photos/photo-1.html").as_uri())
    for number in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/photo-{number}.html")
    page.keyboard.press("Escape")
    page.wait_for_url("**/index.html")


def test_everything_is_reached_by_keyboard(index: Page) -> None:
    index.keyboard.press("/")
    assert index.evaluate("document.activeElement.id") == "query"
    index.keyboard.press("Tab")
    assert index.evaluate("document.activeElement.innerText").startswith("John")
    assert index.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    index.keyboard.press("Enter")
    index.wait_for_url("**/person-1.html")
    reached = set()
    for _ in range(40):
        index.keyboard.press("Tab")
        reached.add(index.evaluate("document.activeElement.href ?? ''"))
    links = set(index.locator("a").evaluate_all("all => all.map(a => a.href)"))
    assert links <= reached


def test_a_swipe_goes_on(browser: Browser, gallery: Path) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((gallery / "photos/photo-2.html").as_uri() + "#person-1")
    touch = context.new_cdp_session(page)

    def swipe(start: int, end: int, down: int = 0) -> None:
        points = [("touchStart", start, 0), ("touchMove", end, down), ("touchEnd", None, 0)]
        for kind, x, y in points:
            at = [] if x is None else [{"x": x, "y": 300 + y}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    swipe(300, 250)
    swipe(300, 100, 200)
    assert page.url.endswith("photo-2.html#person-1")
    swipe(300, 100)
    page.wait_for_url("**/photo-3.html#person-1")
    swipe(100, 300)
    page.wait_for_url("**/photo-2.html#person-1")
    context.close()


PAGES = ("index.html", "people/person-1.html", "photos/photo-2.html", "photos/photo-7.html")


@pytest.mark.parametrize("name", [*PAGES, "clusters/clusters-1.html"])
def test_a_phone_shows_it_whole(page: Page, gallery: Path, name: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto((gallery / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.locator("nav.page a, form input, .more a").evaluate_all(
        "all => all.filter(e => e.getClientRects().length && e.offsetHeight < 44)"
        ".map(e => e.outerHTML)"
    )
    assert not small


@pytest.mark.parametrize("name", [*PAGES, "clusters/clusters-1.html"])
def test_a_screen_reader_finds_its_way(page: Page, gallery: Path, name: str) -> None:
    page.goto((gallery / name).as_uri())
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    unnamed = page.locator("a, button, input, nav").evaluate_all(
        "all => all.filter(e => !(e.ariaLabel || e.labels?.length || e.textContent.trim()"
        " || e.querySelector('img[alt]:not([alt=\"\"])'))).map(e => e.outerHTML)"
    )
    assert not unnamed
    assert page.locator("img:not([alt])").count() == 0
    ids = page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_a_photo_tells_who_is_where(page: Page, gallery: Path) -> None:
    page.goto((gallery / "photos/photo-2.html").as_uri())
    picture = page.locator(".stage img").bounding_box()
    john = page.locator(".box", has_text="John").bounding_box()
    assert picture is not None
    assert john is not None
    assert abs((john["x"] - picture["x"]) / picture["width"] - LEFT.x1) < 0.01
    assert abs((john["y"] - picture["y"]) / picture["height"] - LEFT.y1) < 0.01
    page.locator(".stage").hover()
    _expect(page.locator(".box bdi").first).to_have_css("opacity", "1")
    assert page.get_by_role("list", name="In this photo").inner_text().split("\n")[:2] == [
        "John",
        "3 years",
    ]


def test_it_works_without_scripts(browser: Browser, gallery: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((gallery / "index.html").as_uri())
    assert not page.locator("form").is_visible()
    page.get_by_role("link", name="John").click()
    page.locator(".photos a").nth(1).click()
    page.locator("a[rel=next]:visible").click()
    page.wait_for_url("**/photo-3.html#person-1")
    context.close()


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("preferred", ["light", "dark"])
def test_the_theme_is_heeded(page: Page, tmp_path: Path, theme: Theme, preferred: str) -> None:
    with Album.made(tmp_path) as album:
        export_gallery(album.library, tmp_path / "out", theme=theme)
    page.emulate_media(color_scheme=preferred)
    page.goto((tmp_path / "out/index.html").as_uri())
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = sum(json.loads(f"[{ground[4:-1]}]")) < 300
    assert dark == ((theme if theme is not Theme.AUTO else preferred) == "dark")
    assert page.locator("meta[name=color-scheme]").get_attribute("content") == (
        "light dark" if theme is Theme.AUTO else theme
    )
