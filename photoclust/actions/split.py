"""Take a mixed cluster apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from photoclust.actions.lookup import cluster_faces, pack_in_use
from photoclust.actions.statements import say_two
from photoclust.clustering.constraints import NOBODY
from photoclust.clustering.splitting import split_group
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.constraints import constraints_of, positions
from photoclust.library.faces import Face
from photoclust.library.journal import Move


@dataclass(frozen=True, slots=True)
class Part:
    """Faces of a cluster that are one person, the most typical first.

    `cluster` is the number they have, or will get once the split is applied (None).
    `people` are the names that a human gave to faces among them one by one.
    """

    faces: tuple[Face, ...]
    cluster: int | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """How a cluster falls apart; the first part keeps the number, and the name if it has one."""

    cluster: int
    person: str | None
    parts: tuple[Part, ...]


def plan_split(library: Library, cluster: int, into: int | None = None) -> SplitPlan:
    """Cluster the faces of a cluster more strictly, seeded by what was said. Nothing is written.

    Raises
    ------
    NotFound : there is no such cluster.
    UsageError : it has not so many faces.
    PhotoclustError : however strictly one looks, it is one group.
    """
    faces = {face.id: face for face in cluster_faces(library, cluster)}
    if into is not None and not 2 <= into <= len(faces):
        raise UsageError(
            f"Cluster {cluster} has {len(faces)} faces, so it cannot be split into {into}.",
            f"Give --into a number from 2 to {len(faces)}.",
        )
    if len(faces) < 2:
        raise UsageError(f"Cluster {cluster} has a single face, so there is nothing to split.")
    vectors = library.faces.vectors(references=True)
    some = positions(vectors.ids, np.array(sorted(faces), np.int64))
    single = {
        item.face_id: item.person_id
        for item in library.people.named_faces(faces)
        if item.source == "face"
    }
    said = constraints_of(library, vectors).of(some)
    people = [single.get(face, NOBODY) for face in sorted(faces)]
    # That they are all one person is what is taken back here.
    constraints = replace(said, people=np.array(people, np.int64), same=said.same[:0])
    embeddings = vectors.matrix[some]
    level = pack_in_use(library).levels.split
    labels = split_group(embeddings, constraints, level, into)
    if labels.max() == 0:
        raise PhotoclustError(
            f"Cluster {cluster} does not fall into parts: its faces are all alike.",
            f"`photoclust reject face N from cluster {cluster}` takes single faces out.",
        )
    parts = []
    for label in range(int(labels.max()) + 1):
        chosen = np.flatnonzero(labels == label)
        typical = embeddings[chosen] @ embeddings[chosen].sum(axis=0)
        ids = vectors.ids[some[chosen[np.argsort(-typical, kind="stable")]]].tolist()
        parts.append([faces[face] for face in ids])
    owner = library.clusters.owners([cluster]).get(cluster)
    # The name stays where a human gave it to single faces, or else with the most faces.
    parts.sort(
        key=lambda part: (
            owner is not None and owner in [single.get(face.id) for face in part],
            len(part),
        ),
        reverse=True,
    )
    return SplitPlan(
        cluster,
        None if owner is None else library.people.numbered(owner).name,
        tuple(
            Part(
                tuple(part),
                cluster if place == 0 else None,
                tuple(sorted({face.person for face in part if face.id in single and face.person})),
            )
            for place, part in enumerate(parts)
        ),
    )


def apply_split(library: Library, plan: SplitPlan) -> SplitPlan:
    """Say that the parts are several people; all but the first get clusters of their own.

    Raises
    ------
    PhotoclustError : the cluster is another one by now.
    """
    with library.transaction():
        present = {face.id for face in library.faces.of_cluster(plan.cluster)}
        if present != {face.id for part in plan.parts for face in part.faces}:
            raise PhotoclustError(
                f"Cluster {plan.cluster} has changed meanwhile.", "Run the command again."
            )
        act = library.journal.begin(f"split cluster {plan.cluster} --into {len(plan.parts)}")
        ids = [[face.id for face in part.faces] for part in plan.parts]
        for place, some in enumerate(ids):
            for others in ids[:place]:
                say_two(library, act, others, some)
        by_cluster = {
            item.face_id for item in library.people.named_faces(present) if item.source == "cluster"
        }
        numbers = [plan.cluster]
        pack = pack_in_use(library)
        for part in plan.parts[1:]:
            nameless = [face.id for face in part.faces if face.id in by_cluster]
            library.decisions.give(act, nameless, person_id=None, source="cluster")
            numbers.append(library.clusters.new(pack.id))
            moves = (Move(face.id, numbers[-1], face.strength) for face in part.faces)
            library.journal.move(act, moves)
    parts = (
        Part(part.faces, number, part.people)
        for part, number in zip(plan.parts, numbers, strict=True)
    )
    return SplitPlan(plan.cluster, plan.person, tuple(parts))
