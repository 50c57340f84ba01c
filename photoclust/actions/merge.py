"""Say that two clusters are one person, or that a cluster is somebody."""

from __future__ import annotations

from dataclasses import dataclass, replace

from photoclust.actions.lookup import cluster_faces, person_named
from photoclust.actions.name import name_cluster
from photoclust.actions.statements import photos_of_both, say_one, say_one_after_all
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
    overrides : acts that said they are two people, which counts no more.
    """

    act: int
    person: str | None
    cluster: int | None
    faces: int
    both: int
    overrides: tuple[int, ...]


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
        owners = library.clusters.owners([first, second])
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
            given = merge_into_person(library, f"#{owner}", nameless)
            return replace(given, faces=len(some) + len(others))
        act = library.journal.begin(f"merge cluster {first} cluster {second}")
        both = photos_of_both(library, some, others)
        ids = [face.id for face in some], [face.id for face in others]
        say_one(library, act, [*ids[0], *ids[1]])
        overrides = say_one_after_all(library, act, *ids)
        library.journal.move(act, (Move(face.id, first, face.strength) for face in others))
    return MergeReport(act, None, first, len(some) + len(others), both, overrides)


def merge_into_person(library: Library, name: str, cluster: int) -> MergeReport:
    """A cluster is this person's, whatever was said before; it stays a cluster of its own.

    Raises
    ------
    NotFound : nobody has that name, or there is no such cluster.
    UsageError : several people have it.
    PhotoclustError : each of its faces was given to somebody else one by one.
    """
    with library.transaction():
        person = person_named(library, name)
        before = library.faces.of_person(person.id)
        named = name_cluster(library, cluster, f"#{person.id}")
        known = {face.id for face in before}
        new = [face for face in library.faces.of_person(person.id) if face.id not in known]
        both = photos_of_both(library, before, new)
        overrides = say_one_after_all(library, named.act, list(known), [face.id for face in new])
    return MergeReport(named.act, person.name, None, named.faces, both, overrides)
