from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_subjects
from photoclust.errors import UsageError


def merge(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="A B",
            help="Two of: `cluster 3`, `3`, `c3`, a person's name (quoted if it has blanks).",
            autocompletion=people_names,
        ),
    ],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say that two clusters, or two people, are one. The second joins the first.

    Of two people the first keeps the name, and the other's name still finds them.

    Example: photoclust merge 3 7   (also: merge John 7, merge John Johnny)
    """
    from photoclust.actions.lookup import person_named
    from photoclust.actions.merge import merge_clusters
    from photoclust.actions.name import name_cluster
    from photoclust.actions.person import merge_people
    from photoclust.library import Library

    subjects = parse_subjects(words)
    if len(subjects) != 2:
        raise UsageError(
            "Say which two are one, such as `photoclust merge 3 7` or `photoclust merge John 7`.",
            "A name of several words needs quotes.",
        )
    first, second = subjects
    with Library.open(library_path(context, db)) as library:
        if isinstance(first, str) and isinstance(second, str):
            person = merge_people(library, first, second)
            document = {"person": person.name, "id": person.id, "aliases": list(person.aliases)}
            told = f"{second} is {person.name} now, and still found by the old name."
        elif isinstance(first, int) and isinstance(second, int):
            report = merge_clusters(library, first, second)
            document = asdict(report)
            whose = f"{report.person}'s" if report.person else f"in cluster {report.cluster}"
            told = f"{counted(report.faces, 'face')} of clusters {first} and {second} are {whose}."
            if report.both:
                told += (
                    f" {counted(report.both, 'photo')} show faces of both: nobody is in a photo"
                    " twice, see `photoclust conflicts`."
                )
        else:
            name, number = (first, second) if isinstance(first, str) else (second, first)
            person = person_named(library, str(name))
            named = name_cluster(library, int(number), f"#{person.id}")
            document = {"act": named.act, "person": named.person.name, "faces": named.faces}
            told = f"Cluster {number} is {named.person.name}: {counted(named.faces, 'face')}."
    if json:
        print_document(document)
    say(told)
