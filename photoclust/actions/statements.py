"""What several verbs say of groups of faces: that they are one person, or two."""

from __future__ import annotations

from collections.abc import Sequence

from photoclust.library import Library
from photoclust.library.faces import Face


def say_one(library: Library, act: int, face_ids: Sequence[int]) -> None:
    """These faces are one person, whoever it is: each is the same as the first."""
    anchor, *others = face_ids
    for face in others:
        library.decisions.say_same(act, anchor, face)


def say_two(library: Library, act: int, some: Sequence[int], others: Sequence[int]) -> None:
    """These faces are one person, and the others another.

    Each is told from the first of the other side, which keeps the groups apart without a statement
    for every pair. Whatever said that any of some is the same as any of the others counts no more.
    """
    one, two = set(some), set(others)
    pairs = {(some[0], face) for face in others} | {(face, others[0]) for face in some}
    for link in library.decisions.links():
        ends = {link.face_id, link.other_face_id}
        if link.same and one & ends and two & ends:
            pairs.add((link.face_id, link.other_face_id))
    for face, other in sorted(pairs):
        library.decisions.say_different(act, face, other)
    say_one(library, act, some)
    say_one(library, act, others)


def photos_of_both(library: Library, some: Sequence[Face], others: Sequence[Face]) -> int:
    """How many photos show faces of both groups; nobody is in a photo twice."""
    shared = {face.photo_id for face in some} & {face.photo_id for face in others}
    return len(shared - library.decisions.allowed_photos())
