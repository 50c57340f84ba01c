"""Say who somebody is, confirm what the machine thinks, or take a name back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photoclust.actions.lookup import (
    checked_name,
    cluster_faces,
    face_numbered,
    faces_numbered,
    homes,
    known_person,
    person_named,
)
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.library.journal import Move
from photoclust.library.people import Person


@dataclass(frozen=True, slots=True)
class NameReport:
    """Who was named: the person, whether they are new, how many faces and photos were given.

    `kept` are faces that a human had given to somebody else one by one; they stay theirs and
    leave the cluster. `before` are the names that most of the faces had before, if they differ.
    """

    act: int
    person: Person
    is_new: bool
    faces: int
    photos: int
    kept: int
    before: tuple[str, ...] = ()


def name_cluster(library: Library, cluster: int, name: str, *, another: bool = False) -> NameReport:
    """Every face of a cluster is this person's; a second cluster of that name joins them.

    With `another` it is a new person, even if somebody is called so already.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : each of its faces was given to somebody else one by one.
    UsageError : several people have that name.
    """
    with library.transaction():
        faces = cluster_faces(library, cluster)
        known = known_person(library, name, another=another)
        single = {
            item.face_id: item.person_id
            for item in library.people.named_faces(face.id for face in faces)
            if item.source == "face"
        }
        given = [face for face in faces if face.id not in single]
        own = known.id if known else None
        kept = [face for face in faces if single.get(face.id, own) != own]
        if len(kept) == len(faces):
            raise PhotoclustError(
                f"Every face of cluster {cluster} was given to somebody one by one.",
                "Name its faces one by one.",
            )
        act, person = _begin(library, f"name cluster {cluster}", known, name)
        library.decisions.give(
            act, (face.id for face in given), person_id=person.id, source="cluster"
        )
        library.journal.move(act, (Move(face.id, None) for face in kept))
    return _report(act, person, known is None, given, len(kept))


def name_faces(
    library: Library, face_ids: Sequence[int], name: str, *, another: bool = False
) -> NameReport:
    """These faces are this person's, said in one act.

    Each leaves a cluster that holds named faces of somebody else.

    Raises
    ------
    NotFound : there is no such face; then none is named.
    UsageError : several people have that name.
    """
    with library.transaction():
        faces = faces_numbered(library, face_ids)
        known = known_person(library, name, another=another)
        numbers = " ".join(str(face.id) for face in faces)
        act, person = _begin(library, f"name face {numbers}", known, name)
        give_faces(library, act, faces, person.id)
    return _report(act, person, known is None, faces, 0)


def name_face(library: Library, face_id: int, name: str, *, another: bool = False) -> NameReport:
    """`name_faces` of one face."""
    return name_faces(library, [face_id], name, another=another)


def give_faces(library: Library, act: int, faces: Sequence[Face], person_id: int) -> None:
    """These faces are this person's, one by one, as part of an act."""
    library.decisions.give(act, (face.id for face in faces), person_id=person_id, source="face")
    people = library.clusters.people_of(homes(faces))
    leaving = [
        face.id for face in faces if face.cluster is not None and people[face.cluster] - {person_id}
    ]
    library.journal.move(act, (Move(face, None) for face in leaving))


def confirm_faces(library: Library, face_ids: Sequence[int]) -> NameReport:
    """These faces are whom their cluster says they are.

    Raises
    ------
    NotFound : there is no such face.
    PhotoclustError : one belongs to nobody, or they belong to several people.
    """
    with library.transaction():
        faces = faces_numbered(library, face_ids)
        owners = {face.person_id for face in faces}
        if None in owners:
            alone = next(face for face in faces if face.person_id is None)
            raise PhotoclustError(
                f"Face {alone.id} belongs to nobody, so there is nothing to confirm.",
                f"Say whose it is: `photoclust assign face {alone.id} NAME`.",
            )
        if len(owners) > 1:
            raise PhotoclustError("These faces belong to several people.", "Confirm one at a time.")
        numbers = " ".join(str(face.id) for face in faces)
        return _confirm(library, faces, "face", f"face {numbers}")


def confirm_cluster(library: Library, cluster: int) -> NameReport:
    """The faces that joined a named cluster since are whom the cluster was named as.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : it has no name, or no face of it is left to confirm.
    """
    with library.transaction():
        members = cluster_faces(library, cluster)
        if cluster not in library.clusters.owners([cluster]):
            raise PhotoclustError(
                f"Cluster {cluster} has no name to confirm.",
                f"Say whose it is: `photoclust name cluster {cluster} NAME`.",
            )
        return _confirm(library, _by_cluster(members), "cluster", f"cluster {cluster}")


def confirm_person(library: Library, name: str) -> NameReport:
    """Every face that is this person's through a cluster is theirs by a human's word.

    Raises
    ------
    NotFound : nobody has that name.
    PhotoclustError : no face of theirs is left to confirm.
    """
    with library.transaction():
        person = person_named(library, name)
        faces = [face for face in library.faces.all() if face.person_id == person.id]
        return _confirm(library, _by_cluster(faces), "cluster", person.name)


def _by_cluster(faces: Sequence[Face]) -> list[Face]:
    found = [face for face in faces if face.how == "cluster"]
    if not found:
        raise PhotoclustError("All of these faces are confirmed already: nothing is to be done.")
    return found


def unname_cluster(library: Library, cluster: int) -> int:
    """Take back the name of a cluster; returns how many faces it was taken from.

    Faces that were named one by one keep their name.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : it has no name.
    """
    with library.transaction():
        members = [face.id for face in cluster_faces(library, cluster)]
        named = [
            item.face_id for item in library.people.named_faces(members) if item.source == "cluster"
        ]
        if not named:
            raise PhotoclustError(f"Cluster {cluster} has no name.")
        act = library.journal.begin(f"unname cluster {cluster}")
        library.decisions.give(act, named, person_id=None, source="cluster")
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
        if not library.people.named_faces([face_id]):
            raise PhotoclustError(f"Face {face_id} has no name.")
        act = library.journal.begin(f"unname face {face_id}")
        library.decisions.give(act, [face_id], person_id=None, source="face")


def _confirm(library: Library, faces: Sequence[Face], source: str, what: str) -> NameReport:
    person = library.people.numbered(faces[0].person_id or 0)
    act = library.journal.begin(f"confirm {what}")
    library.decisions.give(act, (face.id for face in faces), person_id=person.id, source=source)
    return _report(act, person, False, faces, 0)


def _begin(library: Library, what: str, known: Person | None, name: str) -> tuple[int, Person]:
    """The act that names somebody, and who it is."""
    name = known.name if known else checked_name(name)
    act = library.journal.begin(f"{what} {name}")
    return act, known or library.people.add(act, name)


def _report(act: int, person: Person, is_new: bool, faces: Sequence[Face], kept: int) -> NameReport:
    before = {face.person for face in faces if face.person and face.person_id != person.id}
    photos = len({face.photo_id for face in faces})
    return NameReport(act, person, is_new, len(faces), photos, kept, tuple(sorted(before)))
