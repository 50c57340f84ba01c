from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_faces, parse_target
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.ignore import IgnoreReport
    from photoclust.library import Library


def ignore(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WHICH", help="`cluster 3`, `3`, `c3`, or `face 91` and more."),
    ] = None,
    not_a_face: Annotated[
        bool, typer.Option("--not-a-face", help="No face: out of every list and cluster.")
    ] = False,
    stranger: Annotated[
        bool, typer.Option("--stranger", help="Still grouped, never asked about. [default]")
    ] = False,
    hidden: Annotated[
        bool, typer.Option("--hidden", help="As a stranger, and in no list and no gallery.")
    ] = False,
    unnamed: Annotated[bool, typer.Option("--unnamed", help="Everybody without a name.")] = False,
    max_photos: Annotated[
        int | None,
        typer.Option(help="With --unnamed: who is in at most so many.", min=1, show_default=False),
    ] = None,
    photo: Annotated[
        Path | None,
        typer.Option("--in", help="Everybody without a name in this photo.", show_default=False),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Heed these faces again.")] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say that faces are nobody to ask about: no face at all, a stranger, or hidden.

    Example: photoclust ignore cluster 12   (also: ignore face 91 --not-a-face,
    ignore --unnamed --max-photos 2, ignore --in ~/Pictures/market.jpg)
    """
    from photoclust.actions import heed
    from photoclust.actions import ignore as leave
    from photoclust.library import Library
    from photoclust.library.decisions import Ignored

    flags = {Ignored.NOT_FACE: not_a_face, Ignored.STRANGER: stranger, Ignored.HIDDEN: hidden}
    kinds = [kind for kind, wanted in flags.items() if wanted]
    if len(kinds) > 1:
        raise UsageError("Choose one of --not-a-face, --stranger and --hidden.")
    if kinds and undo:
        raise UsageError("--undo heeds faces again, whatever they were ignored as.")
    if sum((bool(words), unnamed, photo is not None)) != 1:
        raise UsageError(
            f"Say who is to be {'heeded again' if undo else 'ignored'}, in one way.",
            "Such as `photoclust ignore cluster 12`, or with --unnamed, or with --in PHOTO.",
        )
    if max_photos is not None and not unnamed:
        raise UsageError("--max-photos goes with --unnamed.")
    cluster, faces = _targets(words) if words else (None, [])
    kind = kinds[0] if kinds else Ignored.STRANGER

    def carry_out(library: Library, *, dry_run: bool) -> IgnoreReport:
        if unnamed and undo:
            return heed.heed_unnamed(library, max_photos=max_photos, dry_run=dry_run)
        if unnamed:
            return leave.ignore_unnamed(library, kind, max_photos=max_photos, dry_run=dry_run)
        if photo is not None and undo:
            return heed.heed_in_photo(library, photo, dry_run=dry_run)
        if photo is not None:
            return leave.ignore_in_photo(library, photo, kind, dry_run=dry_run)
        if cluster is not None and undo:
            return heed.heed_cluster(library, cluster, dry_run=dry_run)
        if cluster is not None:
            return leave.ignore_cluster(library, cluster, kind, dry_run=dry_run)
        if undo:
            return heed.heed_again(library, faces, dry_run=dry_run)
        return leave.ignore_faces(library, faces, kind, dry_run=dry_run)

    with Library.open(library_path(context, db)) as library:
        asks = unnamed and not yes and not dry_run
        report = carry_out(library, dry_run=dry_run or asks)
        if asks and report.faces:
            say(_told(report, would=True))
            ask("ignore --unnamed")
            report = carry_out(library, dry_run=False)
    say(_told(report, would=dry_run))
    if json:
        print_document(
            {
                "act": report.act,
                "kind": report.kind and str(report.kind),
                "faces": report.faces,
                "clusters": report.clusters,
                "photos": report.photos,
            }
        )


def _targets(words: list[str]) -> tuple[int | None, list[int]]:
    """One cluster, or faces."""
    if words[0].lower().startswith("f"):
        return None, parse_faces(words)
    target, rest = parse_target(words)
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
    return target.number, []


def _told(report: IgnoreReport, *, would: bool) -> str:
    where = f"in {counted(report.photos, 'photo')}, {counted(report.clusters, 'cluster')}"
    state = f"ignored: {report.kind.words}" if report.kind else "heeded again"
    verb = "would be" if would else "is" if report.faces == 1 else "are"
    return f"{counted(report.faces, 'face')} {where} {verb} {state}."
