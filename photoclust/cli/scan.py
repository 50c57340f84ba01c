from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.choices import Detail, Device
from photoclust.cli.asking import can_ask
from photoclust.cli.cluster import say_clustering
from photoclust.cli.options import (
    INTERRUPTED,
    SOME_FAILED,
    AcceptLicence,
    DbOption,
    DetailOption,
    DeviceOption,
    PackOption,
    library_path,
)
from photoclust.cli.progress import terminal_progress
from photoclust.cli.streams import counted, say, shown_path
from photoclust.errors import UsageError
from photoclust.photos.limits import TIME_LIMIT

if TYPE_CHECKING:
    from photoclust.actions.scan import ScanReport

SHOWN_FAILURES = 10


def scan(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Folders and photos.")],
    pack: PackOption = None,
    accept_licence: AcceptLicence = False,
    cluster: Annotated[bool, typer.Option(help="Cluster when done.")] = True,
    detail: DetailOption = Detail.NORMAL,
    videos: Annotated[
        bool,
        typer.Option("--videos", help="Look into videos too; needs 'photoclust[video]'."),
    ] = False,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="Leave out files and folders, in the syntax of gitignore; may be given again."
            " A .photoclustignore file in a folder does the same.",
        ),
    ] = None,
    min_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Leave out smaller files, such as 20k.")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Leave out larger files, such as 100M.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Look again at files that failed before.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on as files arrive, until Ctrl-C.")
    ] = False,
    device: DeviceOption = Device.AUTO,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="Photos side by side. [default: one a core]", show_default=False
        ),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=1, help="Seconds that one photo may take, ten times for a video.")
    ] = TIME_LIMIT,
    db: DbOption = None,
) -> None:
    """Find photos, detect and embed every face, then cluster. Unchanged files are skipped.

    Example: photoclust scan ~/Pictures
    """
    from photoclust.actions.scan import scan as run
    from photoclust.actions.watch import watch as keep_watch
    from photoclust.library import Library
    from photoclust.photos.discover import Rules, check_roots

    check_roots(paths)
    rules = Rules(tuple(exclude or ()), parse_bytes(min_size) or 0, parse_bytes(max_size), videos)
    progress = terminal_progress()
    failed = interrupted = False
    path = library_path(context, db)
    if can_ask() and _has_no_pack(path):
        if pack is None:
            pack, accept_licence = _ask_pack()
        elif not _is_free(pack):
            accept_licence = accept_licence or _fits_licence()
    with Library.open(path, create=True) as library:

        def scan_now() -> ScanReport:
            try:
                return run(
                    library,
                    paths,
                    pack=pack,
                    accept_licence=accept_licence,
                    then_cluster=cluster,
                    retry_failed=retry_failed,
                    rules=rules,
                    detail=detail,
                    device=device,
                    workers=workers,
                    time_limit=time_limit,
                    progress=progress,
                )
            finally:
                progress.finish()

        try:
            for report in keep_watch(paths, scan_now) if watch else [scan_now()]:
                _print_report(report)
                failed, interrupted = bool(report.failed), report.interrupted
                if watch and not interrupted:
                    say("Watching. Ctrl-C ends it.")
        except KeyboardInterrupt:
            if not watch:
                raise
            say("No longer watching.")
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if failed:
        raise typer.Exit(SOME_FAILED)


def parse_bytes(size: str | None) -> int | None:
    """`20k`, `1.5M` or `2G` in bytes; the units are powers of 1,000, as in file managers.

    Raises
    ------
    UsageError : it is no size.
    """
    if size is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *([kmg]?)b?", size.strip().lower())
    if not found:
        raise UsageError(f"{size!r} is not a size.", "Write it as 500, 20k, 1.5M or 2G.")
    return round(float(found[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[found[2]])


def _has_no_pack(path: Path) -> bool:
    """Is the library still to be made, or to be given its pack?"""
    from photoclust.library import Library

    if not path.exists():
        return True
    with Library.open(path, create=True) as library:
        return library.packs.in_use() is None


def _ask_pack() -> tuple[str, bool]:
    """Ask for a pack until one can be used: its name or folder, and if its licence was accepted."""
    from photoclust.models.catalogue import KNOWN_PACKS
    from photoclust.models.installed import installed_names

    say("Which models shall find and tell apart the faces? The library keeps the choice.")
    installed = installed_names()
    _say_packs(installed)
    while True:
        pack = str(typer.prompt("Pack (? lists all)", default="open", err=True)).strip()
        if pack == "?":
            _say_packs(KNOWN_PACKS)
        elif pack in KNOWN_PACKS and pack not in installed:
            say(f"It is not installed; `photoclust models install {pack}` does that.")
        elif pack not in KNOWN_PACKS and not Path(pack).is_dir():
            say("That is neither the name of a pack nor a folder.")
        elif _is_free(pack):
            return pack, False
        elif _fits_licence():
            return pack, True


def _say_packs(names: Iterable[str]) -> None:
    from photoclust.models.catalogue import KNOWN_PACKS
    from photoclust.models.installed import installed_folder

    for known in map(KNOWN_PACKS.__getitem__, names):
        use = "free for any use" if known.commercial else "research only"
        size = ""
        if known.archive and installed_folder(known.name) is None:
            size = f"; {known.archive.size // 1_000_000} MB to install"
        say(f"  {known.name:<11} {use}; {known.accuracy}{size}")


def _is_free(pack: str) -> bool:
    from photoclust.models.catalogue import KNOWN_PACKS

    return pack in KNOWN_PACKS and KNOWN_PACKS[pack].commercial


def _fits_licence() -> bool:
    say("These weights may be used for non-commercial research only.")
    return typer.confirm("Does that fit your use?", err=True)


def _print_report(report: ScanReport) -> None:
    say(audit_line(report))
    for path, reason in report.failed[:SHOWN_FAILURES]:
        say(f"  failed: {shown_path(path)} ({reason})")
    if len(report.failed) > SHOWN_FAILURES:
        more = len(report.failed) - SHOWN_FAILURES
        say(f"  and {more} more: `photoclust status` lists them all")
    if report.missing:
        say(f"No longer where it was: {counted(report.missing, 'file')}. Nothing was deleted.")
    if report.left_out:
        faces = counted(report.left_out, "face")
        say(f"{faces} left out: of people who were forgotten and are not to be learned again.")
    if report.indexed:
        rate = report.indexed / report.seconds if report.seconds else 0.0
        faces = counted(report.faces, "new face")
        say(f"{faces} in {counted(report.indexed, 'photo')}, {rate:.1f} photos/s.")
    if report.carried:
        faces = counted(report.carried, "face")
        say(f"What you said of {faces} still counts: files changed, their pictures did not.")
    if report.interrupted:
        say("Interrupted. What was finished is kept; the same command goes on from there.")
    if report.clustering:
        say_clustering(report.clustering)


def audit_line(report: ScanReport) -> str:
    """What became of every file; the numbers always add up."""
    failed = Counter(_kind(reason) for _path, reason in report.failed)
    parts = [
        f"indexed {report.indexed}",
        f"unchanged {report.unchanged}",
        f"duplicate {report.duplicate}" + (f" ({report.moved} moved)" if report.moved else ""),
        _with_reasons("skipped", report.skipped),
        _with_reasons("failed", failed),
    ]
    if report.waiting:
        parts.append(f"left for the next run {report.waiting}")
    return f"seen {report.seen} = {' + '.join(parts)}"


def _kind(reason: str) -> str:
    """A reason without its particulars, to count by."""
    return reason.split(" (")[0].split(":")[0]


def _with_reasons(what: str, reasons: Counter[str]) -> str:
    text = f"{what} {reasons.total()}"
    if reasons:
        text += f" ({', '.join(f'{count} {reason}' for reason, count in reasons.most_common())})"
    return text
