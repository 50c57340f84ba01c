"""Clusters with several people, people in several clusters, and what is scored at all."""

from __future__ import annotations

import numpy as np
import pytest

from photoclust.lab.clusters.scoring import Labelled, mixed_clusters, pieces, score
from photoclust.lab.clusters.truth import Truth, TruthFace


def labelled(labels: list[int], photos: list[int] | None = None) -> Labelled:
    """Faces 1, 2, ... with these clusters, each in a photo of its own."""
    ids = np.arange(1, len(labels) + 1)
    return Labelled(ids, np.array(photos) if photos else ids, np.array(labels))


def truth_of(people: str, missing: str = "") -> Truth:
    """Face 1, 2, ... of these people, one letter each; then such without a stored face."""
    stored = [TruthFace(person, face) for face, person in enumerate(people, start=1)]
    return Truth("made up", (*stored, *(TruthFace(person, None) for person in missing)))


def test_only_faces_of_the_truth_are_scored() -> None:
    faces = labelled([1, 1, 1, 1, -1])
    found = score(truth_of("AAB"), faces)
    assert found.bcubed.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert found.bcubed.recall == 1
    assert (found.clusters, found.clustered) == (1, 4)


def test_no_stored_face_and_no_cluster_are_alone() -> None:
    found = score(truth_of("AA", missing="AA"), labelled([-1, -1]))
    assert found.bcubed.precision == 1
    assert found.bcubed.recall == pytest.approx(1 / 4)
    assert found.pairwise.f == 0


def test_mixed_clusters_worst_first() -> None:
    faces = labelled([1, 1, 1, 2, 2, 3, 3, 3, 3, 2])
    found = mixed_clusters(truth_of("AABCCDDEE"), faces)
    assert [(item.cluster, item.person, item.wrong) for item in found] == [
        (3, "D", 2),
        (1, "A", 1),
    ]
    assert found[0].others == {"E": 2}
    assert (found[0].scored, found[0].faces) == (4, 4)


def test_pieces_worst_first() -> None:
    faces = labelled([1, 2, -1, -1, 1, 1, 3])
    found = pieces(truth_of("AAABBBC"), faces)
    assert [(p.person, p.photos, p.clusters, p.alone, p.pieces) for p in found] == [
        ("A", 3, 2, 1, 3),
        ("B", 3, 1, 1, 2),
    ]


def test_same_photo_counts_faces_outside_the_truth() -> None:
    found = score(truth_of("A"), labelled([1, 2, 2], photos=[1, 7, 7]))
    assert (found.same_photo.photos, found.same_photo.collisions) == (1, 1)
