"""Group the faces of a library into clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.density import NOISE, Grouping, group_by_density
from photoclust.clustering.settle import Known, settle
from photoclust.library import Library
from photoclust.library.clusters import Membership
from photoclust.library.faces import FaceVectors
from photoclust.library.packs import StoredPack


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What a clustering came to: faces, clusters, and how many faces are in one."""

    faces: int
    clusters: int
    clustered: int


def cluster(library: Library) -> ClusterReport:
    """HDBSCAN over every face of the library's pack, then the rules of `clustering.settle`.

    Numbers stay with the groups that stay; a face with a name stays in its cluster.

    Raises
    ------
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    pack = library.packs.in_use()
    if pack is None:
        return ClusterReport(0, 0, 0)
    with library.scanning():
        return cluster_held(library, pack)


def cluster_held(library: Library, pack: StoredPack) -> ClusterReport:
    """`cluster` for who holds `Library.scanning` already."""
    faces = library.faces.vectors()
    grouping = regroup(faces, pack)
    with library.transaction():
        known = _known(library, faces.ids, faces.photo_ids)
        settled = settle(grouping, faces.matrix, known, lambda: library.clusters.new(pack.id))
        library.clusters.replace(
            Membership(int(face), int(number), float(strength))
            for face, number, strength in zip(
                faces.ids, settled.labels, settled.strengths, strict=True
            )
            if number != NOISE
        )
    clustered = settled.labels != NOISE
    return ClusterReport(
        len(faces.ids), len(np.unique(settled.labels[clustered])), int(clustered.sum())
    )


def regroup(faces: FaceVectors, pack: StoredPack, shift: float = 0.0) -> Grouping:
    """Cluster from nothing: no number, name or decision counts; thresholds moved by `shift`."""
    return group_by_density(faces.matrix, pack.link + shift)


def _known(library: Library, ids: NDArray[np.int64], photo_ids: NDArray[np.int64]) -> Known:
    """Clusters and names as they are now: a name given while HDBSCAN ran counts."""
    clusters = {item.face_id: item.cluster for item in library.clusters.memberships()}
    people = {item.face_id: item.person_id for item in library.people.named_faces()}
    return Known(
        clusters=np.array([clusters.get(int(face), NOISE) for face in ids], np.int64),
        people=np.array([people.get(int(face), 0) for face in ids], np.int64),
        photos=photo_ids,
    )
