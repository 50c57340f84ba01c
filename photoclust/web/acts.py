"""What the page can do: each is an act of the journal, by the action that the command line calls.

What a browser sends is a JSON object; what comes back is what was done, as a sentence.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from photoclust.actions.asked import Asked
from photoclust.actions.heed import heed_again
from photoclust.actions.history import redo, undo
from photoclust.actions.ignore import ignore_cluster, ignore_faces
from photoclust.actions.merge import merge_clusters
from photoclust.actions.name import confirm_faces, name_cluster, name_faces
from photoclust.actions.person import merge_people, rename_person
from photoclust.actions.reject import reject_faces, reject_from_cluster
from photoclust.actions.review import Review
from photoclust.actions.split import apply_split, plan_split
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.decisions import Ignored
from photoclust.pages import counted
from photoclust.web.desk import Desk
from photoclust.web.words import shortened

Said = Mapping[str, Any]

MAX_ID = 2**63 - 1  # of SQLite


async def carry_out(desk: Desk, verb: str, said: Said) -> str:
    """Do what the page asks for.

    Raises
    ------
    PhotoclustError : it cannot be done; nothing was written.
    """
    if verb == "answer":
        return await _answer(desk, said)
    if verb == "skip":
        await desk.skip(_text(said, "question"))
        return "Skipped."
    do = VERBS.get(verb)
    if do is None:
        raise UsageError(f"The page cannot {verb}.")
    return await desk.act(lambda library: do(library, said))


def _answer(desk: Desk, said: Said) -> Awaitable[str]:
    also, but = _numbers(said, "also"), _numbers(said, "but")
    asked, answer = desk.asked(_text(said, "question"), also), _text(said, "answer")
    settled = {face.id for face in (*asked.faces, *asked.pointed_at(also))}
    return desk.answer(_given(asked, answer, said.get("name"), also, but), settled)


def _given(
    asked: Asked, answer: str, name: object, also: list[int], but: list[int]
) -> Callable[[Review], str]:
    if asked.kind == "who" and answer == "name":
        text = _text({"name": name}, "name")
        return lambda review: review.name(asked, text, also=also, but=but)
    if asked.kind != "who" and answer == "yes":
        return lambda review: review.yes(asked, but=but)
    if asked.kind != "who" and answer == "no":
        return lambda review: review.no(asked)
    if asked.kind != "same" and answer in ("stranger", "not-a-face"):
        return lambda review: review.ignore(asked, stranger=answer == "stranger")
    raise UsageError(f"{answer} is no answer here.")


def _name(library: Library, said: Said) -> str:
    """A cluster, single faces, or a person anew."""
    name, pile = _text(said, "name"), _text(said, "pile")
    letter, number = _key(pile)
    if letter == "p":
        was = library.people.numbered(number).name
        return f"{was} is called {rename_person(library, f'#{number}', name).name} now."
    if letter == "c":
        report = name_cluster(library, number, name)
    else:
        report = name_faces(library, [number], name)
    return f"{counted(report.faces, 'face')} given to {report.person.name}."


def _give(library: Library, said: Said) -> str:
    report = name_faces(library, _numbers(said, "faces"), _text(said, "name"))
    return f"{counted(report.faces, 'face')} given to {report.person.name}."


def _confirm(library: Library, said: Said) -> str:
    report = confirm_faces(library, _numbers(said, "faces"))
    return f"{counted(report.faces, 'face')} confirmed as {report.person.name}."


def _take_out(library: Library, said: Said) -> str:
    """Faces are not this person, or do not belong to this cluster."""
    faces, (letter, number) = _numbers(said, "faces"), _key(_text(said, "pile"))
    if letter == "p":
        report = reject_faces(library, faces, f"#{number}")
    else:
        report = reject_from_cluster(library, faces, number)
    whose = report.person.name if report.person else f"of group {number}"
    return f"{counted(report.faces, 'face')} not {whose} any more."


def _merge(library: Library, said: Said) -> str:
    """One pile is the same person as another, onto which it was put."""
    (letter, number), (onto, target) = _key(_text(said, "pile")), _key(_text(said, "onto"))
    match letter, onto:
        case "c", "c":
            merged = merge_clusters(library, target, number)
            both = f" Both are in {counted(merged.both, 'photo')}: look there." * (merged.both > 0)
            return f"Groups {target} and {number} are one person.{both}"
        case "p", "p":
            return f"One person: {merge_people(library, f'#{target}', f'#{number}').person.name}."
        case "p", "c" | "f":
            return _merge(library, {"pile": said["onto"], "onto": said["pile"]})
        case "c" | "f", "p":
            return _name(library, {"pile": said["pile"], "name": f"#{target}"})
    raise UsageError("A single face joins somebody by a name.", "Open it, and say who this is.")


def _split(library: Library, said: Said) -> str:
    """Take a cluster apart, as it was shown."""
    _letter, number = _key(_text(said, "pile"))
    plan = plan_split(library, number)
    if [str(len(part.faces)) for part in plan.parts] != _text(said, "parts").split():
        raise PhotoclustError("The group has changed meanwhile.", "Look at its parts again.")
    apply_split(library, plan)
    return f"Group {number} is {len(plan.parts)} groups now."


def _ignore(library: Library, said: Said) -> str:
    kind = Ignored.NOT_FACE if said.get("kind") == "not-a-face" else Ignored.STRANGER
    faces = _numbers(said, "faces")
    if faces:
        report = ignore_faces(library, faces, kind)
    else:
        letter, number = _key(_text(said, "pile"))
        if letter == "p":
            raise UsageError("Somebody with a name is no stranger.", "Choose single faces.")
        report = (
            ignore_cluster(library, number, kind)
            if letter == "c"
            else ignore_faces(library, [number], kind)
        )
    return f"{counted(report.faces, 'face')} ignored: {kind.words}."


def _heed(library: Library, said: Said) -> str:
    told = library.decisions.ignored()
    report = heed_again(library, [face for face in _numbers(said, "faces") if face in told])
    return f"{counted(report.faces, 'face')} will be asked about again."


def _undo(library: Library, said: Said) -> str:
    act = said.get("act")
    target = undo(library, act if isinstance(act, int) else None).target
    return f"Taken back: {shortened(target.what)}."


def _redo(library: Library, said: Said) -> str:
    act = said.get("act")
    target = redo(library, act if isinstance(act, int) else None).target
    return f"Counts again: {shortened(target.what)}."


VERBS: dict[str, Callable[[Library, Said], str]] = {
    "name": _name,
    "give": _give,
    "confirm": _confirm,
    "take-out": _take_out,
    "merge": _merge,
    "split": _split,
    "ignore": _ignore,
    "heed": _heed,
    "undo": _undo,
    "redo": _redo,
}


def _key(pile: str) -> tuple[str, int]:
    letter, number = pile[:1], pile[1:]
    if letter not in "pcfij" or not (number.isascii() and number.isdigit()):
        raise UsageError("There is no such group.")
    return letter, min(int(number[:20]), MAX_ID)


def _text(said: Said, what: str) -> str:
    value = said.get(what)
    if not isinstance(value, str) or not value.strip():
        raise PhotoclustError(f"Say a {what} first.")
    return value.strip()


def _numbers(said: Said, what: str) -> list[int]:
    values = said.get(what) or []
    if not isinstance(values, list) or not all(
        type(value) is int and 0 <= value <= MAX_ID for value in values
    ):
        raise UsageError("Faces are numbers.")
    return values
