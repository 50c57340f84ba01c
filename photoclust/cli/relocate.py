from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.relocate import RelocateReport
    from photoclust.library import Library


def relocate(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Where it was when it was scanned.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Where it is now.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    db: DbOption = None,
) -> None:
    """Say where a folder is now, once it was moved or its disk is mounted elsewhere.

    No photo is read and nothing is scanned again.

    Example: photoclust relocate /mnt/usb /media/anna/photos
    """
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        if not dry_run and not yes:
            _say_relocated(_run(library, old, new, dry_run=True), would=True)
            ask("relocate")
        report = _run(library, old, new, dry_run)
    _say_relocated(report, would=dry_run)


def _run(library: Library, old: Path, new: Path, dry_run: bool) -> RelocateReport:
    from photoclust.actions.relocate import relocate as run

    progress = terminal_progress()
    try:
        return run(library, old, new, dry_run=dry_run, progress=progress)
    finally:
        progress.finish()


def _say_relocated(report: RelocateReport, *, would: bool) -> None:
    places = f"{shown_path(report.old)} to {shown_path(report.new)}"
    say(f"{'Would relocate' if would else 'Relocated'} {places}: {counted(report.files, 'file')}.")
    say(f"  as before: {report.found}, changed: {report.changed}, not there: {report.missing}")
    if report.known:
        say(f"  known there already: {report.known}; what was scanned there counts")
    if report.changed and not would:
        say("The next scan looks at those that have changed.")
