"""Say who somebody is, take it back, or change what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.actions.lookup import checked_name, cluster_faces, face_numbered, person_named
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.library import now
from photoclust.library.people import Person


@dataclass(frozen=True, slots=True)
class NameReport:
    """Who was named: the person, whether they are new, how many faces and photos were given.

    `kept` are faces that a human had given to somebody else one by one; they stay theirs and
    leave the cluster.
    """

    person: Person
    is_new: bool
    faces: int
    photos: int
    kept: int


def name_cluster(library: Library, cluster: int, name: str) -> NameReport:
    """Every face of a cluster is this person's; a second cluster of that name joins them.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : each of its faces was given to somebody else one by one.
    """
    name = checked_name(name)
    with library.transaction():
        faces = cluster_faces(library, cluster)
        person, is_new = _person(library, name)
        single = {
            item.face_id: item.person_id
            for item in library.people.named_faces()
            if item.source == "face"
        }
        given = [face for face in faces if face.id not in single]
        kept = [face for face in faces if single.get(face.id, person.id) != person.id]
        if len(kept) == len(faces):
            raise PhotoclustError(
                f"Every face of cluster {cluster} was given to somebody one by one.",
                "Name its faces one by one.",
            )
        act = library.people.begin_act(f"name cluster {cluster} {person.name}", now())
        library.people.decide(
            act, (face.id for face in given), person_id=person.id, source="cluster"
        )
        for face in kept:
            library.clusters.leave(face.id)
    photos = len({face.photo_id for face in given})
    return NameReport(person, is_new, len(given), photos, len(kept))


def name_face(library: Library, face_id: int, name: str) -> NameReport:
    """One face is this person's. It leaves a cluster that holds named faces of somebody else.

    Raises
    ------
    NotFound : there is no such face.
    """
    return name_faces(library, [face_id], name)


def name_faces(library: Library, face_ids: list[int], name: str) -> NameReport:
    """These faces are this person's, said in one act.

    Raises
    ------
    NotFound : there is no such face; then none is named.
    """
    name = checked_name(name)
    with library.transaction():
        faces = [face_numbered(library, face_id) for face_id in dict.fromkeys(face_ids)]
        person, is_new = _person(library, name)
        numbers = " ".join(str(face.id) for face in faces)
        act = library.people.begin_act(f"name face {numbers} {person.name}", now())
        library.people.decide(act, (face.id for face in faces), person_id=person.id, source="face")
        for face in faces:
            if face.cluster is not None and library.clusters.people_of(face.cluster) - {person.id}:
                library.clusters.leave(face.id)
    photos = len({face.photo_id for face in faces})
    return NameReport(person, is_new, len(faces), photos, 0)


def unname_cluster(library: Library, cluster: int) -> int:
    """Take back the name of a cluster; returns how many faces it was taken from.

    Faces that were named one by one keep their name.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : it has no name.
    """
    with library.transaction():
        members = {face.id for face in cluster_faces(library, cluster)}
        named = [
            item.face_id
            for item in library.people.named_faces()
            if item.source == "cluster" and item.face_id in members
        ]
        if not named:
            raise PhotoclustError(f"Cluster {cluster} has no name.")
        _unname(library, f"unname cluster {cluster}", named, "cluster")
    return len(named)


def unname_face(library: Library, face_id: int) -> None:
    """Take back the name of one face.

    Raises
    ------
    NotFound : there is no such face.
    PhotoclustError : it has no name of its own.
    """
    with library.transaction():
        face_numbered(library, face_id)
        if face_id not in {item.face_id for item in library.people.named_faces()}:
            raise PhotoclustError(f"Face {face_id} has no name.")
        _unname(library, f"unname face {face_id}", [face_id], "face")


def rename_person(library: Library, old: str, new: str) -> Person:
    """Call a person something else.

    Raises
    ------
    NotFound : nobody has the old name.
    PhotoclustError : somebody else has the new one.
    """
    new = checked_name(new)
    with library.transaction():
        person = person_named(library, old)
        other = library.people.by_name(new)
        if other is not None and other.id != person.id:
            raise PhotoclustError(
                f"Somebody is called {other.name} already.",
                "To join the two, name the clusters of the one like the other.",
            )
        library.people.begin_act(f"rename {person.name} to {new}", now())
        library.people.rename(person.id, new)
    return Person(person.id, new)


def _person(library: Library, name: str) -> tuple[Person, bool]:
    known = library.people.by_name(name)
    if known is not None:
        return known, False
    return library.people.add(name, now()), True


def _unname(library: Library, what: str, face_ids: list[int], source: str) -> None:
    act = library.people.begin_act(what, now())
    library.people.decide(act, face_ids, person_id=None, source=source)
