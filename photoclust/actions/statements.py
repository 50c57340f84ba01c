"""What several verbs say of groups of faces: that they are one person, or two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from photoclust.library import Library
from photoclust.library.decisions import Link
from photoclust.library.faces import Face

# A face that is not whom a group shows is told from so many faces of it: what it is less like than
# these hardly comes to it without one of them.
MOST_TOLD = 32


def say_one(library: Library, act: int, face_ids: Sequence[int]) -> None:
    """These faces are one person, whoever it is: each is the same as the first."""
    anchor, *others = face_ids
    for face in others:
        library.decisions.say_same(act, anchor, face)


def say_one_after_all(
    library: Library, act: int, some: Sequence[int], others: Sequence[int]
) -> tuple[int, ...]:
    """Whatever said that any of some is another than any of the others counts no more.

    Returns the acts that said so.
    """
    links = _links_between(library, some, others, same=False)
    for link in links:
        library.decisions.say_same(act, link.face_id, link.other_face_id)
    return tuple(sorted({link.act for link in links}))


def say_two(library: Library, act: int, some: Sequence[int], others: Sequence[int]) -> None:
    """These faces are one person, and the others another.

    Each is told from the first of the other side, which keeps the groups apart without a statement
    for every pair. Whatever said that any of some is the same as any of the others counts no more.
    """
    pairs = {(some[0], face) for face in others} | {(face, others[0]) for face in some}
    _tell_apart(library, act, pairs, some, others)
    say_one(library, act, some)
    say_one(library, act, others)


def say_nobody_of(library: Library, act: int, group: Sequence[int], others: Sequence[int]) -> None:
    """None of the others is the person of a group, whoever that is and whoever they are.

    Each is told from the `MOST_TOLD` faces of the group that are most like it. That the group is
    one person is not said: more of them may be somebody else.
    """
    looks = library.faces.looks([*group, *others])
    matrix = np.stack([looks[face] for face in group])
    pairs = {
        (group[place], other)
        for other in others
        for place in np.argsort(-(matrix @ looks[other]), kind="stable")[:MOST_TOLD].tolist()
    }
    _tell_apart(library, act, pairs, group, others)


def _links_between(
    library: Library, some: Sequence[int], others: Sequence[int], *, same: bool
) -> list[Link]:
    """What was said last of those pairs across two groups that are the same, or are not."""
    one, two = set(some), set(others)
    return [
        link
        for link in library.decisions.links()
        if link.same == same
        and {link.face_id, link.other_face_id} & one
        and {link.face_id, link.other_face_id} & two
    ]


def _tell_apart(
    library: Library,
    act: int,
    pairs: set[tuple[int, int]],
    some: Sequence[int],
    others: Sequence[int],
) -> None:
    """These pairs are two people, and so is what was said to be one across the groups."""
    said = _links_between(library, some, others, same=True)
    for face, other in sorted(pairs | {(link.face_id, link.other_face_id) for link in said}):
        library.decisions.say_different(act, face, other)


def photos_of_both(library: Library, some: Sequence[Face], others: Sequence[Face]) -> int:
    """How many photos show faces of both groups; nobody is in a photo twice."""
    shared = {face.photo_id for face in some} & {face.photo_id for face in others}
    return len(shared - library.decisions.allowed_photos())


def told_of_merging(overrides: Sequence[int], both: int) -> list[str]:
    """Sentences on what a merging goes against: acts that it overrides, photos that show both."""
    told = []
    if overrides:
        acts = " and ".join(map(str, overrides))
        told.append(f"That they are two people, said by act {acts}, counts no more.")
    if both:
        told.append(
            f"Both are in {both} photo{'s' * (both != 1)}, and nobody is in a photo twice:"
            " `photoclust allow same-photo PHOTO` if they are, else `photoclust undo`."
        )
    return told
