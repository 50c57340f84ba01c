from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.forget import say_searched
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say

if TYPE_CHECKING:
    from photoclust.actions.purge import PurgeReport


def purge(
    context: typer.Context,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Erase every face for good: boxes, embeddings, clusters, and all that was said of faces.

    Photos, folders and people's names, birth dates and notes stay. The file is then written anew
    and searched for what was erased. The next scan examines every photo again.

    Example: photoclust purge --dry-run
    """
    from photoclust.actions.purge import purge as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        if not dry_run and not yes:
            _say_purged(run(library, dry_run=True), True)
            ask("purge")
        report = run(library, dry_run=dry_run)
    if json:
        print_document({**asdict(report), "dry_run": dry_run})
    _say_purged(report, dry_run)


def _say_purged(report: PurgeReport, would: bool) -> None:
    faces, photos = counted(report.faces, "face"), counted(report.photos, "photo")
    say(f"{'Would erase' if would else 'Erased'} {faces} in {photos}, with")
    say(
        f"{counted(report.embeddings, 'embedding')}, {counted(report.clusters, 'cluster')},"
        f" {counted(report.decisions, 'decision')}, the words of {counted(report.acts, 'act')}."
    )
    if report.people:
        who = "1 person stays" if report.people == 1 else f"{report.people} people stay"
        say(f"{who}, without a face. `photoclust forget NAME` erases a name as well.")
    if report.references:
        say(f"{counted(report.references, 'reference photo')} would have to be enrolled again.")
    if report.shots:
        gone = "deleted" if report.searched else "would be deleted"
        say(f"{counted(report.shots, 'picture')} that `live` took {gone}.")
    if report.searched:
        say_searched(report.searched)
