"""Who may ask the review page, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import TwoPeople
    from tests.web.conftest import Visitor

Visit = Callable[..., "Visitor"]

READING = ("/", "/questions", "/wall/groups", "/pile/c1", "/face/1", "/photo/1", "/names", "/news")


def test_without_the_token_nothing_is_told(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    for path in (*READING, "/?token=", "/?token=wrong", "/static/main.js"):
        answer = visitor.get(path)
        assert answer.status_code == 403, path
        assert "set-cookie" not in answer.headers
    assert visitor.act("undo").status_code == 403


def test_the_token_opens_the_page_once(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    answer = visitor.get(f"/?token={visitor.guard.token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert visitor.guard.token.lower() not in cookie
    assert visitor.get("/").status_code == 200
    # The same browser may press "back"; anybody else who learned the address may not come in.
    assert visitor.get(f"/?token={visitor.guard.token}").status_code == 303
    visitor.cookies.clear()
    answer = visitor.get(f"/?token={visitor.guard.token}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1",
        "127.0.0.1:8001",
        "127.0.0.1.evil.example:8000",
    ],
)
def test_another_name_for_this_machine_is_refused(
    visit: Visit, two_people: TwoPeople, host: str
) -> None:
    """DNS rebinding: a page elsewhere has its own name point here."""
    visitor = visit(two_people.library)
    visitor.enter()
    assert visitor.get("/questions", headers={"host": host}).status_code == 421
    assert visitor.get(f"/?token={visitor.guard.token}", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://127.0.0.1:8001", "https://127.0.0.1:8000"],
)
def test_only_the_page_itself_may_write(
    visit: Visit, two_people: TwoPeople, origin: str | None
) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    answer = visitor.act("name", origin, pile=f"c{two_people.ben_cluster}", name="Ben")
    assert answer.status_code == 403
    assert two_people.library.people.all() == []
    if origin:
        assert visitor.get("/questions", headers={"origin": origin}).status_code == 403


def test_a_form_of_another_page_is_no_act(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    said = '{"pile": "c2", "name": "Ben"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"origin": str(visitor.base_url).rstrip("/"), "content-type": kind}
        assert visitor.post("/act/name", content=said, headers=headers).status_code == 400
    assert visitor.get("/act/undo").status_code == 405
    assert two_people.library.people.all() == []


def test_nobody_else_may_frame_read_or_keep_it(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    refused = visitor.get("/")
    visitor.enter()
    for answer in (refused, visitor.get("/"), visitor.get("/face/1"), visitor.get("/nowhere")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert visitor.options("/questions").status_code in (403, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py",
        "/static/..%2fsite.py",
        "/static/%2e%2e%2fsite.py",
        "/static/..%5csite.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/main.js%00",
        "/face/../../etc/passwd",
        "/face/%2e%2e",
        "/face/-1",
        "/face/99999999999999999999",
        "/photo/1.5",
        "/wall/..%2fpeople",
        "/wall/groups/-60",
        "/pile/c1'%20OR%201=1",
    ],
)
def test_no_path_leads_elsewhere(visit: Visit, two_people: TwoPeople, path: str) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    assert visitor.get(path).status_code == 404


def test_read_only_shows_and_writes_nothing(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library, read_only=True)
    visitor.enter()
    assert "Who is this?" in visitor.get("/questions").text
    for path in ("/", "/questions", f"/pile/c{two_people.ben_cluster}", "/history"):
        text = visitor.get(path).text
        assert "<input" not in text, path
        assert 'value="stranger"' not in text
    for verb in ("name", "answer", "merge", "undo", "skip"):
        assert visitor.act(verb, pile="c1", name="Ann").status_code == 403
    assert two_people.library.journal.acts() == []
