"""Writing the pages of `evaluate`."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

from photoclust.export.writing import check_replaceable, write_whole, writing_to
from photoclust.lab.pages import MARKER


def today() -> date:
    """The date of a report."""
    return datetime.now().astimezone().date()


def check_page(out: Path) -> None:
    """Before long work: may a report be written here?

    Raises
    ------
    PhotoclustError : it would replace a file that is no report.
    """
    check_replaceable(out, MARKER, "report")


def write_page(out: Path, page: bytes) -> Path:
    """Write a report; returns its absolute path.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no report.
    """
    out = Path(os.path.abspath(out))
    with writing_to(out.parent):
        check_page(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, page)
    return out
