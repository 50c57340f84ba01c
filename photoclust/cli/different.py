from __future__ import annotations

from typing import Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import say
from photoclust.cli.targets import parse_subjects, split_faces
from photoclust.errors import UsageError


def different(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="A B", help="Two clusters (`3 7`), or two faces (`face 91 92`)."),
    ],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say that two clusters, or two faces, are two people: no clustering makes them one.

    Example: photoclust different 3 7
    """
    from photoclust.actions.different import different_clusters, different_faces
    from photoclust.library import Library

    is_faces = bool(words) and words[0].lower().startswith("f")
    numbers = split_faces(words)[0] if is_faces else parse_subjects(words)
    if len(numbers) != 2 or not all(isinstance(number, int) for number in numbers):
        raise UsageError(
            "Say which two are different, such as `photoclust different 3 7`.",
            "For a face and a person there is `photoclust reject face 91 from John`.",
        )
    first, second = (int(number) for number in numbers)
    with Library.open(library_path(context, db)) as library:
        run = different_faces if is_faces else different_clusters
        act = run(library, first, second)
    what = "faces" if is_faces else "clusters"
    say(f"The {what} {first} and {second} are two people; that is remembered.")
    if json:
        print_document({"act": act, what: [first, second]})
