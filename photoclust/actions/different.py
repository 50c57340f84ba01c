"""Say that two clusters, or two faces, are two people."""

from __future__ import annotations

from collections.abc import Sequence

from photoclust.actions.lookup import cluster_faces, faces_numbered
from photoclust.actions.statements import say_two
from photoclust.errors import UsageError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.library.journal import Move


def different_clusters(library: Library, first: int, second: int) -> int:
    """Two clusters are two people: no clustering makes them one; returns the act's number.

    Raises
    ------
    NotFound : there is no such cluster.
    UsageError : they are the same cluster.
    """
    if first == second:
        raise UsageError(f"That is cluster {first} twice.", "`photoclust split` takes it apart.")
    with library.transaction():
        some, others = cluster_faces(library, first), cluster_faces(library, second)
        return _say(library, f"different cluster {first} {second}", some, others)


def different_faces(library: Library, first: int, second: int) -> int:
    """Two faces are two people; the second leaves a cluster that holds both.

    Raises
    ------
    NotFound : there is no such face.
    UsageError : they are the same face.
    """
    if first == second:
        raise UsageError(f"That is face {first} twice.")
    with library.transaction():
        one, other = faces_numbered(library, [first, second])
        return _say(library, f"different face {first} {second}", [one], [other])


def _say(library: Library, what: str, some: Sequence[Face], others: Sequence[Face]) -> int:
    act = library.journal.begin(what)
    say_two(library, act, [face.id for face in some], [face.id for face in others])
    home = some[0].cluster
    together = [face for face in others if home is not None and face.cluster == home]
    library.journal.move(act, (Move(face.id, None) for face in together))
    return act
