"""Say that faces are nobody to ask about: no face at all, a stranger, or hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.lookup import cluster_faces, faces_numbered, homes, photos_at
from photoclust.errors import NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.library.decisions import Ignored
from photoclust.library.faces import Face
from photoclust.library.journal import Move
from photoclust.library.library import unless


@dataclass(frozen=True, slots=True)
class IgnoreReport:
    """How many faces, in how many clusters and photos; `act` is None if nothing was written."""

    act: int | None
    kind: Ignored | None
    faces: int
    clusters: int
    photos: int


def ignore_cluster(library: Library, cluster: int, kind: Ignored) -> IgnoreReport:
    """Every face of a cluster, and those that join it later. Faces named one by one stay named.

    Raises
    ------
    NotFound : there is no such cluster.
    """
    with library.transaction():
        faces = [face for face in cluster_faces(library, cluster) if face.how != "named"]
        named = library.clusters.owners().get(cluster)
        if named is not None:
            raise PhotoclustError(
                f"Cluster {cluster} is {library.people.numbered(named).name}.",
                f"Take the name back first: `photoclust unname cluster {cluster}`.",
            )
        return _ignore(library, faces, kind, "cluster", f"cluster {cluster}")


def ignore_faces(library: Library, face_ids: Sequence[int], kind: Ignored) -> IgnoreReport:
    """Single faces.

    Raises
    ------
    NotFound : there is no such face.
    """
    with library.transaction():
        faces = faces_numbered(library, face_ids)
        numbers = " ".join(str(face.id) for face in faces)
        return _ignore(library, faces, kind, "face", f"face {numbers}")


def ignore_unnamed(
    library: Library, kind: Ignored, *, max_photos: int | None = None, dry_run: bool = False
) -> IgnoreReport:
    """Everybody without a name, be it a cluster or a single face, in at most so many photos."""
    with unless(dry_run, library.transaction()):
        photos: dict[int, set[int]] = {}
        unnamed = [face for face in library.faces.all() if _is_nobody(face)]
        for face in unnamed:
            if face.cluster is not None:
                photos.setdefault(face.cluster, set()).add(face.photo_id)
        owners = library.clusters.owners()
        chosen = [
            face
            for face in unnamed
            if face.cluster not in owners
            and (max_photos is None or len(photos.get(face.cluster or 0, ())) <= max_photos)
        ]
        limit = "" if max_photos is None else f" --max-photos {max_photos}"
        return _ignore(library, chosen, kind, "cluster", f"--unnamed{limit}", dry_run=dry_run)


def ignore_in_photo(
    library: Library, path: Path, kind: Ignored, *, dry_run: bool = False
) -> IgnoreReport:
    """Every face of a photo that belongs to nobody.

    Raises
    ------
    NotFound : there is no such photo in the library, or nobody without a name in it.
    """
    with unless(dry_run, library.transaction()):
        (photo,) = photos_at(library, [path])
        faces = [face for face in library.faces.of_photo(photo) if _is_nobody(face)]
        if not faces:
            raise NotFound(f"Everybody in {path} has a name or is ignored already.")
        return _ignore(library, faces, kind, "face", f"--in {path}", dry_run=dry_run)


def heed_again(library: Library, face_ids: Sequence[int]) -> IgnoreReport:
    """These faces count again as before they were ignored, and go back where that took them from.

    Raises
    ------
    NotFound : one is not ignored.
    """
    with library.transaction():
        faces = list(dict.fromkeys(face_ids))
        said = library.decisions.ignored()
        for face in faces:
            if face not in said:
                raise NotFound(f"Face {face} is not ignored.", "`photoclust log` says what was.")
        act = library.journal.begin(f"ignore face {' '.join(map(str, faces))} --undo")
        before = library.decisions.said_before_ignoring(faces)
        for person, source in sorted(set(before.values()), key=str):
            same = [face for face in faces if before[face] == (person, source)]
            library.decisions.give(act, same, person_id=person, source=source)
        library.journal.move(act, _ways_back(library, faces))
        still = [face.id for face in library.faces.get_all(faces).values() if face.ignored]
        library.decisions.give(act, still, person_id=None, source="face")  # not as their cluster
    return IgnoreReport(act, None, len(faces), 0, 0)


def _ways_back(library: Library, face_ids: Sequence[int]) -> list[Move]:
    """Back into the clusters that ignoring took these faces out of, if they may be there now."""
    ways = library.journal.taken_out_by_ignoring(face_ids)
    people = library.clusters.people_of(way.cluster for way in ways if way.cluster is not None)
    denied = set(library.decisions.denials())
    own = {item.face_id: item.person_id for item in library.people.named_faces()}
    return [
        way
        for way in ways
        if way.cluster is not None
        and not any(
            (way.face_id, person) in denied or own.get(way.face_id, person) != person
            for person in people[way.cluster]
        )
    ]


def _is_nobody(face: Face) -> bool:
    return face.person_id is None and face.ignored is None


def _ignore(
    library: Library,
    faces: Sequence[Face],
    kind: Ignored,
    source: str,
    what: str,
    *,
    dry_run: bool = False,
) -> IgnoreReport:
    act = None
    if faces and not dry_run:
        act = library.journal.begin(f"ignore {what} ({kind.words})")
        library.decisions.ignore(act, (face.id for face in faces), kind=kind, source=source)
        owners = library.clusters.owners()
        library.journal.move(
            act,
            (
                Move(face.id, None)
                for face in faces
                if face.cluster is not None and (kind is Ignored.NOT_FACE or face.cluster in owners)
            ),
        )
    photos = {face.photo_id for face in faces}
    return IgnoreReport(act, kind, len(faces), len(homes(faces)), len(photos))
