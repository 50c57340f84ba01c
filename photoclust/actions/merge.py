"""Say that two clusters are one person."""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.actions.lookup import cluster_faces
from photoclust.actions.name import name_cluster
from photoclust.actions.statements import photos_of_both, say_one
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.journal import Move


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What became of two clusters.

    Attributes
    ----------
    person : whose both are now; None while nobody said.
    cluster : the one that holds all faces now; None where a person owns both as they are.
    faces : how many there are.
    both : photos that show faces of both; nobody is in a photo twice, so they want a look.
    """

    act: int
    person: str | None
    cluster: int | None
    faces: int
    both: int


def merge_clusters(library: Library, first: int, second: int) -> MergeReport:
    """Two clusters are one person: the second joins the first, or takes the name of the other.

    Raises
    ------
    NotFound : there is no such cluster.
    UsageError : they are the same cluster.
    PhotoclustError : they belong to two people, or to one already.
    """
    if first == second:
        raise UsageError(f"That is cluster {first} twice.")
    with library.transaction():
        some, others = cluster_faces(library, first), cluster_faces(library, second)
        both = photos_of_both(library, some, others)
        owners = library.clusters.owners()
        one, two = owners.get(first), owners.get(second)
        if one is not None and one == two:
            raise PhotoclustError(f"Clusters {first} and {second} are one person already.")
        if one is not None and two is not None:
            names = [library.people.numbered(person).name for person in (one, two)]
            raise PhotoclustError(
                f"Clusters {first} and {second} are {names[0]} and {names[1]}.",
                f"If these are one person, `photoclust merge {names[0]} {names[1]}`.",
            )
        if one is not None or two is not None:
            nameless, owner = (second, one) if one is not None else (first, two)
            named = name_cluster(library, nameless, f"#{owner}")
            return MergeReport(named.act, named.person.name, None, len(some) + len(others), both)
        act = library.journal.begin(f"merge cluster {first} cluster {second}")
        say_one(library, act, [face.id for face in (*some, *others)])
        library.journal.move(act, (Move(face.id, first, face.strength) for face in others))
    return MergeReport(act, None, first, len(some) + len(others), both)
