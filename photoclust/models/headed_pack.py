"""A pack whose embeddings go through one more layer: a head trained on it, or a projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from photoclust.choices import Detail
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.models.pack import FacePack, PackDescription
from photoclust.vectors import Matrix, normalised

Head = Callable[[Matrix], Matrix]
"""Embeddings of the pack below, unit vectors (n, its dim), to any vectors (n, dim)."""


class HeadedPack(FacePack):
    """Detects as `base` does; its embeddings are those of `base` through `head`, made unit length.

    Parameters
    ----------
    description : what this pack calls itself, `dim` being what `head` gives.
    """

    def __init__(self, base: FacePack, head: Head, description: PackDescription) -> None:
        self._base, self._head = base, head
        self.description = description
        self.device = base.device
        self.decoded_side = base.decoded_side
        self.eye_distance = base.eye_distance

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        return self._base.detect(pixels, detail)

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        return [
            replace(face, embedding=normalised(self._head(face.embedding[None]))[0])
            for face in self._base.embed(pixels, detections)
        ]
