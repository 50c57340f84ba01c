"""Where models run: chosen, refused with the way out, and never silently somewhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from photoclust.choices import Device
from photoclust.domain import Pixels
from photoclust.errors import PackError
from photoclust.models import devices
from photoclust.models.devices import (
    CPU_PROVIDER,
    OFFERS,
    available_providers,
    check_runs_on,
    installed_builds,
    is_live,
    providers_for,
    resolve,
    swap_to,
)
from photoclust.models.installed import load_pack
from photoclust.models.runtime import open_session, session_options

ELSEWHERE = [device for device in Device if device in OFFERS]


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """What was found to be live does not outlast a test."""
    is_live.cache_clear()
    yield
    is_live.cache_clear()


def pretend(monkeypatch: pytest.MonkeyPatch, *built_in: Device, live: tuple[Device, ...]) -> None:
    """An ONNX Runtime with these devices built in, of which some start."""
    providers = [OFFERS[device].provider for device in built_in]
    monkeypatch.setattr(devices, "available_providers", lambda: [*providers, CPU_PROVIDER])
    monkeypatch.setattr(
        devices, "_starts", lambda device, loud=False: device in (Device.CPU, *live)
    )


class Session:
    """A session that says where it runs."""

    def __init__(self, *providers: str) -> None:
        self._providers = list(providers)

    def get_providers(self) -> list[str]:
        return self._providers


# What is chosen


def test_the_cpu_is_always_there() -> None:
    assert resolve("cpu") is Device.CPU
    assert is_live(Device.CPU)
    assert providers_for(Device.CPU) == [CPU_PROVIDER]


def test_auto_takes_cuda_only_where_it_is_live(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, Device.CUDA, live=(Device.CUDA,))
    assert resolve("auto") is Device.CUDA
    is_live.cache_clear()
    pretend(monkeypatch, Device.CUDA, live=())
    assert resolve("auto") is Device.CPU


def test_auto_leaves_coreml_and_openvino_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (Device.COREML, Device.OPENVINO)
    pretend(monkeypatch, *both, live=both)
    assert resolve("auto") is Device.CPU
    assert [resolve(device) for device in both] == list(both)


def test_what_is_not_built_in_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, live=(Device.CUDA,))
    assert not is_live(Device.CUDA)


def test_an_unknown_device_is_a_mistake() -> None:
    with pytest.raises(PackError, match="Choose one of auto, cpu, cuda, coreml, openvino"):
        resolve("gpu")
    with pytest.raises(PackError, match="no device called gpu"):
        load_pack("open", device="gpu")


# What is refused


@pytest.mark.parametrize(
    ("device", "way"),
    [
        (Device.CUDA, r"pip install 'onnxruntime-gpu\[cuda,cudnn\]'"),
        (Device.OPENVINO, "pip install onnxruntime-openvino"),
        (Device.COREML, "Only ONNX Runtime for macOS"),
    ],
)
def test_a_device_that_the_build_lacks(
    monkeypatch: pytest.MonkeyPatch, device: Device, way: str
) -> None:
    pretend(monkeypatch, live=())
    with pytest.raises(PackError, match=f"cannot use {device}.*{way}"):
        resolve(device)


@pytest.mark.parametrize("device", ELSEWHERE)
def test_a_device_that_does_not_start(monkeypatch: pytest.MonkeyPatch, device: Device) -> None:
    pretend(monkeypatch, device, live=())
    with pytest.raises(PackError, match=f"cannot start {device} here.*another device"):
        resolve(device)


def test_the_swap_names_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "installed_builds", lambda: {"onnxruntime-gpu": "1", "x": "2"})
    assert swap_to("new") == (
        "Run `pip uninstall onnxruntime-gpu x`, then `pip install new` (docs/models.md)."
    )
    monkeypatch.setattr(devices, "installed_builds", dict)
    assert "pip uninstall onnxruntime`" in swap_to("new")


def test_installed_builds_are_found() -> None:
    assert onnxruntime.__version__ in installed_builds().values()


# What ONNX Runtime does on its own


def test_a_provider_that_is_missing_is_not_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime only warns, and goes to the CPU."""
    missing = next(d for d in ELSEWHERE if OFFERS[d].provider not in available_providers())
    every = [offer.provider for offer in OFFERS.values()]
    monkeypatch.setattr(devices, "available_providers", lambda: every)
    assert not is_live(missing)


def test_a_session_that_went_back_to_the_cpu_is_noticed() -> None:
    cuda = OFFERS[Device.CUDA].provider
    check_runs_on(Session(cuda, CPU_PROVIDER), Device.CUDA)
    check_runs_on(Session(CPU_PROVIDER), Device.CPU)
    with pytest.raises(PackError, match="does not run on cuda"):
        check_runs_on(Session(CPU_PROVIDER), Device.CUDA)


def test_probing_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for device in Device:
        if device is not Device.AUTO:
            is_live(device)
    resolve("auto")
    assert capfd.readouterr() == ("", "")


# Options


def test_every_device_keeps_float32() -> None:
    """What docs/models.md says of precision."""
    assert OFFERS[Device.CUDA].options["use_tf32"] == "0"
    assert OFFERS[Device.COREML].options["ModelFormat"] == "MLProgram"
    assert OFFERS[Device.COREML].options["MLComputeUnits"] == "CPUAndGPU"
    config = json.loads(OFFERS[Device.OPENVINO].options["load_config"])
    assert config["CPU"]["INFERENCE_PRECISION_HINT"] == "f32"


@pytest.mark.parametrize("device", ELSEWHERE)
def test_the_cpu_comes_after_the_device(device: Device) -> None:
    first, second = providers_for(device)
    assert first == (OFFERS[device].provider, OFFERS[device].options)
    assert second == CPU_PROVIDER
    assert all(isinstance(value, str) for value in OFFERS[device].options.values())


def test_a_session_has_one_thread() -> None:
    options = session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


# Packs


def test_a_pack_knows_its_device(open_pack: object) -> None:
    assert open_pack.device in (Device.CPU, Device.CUDA)
    assert load_pack("open", device="cpu").device is Device.CPU


def test_an_insightface_pack_is_given_the_device(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session options and providers reach insightface, and it leaves them as they are."""
    folder = data / "models" / "scrfd-mbf"
    if not folder.is_dir():
        pytest.skip(f"no InsightFace pack at {folder}")
    pack = load_pack(str(folder), device="cpu")
    assert pack.device is Device.CPU
    for model in (pack._detector, pack._embedder):
        assert model.session.get_providers() == [CPU_PROVIDER]
        assert model.session.get_session_options().intra_op_num_threads == 1
    pretend(monkeypatch, Device.OPENVINO, live=(Device.OPENVINO,))
    monkeypatch.setattr(
        "photoclust.models.insightface_pack.providers_for", lambda device: [CPU_PROVIDER]
    )
    with pytest.raises(PackError, match="does not run on openvino"):
        load_pack(str(folder), device="openvino")


@pytest.mark.parametrize("name", ["open", "scrfd-mbf"])
@pytest.mark.parametrize("device", ELSEWHERE)
def test_embeddings_do_not_depend_on_the_device(
    device: Device, name: str, data: Path, group_photo: Pixels
) -> None:
    """Runs where a build of ONNX Runtime with the device is installed, and the device too."""
    if not is_live(device):
        pytest.skip(f"{device} does not run here")
    wanted = name if name == "open" else str(data / "models" / name)
    here, there = (load_pack(wanted, device=where) for where in ("cpu", device))
    assert there.device is device
    detections = here.detect(group_photo)
    assert len(there.detect(group_photo)) == len(detections)
    ours, theirs = (
        np.stack([face.embedding for face in pack.embed(group_photo, detections)])
        for pack in (here, there)
    )
    assert np.abs(ours - theirs).max() < 1e-4
    assert there.embed(group_photo, []) == []


def test_a_model_on_a_device_that_is_not_there_is_refused() -> None:
    missing = next(d for d in ELSEWHERE if OFFERS[d].provider not in available_providers())
    with (
        pytest.warns(UserWarning, match="not in available provider names"),
        pytest.raises(PackError, match=f"does not run on {missing}"),
    ):
        open_session(devices._small_model(), missing)
