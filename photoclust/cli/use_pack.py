from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.choices import Device
from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.cluster import say_clustering
from photoclust.cli.options import (
    INTERRUPTED,
    SOME_FAILED,
    AcceptLicence,
    DbOption,
    DeviceOption,
    library_path,
)
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.use_pack import UsePackReport
    from photoclust.library import Library

SHOWN = 10  # of a list of files or faces


def use(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(help="A name of `photoclust models list`, or a folder.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    accept_licence: AcceptLicence = False,
    device: DeviceOption = Device.AUTO,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="Photos side by side. [default: one a core]", show_default=False
        ),
    ] = None,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Change a library over to another pack. Whatever you said of faces is carried along.

    Every photo is looked at again, which takes as long as its first scan, but once only: the old
    pack's faces stay in the library, so changing back is quick. Ctrl-C keeps the old pack in use.

    Example: photoclust models use buffalo_l --accept-licence
    """
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:

        def run(*, plan: bool, licence: bool) -> UsePackReport:
            return _use(library, pack, plan=plan, licence=licence, device=device, workers=workers)

        if not dry_run and not yes:
            _say_plan(run(plan=True, licence=accept_licence))
            ask("models use")
        report = run(plan=dry_run, licence=accept_licence or dry_run)
    if json:
        print_document(asdict(report))
    elif dry_run:
        _say_plan(report)
    else:
        say_used(report)
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not dry_run and (report.lost or report.unreadable):
        raise typer.Exit(SOME_FAILED)


def _use(
    library: Library, pack: str, *, plan: bool, licence: bool, device: Device, workers: int | None
) -> UsePackReport:
    from photoclust.actions.use_pack import use_pack

    progress = terminal_progress()
    try:
        return use_pack(
            library,
            pack,
            accept_licence=licence,
            dry_run=plan,
            device=device,
            workers=workers,
            progress=progress,
        )
    finally:
        progress.finish()


def _say_plan(report: UsePackReport) -> None:
    known = f", {report.known} it has looked at before" if report.known else ""
    say(
        f"{report.pack} instead of {report.before}: {counted(report.examined, 'photo')} to look at"
        f"{known}."
    )
    _say_unreadable(report)
    if report.said:
        say(f"You said something of {counted(report.said, 'face')}:")
        ahead = report.said - report.found - report.placed - len(report.lost)
        told = [
            (report.found, f"that {report.pack} found as well"),
            (report.placed, "that it did not find, and is shown where they are"),
            (ahead, "that it finds or is shown, which only looking tells"),
        ]
        for number, what in told:
            if number:
                say(f"  {counted(number, 'face')} {what}")
    _say_lost(report, would=True)
    _say_limits(report)


def say_used(report: UsePackReport) -> None:
    if report.pack == report.before:
        say(f"{report.pack} is used from its new folder.")
        return
    if not report.switched:
        say(f"Interrupted. {report.before} is still in use. What was finished is kept; the same")
        say("command goes on from there.")
        return
    say(f"This library uses {report.pack} now: {counted(report.examined, 'photo')} looked at.")
    _say_unreadable(report)
    if carried := report.found + report.placed:
        shown = f", {report.placed} of which it had to be shown" if report.placed else ""
        say(f"What you said of {counted(carried, 'face')} was carried over{shown}.")
    _say_lost(report, would=False)
    _say_limits(report)
    if report.clustering:
        say_clustering(report.clustering)
    else:
        say("Interrupted before the clusters were made anew: `photoclust cluster` does it.")


def _say_unreadable(report: UsePackReport) -> None:
    if report.unreadable:
        photos = counted(len(report.unreadable), "photo")
        say(f"{photos} cannot be looked at; a `scan` does so once they can be:")
        _say_some([f"{shown_path(path)} ({why})" for path, why in report.unreadable])


def _say_lost(report: UsePackReport, *, would: bool) -> None:
    if report.lost:
        faces = counted(len(report.lost), "face")
        say(f"{'Would not be' if would else 'Not'} carried until then: what you said of {faces}:")
        _say_some(
            [
                f"face {item.face_id}{f' ({item.person})' if item.person else ''}"
                f" in {shown_path(item.path or 'no file')}: {item.why}"
                for item in report.lost
            ]
        )


def _say_limits(report: UsePackReport) -> None:
    if report.forgotten:
        people = "person" if report.forgotten == 1 else "people"
        say(
            f"{report.pack} does not know the {report.forgotten} {people} that you had forgotten "
            "for ever: it can find their faces again."
        )
    if report.calibrated:
        say(f"The calibration was that of {report.before}: `photoclust calibrate` makes another.")


def _say_some(lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        say(f"  {line}")
    if len(lines) > SHOWN:
        say(f"  and {len(lines) - SHOWN} more: --json lists them")
