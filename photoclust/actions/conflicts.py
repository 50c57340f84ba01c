"""Where what humans said contradicts itself or the present clusters, and how to settle it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from photoclust.clustering.constraints import (
    Constraints,
    Integers,
    Rule,
    Violation,
    chain,
    violations,
)
from photoclust.library import Library
from photoclust.library.constraints import constraints_of, present_state
from photoclust.library.faces import Face
from photoclust.library.people import Person

Numbers = tuple[int, ...]

AGAIN = "`photoclust cluster` settles it."


@dataclass(frozen=True, slots=True)
class Conflict:
    """A rule that is broken, once for all faces of which the same acts said it.

    Attributes
    ----------
    rule : its name, a `clustering.constraints.Rule`.
    faces : the faces; where statements lead from one to the next, in that order.
    people : who is concerned; may be empty.
    cluster : the cluster that holds the faces, where it is a cluster that breaks the rule.
    acts : those that said of two faces what is broken here; may be none.
    said : statements contradict each other, so no clustering settles it.
    files : one of each photo that has any left, in order of the faces.
    what, settle : what is wrong, and what to do about it, in sentences.
    """

    rule: Rule
    faces: list[Face]
    people: list[Person]
    cluster: int | None
    acts: tuple[int, ...]
    said: bool
    files: list[str]
    what: str
    settle: str


def conflicts(library: Library) -> list[Conflict]:
    """Every rule that names, statements and clusters break now, contradictions first."""
    state = present_state(library)
    constraints = constraints_of(library, state)
    links = {(link.face_id, link.other_face_id): link.act for link in library.decisions.links()}
    grouped: dict[tuple[Rule, Numbers, int | None, Numbers, Numbers | None], list[Violation]] = {}
    for item in violations(constraints, state.clusters, state.owners):
        acts = _acts(library, item, constraints, state.ids, links)
        apart = None if acts else item.faces
        grouped.setdefault((item.rule, item.people, item.cluster, acts, apart), []).append(item)
    concerned = {face for items in grouped.values() for item in items for face in item.faces}
    faces = library.faces.get_all(state.ids[list(concerned)].tolist())
    paths = library.photos.paths_of(face.photo_id for face in faces.values())
    people = {person.id: person for person in library.people.all()}
    return [
        _described(
            items,
            acts,
            [[faces[int(state.ids[face])] for face in item.faces] for item in items],
            [people[person] for person in items[0].people],
            paths,
        )
        for (_rule, _people, _cluster, acts, _apart), items in grouped.items()
    ]


def _acts(
    library: Library,
    item: Violation,
    constraints: Constraints,
    ids: Integers,
    links: dict[tuple[int, int], int],
) -> tuple[int, ...]:
    """The acts that said of two faces, or of a face and a person, what is broken, in order."""
    if item.rule is Rule.NOT:
        return library.decisions.denied_by(int(ids[item.faces[0]]), item.people[0])
    if item.rule is Rule.SAME_PHOTO:
        if item.people or not item.said:
            return ()
        faces = chain(constraints.same, item.faces[0], item.faces[1:])
    else:
        faces = item.faces
    numbers = ids[list(faces)].tolist()
    pairs = {tuple(sorted(pair)) for pair in zip(numbers, (*numbers[1:], numbers[0]), strict=True)}
    return tuple(sorted({links[pair] for pair in pairs & links.keys()}))


def _described(
    items: list[Violation],
    acts: tuple[int, ...],
    faces: list[list[Face]],
    people: list[Person],
    paths: dict[int, list[str]],
) -> Conflict:
    """In the words of the first of them."""
    every = list({face.id: face for some in faces for face in some}.values())
    photos = dict.fromkeys(face.photo_id for face in every)
    files = [paths[photo][0] for photo in photos if photo in paths]
    item = items[0]
    what, settle = _words(item, faces[0], [person.name for person in people], files, acts)
    if len(items) > 1:
        what += f" Likewise {len(items) - 1} more."
    return Conflict(item.rule, every, people, item.cluster, acts, item.said, files, what, settle)


def _words(
    item: Violation, faces: list[Face], names: list[str], files: list[str], acts: tuple[int, ...]
) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    undo = " or ".join(f"`photoclust undo {act}`" for act in acts) + "."
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
                    f"take back that they are the same: {undo}" if item.said else AGAIN
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
                f"Take back one of these statements: {undo}",
            )
        case Rule.DIFFERENT:
            what = f"{pair.capitalize()}, said to be two people, are {one}."
            if not item.said:
                return what, AGAIN
            return what, f"Take back that they are two: {undo} Or {unname}."
        case Rule.PEOPLE if item.said:
            return (
                f"{pair.capitalize()}, said to be the same person{chain}, are named"
                f" {' and '.join(names)}.",
                f"`photoclust name face {last} {shlex.quote(faces[0].person or names[0])}`, or"
                f" take back that they are the same: {undo}",
            )
        case Rule.PEOPLE:
            return f"Cluster {item.cluster} holds faces named {' and '.join(names)}.", AGAIN
        case Rule.NOT:
            what = f"Face {first} is {one}, though it was said not to be {names[0]}."
            return what, f"Take back that it is not: {undo}" if item.said else AGAIN
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
