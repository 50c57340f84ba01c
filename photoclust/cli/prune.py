from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.roots import say_clusters
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.prune import PruneReport
    from photoclust.library import Library

SHOWN_FILES = 10


def prune(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Only here; what is missing here was deleted."),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    db: DbOption = None,
) -> None:
    """Take deleted files out of the library. Names are kept, and no photo is touched.

    A disk that is unplugged is no deletion: what was in a folder that is away or empty stays,
    unless you name the folder.

    Example: photoclust prune --dry-run
    """
    from photoclust.library import Library

    folders = folders or []
    with Library.open(library_path(context, db)) as library:
        if not dry_run and not yes:
            plan = _run(library, folders, dry_run=True)
            _say_pruned(plan, would=True)
            if not plan.files:
                return
            ask("prune")
        report = _run(library, folders, dry_run)
    _say_pruned(report, would=dry_run)


def _run(library: Library, folders: list[Path], dry_run: bool) -> PruneReport:
    from photoclust.actions.prune import prune as run

    progress = terminal_progress()
    try:
        return run(library, folders, dry_run=dry_run, progress=progress)
    finally:
        progress.finish()


def _say_pruned(report: PruneReport, *, would: bool) -> None:
    if report.files:
        counts = (len(report.files), "file"), (report.photos, "photo"), (report.faces, "face")
        what = ", ".join(counted(*count) for count in counts)
        say(f"{'Would remove' if would else 'Removed'}: {what}.")
    else:
        say("Nothing to remove.")
    if would:
        for path in report.files[:SHOWN_FILES]:
            say(f"  {shown_path(path)}")
        if len(report.files) > SHOWN_FILES:
            say(f"  and {len(report.files) - SHOWN_FILES} more")
    if report.kept:
        say(f"{counted(report.kept, 'photo')} without a file, kept for what you said of them.")
    say_clusters(report.clusters, report.nameless, would=would)
    if report.left:
        say("Left alone, for a disk that is unplugged is no deletion:")
        for item in report.left:
            say(f"  {shown_path(item.folder)} ({item.presence}): {counted(item.files, 'file')}")
        folder = shown_path(shlex.quote(report.left[0].folder))
        say(f"If they were deleted, name the folder: `photoclust prune {folder}`.")
