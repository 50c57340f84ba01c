from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.cluster import ClusterReport
    from photoclust.library import Library


def cluster(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Make all clusters from nothing; asks first.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Give new faces to the clusters. What has a cluster stays there, unless you say --full.

    With --full everything is grouped from nothing: numbers stay with the groups that stay, and
    named faces stay where they are.

    Example: photoclust cluster --full --dry-run
    """
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        if full and not dry_run and not yes and library.clusters.memberships():
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise UsageError(
                    "`cluster --full` may change many clusters.",
                    "See what with --dry-run, then say --yes.",
                )
            say_changes(_run(library, full, dry_run=True), would=True)
            typer.confirm("Do it?", abort=True, err=True)
        report = _run(library, full, dry_run)
    if json:
        print_document(asdict(report))
    elif dry_run:
        say_changes(report, would=True)
    else:
        say_clustering(report)


def _run(library: Library, full: bool, dry_run: bool) -> ClusterReport:
    from photoclust.actions.cluster import cluster as run

    progress = terminal_progress()
    progress.start("Clustering", None, "faces")
    try:
        return run(library, full=full, dry_run=dry_run)
    finally:
        progress.finish()


def say_clustering(report: ClusterReport) -> None:
    """What a clustering came to, and what it changed."""
    if not report.faces:
        say("No faces in the library yet.")
        return
    alone = report.faces - report.clustered
    clusters = counted(report.clusters, "cluster")
    say(f"{counted(report.faces, 'face')}: {report.clustered} in {clusters}, {alone} alone.")
    if report.made < report.clusters:
        say_changes(report, would=False)
    if report.clusters:
        say("See them with `photoclust clusters`.")
    if report.grown:
        say("Many faces are new. `photoclust cluster --full --dry-run` says what else is found.")


def say_changes(report: ClusterReport, *, would: bool) -> None:
    """What is other than before, or would be."""
    changes = [
        (report.joined, "face", "joining a cluster"),
        (report.moved, "face", "moving to another cluster"),
        (report.left, "face", "leaving a cluster"),
        (report.made, "cluster", "made"),
        (report.gone, "cluster", "gone"),
    ]
    told = [f"{counted(number, noun)} {what}" for number, noun, what in changes if number]
    if not told:
        say("Nothing would change." if would else "No cluster changed.")
        return
    say(f"{'Would change' if would else 'Changed'}: {', '.join(told)}.")
