from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_faces, parse_target
from photoclust.errors import UsageError


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
    from photoclust.actions.ignore import (
        heed_again,
        ignore_cluster,
        ignore_faces,
        ignore_in_photo,
        ignore_unnamed,
    )
    from photoclust.library import Library
    from photoclust.library.decisions import Ignored

    flags = {Ignored.NOT_FACE: not_a_face, Ignored.STRANGER: stranger, Ignored.HIDDEN: hidden}
    kinds = [kind for kind, wanted in flags.items() if wanted]
    if len(kinds) > 1:
        raise UsageError("Choose one of --not-a-face, --stranger and --hidden.")
    if sum((bool(words), unnamed, photo is not None)) != 1:
        raise UsageError(
            "Say who is to be ignored, in one way.",
            "Such as `photoclust ignore cluster 12`, or with --unnamed, or with --in PHOTO.",
        )
    if max_photos is not None and not unnamed:
        raise UsageError("--max-photos goes with --unnamed.")
    kind = kinds[0] if kinds else Ignored.STRANGER
    with Library.open(library_path(context, db)) as library:
        if unnamed:
            report = ignore_unnamed(library, kind, max_photos=max_photos, dry_run=True)
            say(
                f"{counted(report.faces, 'face')} without a name in"
                f" {counted(report.photos, 'photo')}, {counted(report.clusters, 'cluster')}."
            )
            if not dry_run and report.faces:
                if not yes:
                    ask("ignore --unnamed")
                report = ignore_unnamed(library, kind, max_photos=max_photos)
        elif photo is not None:
            report = ignore_in_photo(library, photo, kind, dry_run=dry_run)
        elif undo:
            report = heed_again(library, parse_faces(words or []))
        elif words and words[0].lower().startswith("f"):
            report = ignore_faces(library, parse_faces(words), kind)
        else:
            target, rest = parse_target(words or [])
            if rest:
                raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
            report = ignore_cluster(library, target.number, kind)
    if report.act is not None:
        state = f"ignored now: {kind.words}" if report.kind else "heeded again"
        verb = "is" if report.faces == 1 else "are"
        say(f"{counted(report.faces, 'face')} {verb} {state}.")
    elif dry_run:
        say(f"{counted(report.faces, 'face')} would be ignored: {kind.words}.")
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
