"""Words for people go to stderr, data goes to stdout."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


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


def printable(text: str) -> str:
    """The text with everything that could steer a terminal, or cannot be printed, spelled out."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def shown_path(path: str) -> str:
    """A path on one printable line."""
    return printable(path).replace("\n", "\\n")


def write(data: bytes) -> None:
    """Data to stdout, as bytes, because a path need not be text."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
