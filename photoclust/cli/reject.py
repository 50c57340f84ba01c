from __future__ import annotations

from typing import Annotated

import typer

from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_faces, parse_subjects
from photoclust.errors import UsageError


def reject(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="FACES from WHOM",
            help="`face 91` or several numbers, `from`, then a name or `cluster 3`.",
            autocompletion=people_names,
        ),
    ],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say that faces are not somebody, or do not belong to a cluster. It is never forgotten.

    Example: photoclust reject face 91 from John
    """
    from photoclust.actions.reject import reject_faces, reject_from_cluster
    from photoclust.library import Library

    if "from" not in words:
        raise UsageError("Say from whom, such as `photoclust reject face 91 from John`.")
    at = words.index("from")
    faces = parse_faces(words[:at])
    rest = words[at + 1 :]
    subject = rest and parse_subjects(rest)[0]
    with Library.open(library_path(context, db)) as library:
        if isinstance(subject, int):
            report = reject_from_cluster(library, faces, subject)
        elif rest:
            report = reject_faces(library, faces, " ".join(rest))
        else:
            raise UsageError("Say from whom, such as `photoclust reject face 91 from John`.")
    whom = report.person.name if report.person else f"the person of cluster {subject}"
    verb = "is" if report.faces == 1 else "are"
    say(f"{counted(report.faces, 'face')} {verb} not {whom}; that is remembered.")
    if report.left:
        say(f"{counted(report.left, 'face')} left the cluster.")
    if json:
        print_document(
            {
                "act": report.act,
                "faces": faces,
                "person": report.person.name if report.person else None,
                "cluster": subject if isinstance(subject, int) else None,
                "left": report.left,
            }
        )
