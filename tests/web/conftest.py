"""The review page without a browser: requests as one would send them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from photoclust.web.crops import Crops
from photoclust.web.desk import Desk
from photoclust.web.guard import Guard
from photoclust.web.site import site

if TYPE_CHECKING:
    from photoclust.library import Library

HOST = "127.0.0.1:8000"


class Visitor(TestClient):
    """A browser; `guard` has the token that it needs, `desk` the library."""

    def __init__(self, library: Library, *, read_only: bool = False) -> None:
        self.desk = Desk(library.path)
        self.crops = Crops(self.desk.lookup)
        page = site(self.desk, self.crops, read_only=read_only)
        self.guard = Guard(page, [HOST, "localhost:8000"], read_only=read_only)
        super().__init__(self.guard, base_url=f"http://{HOST}", follow_redirects=False)

    def enter(self) -> None:
        """Open the page by its address."""
        assert self.get(f"/?token={self.guard.token}").status_code == 303

    def act(self, verb: str, origin: str | None = f"http://{HOST}", **said: object):  # type: ignore[no-untyped-def]
        """Do something, as the page does."""
        headers = {} if origin is None else {"origin": origin}
        return self.post(f"/act/{verb}", json=said, headers=headers)

    def wait_for(self, text: str, path: str) -> str:
        """What stands at a path, once it holds this text; the page follows the library."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            found = self.get(path).text
            if text in found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"the page did not notice: {found}")


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """`visit(library)`: a browser before a served library; `enter` lets it in."""
    with ExitStack() as open_ones:

        def visit(library: Library, **options: bool) -> Visitor:
            visitor = Visitor(library, **options)
            open_ones.callback(visitor.desk.close)
            open_ones.callback(visitor.crops.close)
            return open_ones.enter_context(visitor)

        yield visit
