"""Packs that were trained: loaded like any other, and explained when something is missing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from photoclust.errors import PackError
from photoclust.models.chips import ChipShape
from photoclust.models.installed import load_pack
from photoclust.models.pack import FacePack, Thresholds
from photoclust.models.trained_pack import EMBEDDER, INPUT, MANIFEST, OUTPUT, Manifest, write_pack

THRESHOLDS = Thresholds(0.6, 0.5, 0.45, 0.48, 0.3, 0.4, "made up")


def graph(shape: tuple[int, ...], dim: int) -> bytes:
    """A linear map of flattened faces, and its vector made unit length."""
    from onnx import TensorProto, helper, numpy_helper

    inputs = int(np.prod(shape))
    weights = np.random.default_rng(0).standard_normal((inputs, dim)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", [INPUT], ["flat"]),
        helper.make_node("MatMul", ["flat", "w"], ["mapped"]),
        helper.make_node("LpNormalization", ["mapped"], [OUTPUT], axis=1),
    ]
    made = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", *shape])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", dim])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture(params=["chip", "head"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, open_pack: FacePack) -> Path:
    """A pack on `open`, of each kind."""
    chip = ChipShape(64, colour=False) if request.param == "chip" else None
    embedder = graph(chip.shape if chip else (128,), 32)
    manifest = Manifest(
        base="open",
        base_fingerprint=open_pack.description.fingerprint,
        chip=chip,
        dim=32,
        sha256=hashlib.sha256(embedder).hexdigest(),
        thresholds=THRESHOLDS,
        training={"steps": 1},
        evaluation={},
    )
    write_pack(tmp_path / "mine", manifest, embedder)
    return tmp_path / "mine"


def changed(folder: Path, **fields: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, **fields}))


def test_a_folder_with_pack_json_is_loaded_like_any_pack(
    folder: Path, open_pack: FacePack, group_photo: np.ndarray
) -> None:
    pack = load_pack(str(folder))
    faces, expected = pack.analyse(group_photo), open_pack.analyse(group_photo)
    assert pack.description.name == "mine"
    assert pack.description.thresholds == THRESHOLDS
    assert pack.description.commercial
    assert "trained by you" in pack.description.licence
    assert [face.detection for face in faces] == [face.detection for face in expected]
    for face, same in zip(faces, expected, strict=True):
        assert face.embedding.shape == (32,)
        assert np.linalg.norm(face.embedding) == pytest.approx(1, abs=1e-5)
        assert face.quality == pytest.approx(same.quality, abs=0.15)


def test_the_fingerprint_is_that_of_weights_and_base(folder: Path, tmp_path: Path) -> None:
    first = load_pack(str(folder)).description.fingerprint
    moved = folder.rename(tmp_path / "moved")
    changed(moved, training={}, evaluation={"auc": 1})
    assert load_pack(str(moved)).description.fingerprint == first
    assert load_pack("mine", str(moved), fingerprint=first).description.name == "moved"
    embedder = (moved / EMBEDDER).read_bytes() + b"\x08\x08"
    (moved / EMBEDDER).write_bytes(embedder)
    changed(moved, sha256=hashlib.sha256(embedder).hexdigest())
    assert load_pack(str(moved)).description.fingerprint != first


def test_a_damaged_pack_is_refused(folder: Path) -> None:
    (folder / EMBEDDER).write_bytes(b"not a graph")
    with pytest.raises(PackError, match=r"embedder\.onnx is damaged"):
        load_pack(str(folder))
    (folder / EMBEDDER).unlink()
    with pytest.raises(PackError, match="lacks"):
        load_pack(str(folder))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"base": 3}'])
def test_a_pack_json_that_says_nothing_is_refused(folder: Path, text: str) -> None:
    (folder / MANIFEST).write_text(text)
    with pytest.raises(PackError, match=r"pack\.json is damaged"):
        load_pack(str(folder))


def test_a_base_that_is_not_there_is_named(folder: Path) -> None:
    changed(folder, base="/nowhere/base")
    with pytest.raises(PackError, match="finds faces with the pack /nowhere/base"):
        load_pack(str(folder))


def test_a_base_that_is_another_now_is_refused(folder: Path) -> None:
    changed(folder, base_fingerprint="0" * 64)
    with pytest.raises(PackError, match="not the one that mine was trained with"):
        load_pack(str(folder))
