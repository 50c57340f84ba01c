from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.options import FAILED, DbOption, library_path
from photoclust.cli.rows import Column, CsvFlag, JsonFlag, chosen_form, day, print_rows
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.roots import ForgetReport

COLUMNS = (
    Column("Folder", "path", path=True),
    Column("Now", "presence"),
    Column("Scanned", "scanned_at", day),
    Column("Files", "files", number=True),
    Column("Missing", "missing", number=True),
    Column("Photos", "photos", number=True),
    Column("Faces", "faces", number=True),
)

roots_app = typer.Typer(rich_markup_mode=None)


@roots_app.callback(invoke_without_command=True)
def roots(
    context: typer.Context, json: JsonFlag = False, csv: CsvFlag = False, db: DbOption = None
) -> None:
    """List the folders that were scanned, or take one out of the library.

    Example: photoclust roots
    """
    context.obj = db or context.obj
    if context.invoked_subcommand is not None:
        return
    from photoclust.actions.folders import Presence
    from photoclust.actions.roots import roots as run
    from photoclust.library import Library

    form = chosen_form(json=json, nl=False, csv=csv, table=False)
    with Library.open(library_path(context, db)) as library:
        report = run(library)
    rows = [
        {column.key: getattr(root, column.key) for column in COLUMNS} | {"presence": root.presence}
        for root in report.roots
    ]
    print_rows(rows, form, COLUMNS, header={"elsewhere": report.elsewhere})
    if any(root.presence is not Presence.THERE for root in report.roots):
        say("Not all of it is there now: plug the disk in, or say where it is with")
        say("`photoclust relocate OLD NEW`.")
    if not rows:
        say("This library does not know which folders were scanned: `photoclust scan` them again.")
        raise typer.Exit(FAILED)
    if report.elsewhere:
        say(f"{counted(report.elsewhere, 'file')} in none of these: `photoclust scan` the folder.")


@roots_app.command()
def forget(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that was scanned.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    db: DbOption = None,
) -> None:
    """Take a folder out of the library. Names are kept: scan it again and all is back.

    Example: photoclust roots forget /mnt/usb --dry-run
    """
    from photoclust.actions.roots import forget_folder
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        if not dry_run and not yes:
            _say_forgotten(forget_folder(library, folder, dry_run=True), would=True)
            ask("roots forget")
        report = forget_folder(library, folder, dry_run=dry_run)
    _say_forgotten(report, would=dry_run)


def _say_forgotten(report: ForgetReport, *, would: bool) -> None:
    counts = (report.files, "file"), (report.photos, "photo"), (report.faces, "face")
    what = ", ".join(counted(*count) for count in counts)
    say(f"{'Would forget' if would else 'Forgot'} {shown_path(report.folder)}: {what}.")
    say_clusters(report.clusters, report.nameless, would=would)
    if report.named:
        have = "has a name, which is" if report.named == 1 else "have names, which are"
        say(f"{counted(report.named, 'face')} {have} kept: scan the folder again to see them.")
    if report.inside and not would:
        say(f"A scan of {shown_path(report.inside)} finds it again, unless a `.photoclustignore`")
        say("there leaves it out.")


def say_clusters(gone: int, nameless: Sequence[tuple[int, str]], *, would: bool) -> None:
    """What becomes of clusters whose photos are no longer listed."""
    if gone:
        say(f"{'Would be gone' if would else 'Gone'}: {counted(gone, 'cluster')}.")
    for number, name in nameless:
        say(f"Cluster {number} {'would lose' if would else 'lost'} the faces that make it {name}.")
