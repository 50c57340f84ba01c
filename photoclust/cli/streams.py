"""Words for people go to stderr, data goes to stdout."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


# Line ends, and the joiners that some scripts and emoji are written with.
PASSED = "\n\u200c\u200d"


def is_terminal() -> bool:
    """Does a person read stdout?"""
    return sys.stdout.isatty()


def say(message: str, style: str | None = None) -> None:
    """A sentence for the person, in colour where there is a terminal that wants it."""
    if style and sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        console("stderr").print(printable(message), style=style, markup=False, highlight=False)
    else:
        print(printable(message), file=sys.stderr)


def console(stream: str = "stdout") -> Console:
    """A rich console over stdout or stderr."""
    from rich.console import Console

    return Console(stderr=stream == "stderr")


def table_width() -> int | None:
    """How wide a table may be: as the terminal or COLUMNS, and otherwise as it likes."""
    return console().width if is_terminal() or "COLUMNS" in os.environ else None


def write_table(table: Table, width: int | None = None) -> None:
    """A rich table to stdout; what its encoding lacks is spelled out."""
    write_text(drawn_table(table, width))


def drawn_table(table: Table, width: int | None = None) -> str:
    """A rich table as the text that it is on stdout."""
    drawer = console()
    drawer.width = width or drawer.width
    with drawer.capture() as drawn:
        drawer.print(table)
    return drawn.get()


def write_text(text: str) -> None:
    """Text to stdout; what its encoding lacks is spelled out."""
    write(text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """The text with everything that could steer a terminal, or cannot be printed, spelled out."""
    return "".join(
        c if c.isprintable() or c in PASSED else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def shown_path(path: str) -> str:
    """A path on one printable line."""
    return printable(path).replace("\n", "\\n")


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def write(data: bytes) -> None:
    """Data to stdout, as bytes, because a path need not be text."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
