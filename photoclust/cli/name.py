"""Giving names: `name`, `assign`, `confirm`, and `unname`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say
from photoclust.cli.targets import parse_faces, parse_target, split_faces
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.name import NameReport

Another = Annotated[
    bool,
    typer.Option("--another", help="A new person, even if somebody is called so already."),
]


def name(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHICH NAME",
            help="`cluster 3`, `3`, `c3`, `face 91` or `f91`, then the name.",
            autocompletion=people_names,
        ),
    ],
    another: Another = False,
    json: JsonFlag = False,
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
        report = give(library, target.number, " ".join(rest), another=another)
    _tell(report, f"{target.kind.capitalize()} {target.number} is", json)


def assign(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="FACES NAME",
            help="`face 91` or several numbers, then the name.",
            autocompletion=people_names,
        ),
    ],
    another: Another = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Give single faces to a person; each leaves a cluster of somebody else.

    Example: photoclust assign face 91 92 John
    """
    from photoclust.actions.name import name_faces
    from photoclust.library import Library

    faces, rest = split_faces(words)
    if not rest:
        raise UsageError("Say the name as well, such as `photoclust assign face 91 John`.")
    with Library.open(library_path(context, db)) as library:
        report = name_faces(library, faces, " ".join(rest), another=another)
    _tell(report, "Given to", json)


def confirm(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHICH",
            help="`cluster 3`, `c3`, `face 91` and more, or a name.",
            autocompletion=people_names,
        ),
    ],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Confirm who faces are that belong to somebody through their cluster.

    Confirmed faces stay with the person whatever becomes of the cluster.

    Example: photoclust confirm cluster 3   (also: confirm face 91 92, confirm John)
    """
    from photoclust.actions.name import confirm_cluster, confirm_faces, confirm_person
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        try:
            target, rest = parse_target(words)
        except UsageError:
            report = confirm_person(library, " ".join(words))
        else:
            if target.kind == "face":
                report = confirm_faces(library, parse_faces(words))
            elif rest:
                raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
            else:
                report = confirm_cluster(library, target.number)
    _tell(report, "Confirmed:", json)


def unname(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WHICH", help="`cluster 3`, `3`, `c3`, `face 91` or `f91`."),
    ],
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Take back the name of a cluster or a face.

    It says nothing else: to say that a face is not somebody, `photoclust reject` it.

    Example: photoclust unname cluster 3
    """
    from photoclust.actions.name import unname_cluster, unname_face
    from photoclust.library import Library

    target, rest = parse_target(words)
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
    with Library.open(library_path(context, db)) as library:
        count = 1
        if target.kind == "cluster":
            count = unname_cluster(library, target.number)
            say(f"Cluster {target.number} has no name any more ({counted(count, 'face')}).")
        else:
            unname_face(library, target.number)
            say(f"Face {target.number} has no name of its own any more.")
    if json:
        print_document({target.kind: target.number, "faces": count})


def _tell(report: NameReport, how: str, json: bool) -> None:
    person = report.person.name
    given = f"{counted(report.faces, 'face')} in {counted(report.photos, 'photo')}"
    say(f"{how} {person}: {given}.")
    if report.before:
        say(f"Before, some were {' or '.join(report.before)}. `photoclust undo` takes it back.")
    if report.kept:
        say(f"{report.kept} of its faces keep the name that they were given one by one.")
    if json:
        print_document(
            {
                "act": report.act,
                "person": person,
                "person_id": report.person.id,
                "is_new": report.is_new,
                "faces": report.faces,
                "photos": report.photos,
                "kept": report.kept,
            }
        )
