"""What the shell is offered when a person presses Tab."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import typer

from photoclust.cli.options import library_path


def people_names(context: typer.Context, incomplete: str) -> list[str]:
    """Names and aliases that begin like what was typed; none if there is no library yet."""
    from photoclust.errors import PhotoclustError
    from photoclust.library import Library
    from photoclust.library.people import folded

    chosen = context.params.get("db") or (context.parent and context.parent.params.get("db"))
    with suppress(PhotoclustError, OSError):
        path = library_path(context, Path(chosen) if chosen else None)
        if not path.exists():
            return []
        with Library.open(path) as library:
            names = [
                name for person in library.people.all() for name in (person.name, *person.aliases)
            ]
        return [name for name in names if folded(name).startswith(folded(incomplete))]
    return []
