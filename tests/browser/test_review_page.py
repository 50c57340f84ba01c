"""The review page, as somebody uses it: with keys, with the mouse, on a phone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from photoclust.library import Library
    from photoclust.vectors import Matrix
    from tests.conftest import Album, TwoPeople

HOSTILE = "<script>window.stolen=1</script>\"'\u202e"

PROGRAM = "from photoclust.cli import main; main()"


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """`serve(library)`: the address that opens its page; Ctrl-C ends the server well."""
    running: list[subprocess.Popen[str]] = []

    def serve(library: Library, *options: str) -> str:
        command = [sys.executable, "-c", PROGRAM, "review", "--web", "--no-browser", *options]
        started = subprocess.Popen(
            [*command, "--db", str(library.path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        running.append(started)
        assert started.stdout is not None
        return started.stdout.readline().strip()

    yield serve
    for one in running:
        one.send_signal(signal.SIGINT)
        _told, complaints = one.communicate(timeout=30)
        assert one.returncode == 0, complaints
        assert "Traceback" not in complaints, complaints


@pytest.fixture
def asked(page: Page, serve: Callable[..., str], two_people: TwoPeople) -> Page:
    """The page of two people, with its first question: who Ben is."""
    page.goto(serve(two_people.library))
    page.wait_for_selector(".question")
    return page


def said(page: Page, text: str) -> None:
    page.locator("#said", has_text=text).wait_for()


def go(page: Page, view: str) -> None:
    page.evaluate(f"location.hash = '{view}'")


def test_naming_with_keys_alone(asked: Page, two_people: TwoPeople) -> None:
    assert asked.url.endswith("/")  # the token is gone from the address
    asked.keyboard.type("Ben")
    asked.keyboard.press("Enter")
    said(asked, "4 faces given to Ben.")
    assert {two_people.album.whose(face) for face in two_people.ben} == {"Ben"}
    asked.locator("p:visible", has_text="3 faces of cluster 1 in 3 photos").wait_for()
    asked.locator("#standing", has_text="4 of 7 named").wait_for()
    asked.keyboard.press("Control+z")  # the field has the focus, and is empty
    said(asked, "Taken back: 4 faces Ben.")
    assert two_people.library.people.all() == []
    asked.locator("#standing", has_text="0 of 7 named").wait_for()
    asked.keyboard.press("Escape")
    asked.keyboard.press("k")
    said(asked, "Skipped.")
    asked.keyboard.press("Escape")
    asked.keyboard.press("s")
    said(asked, "ignored: a stranger")


def test_names_are_completed(asked: Page, two_people: TwoPeople) -> None:
    two_people.album.say("Benjamin", two_people.ben[0])
    asked.locator("#standing", has_text="1 of 7").wait_for()
    asked.locator(".question:visible [name=name]").fill("be")
    asked.locator("#names option[value=Benjamin]").wait_for(state="attached")


def test_a_wrong_face_is_marked_and_leaves(asked: Page, two_people: TwoPeople) -> None:
    asked.locator(".question:visible .wrong .choice").last.click()
    asked.locator("input:visible[name=name]").fill("Ben")
    asked.keyboard.press("Enter")
    said(asked, "3 faces given to Ben.")
    assert [two_people.album.whose(face) for face in two_people.ben].count("Ben") == 3


def test_yes_to_all_but_some(
    page: Page, serve: Callable[..., str], album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    album.say("Ann", *faces[:4])
    page.goto(serve(album.library))
    page.get_by_role("button", name="Yes, all 4").wait_for()
    page.locator(".question .choice").first.click()
    page.get_by_role("button", name="Yes, all but 1").wait_for()
    page.keyboard.press("y")
    said(page, "3 faces given to Ann, 1 face not Ann.")
    assert [album.whose(face) for face in faces].count("Ann") == 7


def test_groups_are_put_together_with_the_mouse_and_with_keys(
    asked: Page, two_people: TwoPeople
) -> None:
    def size() -> int:
        return len(two_people.library.faces.of_cluster(two_people.ben_cluster))

    go(asked, "groups")
    ann, ben = (
        asked.locator(f"[data-pile=c{number}]")
        for number in (two_people.ann_cluster, two_people.ben_cluster)
    )
    ann.drag_to(ben)
    said(asked, "are one person")
    assert size() == 7
    ann.wait_for(state="detached")
    asked.keyboard.press("u")
    said(asked, "Taken back")
    ann.wait_for()
    ann.focus()
    asked.keyboard.press("m")
    ben.focus()
    asked.keyboard.press("m")
    said(asked, "are one person")
    assert size() == 7


def test_a_group_is_opened_named_and_cleaned(asked: Page, two_people: TwoPeople) -> None:
    go(asked, f"pile/c{two_people.ben_cluster}")
    asked.get_by_role("heading", name=f"Group {two_people.ben_cluster}").wait_for()
    wrong = asked.locator(f".blocks [value='{two_people.ben[0]}']")
    wrong.check(force=True)
    asked.keyboard.press("x")
    said(asked, "1 face not of group")
    wrong.wait_for(state="detached")
    asked.locator(".pile > .name input").fill("Ben")
    asked.keyboard.press("Enter")
    said(asked, "3 faces given to Ben.")
    asked.wait_for_url("**/#groups")


def test_a_face_is_dragged_out_of_its_group(asked: Page, two_people: TwoPeople) -> None:
    go(asked, f"pile/c{two_people.ben_cluster}/unsure")
    asked.get_by_role("link", name="Surest first").wait_for()
    face = asked.locator(".blocks .choice").first.bounding_box()
    assert face is not None
    asked.mouse.move(face["x"] + 40, face["y"] + 40)
    asked.mouse.down()
    asked.mouse.move(face["x"] + 60, face["y"] + 60, steps=4)
    zone = asked.locator(".drop")
    zone.wait_for()
    there = zone.bounding_box()
    assert there is not None
    asked.mouse.move(there["x"] + 40, there["y"] + 30, steps=4)
    asked.mouse.up()
    said(asked, "1 face not of group")
    assert len(two_people.library.faces.of_cluster(two_people.ben_cluster)) == 3


def test_a_conflict_is_settled(
    page: Page, serve: Callable[..., str], album: Album, portraits: Callable[..., Matrix]
) -> None:
    one, other = album.add_photo("/photos/both.jpg", *portraits("Ann", 2))
    album.say("Ann", one, other)
    page.goto(serve(album.library))
    go(page, "conflicts")
    page.get_by_text(f"Faces {one} and {other} of one photo are Ann.").wait_for()
    page.locator(".rows .choice").last.click()
    page.get_by_role("button", name="Those chosen are not Ann").click()
    said(page, "1 face not Ann any more.")
    page.get_by_text("Nothing that was said contradicts").wait_for()
    assert album.whose(one) == "Ann"


def test_a_mixed_group_is_taken_apart(
    page: Page, serve: Callable[..., str], album: Album, portraits: Callable[..., Matrix]
) -> None:
    ann = album.add_portraits("ann", portraits("Ann", 4))
    ben = album.add_portraits("ben", portraits("Ben", 3))
    cluster = album.add_cluster(*ann, *ben)
    page.goto(serve(album.library))
    page.wait_for_selector(".question")
    go(page, f"pile/c{cluster}")
    page.get_by_role("button", name="Take apart…").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.get_by_role("heading", name="would be 2 groups").wait_for()
    assert album.library.journal.acts() == []
    page.get_by_role("button", name="Take apart", exact=True).click()
    said(page, "is 2 groups now")
    assert {face.id for face in album.library.faces.of_cluster(cluster)} == set(ann)


def test_hostile_names_are_only_text(asked: Page, two_people: TwoPeople) -> None:
    asked.keyboard.type(HOSTILE)
    asked.keyboard.press("Enter")
    said(asked, "given to <script>")
    for view in ("people", "history", "questions"):
        go(asked, view)
        asked.locator("main:not([aria-busy])").wait_for()
    go(asked, "people")
    asked.locator(".who", has_text="<script>").wait_for()
    assert asked.evaluate("window.stolen") is None


def test_what_a_terminal_says_meanwhile_is_seen(asked: Page, two_people: TwoPeople) -> None:
    go(asked, "people")
    asked.get_by_text("0 people").wait_for()
    two_people.album.say("Ann", *two_people.ann)
    asked.locator(".who", has_text="Ann").wait_for()
    two_people.album.add_photo("/photos/new.jpg", two_people.library.faces.vectors().matrix[0])
    asked.locator("#standing", has_text="3 of 8").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_can_be_used_without_eyes(
    asked: Page, two_people: TwoPeople, width: int, scheme: str
) -> None:
    two_people.album.say("Ann" * 40, *two_people.ann)
    asked.emulate_media(color_scheme=scheme)
    asked.set_viewport_size({"width": width, "height": 740})
    for role in ("banner", "main", "navigation", "status"):
        assert asked.get_by_role(role).count() == 1
    views = ("questions", "groups", "people", "singles", "conflicts", "ignored", "history")
    for view in (*views, f"pile/c{two_people.ben_cluster}"):
        go(asked, view)
        asked.locator("main:not([aria-busy]) :focus").wait_for()
        assert asked.evaluate("document.documentElement.scrollWidth") <= width, view
        assert asked.locator("h1:visible").count() == 1, view
        nameless = asked.evaluate(
            """() => [...document.querySelectorAll('button, input, a, img')].filter((x) =>
                 x.checkVisibility() && !(x.ariaLabel || x.textContent.trim() || x.labels?.length
                 || x.hasAttribute('alt'))).map((x) => x.outerHTML)"""
        )
        assert nameless == [], view


def test_words_can_be_read(asked: Page) -> None:
    """The contrast of text is at least 4.5 to 1 (WCAG 2, AA), light and dark."""
    for scheme in ("light", "dark"):
        asked.emulate_media(color_scheme=scheme)
        for selector in (".quiet", "nav a:not([aria-current])", ".first", "h1", "legend"):
            assert contrast(asked, selector) >= 4.5, (scheme, selector)


def contrast(page: Page, selector: str) -> float:
    """Of the first such element's text against what is behind it."""
    text, behind = page.evaluate(
        """(selector) => {
          let element = document.querySelector(selector);
          const ink = getComputedStyle(element).color;
          while (getComputedStyle(element).backgroundColor === 'rgba(0, 0, 0, 0)')
            element = element.parentElement;
          return [ink, getComputedStyle(element).backgroundColor];
        }""",
        selector,
    )
    light, dark = sorted((luminance(text), luminance(behind)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour[4:-1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_read_only_has_no_buttons_that_write(
    page: Page, serve: Callable[..., str], two_people: TwoPeople
) -> None:
    page.goto(serve(two_people.library, "--read-only"))
    page.wait_for_selector(".question")
    assert page.get_by_role("textbox").count() == 0
    buttons = page.locator("button:not([data-photo]):visible")
    assert buttons.all_inner_texts() == ["Skip K"]
