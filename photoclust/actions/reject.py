"""Say that faces are not somebody, or do not belong to a cluster. It is remembered for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photoclust.actions.lookup import cluster_faces, faces_numbered, homes, person_named
from photoclust.actions.statements import say_nobody_of
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.journal import Move
from photoclust.library.people import Person


@dataclass(frozen=True, slots=True)
class RejectReport:
    """How many faces, from whom, and how many of them left a cluster."""

    act: int
    faces: int
    person: Person | None
    left: int


def reject_faces(library: Library, face_ids: Sequence[int], name: str) -> RejectReport:
    """These faces are not this person, until one is given to them by hand again.

    A face leaves a cluster that holds named faces of the person.

    Raises
    ------
    NotFound : there is no such face, or nobody has that name.
    UsageError : several people have that name.
    """
    with library.transaction():
        person = person_named(library, name)
        faces = faces_numbered(library, face_ids)
        numbers = " ".join(str(face.id) for face in faces)
        act = library.journal.begin(f"reject face {numbers} from {person.name}")
        people = library.clusters.people_of(homes(faces))
        for face in faces:
            library.decisions.say_not(act, face.id, person.id)
        leaving = [
            face.id
            for face in faces
            if face.cluster is not None and person.id in people[face.cluster]
        ]
        library.journal.move(act, (Move(face, None) for face in leaving))
    return RejectReport(act, len(faces), person, len(leaving))


def reject_from_cluster(library: Library, face_ids: Sequence[int], cluster: int) -> RejectReport:
    """These faces are not the person of this cluster, whoever that is, and leave it.

    Raises
    ------
    NotFound : there is no such face or cluster.
    PhotoclustError : a face is not in it, or nothing would stay.
    """
    with library.transaction():
        owner = library.clusters.owners([cluster]).get(cluster)
        members = cluster_faces(library, cluster)
        wanted = [face.id for face in faces_numbered(library, face_ids)]
        strangers = set(wanted) - {face.id for face in members}
        if strangers:
            raise PhotoclustError(f"Face {min(strangers)} is not in cluster {cluster}.")
        if owner is not None:
            return reject_faces(library, wanted, f"#{owner}")
        stay = [face.id for face in members if face.id not in wanted]
        if not stay:
            raise PhotoclustError(
                f"That is every face of cluster {cluster}.", "`photoclust split` takes it apart."
            )
        numbers = " ".join(map(str, wanted))
        act = library.journal.begin(f"reject face {numbers} from cluster {cluster}")
        say_nobody_of(library, act, stay, wanted)
        library.journal.move(act, (Move(face, None) for face in wanted))
    return RejectReport(act, len(wanted), None, len(wanted))
