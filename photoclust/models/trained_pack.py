"""Packs that `photoclust train` made: a folder with `pack.json` and `embedder.onnx`.

Faces are found by the pack below, `base`, which need not lie in the folder: `open` comes with the
installation, another is named with its fingerprint. The embedder sees a chip of the face, or, as a
head, the embedding that `base` gives it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photoclust.choices import Detail
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.errors import PackError
from photoclust.models.alignment import cut_chip
from photoclust.models.cache import write_atomically
from photoclust.models.chips import PLACES, ChipShape
from photoclust.models.headed_pack import HeadedPack
from photoclust.models.pack import FacePack, PackDescription, Thresholds, fingerprint
from photoclust.models.quality import face_quality
from photoclust.models.runtime import open_session
from photoclust.vectors import Matrix, normalised

MANIFEST, EMBEDDER = "pack.json", "embedder.onnx"

# The names of the embedder's input and output, float32 (n, *shape) and (n, dim).
INPUT, OUTPUT = "faces", "embeddings"

# Raised when the chips change: old libraries must not mix with it.
BUILD = 1

QUALITY_SIDE = 112  # pixels; what `face_quality` looks at

LoadBase = Callable[[str, None, str], FacePack]
"""`installed.load_pack`: a pack by name or folder, for a device."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `pack.json` says.

    Attributes
    ----------
    base, base_fingerprint : the pack below, by name or folder, and what it must be.
    chip : what the embedder is shown; None for the embeddings of `base`.
    sha256 : of the embedder.
    thresholds : measured on people whom training never saw.
    training, evaluation : what was done, and how good it is: for people to read.
    """

    base: str
    base_fingerprint: str
    chip: ChipShape | None
    dim: int
    sha256: str
    thresholds: Thresholds
    training: dict[str, Any]
    evaluation: dict[str, Any]

    def described(self, name: str, base: PackDescription) -> PackDescription:
        """The pack in the folder of this name."""
        settings = {
            "build": BUILD,
            "base": self.base_fingerprint,
            "chip": asdict(self.chip) if self.chip else None,
            "places": PLACES.tolist(),
        }
        return PackDescription(
            name=name,
            fingerprint=fingerprint([self.sha256], settings),
            dim=self.dim,
            licence=f"trained by you; faces found with {base.name}: {base.licence}",
            commercial=base.commercial,
            thresholds=self.thresholds,
            settings=settings,
        )


def is_trained(folder: Path) -> bool:
    """Does the folder hold a pack of `photoclust train`?"""
    return (folder / MANIFEST).is_file()


def write_pack(folder: Path, manifest: Manifest, embedder: bytes) -> None:
    """Write a pack into a folder, in place of one that is there.

    Raises
    ------
    OSError : the folder cannot be written.
    """
    write_atomically(folder / EMBEDDER, embedder)
    text = json.dumps(asdict(manifest), indent=2, allow_nan=False)
    write_atomically(folder / MANIFEST, text.encode() + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """What a pack's `pack.json` says.

    Raises
    ------
    PackError : it is damaged, or of another version of photoclust.
    """
    try:
        fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        chip = fields["chip"]
        return Manifest(
            **{
                **fields,
                "chip": ChipShape(**chip) if chip else None,
                "thresholds": Thresholds(**fields["thresholds"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackError(
            f"{folder / MANIFEST} is damaged, or of another version of photoclust.",
            "Copy the pack again, or train it again.",
        ) from error


def load_trained(folder: Path, device: str, load_base: LoadBase) -> FacePack:
    """The pack in a folder, on one of `Device`.

    Raises
    ------
    PackError : it is damaged, or the pack below is not there or not the same any more.
    """
    manifest = read_manifest(folder)
    try:
        embedder = (folder / EMBEDDER).read_bytes()
    except OSError as error:
        raise PackError(
            f"{folder} lacks {EMBEDDER}.", "Copy the pack again, or train it again."
        ) from error
    if hashlib.sha256(embedder).hexdigest() != manifest.sha256:
        raise PackError(f"{folder / EMBEDDER} is damaged.", "Copy the pack again.")
    try:
        base = load_base(manifest.base, None, device)
    except PackError as error:
        raise PackError(
            f"The pack {folder.name} finds faces with the pack {manifest.base}: {error.message}",
            error.hint,
        ) from error
    if base.description.fingerprint != manifest.base_fingerprint:
        raise PackError(
            f"The pack {manifest.base} is not the one that {folder.name} was trained with.",
            "Bring it back as it was, or train again.",
        )
    description = manifest.described(folder.name, base.description)
    session = open_session(embedder, base.device)

    def run(faces: Matrix) -> Matrix:
        return np.asarray(session.run([OUTPUT], {INPUT: faces.astype(np.float32)})[0], np.float32)

    if manifest.chip is None:
        return HeadedPack(base, run, description)
    return ChipPack(base, manifest.chip, run, description)


class ChipPack(FacePack):
    """Detects as `base` does, and embeds the mean of a face's chip and its mirror image.

    Parameters
    ----------
    embedder : chips float32 (n, channels, side, side), 0..255, to unit vectors (n, dim).
    """

    def __init__(
        self,
        base: FacePack,
        chip: ChipShape,
        embedder: Callable[[Matrix], Matrix],
        description: PackDescription,
    ) -> None:
        self._base, self._chip, self._embedder = base, chip, embedder
        self.description = description
        self.device = base.device
        self.decoded_side = base.decoded_side
        self.eye_distance = chip.eye_distance

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        return self._base.detect(pixels, detail)

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        height, width = pixels.shape[:2]
        faces = []
        for detection in detections:
            landmarks = np.array(detection.landmarks) * (width, height)
            chip = self._chip.cut(pixels, landmarks)
            views = np.stack([chip, chip[:, :, ::-1]]).astype(np.float32)
            embedding = normalised(self._embedder(views).sum(axis=0))
            seen = cut_chip(pixels, landmarks, PLACES * QUALITY_SIDE, QUALITY_SIDE)
            quality = face_quality(seen, landmarks, detection.score)
            faces.append(DetectedFace(detection, embedding, quality))
        return faces
