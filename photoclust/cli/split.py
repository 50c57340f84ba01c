from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.asking import DryRun, Yes, ask, can_ask
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path
from photoclust.cli.targets import parse_target
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.split import SplitPlan

FIRST_SHOWN = 8  # faces of each part that are told by number


def split(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="CLUSTER", help="`cluster 3`, `3` or `c3`.")
    ],
    into: Annotated[
        int | None, typer.Option(help="Into how many people.", show_default=False)
    ] = None,
    sheets: Annotated[
        Path | None,
        typer.Option(help="Folder for a contact sheet of each part.", show_default=False),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Take a mixed cluster apart: show the parts, ask, then say that they are several people.

    What you said of its faces comes first; then they are clustered again, more strictly. The first
    part keeps the number, and the name if there is one.

    Example: photoclust split cluster 3 --into 2
    """
    from photoclust.actions.sheet import contact_sheet, remove_sheets
    from photoclust.actions.split import apply_split, plan_split
    from photoclust.library import Library

    target, rest = parse_target(words)
    if target.kind != "cluster" or rest:
        raise UsageError("Say which cluster, such as `photoclust split cluster 3`.")
    with Library.open(library_path(context, db)) as library:
        plan = plan_split(library, target.number, into)
        say(f"Cluster {target.number} would be {len(plan.parts)} people:")
        shown = []
        for place, part in enumerate(plan.parts, start=1):
            title = f"Cluster {target.number} part {place}"
            out = None if sheets is None else sheets / f"{title.replace(' ', '-').lower()}.png"
            drawn = sheets is not None or (not (json or yes or dry_run) and can_ask())
            shown.append(contact_sheet(library, list(part.faces), out, title) if drawn else None)
            say(_told(plan, place - 1, shown[-1]))
        if not dry_run:
            if not yes:
                try:
                    ask("split")
                finally:
                    remove_sheets()
            plan = apply_split(library, plan)
            numbers = [str(part.cluster) for part in plan.parts]
            say(f"Done: clusters {', '.join(numbers[:-1])} and {numbers[-1]}.")
    if json:
        print_document(_document(plan))


def _told(plan: SplitPlan, place: int, sheet: Path | None) -> str:
    part = plan.parts[place]
    some = ", ".join(str(face.id) for face in part.faces[:FIRST_SHOWN])
    more = ", ..." if len(part.faces) > FIRST_SHOWN else ""
    who = "".join(f", {name}" for name in _people(plan, place))
    where = f"; see {shown_path(str(sheet))}" if sheet else ""
    return f"  {place + 1}: {counted(len(part.faces), 'face')}{who} ({some}{more}){where}"


def _people(plan: SplitPlan, place: int) -> list[str]:
    """Whose a part is: the first keeps the name of the cluster, single faces keep theirs."""
    kept = [plan.person] if plan.person and place == 0 else []
    return list(dict.fromkeys([*kept, *plan.parts[place].people]))


def _document(plan: SplitPlan) -> dict[str, Any]:
    return {
        "cluster": plan.cluster,
        "person": plan.person,
        "parts": [
            {
                "cluster": part.cluster,
                "people": _people(plan, place),
                "faces": [face.id for face in part.faces],
            }
            for place, part in enumerate(plan.parts)
        ],
    }
