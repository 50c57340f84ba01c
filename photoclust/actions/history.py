"""Take acts back, and have them count again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from photoclust.actions.pack import SWITCH, pack_before
from photoclust.errors import NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.library.journal import Act


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """The act that was taken back or counts again, and the act that says so."""

    target: Act
    act: int


def undo(library: Library, act_id: int | None = None) -> HistoryReport:
    """Take back an act, by default what was done (or redone) last and counts.

    Whatever it said counts no more. Clusters go back to what they were where nothing moved them
    since.

    Raises
    ------
    NotFound : there is no such act, or none at all.
    PhotoclustError : it is taken back already, is itself an `undo` or `redo`, erased something, or
        changed the pack.
    """
    with library.transaction():
        target = _last(library) if act_id is None else _numbered(library, act_id)
        if not target.stands:
            raise PhotoclustError(
                f"Act {target.id} is taken back already.", f"`photoclust redo {target.id}`?"
            )
        act = library.journal.begin(f"undo {target.id}")
        library.journal.take_back([target.id], act)
    return HistoryReport(target, act)


def next_undo(library: Library) -> Act | None:
    """What a plain `undo` would take back; None if it would refuse."""
    last = next(iter(library.journal.standing()), None)
    return last if last is not None and _why_it_stays(library, last) is None else None


def redo(library: Library, act_id: int | None = None) -> HistoryReport:
    """Have an act count again, by default what the last `undo` took back.

    Raises
    ------
    NotFound : there is no such act.
    PhotoclustError : it counts already, or (without a number) something else was done since.
    """
    with library.transaction():
        target = library.journal.last_undone() if act_id is None else _numbered(library, act_id)
        if target is None:
            raise PhotoclustError(
                "Nothing was taken back last, so there is nothing to redo.",
                "`photoclust log` has the numbers; `photoclust redo N` redoes one.",
            )
        if target.stands:
            raise PhotoclustError(f"Act {target.id} counts already.")
        act = library.journal.begin(f"redo {target.id}")
        library.journal.restore([target.id], act)
    return HistoryReport(target, act)


def _last(library: Library) -> Act:
    """What was done last; nothing is ever taken back instead of it."""
    standing = library.journal.standing()
    if not standing and library.journal.acts(1):
        raise NotFound(
            "Everything that was said is taken back already.",
            "`photoclust log` has the numbers; `photoclust redo N` has an act count again.",
        )
    if not standing:
        raise NotFound("Nothing was said yet, so there is nothing to undo.")
    last, *earlier = standing
    why = _why_it_stays(library, last)
    if why is None:
        return last
    way_out = next((act for act in earlier if _why_it_stays(library, act) is None), None)
    raise PhotoclustError(
        why,
        f"`photoclust undo {way_out.id}` takes back the last act before: {way_out.what}"
        if way_out
        else "Nothing before it can be taken back.",
    )


def _numbered(library: Library, act_id: int) -> Act:
    target = library.journal.act(act_id)
    if target is None:
        raise NotFound(f"There is no act {act_id} in this library.", "`photoclust log` lists them.")
    if target.targets:
        words = " and ".join(map(str, target.targets))
        raise PhotoclustError(
            f"Act {act_id} is itself an undo or redo.",
            f"Say `photoclust undo {words}` or `photoclust redo {words}`.",
        )
    why = _why_it_stays(library, target)
    if why:
        raise PhotoclustError(why)
    return target


def _why_it_stays(library: Library, act: Act) -> str | None:
    """Why an act can be neither taken back nor redone; None if it can."""
    if act.erased:
        return f"Nothing can bring back what act {act.id} erased or said: {act.what}."
    if act.what.startswith(SWITCH):
        before = shlex.quote(pack_before(library, act))
        return (
            f"Act {act.id} changed the model pack: `photoclust models use {before}` changes it"
            " back."
        )
    return None
