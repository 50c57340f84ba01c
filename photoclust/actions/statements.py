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
    """The first of these faces is somebody else than the first of the others.

    Whatever said before that any of some is the same as any of the others counts no more.
    """
    one, two = set(some), set(others)
    for link in library.decisions.links():
        ends = (link.face_id, link.other_face_id)
        if link.same and (one & {*ends} and two & {*ends}):
            library.decisions.say_different(act, *ends)
    library.decisions.say_different(act, some[0], others[0])


def photos_of_both(library: Library, some: Sequence[Face], others: Sequence[Face]) -> int:
    """How many photos show faces of both groups; nobody is in a photo twice."""
    shared = {face.photo_id for face in some} & {face.photo_id for face in others}
    return len(shared - library.decisions.allowed_photos())
