"""How a cluster hangs together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.actions.lookup import cluster_faces, pack_in_use
from photoclust.clustering.condensed import Part, condensed
from photoclust.errors import PhotoclustError
from photoclust.export.tree import MARKER, tree_drawing
from photoclust.export.writing import check_replaceable, write_whole, writing_to
from photoclust.library import Library
from photoclust.library.constraints import positions


@dataclass(frozen=True, slots=True)
class ClusterTree:
    """The condensed tree of a cluster.

    Attributes
    ----------
    root : its parts; a face in them is a place in `faces`.
    link : the ceiling, a cosine.
    faces : ids (n,), ascending.
    """

    cluster: int
    root: Part
    link: float
    faces: list[int]


def cluster_tree(library: Library, cluster: int) -> ClusterTree:
    """The tree of the faces of a cluster.

    Raises
    ------
    NotFound : there is no such cluster.
    PhotoclustError : it has a single face.
    """
    link = pack_in_use(library).levels.link
    faces = sorted(face.id for face in cluster_faces(library, cluster))
    if len(faces) < 2:
        raise PhotoclustError(
            f"Cluster {cluster} has a single face, and a tree needs two.",
            f"`photoclust show cluster {cluster}` shows it.",
        )
    vectors = library.faces.vectors(references=True)
    rows = positions(vectors.ids, np.array(faces, np.int64))
    return ClusterTree(cluster, condensed(vectors.matrix[rows], link), link, faces)


def write_tree(tree: ClusterTree, out: Path) -> Path:
    """Draw a tree as an SVG file; returns its path.

    Raises
    ------
    PhotoclustError : it cannot be written, or would replace a file that is no such drawing.
    """
    out = Path(os.path.abspath(out))
    title = f"Cluster {tree.cluster}, {len(tree.faces)} faces: up to which similarity they hold"
    with writing_to(out.parent):
        check_replaceable(out, MARKER, "tree")
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, tree_drawing(tree.root, tree.link, title).encode())
    return out
