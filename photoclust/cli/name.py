from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_target
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.name import NameReport


def name(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHICH NAME", help="`cluster 3`, `3`, `c3`, `face 91` or `f91`, then the name."
        ),
    ],
    db: DbOption = None,
) -> None:
    """Name a cluster or a face. A second cluster of the same name joins that person.

    Example: photoclust name cluster 3 John   (also: name 3 John, name c3 John, name face 91 John)
    """
    from photoclust.actions.name import name_cluster, name_face
    from photoclust.library import Library

    target, rest = parse_target(words)
    if not rest:
        raise UsageError("Say the name as well, such as `photoclust name cluster 3 John`.")
    with Library.open(library_path(context, db)) as library:
        give = name_cluster if target.kind == "cluster" else name_face
        report = give(library, target.number, " ".join(rest))
    say(f"{target.kind.capitalize()} {target.number} is {report.person.name}: {_given(report)}.")
    if report.kept:
        say(f"{report.kept} of its faces keep the name that they were given one by one.")


def unname(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WHICH", help="`cluster 3`, `3`, `c3`, `face 91` or `f91`."),
    ],
    db: DbOption = None,
) -> None:
    """Take back the name of a cluster or a face.

    Example: photoclust unname cluster 3
    """
    from photoclust.actions.name import unname_cluster, unname_face
    from photoclust.library import Library

    target, rest = parse_target(words)
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
    with Library.open(library_path(context, db)) as library:
        if target.kind == "cluster":
            count = unname_cluster(library, target.number)
            say(f"Cluster {target.number} has no name any more ({counted(count, 'face')}).")
        else:
            unname_face(library, target.number)
            say(f"Face {target.number} has no name of its own any more.")


def _given(report: NameReport) -> str:
    return f"{counted(report.faces, 'face')} in {counted(report.photos, 'photo')}"
