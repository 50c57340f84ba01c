"""InsightFace's liveness add-on, with a model that stands in for it: bright faces are live."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from photoclust.domain import Box, Detection
from photoclust.errors import PackError
from photoclust.lab.live.liveness import Liveness, installed_model

SPOTS = ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.42, 0.6), (0.58, 0.6))
FACE = Detection(Box(0.3, 0.3, 0.7, 0.7), 0.9, SPOTS)


def mean_of_red(path: Path) -> Path:
    """A model with the add-on's input and output: its score is how red the face is."""
    axes = helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3])
    starts = helper.make_tensor("starts", TensorProto.INT64, [1], [0])
    ends = helper.make_tensor("ends", TensorProto.INT64, [1], [1])
    channel = helper.make_tensor("channel", TensorProto.INT64, [1], [1])
    graph = helper.make_graph(
        [
            helper.make_node("Slice", ["x", "starts", "ends", "channel"], ["red"]),
            helper.make_node("ReduceMean", ["red", "axes"], ["y"], keepdims=0),
        ],
        "stand-in",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 80, 80])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
        [axes, starts, ends, channel],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(("red", "live"), [(250, True), (60, False)])
def test_what_the_model_says(tmp_path: Path, red: int, live: bool) -> None:
    pixels = np.full((400, 400, 3), (red, 128, 128), np.uint8)
    said = Liveness(mean_of_red(tmp_path / "model.onnx")).look(pixels, FACE)
    assert said.live is live
    assert said.score == pytest.approx(red / 255, abs=0.01)


def test_a_face_at_the_edge_cannot_be_told(tmp_path: Path) -> None:
    corner = Detection(FACE.box, 0.9, tuple((x * 0.3, y * 0.3) for x, y in SPOTS))
    pixels = np.full((100, 100, 3), 250, np.uint8)
    liveness = Liveness(mean_of_red(tmp_path / "model.onnx"))
    said = liveness.look(pixels, Detection(corner.box, 0.9, tuple((x, y - 0.1) for x, y in SPOTS)))
    assert said.live is True
    cut = tuple((x - 0.42, y - 0.4) for x, y in SPOTS)
    assert liveness.look(pixels, Detection(corner.box, 0.9, cut)).live is None


def test_landmarks_that_are_no_face(tmp_path: Path) -> None:
    nothing = Detection(FACE.box, 0.9, ((0.5, 0.5),) * 5)
    pixels = np.full((100, 100, 3), 250, np.uint8)
    assert Liveness(mean_of_red(tmp_path / "model.onnx")).look(pixels, nothing).live is None


def test_a_file_that_is_no_such_model(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(PackError, match="not InsightFace's liveness model"):
        Liveness(tmp_path / "model.onnx")


def test_installed_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched; another file in its place is told."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert installed_model() is None
    place = tmp_path / ".insightface" / "addons" / "liveness.onnx"
    place.parent.mkdir(parents=True)
    mean_of_red(place)
    with pytest.raises(PackError, match="not the published file"):
        installed_model()
