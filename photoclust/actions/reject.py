"""Say that faces are not somebody, or do not belong to a cluster. It is remembered for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photoclust.actions.lookup import cluster_faces, face_numbered, person_named
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
        faces = [face_numbered(library, face_id) for face_id in dict.fromkeys(face_ids)]
        numbers = " ".join(str(face.id) for face in faces)
        act = library.journal.begin(f"reject face {numbers} from {person.name}")
        homes = {
            number
            for number in {face.cluster for face in faces if face.cluster is not None}
            if person.id in library.clusters.people_of(number)
        }
        for face in faces:
            library.decisions.say_not(act, face.id, person.id)
        leaving = [face.id for face in faces if face.cluster in homes]
        library.journal.move(act, (Move(face, None) for face in leaving))
    return RejectReport(act, len(faces), person, len(leaving))


def reject_from_cluster(library: Library, face_ids: Sequence[int], cluster: int) -> RejectReport:
    """These faces are not the person of this cluster, whoever that is, and leave it.

    Raises
    ------
    NotFound : there is no such face or cluster.
    PhotoclustError : a face is not in it, or nothing would stay.
    """
    owner = library.clusters.owners().get(cluster)
    members = [face.id for face in cluster_faces(library, cluster)]
    wanted = list(dict.fromkeys(face_ids))
    for face in wanted:
        face_numbered(library, face)
        if face not in members:
            raise PhotoclustError(f"Face {face} is not in cluster {cluster}.")
    if owner is not None:
        return reject_faces(library, wanted, f"#{owner}")
    stay = [face for face in members if face not in wanted]
    if not stay:
        raise PhotoclustError(
            f"That is every face of cluster {cluster}.", "`photoclust split` takes it apart."
        )
    with library.transaction():
        numbers = " ".join(map(str, wanted))
        act = library.journal.begin(f"reject face {numbers} from cluster {cluster}")
        for face in wanted:
            for other in stay:
                library.decisions.say_different(act, other, face)
        library.journal.move(act, (Move(face, None) for face in wanted))
    return RejectReport(act, len(wanted), None, len(wanted))
