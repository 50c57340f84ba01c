"""Progress bars, on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from photoclust.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class TerminalProgress:
    """One bar at a time, on stderr, with units per second and the time that is left."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._task: TaskID | None = None

    def start(self, title: str, total: int | None, unit: str) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            ProgressColumn,
            SpinnerColumn,
            Task,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars
        from rich.text import Text

        from photoclust.cli.streams import console

        class RateColumn(ProgressColumn):
            def render(self, task: Task) -> Text:
                rate = f"{task.speed:.1f} {unit}/s" if task.speed else ""
                return Text(rate, style="cyan")

        self.finish()
        columns: list[ProgressColumn] = [SpinnerColumn(), TextColumn("{task.description}")]
        if total is not None:
            columns += [
                BarColumn(),
                MofNCompleteColumn(),
                RateColumn(),
                TextColumn("{task.fields[note]}"),
            ]
            columns += [TimeRemainingColumn()]
        self._bars = Bars(*columns, console=console("stderr"), transient=True)
        self._bars.start()
        self._task = self._bars.add_task(title, total=total, note="")

    def advance(self, note: str = "") -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, advance=1, note=note)

    def finish(self) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars = self._task = None


def terminal_progress() -> Progress:
    """A bar where a person watches, silence elsewhere."""
    return TerminalProgress() if sys.stderr.isatty() else Silent()
