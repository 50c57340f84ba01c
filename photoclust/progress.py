"""How long work tells that it goes on, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener. The terminal's draws a bar; a program may pass its own."""

    def start(self, title: str, total: int | None, unit: str) -> None:
        """A stage begins; `total` in units (such as photos), None when it is not known."""
        ...

    def advance(self, note: str = "") -> None:
        """One unit is done; the note is a few words on what was found so far."""
        ...

    def finish(self) -> None:
        """The stage is over."""
        ...


class Silent:
    """Nobody listens."""

    def start(self, title: str, total: int | None, unit: str) -> None: ...

    def advance(self, note: str = "") -> None: ...

    def finish(self) -> None: ...
