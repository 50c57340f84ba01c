"""Commands that ask first."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from photoclust.errors import UsageError

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def can_ask() -> bool:
    """Is there a person to answer?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(command: str) -> None:
    """Have a person say yes to what was just said; a no ends the command.

    Raises
    ------
    UsageError : there is nobody to ask.
    """
    if not can_ask():
        raise UsageError(
            f"`{command}` asks before it changes the library, and nobody is there to answer.",
            "If that is what you want, say --yes.",
        )
    typer.confirm("Do it?", abort=True, err=True)
