"""Packs of InsightFace: a folder with a SCRFD detector and an ArcFace-style embedder.

Loaded through the `insightface` package, detection and recognition modules only; what else a pack
holds (106 landmarks, 3-D landmarks, age) is not run.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.errors import PackError
from photoclust.models.alignment import similarity_transform
from photoclust.models.cache import sha256_of
from photoclust.models.devices import check_runs_on, providers_for, resolve
from photoclust.models.pack import FacePack, PackDescription, Thresholds, fingerprint
from photoclust.models.quality import face_quality
from photoclust.models.runtime import session_options
from photoclust.vectors import normalised

LICENCE = "InsightFace weights: non-commercial research only"
MIN_SCORE = 0.5

# Raised when the chips change: old libraries must not mix with it. 2: cut as InsightFace does.
BUILD = 2

# Pixels of the square pictures that the detector is given. 128 and 640 are InsightFace's own.
DETECTION_SIDES = {Detail.LOW: [128, 320], Detail.NORMAL: [128, 640], Detail.HIGH: [128, 640, 1600]}

EYE_DISTANCE = 35.0  # pixels, between the eyes of a 112-px chip

# A strip longer than this is less than two pixels wide for the 128-pixel detector.
LONGEST_ASPECT = 64

# By sha256 of the embedder: MobileFaceNet y1, the one small enough to measure everywhere.
MEASURED_THRESHOLDS = {
    "cc40b59e6dec311add7671b70a64b0c96981255a0f97e942c3260b8eba63cf01": Thresholds(
        match=0.44,
        link=0.42,
        split=0.38,
        join=0.40,
        typical=0.216,
        reference=0.32,
        source="lfw-a, fiw-a and scenes/bbt; docs/clustering.md",
    ),
}

# For embedders that were not measured here: the operating point that InsightFace's own album tool
# uses for its packs (similarity 0.48), and for clusters what was measured with MobileFaceNet, which
# was trained with the same loss.
USUAL_THRESHOLDS = Thresholds(
    match=0.48,
    link=0.42,
    split=0.38,
    join=0.40,
    typical=0.216,
    reference=None,
    source="InsightFace album management; clusters as measured with MobileFaceNet",
)


class InsightFacePack(FacePack):
    """A folder of ONNX files, used as InsightFace's `FaceAnalysis` would.

    Raises
    ------
    PackError : the folder has no detector or no embedder, or one of them cannot be loaded, or not
        on that device.
    """

    decoded_side = 4000

    def __init__(self, folder: Path, name: str | None = None, device: str = Device.AUTO) -> None:
        files = sorted(folder.glob("*.onnx"))
        if not files:
            raise PackError(
                f"{folder} holds no ONNX files.", "Give the folder of an InsightFace pack."
            )
        self.device = resolve(device)
        self._detector, self._embedder = _load(folder, self.device)
        used = [Path(self._detector.model_file), Path(self._embedder.model_file)]
        hashes = [sha256_of(path) for path in used]
        self._chip_side = int(self._embedder.input_size[0])
        self.eye_distance = EYE_DISTANCE * self._chip_side / 112
        settings = {
            "min_score": MIN_SCORE,
            "detection_sides": DETECTION_SIDES[Detail.NORMAL],
            "build": BUILD,
        }
        thresholds = MEASURED_THRESHOLDS.get(hashes[1], USUAL_THRESHOLDS)
        self.description = PackDescription(
            name=name or folder.name,
            fingerprint=fingerprint(hashes, settings),
            dim=int(self._embedder.output_shape[-1]),
            licence=LICENCE,
            commercial=False,
            thresholds=thresholds,
            settings=settings,
        )

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        height, width = pixels.shape[:2]
        if max(height, width) > LONGEST_ASPECT * min(height, width):
            return []
        sides = [(side, side) for side in DETECTION_SIDES[detail]]
        shrunk = _bgr(_fitted(pixels, max(DETECTION_SIDES[detail])))
        boxes, points = self._detector.detect(shrunk, sides)
        height, width = shrunk.shape[:2]
        found = []
        for (*corners, score), landmarks in zip(boxes, points, strict=True):
            unit = np.clip(np.array(corners) / ([width, height] * 2), 0, 1)
            if (unit[2:] > unit[:2]).all():
                found.append(Detection.of(unit, float(score), landmarks / (width, height)))
        return sorted(found, key=lambda detection: -detection.score)

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        height, width = pixels.shape[:2]
        places = _landmark_places() * (self._chip_side / 112)
        faces = []
        for detection in detections:
            landmarks = np.array(detection.landmarks) * (width, height)
            chip = _cut(pixels, landmarks, places, self._chip_side)
            embedding = normalised(self._embedder.get_feat(_bgr(chip))[0])
            quality = face_quality(chip, landmarks, detection.score)
            faces.append(DetectedFace(detection, embedding, quality))
        return faces


def _cut(pixels: Pixels, landmarks: NDArray[Any], places: NDArray[Any], side: int) -> Pixels:
    """The chip that InsightFace cuts: sampled bilinearly whatever the scale, black outside.

    So faces have the embeddings that every program with this pack gives them.
    """
    import cv2

    matrix = similarity_transform(landmarks, places)
    return np.asarray(cv2.warpAffine(pixels, matrix, (side, side)), np.uint8)


def _fitted(pixels: Pixels, side: int) -> Pixels:
    """A larger picture as InsightFace shrinks it into a square, sampled bilinearly.

    It does so itself, but then a whole photo would have to be brought to BGR first.
    """
    import cv2

    height, width = pixels.shape[:2]
    if max(height, width) <= side:
        return pixels
    if height > width:
        size = (int(side * width / height), side)
    else:
        size = (side, int(side * height / width))
    return np.asarray(cv2.resize(pixels, size), np.uint8)


def _landmark_places() -> NDArray[np.float32]:
    from insightface.utils.face_align import arcface_dst

    return np.asarray(arcface_dst, np.float32)


def _bgr(pixels: Pixels) -> Pixels:
    import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)


@contextmanager
def without_sockets() -> Iterator[None]:
    """Import insightface inside: urllib3, which it imports, binds a socket to try IPv6."""
    had, socket.has_ipv6 = socket.has_ipv6, False
    try:
        yield
    finally:
        socket.has_ipv6 = had


def _face_analysis_class() -> Any:
    with without_sockets():
        from insightface.app import FaceAnalysis
    return FaceAnalysis


def _load(folder: Path, device: Device) -> tuple[Any, Any]:
    face_analysis = _face_analysis_class()
    try:
        analysis = face_analysis(
            name=str(folder),
            allowed_modules=["detection", "recognition"],
            providers=providers_for(device),
            sess_options=session_options(),
            # Else a session for each size, which on other devices loses the provider's options.
            static_shape_sessions=device is Device.CPU,
        )
        embedder = analysis.models["recognition"]
        analysis.prepare(ctx_id=0, det_thresh=MIN_SCORE)  # a negative one means the CPU
    except KeyError:
        raise PackError(
            f"{folder} has no embedder that InsightFace recognises.",
            "Give the folder of an InsightFace pack.",
        ) from None
    except AssertionError:
        raise PackError(
            f"{folder} has no detector that InsightFace recognises.",
            "Give the folder of an InsightFace pack.",
        ) from None
    except Exception as error:  # onnx and onnxruntime raise their own unexported types
        raise PackError(
            f"The pack in {folder} cannot be loaded: {error}", "Install or copy it again."
        ) from error
    for model in (analysis.det_model, embedder):
        check_runs_on(model.session, device)
    return analysis.det_model, embedder
