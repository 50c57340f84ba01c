from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Detail, Device
from photoclust.cli.live_events import print_json, say_what_matters
from photoclust.cli.options import (
    DONE,
    FAILED,
    INTERRUPTED,
    SOME_FAILED,
    AcceptLicence,
    DbOption,
    DetailOption,
    DeviceOption,
    library_path,
)
from photoclust.cli.outside import PackInstead, PeopleInstead, library_if_there
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import (
    Column,
    chosen_form,
    decimals,
    print_line,
    print_rows,
    short_name,
)
from photoclust.cli.streams import counted, say, shown_path
from photoclust.errors import NotFound, UsageError

if TYPE_CHECKING:
    from photoclust.actions.live_run import LiveReport
    from photoclust.lab.live.frames import Source
    from photoclust.lab.live.tally import Sighting

COLUMNS = (
    Column("Who", "who"),
    Column("Seen for", "shown_seconds", number=True),
    Column("Frames", "frames", number=True),
    Column("First at", "shown_first", number=True),
    Column("Nearest", "distance", decimals(3), number=True),
)
FIELDS = ("person", "seconds", "frames", "first", "distance", "times")


def live(
    context: typer.Context,
    camera: Annotated[
        int | None,
        typer.Option(metavar="N", help="Its number. [default: 0]", show_default=False, min=0),
    ] = None,
    video: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A video instead.", show_default=False)
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="A folder of photos instead; each stands for itself.",
            show_default=False,
        ),
    ] = None,
    people: PeopleInstead = None,
    enrol: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="First teach the library who is in front of the camera, from the best look.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where --enrol keeps that picture. [default: `enrolled` beside the library]",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.mp4", help="Write a video with the names drawn on it.", show_default=False
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace the file of --out if there is one.")
    ] = False,
    window: Annotated[
        bool, typer.Option("--window", help="A window even with --out or --json.")
    ] = False,
    every: Annotated[
        int, typer.Option(metavar="N", help="Look at every Nth frame of a video.", min=1)
    ] = 1,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="A face is somebody's below this squared distance. [default: the pack's]",
            show_default=False,
        ),
    ] = None,
    liveness: Annotated[
        bool,
        typer.Option(help="Tell faces from pictures of faces, where the add-on is installed."),
    ] = True,
    pack: PackInstead = None,
    accept_licence: AcceptLicence = False,
    detail: DetailOption = Detail.LOW,
    device: DeviceOption = Device.AUTO,
    json: Annotated[
        bool,
        typer.Option("--json", help="What happens, one JSON object a line.", show_envvar=False),
    ] = False,
    db: DbOption = None,
) -> None:
    """Recognise people in a camera, a video or photos. Only --out and --enrol keep something.

    Example: photoclust live --video party.mp4 --people ~/friends --out named.mp4
    """
    from photoclust.actions.live import check_live
    from photoclust.actions.live import live as run
    from photoclust.cli.window import Window
    from photoclust.library import Library

    open_source = _source(camera, video, images, every)
    progress = terminal_progress()
    with ExitStack() as opened:
        path = library_path(context, db)
        new = enrol is not None and not (path.is_file() and path.stat().st_size)
        library = None if new else opened.enter_context(library_if_there(context, db))
        check_live(
            str(video or images or ""),
            moves=images is None,
            library=library,
            people=people,
            enrol=enrol,
            out=out,
            overwrite=yes,
            threshold=threshold,
            pack=pack,
        )
        if people is None and library is None and not new:
            raise NotFound(
                "There is no library yet, so nobody is known.",
                "Say whom to look for with --people FOLDER, or `photoclust scan FOLDER`"
                " first, or teach it somebody with --enrol NAME.",
            )
        source = opened.enter_context(closing(open_source()))
        shown = opened.enter_context(closing(Window())) if window or not (out or json) else None
        if new:
            library = opened.enter_context(Library.open(path, create=True))
        opened.callback(progress.finish)
        report = run(
            source,
            library=library,
            people=people,
            enrol=enrol,
            keep=keep,
            out=out,
            overwrite=yes,
            threshold=threshold,
            pack=pack,
            accept_licence=accept_licence,
            detail=detail,
            device=device,
            liveness=liveness,
            tell=print_json if json else say_what_matters,
            show=shown.show if shown else None,
            progress=progress,
        )
    _finish(report, json, moves=source.moves)
    if report.interrupted and source.waits:
        raise typer.Exit(INTERRUPTED)
    if report.unreadable or report.cut_off:
        raise typer.Exit(SOME_FAILED)
    raise typer.Exit(DONE if report.frames else FAILED)


def _source(
    camera: int | None, video: Path | None, images: Path | None, every: int
) -> Callable[[], Source]:
    """What opens it, once everything else was looked after."""
    from photoclust.lab.live.frames import Camera, Stills, Video

    if sum(chosen is not None for chosen in (camera, video, images)) > 1:
        raise UsageError("Choose one of --camera, --video and --images.")
    if every > 1 and video is None:
        raise UsageError("--every is for a video: a camera gives its newest frame anyway.")
    if video is not None:
        return partial(Video, video, every)
    return partial(Stills, images) if images is not None else partial(Camera, camera or 0)


def _finish(report: LiveReport, json: bool, *, moves: bool) -> None:
    """Who was seen, and how quickly."""
    people = [_seen(item) for item in report.sightings]
    if json:
        print_line(
            {
                "event": "ended",
                "interrupted": report.interrupted,
                "frames": report.frames,
                "took": round(report.took, 3),
                "frames_per_second": round(report.rate, 2),
                "faces": report.faces,
                "embedded": report.embedded,
                "cut_off": report.cut_off is not None,
                "out": str(report.out) if report.out else None,
                "people": people,
            }
        )
    else:
        told = [
            {**row, **_in_words(item, moves)}
            for row, item in zip(people, report.sightings, strict=True)
        ]
        print_rows(
            told, chosen_form(json=False, nl=False, csv=False, table=False), COLUMNS, fields=FIELDS
        )
    for path, reason in report.unreadable:
        say(f"Left out: {shown_path(path)} ({reason})")
    if report.cut_off:
        say(
            f"{shown_path(report.begun.source)} ends after {report.cut_off.frames} of"
            f" {counted(report.cut_off.total, 'frame')}: it is damaged, or cut off."
        )
    if not report.sightings:
        say("Nobody was seen.")
    say(
        f"{counted(report.frames, 'frame')} in {report.took:.1f} s,"
        f" {report.rate:.1f} a second; {report.embedded} of {counted(report.faces, 'face')}"
        " embedded."
    )
    if report.out:
        say(f"Written: {shown_path(str(report.out))}")


def _seen(item: Sighting) -> dict[str, Any]:
    return {
        "person": item.person,
        "seconds": round(item.seconds, 2),
        "frames": item.frames,
        "first": round(item.first, 2),
        "distance": None if item.distance is None else round(item.distance, 4),
        "times": item.times,
    }


def _in_words(item: Sighting, moves: bool) -> dict[str, str]:
    """A row for people; in photos nothing lasts."""
    who = short_name(item.person) if item.person else f"new people ({item.times})"
    return {
        "who": who,
        "shown_seconds": f"{item.seconds:.1f} s" if moves else "",
        "shown_first": f"{item.first:.1f} s" if moves else "",
    }
