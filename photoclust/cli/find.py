from __future__ import annotations

from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Images
from photoclust.cli.asking import DryRun
from photoclust.cli.options import FAILED, SOME_FAILED, DbOption, ImagesOption, library_path
from photoclust.cli.query_options import AgeOf, FacesIn, From, Near, Only, QueryWords, To
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    day,
    decimals,
    print_rows,
    shows_crops,
)
from photoclust.cli.streams import counted, say, shown_path
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.find import FindReport, FoundFace, FoundPhoto
    from photoclust.actions.gather import GatherReport
    from photoclust.library.faces import Face
    from photoclust.search.completeness import Completeness

COLUMNS: tuple[Column, ...] = (
    Column("Similarity", "similarity", decimals(3), number=True),
    Column("How", "how"),
    Column("Taken", "taken_at", day),
    Column("Face", "face", number=True),
    Column("Photo", "file", path=True),
)
FIELDS: tuple[str, ...] = ("file", "similarity", "how", "face", "cluster", "taken_at", "copies")
GATHERED = (
    Column("Photo", "file", path=True),
    Column("To", "target", path=True),
    Column("", "became"),
)


def find(
    context: typer.Context,
    words: QueryWords = None,
    like: Annotated[
        Path | None,
        typer.Option(help="By the face in this picture, not by name.", show_default=False),
    ] = None,
    face: Annotated[
        int | None,
        typer.Option(help="Which face of --like, from the left.", show_default=False),
    ] = None,
    only: Only = False,
    faces: FacesIn = None,
    since: From = None,
    until: To = None,
    near: Near = None,
    age: AgeOf = None,
    maybe: Annotated[bool, typer.Option("--maybe", help="Faces below the threshold too.")] = False,
    min_similarity: Annotated[
        str | None, typer.Option(help="Nobody less similar, -1 to 1.", show_default=False)
    ] = None,
    sort: Annotated[str, typer.Option(help="By similarity, date or path.")] = "similarity",
    limit: Annotated[
        int | None, typer.Option(help="At most so many photos.", min=1, show_default=False)
    ] = None,
    copy_to: Annotated[
        Path | None, typer.Option(help="Copy the photos to a folder.", show_default=False)
    ] = None,
    link_to: Annotated[
        Path | None, typer.Option(help="Link the photos from a folder.", show_default=False)
    ] = None,
    hard: Annotated[bool, typer.Option("--hard", help="With --link-to: hard links.")] = False,
    template: Annotated[
        str | None,
        typer.Option(help="Folders in there: {date:%Y}/{person}.", show_default=False),
    ] = None,
    dry_run: DryRun = False,
    images: ImagesOption = Images.AUTO,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    nul: Annotated[bool, typer.Option("-0", help="Bare paths, each ended by a NUL.")] = False,
    db: DbOption = None,
) -> None:
    """Find photos by who is in them, best first; bare paths when piped.

    A photo is found because a face was named, is in a cluster of the person, or matches.

    Example: photoclust find 'John & (Anna | "Ben Smith") & !Max' --from 2019
    """
    from photoclust.actions.find import find as run
    from photoclust.actions.find import find_like, read_people
    from photoclust.actions.gather import Way, gather
    from photoclust.library import Library
    from photoclust.query import Filters, Query, Who, parse_template

    form = chosen_form(json=json, nl=nl, csv=csv, table=table, nul=nul)
    filters = Filters.read(
        only=only, faces=faces, since=since, until=until, near=near, ages=age or ()
    )
    if (like is None) == (not words):
        raise UsageError("Say whom to find: a name, or a picture with --like.")
    if face is not None and like is None:
        raise UsageError("--face goes with --like.")
    if copy_to and link_to:
        raise UsageError("Choose one of --copy-to and --link-to.")
    if not (copy_to or link_to) and (template or hard):
        raise UsageError("--template and --hard go with --copy-to or --link-to.")
    places = None if template is None else parse_template(template)
    with Library.open(library_path(context, db)) as library:
        people = read_people(library, " ".join(words)) if words else Who("example")
        query = Query.read(
            people, filters, maybe=maybe, least=min_similarity, sort=sort, limit=limit
        )
        report = find_like(library, like, query, face=face) if like else run(library, query)
        present = [photo for photo in report.found if photo.paths]
        folder = copy_to or link_to
        way = Way.COPY if copy_to else Way.HARD if hard else Way.SYMBOLIC
        gathered = None
        if folder and present:
            gathered = gather(present, folder, way, template=places, dry_run=dry_run)
        rows = [_row(photo) for photo in present]
        columns, fields, paths = COLUMNS, FIELDS, [photo.paths[0] for photo in present]
        if gathered:
            went = _went(gathered)
            rows = [{**row, **went[row["file"]]} for row in rows]
            columns, fields = GATHERED, (*FIELDS, "target", "became")
            paths = [row["target"] for row in rows if row["target"]]
        if not gathered or json or nl or csv or table or nul:
            beside = None
            if present and shows_crops(form, images):
                from photoclust.cli.pictures import crops_beside

                beside = crops_beside(library, map(_faces, present))
            print_rows(
                rows,
                form,
                columns,
                fields=fields,
                header={
                    "query": report.query,
                    "threshold": report.threshold,
                    "completeness": [
                        {"person": person.name, **(_estimate(known) if known else {})}
                        for person, known in zip(report.people, report.completeness, strict=False)
                    ],
                },
                paths=paths,
                beside=beside,
            )
        elif dry_run:
            for source, target in gathered.made:
                print(f"{shown_path(source)} -> {shown_path(str(target))}")
    _tell(report, len(report.found) - len(present))
    if not present:
        raise typer.Exit(FAILED)
    if folder and gathered:
        _tell_gathered(gathered, folder, "linked" if link_to else "copied", dry_run)


def _least(photo: FoundPhoto) -> FoundFace | None:
    """Who is least sure to be in it."""
    return next((x for x in photo.faces if x.similarity == photo.similarity), None)


def _faces(photo: FoundPhoto) -> list[Face]:
    least = _least(photo)
    return [least.face] if least else []


def _row(photo: FoundPhoto) -> dict[str, Any]:
    least = _least(photo)
    return {
        "file": photo.paths[0],
        "similarity": None if photo.similarity is None else round(photo.similarity, 4),
        "how": photo.how,
        "face": least.face.id if least else None,
        "cluster": least.face.cluster if least else None,
        "taken_at": photo.taken_at,
        "copies": len(photo.paths) - 1,
        "people": [
            {
                "person": found.name,
                "face": found.face.id,
                "similarity": round(found.similarity, 4),
                "how": found.how,
            }
            for found in photo.faces
        ],
    }


def _estimate(known: Completeness) -> dict[str, Any]:
    return {
        "share": round(known.share, 4),
        "low": round(known.low, 4),
        "high": round(known.high, 4),
        "sure": round(known.sure, 4),
        "held_out": known.held_out,
    }


def _tell(report: FindReport, gone: int) -> None:
    if gone:
        say(f"No longer where it was: {counted(gone, 'more photo')} of {report.query}.")
    for person, known in zip(report.people, report.completeness, strict=False):
        if not report.found:
            break
        if known is None:
            say(f"How complete that is for {person.name} only two named faces or more can tell.")
        else:
            say(
                f"About {known.share:.0%} of the photos of {person.name} ({known.sure:.0%} interval"
                f" {floor(100 * known.low)} to {ceil(100 * known.high)}), judged by"
                f" {counted(known.held_out, 'confirmed face')} held out."
            )
    if not report.found:
        say(f"No photo of {report.query} was found.")


def _went(report: GatherReport) -> dict[str, dict[str, str | None]]:
    """Source -> where it went, and what became of it: `made`, `there` already, or why it failed."""
    return {
        **{source: {"target": str(to), "became": "made"} for source, to in report.made},
        **{source: {"target": str(to), "became": "there"} for source, to in report.there},
        **{source: {"target": None, "became": reason} for source, reason in report.failed},
    }


def _tell_gathered(report: GatherReport, folder: Path, done: str, dry_run: bool) -> None:
    verb = "would be" if dry_run else "was" if len(report.made) == 1 else "were"
    say(f"{counted(len(report.made), 'photo')} {verb} {done} to {shown_path(str(folder))}.")
    if report.there:
        verb = "was" if len(report.there) == 1 else "were"
        say(f"{counted(len(report.there), 'photo')} {verb} there already.")
    for source, reason in report.failed:
        say(f"{shown_path(source)}: {reason}")
    if report.failed:
        raise typer.Exit(SOME_FAILED)
