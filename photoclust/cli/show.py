from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    Form,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    day,
    decimals,
    print_rows,
    short_name,
)
from photoclust.cli.streams import say, shown_path, write_text
from photoclust.cli.targets import parse_target
from photoclust.errors import UsageError

COLUMNS = (
    Column("Face", "face", number=True),
    Column("Strength", "strength", decimals(2), number=True),
    Column("Quality", "quality", decimals(2), number=True),
    Column("Person", "person", short_name),
    Column("Taken", "taken_at", day),
    Column("Photo", "file", path=True),
)
FIELDS = ("face", "strength", "quality", "person", "taken_at", "file")


def show(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHICH", help="`cluster 3`, `3`, `c3`, `face 91`, `f91` or `tree 3`."
        ),
    ],
    sheet: Annotated[
        Path | None,
        typer.Option(help="Write a contact sheet of the crops (PNG).", show_default=False),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(help="Draw the tree as a picture.", show_default=False)
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the sheet, or the picture.")] = False,
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
    db: DbOption = None,
) -> None:
    """Show the faces of a cluster, one face, or how a cluster hangs together.

    The tree of a cluster is HDBSCAN's: from top to bottom faces must be more and more alike to
    hang together.

    Example: photoclust show cluster 3 --sheet 3.png --open   (also: show tree 3)
    """
    from photoclust.actions.lookup import cluster_faces, face_numbered
    from photoclust.library import Library

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    is_tree = words[0].lower() == "tree"
    target, rest = parse_target(words[is_tree:])
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the number.")
    if svg is not None and not is_tree:
        raise UsageError("--svg goes with `show tree 3`.")
    if is_tree:
        if target.kind != "cluster" or sheet is not None:
            raise UsageError("Only clusters have a tree, and --svg draws it.")
        _show_tree(library_path(context, db), target.number, form, svg, open)
        return
    with Library.open(library_path(context, db)) as library:
        if target.kind == "cluster":
            faces = cluster_faces(library, target.number)
        else:
            faces = [face_numbered(library, target.number)]
        paths = library.photos.paths_of(face.photo_id for face in faces)
        if sheet is not None or open:
            from photoclust.actions.sheet import contact_sheet

            title = f"{target.kind.capitalize()} {target.number}"
            sheet = contact_sheet(library, faces, sheet, title)
    rows = [
        {
            "face": face.id,
            "strength": None if face.strength is None else round(face.strength, 4),
            "quality": round(face.quality, 4),
            "person": face.person,
            "taken_at": face.taken_at,
            "file": next(iter(paths.get(face.photo_id, [])), None),
        }
        for face in faces
    ]
    print_rows(rows, form, COLUMNS, fields=FIELDS, header={target.kind: target.number})
    if sheet is not None:
        say(f"Contact sheet: {shown_path(str(sheet))}")
    if open:
        typer.launch(str(sheet))


def _show_tree(path: Path, cluster: int, form: Form, svg: Path | None, open: bool) -> None:
    from shutil import get_terminal_size
    from tempfile import mkdtemp

    from photoclust.actions.tree import cluster_tree, write_tree
    from photoclust.cli.tree import COLUMNS, FIELDS, tree_lines, tree_rows
    from photoclust.library import Library

    with Library.open(path) as library:
        tree = cluster_tree(library, cluster)
    if form is Form.TABLE:
        lines = tree_lines(tree, get_terminal_size().columns)
        write_text("\n".join(lines) + "\n")
    header = {"cluster": cluster, "ceiling": round(tree.link, 4)}
    print_rows(tree_rows(tree), form, COLUMNS, fields=FIELDS, header=header)
    if open and svg is None:
        svg = Path(mkdtemp(prefix="photoclust-")) / f"tree-{cluster}.svg"
    if svg is not None:
        say(f"Tree: {shown_path(str(write_tree(tree, svg)))}")
    if open:
        typer.launch(str(svg))
