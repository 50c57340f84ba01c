"""What a model pack is: pixels in, faces with embeddings out, and one fingerprint over both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace, Detection, Pixels


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a pack's similarities (cosine, -1..1) mean the same person.

    Attributes
    ----------
    match : at least this similar to an exemplar, a face is taken for that person.
    link : the ceiling: no cluster holds together across a gap less similar than this.
    split : parts of a dense group of faces stay together when they are this similar on average.
    join : groups and single faces become one when they are this similar on average.
    typical : what a typical face reaches with the 50 of 500 or more strangers most like it.
    reference : what 1 in 1,000 pairs of different people reach; None where it was not measured.
    source : the data they were measured on.
    """

    match: float
    link: float
    split: float
    join: float
    typical: float
    reference: float | None
    source: str


@dataclass(frozen=True, slots=True)
class PackDescription:
    """Everything a library records about the pack that made its faces.

    Attributes
    ----------
    name : as the user calls it; for a folder, the folder's name.
    fingerprint : sha256 over the model files and the settings that change an embedding.
    dim : length of an embedding.
    licence : one line.
    commercial : may the weights be used commercially?
    """

    name: str
    fingerprint: str
    dim: int
    licence: str
    commercial: bool
    thresholds: Thresholds
    settings: dict[str, Any] = field(default_factory=dict)


class FacePack(Protocol):
    """A detector, an aligner and an embedder that belong together. Safe to call from threads.

    Attributes
    ----------
    device : what its models run on; never `auto`.
    decoded_side : pixels; a photo whose longest side has as many is large enough to work on.
    eye_distance : pixels; a face with fewer between its eyes gains from a larger picture.
    """

    description: PackDescription
    device: Device
    decoded_side: int
    eye_distance: float

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        """Faces in an upright RGB picture of shape (height, width, 3), best score first."""
        ...

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        """Each detection of this picture, perhaps in another size, with its embedding."""
        ...

    def analyse(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[DetectedFace]:
        """Every face of an upright RGB picture of shape (height, width, 3), best score first."""
        return self.embed(pixels, self.detect(pixels, detail))


def fingerprint(file_hashes: list[str], settings: dict[str, Any]) -> str:
    """One sha256 for a pack: its files, in any order, and its settings."""
    content = json.dumps([sorted(file_hashes), settings], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
