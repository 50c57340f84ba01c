"""Where what humans said contradicts itself or the present clusters, and how to settle it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from photoclust.clustering.constraints import Rule, Violation, violations
from photoclust.library import Library
from photoclust.library.constraints import constraints_of, present_state
from photoclust.library.faces import Face
from photoclust.library.people import Person

AGAIN = "`photoclust cluster` settles it."
UNDO = "`photoclust undo N`, with N from `photoclust log`."


@dataclass(frozen=True, slots=True)
class Conflict:
    """A rule that is broken.

    Attributes
    ----------
    rule : its name, a `clustering.constraints.Rule`.
    faces : the faces; where statements lead from one to the next, in that order.
    people : who is concerned; may be empty.
    cluster : the cluster that holds the faces, where it is a cluster that breaks the rule.
    said : statements contradict each other, so no clustering settles it.
    files : one of each photo that has any left, in order of the faces.
    what, settle : what is wrong, and what to do about it, in sentences.
    """

    rule: Rule
    faces: list[Face]
    people: list[Person]
    cluster: int | None
    said: bool
    files: list[str]
    what: str
    settle: str


def conflicts(library: Library) -> list[Conflict]:
    """Every rule that names, statements and clusters break now, contradictions first."""
    state = present_state(library)
    found = violations(constraints_of(library, state), state.clusters, state.owners)
    faces = library.faces.get_all({int(state.ids[face]) for item in found for face in item.faces})
    paths = library.photos.paths_of(face.photo_id for face in faces.values())
    people = {person.id: person for person in library.people.all()}
    return [
        _described(
            item,
            [faces[int(state.ids[face])] for face in item.faces],
            [people[person] for person in item.people],
            paths,
        )
        for item in found
    ]


def _described(
    item: Violation, faces: list[Face], people: list[Person], paths: dict[int, list[str]]
) -> Conflict:
    photos = dict.fromkeys(face.photo_id for face in faces)
    files = [paths[photo][0] for photo in photos if photo in paths]
    what, settle = _words(item, faces, [person.name for person in people], files)
    return Conflict(item.rule, faces, people, item.cluster, item.said, files, what, settle)


def _words(
    item: Violation, faces: list[Face], names: list[str], files: list[str]
) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    first, last = faces[0].id, faces[-1].id
    pair = f"faces {first} and {last}"
    one = _one(item, names)
    unname = f"`photoclust unname face {last}`"
    chain = "" if len(faces) == 2 else f" through faces {_listed(faces)}"
    match item.rule:
        case Rule.SAME_PHOTO:
            photo = shlex.quote(files[0]) if files else "PHOTO"
            allow = f"If the photo shows them twice, `photoclust allow same-photo {photo}`"
            what = f"Faces {_listed(faces)} of one photo are {one}."
            if not item.people:
                return what, f"{allow}; else " + (
                    f"take back that they are the same: {UNDO}" if item.said else AGAIN
                )
            named = [face.id for face in faces if face.how == "named"]
            if named:
                return what, f"{allow}; else `photoclust unname face {named[-1]}`."
            return what, f"{allow}; else name the wrong one, `photoclust name face {last} NAME`."
        case Rule.SAME:
            apart = f"belong to {' and '.join(names)}" if len(names) > 1 else "are apart"
            return f"{pair.capitalize()}, said to be the same person, {apart}.", AGAIN
        case Rule.DIFFERENT if item.said and not names:
            return (
                f"{pair.capitalize()} were said to be two people, and to be one{chain}.",
                f"Take back one of these statements: {UNDO}",
            )
        case Rule.DIFFERENT:
            what = f"{pair.capitalize()}, said to be two people, are {one}."
            return what, f"Name one of them otherwise, or {unname}." if item.said else AGAIN
        case Rule.PEOPLE if item.said:
            return (
                f"{pair.capitalize()}, said to be the same person{chain}, are named"
                f" {' and '.join(names)}.",
                f"`photoclust name face {last} {shlex.quote(faces[0].person or names[0])}`, or"
                f" take back that they are the same: {UNDO}",
            )
        case Rule.PEOPLE:
            return f"Cluster {item.cluster} holds faces named {' and '.join(names)}.", AGAIN
        case Rule.NOT:
            what = f"Face {first} is {one}, though it was said not to be {names[0]}."
            return what, f"Take back one of these statements: {UNDO}" if item.said else AGAIN
        case Rule.STRANGER:
            return f"Face {first}, said to be a stranger, is {one}.", AGAIN
        case Rule.BIRTH:
            what = f"Face {first} is {one}, in a photo taken before {names[0]} was born."
            way = f"`photoclust unname face {first}`, or correct the date of birth."
            return what, way if item.said else AGAIN


def _one(item: Violation, names: list[str]) -> str:
    """As what the faces are one person."""
    if item.cluster is not None:
        return f"in cluster {item.cluster}"
    return names[0] if names else "said to be the same"


def _listed(faces: list[Face]) -> str:
    numbers = [str(face.id) for face in faces]
    return " and ".join(filter(None, [", ".join(numbers[:-1]), numbers[-1]]))
