from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_subjects
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.merge import MergeReport
    from photoclust.actions.person import MergePeopleReport


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
    from photoclust.actions.merge import merge_clusters, merge_into_person
    from photoclust.actions.person import merge_people
    from photoclust.actions.statements import told_of_merging
    from photoclust.library import Library

    subjects = parse_subjects(words)
    if len(subjects) != 2:
        raise UsageError(
            "Say which two are one, such as `photoclust merge 3 7` or `photoclust merge John 7`.",
            "A name of several words needs quotes.",
        )
    first, second = subjects
    report: MergeReport | MergePeopleReport
    with Library.open(library_path(context, db)) as library:
        if isinstance(first, str) and isinstance(second, str):
            report = merge_people(library, first, second)
            person = report.person
            document = {
                "person": person.name,
                "id": person.id,
                "aliases": person.aliases,
                "both": report.both,
                "overrides": report.overrides,
            }
            told = f"{second} is {person.name} now, and still found by the old name."
        elif isinstance(first, int) and isinstance(second, int):
            report = merge_clusters(library, first, second)
            document = asdict(report)
            whose = f"{report.person}'s" if report.person else f"in cluster {report.cluster}"
            told = f"{counted(report.faces, 'face')} of clusters {first} and {second} are {whose}."
        else:
            name, number = (first, second) if isinstance(first, str) else (second, first)
            report = merge_into_person(library, str(name), int(number))
            document = asdict(report)
            told = f"Cluster {number} is {report.person}: {counted(report.faces, 'face')}."
    if json:
        print_document(document)
    say(" ".join([told, *told_of_merging(report.overrides, report.both)]))
