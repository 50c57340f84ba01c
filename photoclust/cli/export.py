from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.choices import Theme
from photoclust.cli.completing import names_in_query, people_names
from photoclust.cli.options import SOME_FAILED, DbOption, library_path
from photoclust.cli.progress import terminal_progress
from photoclust.cli.query_options import QUERY_HELP, AgeOf, FacesIn, From, Near, Only, To
from photoclust.cli.streams import say, shown_path
from photoclust.errors import NotFound, UsageError

export_app = typer.Typer(
    help="Write what the library holds to files.\n\nExample: photoclust export gallery ~/people",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@export_app.command()
def gallery(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="An empty folder, or an earlier gallery.")],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--person",
            metavar="NAME",
            help="Only this person, and photos of them; may be repeated.",
            show_default=False,
            autocompletion=people_names,
        ),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--query",
            metavar="QUERY",
            help=f"Only photos of: {QUERY_HELP}",
            show_default=False,
            autocompletion=names_in_query,
        ),
    ] = None,
    only: Only = False,
    faces: FacesIn = None,
    since: From = None,
    until: To = None,
    near: Near = None,
    age: AgeOf = None,
    blur_others: Annotated[
        bool,
        typer.Option(
            "--blur-others",
            help="Blur everybody else whom photoclust found: all but those of --person, else of"
            " --query, else with a name.",
        ),
    ] = False,
    copy: Annotated[
        bool, typer.Option("--copy", help="Add copies of the photos, without places.")
    ] = False,
    link: Annotated[bool, typer.Option("--link", help="Add links to the photos.")] = False,
    gps: Annotated[
        bool,
        typer.Option("--gps", help="Say where photos were taken; copies keep all they hold."),
    ] = False,
    title: Annotated[str, typer.Option(help="Heading of the first page.")] = "People",
    theme: Annotated[
        Theme, typer.Option(help="Light, dark, or as each reader prefers.")
    ] = Theme.AUTO,
    db: DbOption = None,
) -> None:
    """Write a gallery of people as static pages that open from disk.

    Example: photoclust export gallery ~/people   (also: --person John --person Anna --blur-others)
    """
    from photoclust.actions.find import find, read_people
    from photoclust.actions.lookup import person_named
    from photoclust.export.gallery import export_gallery
    from photoclust.library import Library
    from photoclust.query import Filters, Query

    if copy and link:
        raise UsageError("Choose one of --copy and --link.")
    filters = Filters.read(
        only=only, faces=faces, since=since, until=until, near=near, ages=age or ()
    )
    if words is None and filters != Filters():
        raise UsageError("Say whose photos as well, with --query NAME.")
    with Library.open(library_path(context, db)) as library:
        people = {person_named(library, name).id for name in names} if names else None
        chosen = None
        if words is not None:
            report = find(library, Query.read(read_people(library, words), filters))
            if not report.found:
                raise NotFound(
                    f"No photo of {report.query} was found, so there is no gallery to write."
                )
            chosen = {photo.photo_id for photo in report.found}
            if blur_others and people is None:
                people = {person.id for person in report.people}
        progress = terminal_progress()
        try:
            written = export_gallery(
                library,
                out,
                title=title,
                theme=theme,
                originals="copy" if copy else "link" if link else "none",
                places=gps,
                only=chosen,
                people=people,
                blur_others=blur_others,
                progress=progress,
            )
        finally:
            progress.finish()
    say(
        f"{written.people} people, {written.clusters} unnamed clusters, {written.photos} photos: "
        f"open {shown_path(str(written.index))}"
    )
    if written.redrawn:
        say(f"{written.redrawn} copies are new JPEGs, so that they hold nothing they should not.")
    if written.left_out:
        say(f"{written.left_out} photos or videos are not copied: what they hold cannot be hidden.")
    if written.missing:
        say(f"{written.missing} photos could not be read; a grey picture stands for them.")
        raise typer.Exit(SOME_FAILED)
