"""Faces that scans leave out: of people who were forgotten and are never to be learned again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import DetectedFace
from photoclust.library import Library
from photoclust.library.faces import COUNTED_QUALITY
from photoclust.library.packs import StoredPack
from photoclust.library.traces import Traces
from photoclust.search.match import choose_exemplars, similarity_to
from photoclust.vectors import Matrix, from_bytes, to_blob


class NeverAgain:
    """Whom this pack must not learn again. They have no name here, only some embeddings."""

    def __init__(self, library: Library, pack: StoredPack) -> None:
        self._match = pack.match
        kept: dict[int, bytes] = {}
        for who, vector in library.query(
            "SELECT who, vector FROM forgotten WHERE pack_id = ? ORDER BY who, id", pack.id
        ):
            kept[who] = kept.get(who, b"") + vector
        self._everybody = [from_bytes(vectors, pack.dim) for vectors in kept.values()]

    def sift(
        self, faces: Sequence[DetectedFace], seconds: Sequence[float] = ()
    ) -> tuple[list[DetectedFace], list[float] | None]:
        """The faces that may be stored; with where in a video each was seen, if that is given.

        A face is left out that `find` would take for one of these people.
        """
        if not faces or not self._everybody:
            return list(faces), list(seconds) or None
        matrix = np.stack([face.embedding for face in faces])
        allowed = np.flatnonzero(~self._known(matrix)).tolist()
        return (
            [faces[place] for place in allowed],
            [seconds[place] for place in allowed] if seconds else None,
        )

    def _known(self, matrix: Matrix) -> NDArray[np.bool_]:
        likest = np.max([similarity_to(person, matrix) for person in self._everybody], axis=0)
        return np.asarray(likest >= self._match)


def exemplars_of(library: Library, traces: Traces) -> dict[int, list[bytes]]:
    """Pack -> the embeddings of at most 16 faces by which a person is known, as `find` does.

    They are chosen among the faces that a human gave to them; in a pack without any, among all.
    """
    packs: dict[int, list[Any]] = {}
    for row in library.query(
        f"SELECT faces.id, pack_id, {COUNTED_QUALITY} AS quality, vector, dim"
        " FROM faces JOIN packs ON packs.id = pack_id JOIN embeddings ON face_id = faces.id"
        " WHERE faces.id IN (SELECT value FROM json_each(?)) ORDER BY faces.id",
        json.dumps(list(traces.faces)),
    ):
        packs.setdefault(row["pack_id"], []).append(row)
    exemplars = {}
    for pack, rows in packs.items():
        own = [row for row in rows if row["id"] in traces.named] or rows
        matrix = from_bytes(b"".join(row["vector"] for row in own), own[0]["dim"])
        chosen = choose_exemplars(matrix, np.array([row["quality"] for row in own]))
        exemplars[pack] = [to_blob(matrix[index]) for index in chosen]
    return exemplars
