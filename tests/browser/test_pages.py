"""What all pages share, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from photoclust.pages import data

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = "</script><script>window.stolen=1</script>\u2028\u202e'\"&"


def test_data_in_a_script_is_data(page: Page, tmp_path: Path) -> None:
    there = tmp_path / "page.html"
    there.write_text(f"<script>window.told = {data([HOSTILE])}</script>", "utf-8")
    page.goto(there.as_uri())
    assert page.evaluate("window.told[0]") == HOSTILE
    assert page.evaluate("window.stolen") is None
