"""Group the faces of a library into clusters."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.density import NOISE, Grouping
from photoclust.clustering.extending import extend
from photoclust.clustering.grouping import find_groups
from photoclust.clustering.settle import settle
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.clusters import Membership
from photoclust.library.constraints import ABSENT, constraints_of, positions
from photoclust.library.faces import FaceVectors
from photoclust.library.library import unless
from photoclust.library.packs import StoredPack

# Once this share of the faces came after the last clustering from nothing, another may find more.
GROWN = 0.25


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What a clustering came to.

    Attributes
    ----------
    faces, clusters, clustered : how many there are, and how many faces are in a cluster.
    whole : were the clusters made from nothing?
    made, gone : clusters that are new, and that are no more.
    joined, left, moved : faces that came into a cluster, out of one, and from one into another.
    grown : have many faces come since the clusters were last made from nothing?
    """

    faces: int
    clusters: int
    clustered: int
    whole: bool = True
    made: int = 0
    gone: int = 0
    joined: int = 0
    left: int = 0
    moved: int = 0
    grown: bool = False


def cluster(library: Library, *, full: bool = False, dry_run: bool = False) -> ClusterReport:
    """Give the faces that came since the last clustering to clusters, or to new ones.

    With `full` all clusters are made from nothing. In both cases numbers stay with the groups that
    stay, a face with a name stays in its cluster, and what humans said is respected. With
    `dry_run` nothing is written.

    Raises
    ------
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    pack = library.packs.in_use()
    if pack is None:
        return ClusterReport(0, 0, 0)
    with unless(dry_run, library.scanning()):
        return cluster_held(library, pack, full=full, dry_run=dry_run)


def regroup(faces: FaceVectors, pack: StoredPack, shift: float = 0.0) -> Grouping:
    """Cluster from nothing: no number, name or decision counts; levels stricter by `shift`."""
    photos = Constraints.none(faces.photo_ids)
    return find_groups(faces.matrix, faces.quality, pack.levels.stricter(shift), photos)


def would_be_clusters(library: Library) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The faces (n,), and the clusters (n,) that `cluster` with `full` would put them in now.

    `NOISE` is no cluster. Numbers stay with the groups that stay; nothing is written.
    """
    pack = library.packs.in_use()
    faces = library.faces.vectors()
    if pack is None:
        return faces.ids, np.full(len(faces.ids), NOISE)
    before = _present(library, faces.ids)
    constraints = constraints_of(library, faces)
    grouping = find_groups(faces.matrix, faces.quality, pack.levels, constraints)
    return faces.ids, _settled(grouping, faces, before, constraints).labels


def cluster_held(
    library: Library, pack: StoredPack, *, full: bool = False, dry_run: bool = False
) -> ClusterReport:
    """`cluster` for who holds `Library.scanning` already."""
    version = library.version()
    faces = library.faces.vectors()
    last = library.clusters.last_face(pack.id)
    before = _present(library, faces.ids)
    whole = full or last is None or bool((before.labels == NOISE).all())
    constraints = constraints_of(library, faces)
    if whole:
        grouping = find_groups(faces.matrix, faces.quality, pack.levels, constraints)
    else:
        # In a photo that may show somebody twice (a negative number) a face was put out before.
        late = (faces.ids > (last or 0)) | (constraints.photos < 0)
        new = np.flatnonzero(late & (before.labels == NOISE))
        grouping = extend(faces.matrix, faces.quality, before, new, pack.levels, constraints)
    if dry_run:
        settled = _settled(grouping, faces, before, constraints)
        return _report(library, pack, before.labels, settled.labels, whole)
    with library.transaction():
        if library.version() != version:  # somebody named or said something meanwhile
            before, constraints = _present(library, faces.ids), constraints_of(library, faces)
        settled = settle(
            grouping,
            faces.matrix,
            before.labels,
            constraints,
            lambda: library.clusters.new(pack.id),
        )
        _write(library, pack, faces, before, settled, whole)
    return _report(library, pack, before.labels, settled.labels, whole)


def _settled(
    grouping: Grouping, faces: FaceVectors, before: Grouping, constraints: Constraints
) -> Grouping:
    """As it would be settled, with numbers that nobody has yet for the groups that are new."""
    numbers = count(int(before.labels.max(initial=0)) + 1)
    return settle(grouping, faces.matrix, before.labels, constraints, lambda: next(numbers))


def _write(
    library: Library,
    pack: StoredPack,
    faces: FaceVectors,
    before: Grouping,
    after: Grouping,
    whole: bool,
) -> None:
    gone = (before.labels != NOISE) & (after.labels == NOISE)
    changed = (before.labels != after.labels) | (before.strengths != after.strengths)
    changed &= after.labels != NOISE
    library.clusters.change(
        faces.ids[gone].tolist(),
        map(
            Membership,
            faces.ids[changed].tolist(),
            after.labels[changed].tolist(),
            after.strengths[changed].tolist(),
        ),
    )
    library.clusters.record(
        pack.id,
        whole=whole,
        last_face=int(faces.ids.max(initial=0)),
        faces=len(faces.ids),
        clustered=int((after.labels != NOISE).sum()),
        at=now(),
    )


def _present(library: Library, ids: NDArray[np.int64]) -> Grouping:
    """The clusters as they are, aligned with the faces."""
    faces, numbers, sure = library.clusters.present()
    labels, strengths = np.full(len(ids), NOISE), np.zeros(len(ids))
    places = positions(ids, faces)
    known = places != ABSENT
    labels[places[known]], strengths[places[known]] = numbers[known], sure[known]
    return Grouping(labels, strengths)


def _report(
    library: Library,
    pack: StoredPack,
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    whole: bool,
) -> ClusterReport:
    was, now_in = before != NOISE, after != NOISE
    earlier, present = set(before[was].tolist()), set(after[now_in].tolist())
    known = len(after) if whole else library.clusters.faces_at_last_whole(pack.id)
    return ClusterReport(
        faces=len(after),
        clusters=len(present),
        clustered=int(now_in.sum()),
        whole=whole,
        made=len(present - earlier),
        gone=len(earlier - present),
        joined=int((~was & now_in).sum()),
        left=int((was & ~now_in).sum()),
        moved=int((was & now_in & (before != after)).sum()),
        grown=len(after) - known > GROWN * len(after),
    )
