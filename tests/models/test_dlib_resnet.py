"""The rebuilt network is dlib's, and nothing but its own file is opened for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from photoclust.domain import Pixels
from photoclust.errors import PackError
from photoclust.models import dlib_resnet
from photoclust.models.alignment import cut_chip
from photoclust.models.open_pack import CHIP_PLACES, OpenPack, source_files
from photoclust.models.runtime import open_session

DAT = "dlib_face_recognition_resnet_model_v1.dat"


@pytest.fixture(scope="module")
def dat() -> bytes:
    _detector, embedder = source_files()
    assert embedder.name == DAT
    return embedder.read_bytes()


@pytest.fixture(scope="module")
def chips(open_pack: OpenPack, group_photo: Pixels) -> Pixels:
    """The six friends' faces, (6, 150, 150, 3)."""
    height, width = group_photo.shape[:2]
    return np.stack(
        [
            cut_chip(
                group_photo,
                np.array(face.detection.landmarks) * (width, height),
                CHIP_PLACES,
                dlib_resnet.CHIP_SIDE,
            )
            for face in open_pack.analyse(group_photo)
        ]
    )


@pytest.fixture(scope="module")
def descriptors(dat: bytes, chips: Pixels) -> np.ndarray:
    session = open_session(dlib_resnet.build_onnx(dat).SerializeToString())
    return np.asarray(session.run(None, {"chips": chips})[0])


def test_the_rebuilt_network_is_dlibs_own(chips: Pixels, descriptors: np.ndarray) -> None:
    dlib = pytest.importorskip("dlib", reason="dlib-bin is not installed")
    original = dlib.face_recognition_model_v1(str(source_files()[1]))
    theirs = np.array([original.compute_face_descriptor(chip) for chip in chips])
    assert descriptors.shape == (6, dlib_resnet.DIM)
    assert np.abs(descriptors - theirs).max() < 1e-5


def test_one_by_one_is_as_all_at_once(dat: bytes, chips: Pixels, descriptors: np.ndarray) -> None:
    session = open_session(dlib_resnet.build_onnx(dat).SerializeToString())
    for chip, together in zip(chips, descriptors, strict=True):
        alone = session.run(None, {"chips": chip[None]})[0][0]
        assert np.abs(alone - together).max() < 1e-5


def test_no_two_of_the_friends_are_one_person(open_pack: OpenPack, group_photo: Pixels) -> None:
    looks = np.stack([face.embedding for face in open_pack.analyse(group_photo)])
    assert np.linalg.norm(looks, axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    alike = looks @ looks.T - 2 * np.eye(6)
    assert alike.max() < open_pack.description.thresholds.match


def test_building_it_twice_gives_the_same_bytes(dat: bytes) -> None:
    once = dlib_resnet.build_onnx(dat).SerializeToString()
    assert once == dlib_resnet.build_onnx(dat).SerializeToString()


@pytest.mark.parametrize("part", [0.0, 0.00001])
def test_a_file_without_layers_is_refused(dat: bytes, part: float) -> None:
    with pytest.raises(PackError, match=r"weights file.*Reinstall"):
        dlib_resnet.build_onnx(dat[: int(len(dat) * part)])


@pytest.mark.parametrize("part", [0.25, 0.5, 0.75, 0.99])
def test_a_truncated_file_is_refused(dat: bytes, part: float) -> None:
    with pytest.raises(PackError, match="Reinstall"):
        dlib_resnet.build_onnx(dat[: int(len(dat) * part)])


def test_a_file_that_ends_after_a_layers_name_is_refused(dat: bytes) -> None:
    end = dat.index(b"con_4") + len(b"con_4")
    with pytest.raises(PackError, match="Reinstall"):
        dlib_resnet.build_onnx(dat[:end])


OPENED_FILES = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from photoclust.models.open_pack import OpenPack
OpenPack()
print(json.dumps({"opened": opened, "modules": list(sys.modules)}))
"""


def test_of_the_models_wheel_only_the_resnet_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 68-point file that lies beside it has a licence of its own."""
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "cache"))
    run = subprocess.run(
        [sys.executable, "-c", OPENED_FILES], capture_output=True, text=True, check=True
    )
    seen = json.loads(run.stdout)
    of_the_wheel = {
        Path(name).name for name in seen["opened"] if "face_recognition_models" in Path(name).parts
    }
    assert of_the_wheel == {DAT}
    assert not [name for name in seen["opened"] if "shape_predictor" in name]
    assert "face_recognition_models" not in seen["modules"]
    assert len(list((tmp_path / "cache").rglob("*.onnx"))) == 2
