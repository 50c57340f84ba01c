"""Where models run: the processor, or what else the installed ONNX Runtime offers.

Embeddings must not depend on it, so every provider is told to compute in float32.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from photoclust.choices import Device
from photoclust.errors import PackError

Provider = str | tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """How ONNX Runtime reaches a device.

    Attributes
    ----------
    provider : ONNX Runtime's name of it.
    wheel : the build of ONNX Runtime that has it, for pip; None for the plain one on macOS.
    needs : what it takes to start, as a sentence.
    options : of the provider; see docs/models.md.
    """

    provider: str
    wheel: str | None
    needs: str
    options: dict[str, str]

    @property
    def way_to_get(self) -> str:
        """The way out where the installed ONNX Runtime was built without it."""
        if self.wheel is None:
            return "Only ONNX Runtime for macOS has it; choose another device."
        return swap_to(self.wheel)

    @property
    def way_to_start(self) -> str:
        """The way out where ONNX Runtime was built with it, but it does not start."""
        return f"{self.needs} Otherwise choose another device."


OFFERS = {
    Device.CUDA: Offer(
        "CUDAExecutionProvider",
        wheel="'onnxruntime-gpu[cuda,cudnn]'",
        needs="It needs NVIDIA's driver, and CUDA and cuDNN: run "
        "`pip install 'onnxruntime-gpu[cuda,cudnn]'`.",
        # TF32 has a mantissa of 10 bits. HEURISTIC: EXHAUSTIVE tries every algorithm again for
        # each size of photo.
        options={"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"},
    ),
    Device.COREML: Offer(
        "CoreMLExecutionProvider",
        wheel=None,
        needs="It needs macOS 12.",
        # The neural engine knows only float16, and so does the GPU in the format NeuralNetwork.
        options={"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU"},
    ),
    Device.OPENVINO: Offer(
        "OpenVINOExecutionProvider",
        wheel="onnxruntime-openvino",
        needs="It needs onnxruntime-openvino 1.24.",
        # Without the hint processors with bfloat16 compute in it. One thread, as on the CPU.
        options={
            "device_type": "CPU",
            "load_config": json.dumps(
                {
                    "CPU": {
                        "INFERENCE_PRECISION_HINT": "f32",
                        "INFERENCE_NUM_THREADS": "1",
                        "NUM_STREAMS": "1",
                    }
                }
            ),
        },
    ),
}

# Distributions that all install the module `onnxruntime`, one over the other.
BUILDS = (
    "onnxruntime",
    *("onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml", "onnxruntime-silicon"),
    *("onnxruntime-rocm", "onnxruntime-migraphx", "onnxruntime-qnn", "onnxruntime-cann"),
)

CPU_PROVIDER = "CPUExecutionProvider"

# What ONNX Runtime's log calls a warning, an error, and nothing.
_WARNING, _ERROR, _SILENCE = 2, 3, 4


def resolve(device: str) -> Device:
    """The device that models will run on: as asked; for `auto` CUDA where it works, else the CPU.

    Raises
    ------
    PackError : there is no such device, ONNX Runtime was built without it, or it does not start.
    """
    if device not in list(Device):
        raise PackError(f"There is no device called {device}.", f"Choose one of {_names()}.")
    asked = Device(device)
    if asked is Device.AUTO:
        return Device.CUDA if is_live(Device.CUDA) else Device.CPU
    if asked is Device.CPU:
        return asked
    offer = OFFERS[asked]
    if offer.provider not in available_providers():
        raise PackError(f"The installed ONNX Runtime cannot use {asked}.", offer.way_to_get)
    if not _starts(asked, loud=True):
        raise PackError(f"ONNX Runtime cannot start {asked} here.", offer.way_to_start)
    return asked


def providers_for(device: Device) -> list[Provider]:
    """What ONNX Runtime is to be given for a resolved device: its provider, then the CPU's."""
    if device is Device.CPU:
        return [CPU_PROVIDER]
    offer = OFFERS[device]
    return [(offer.provider, offer.options), CPU_PROVIDER]


def check_runs_on(session: Any, device: Device) -> None:
    """See to it that a session is where it should be: ONNX Runtime falls back without a word.

    Raises
    ------
    PackError : it runs on the CPU instead.
    """
    if device is not Device.CPU and OFFERS[device].provider not in session.get_providers():
        raise PackError(
            f"The model does not run on {device}: ONNX Runtime went back to the CPU.",
            "Choose the device cpu.",
        )


def available_providers() -> list[str]:
    """The providers that the installed ONNX Runtime was built with."""
    import onnxruntime

    providers: list[str] = onnxruntime.get_available_providers()
    return providers


def installed_builds() -> dict[str, str]:
    """The installed distributions of ONNX Runtime, with their versions; there should be one."""
    found = {}
    for name in BUILDS:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def swap_to(wheel: str) -> str:
    """How to replace what is installed of ONNX Runtime by another build."""
    installed = " ".join(installed_builds()) or "onnxruntime"
    return f"Run `pip uninstall {installed}`, then `pip install {wheel}` (docs/models.md)."


@functools.cache
def is_live(device: Device) -> bool:
    """Does a small model really run there? Being listed by ONNX Runtime says nothing yet."""
    built_in = device is Device.CPU or OFFERS[device].provider in available_providers()
    return built_in and _starts(device)


def _starts(device: Device, *, loud: bool = False) -> bool:
    """Run a convolution on the device; `loud` lets ONNX Runtime say on stderr why it cannot."""
    import numpy as np
    import onnxruntime

    with _log_level(_WARNING if loud else _SILENCE):
        if device is Device.CUDA and hasattr(onnxruntime, "preload_dlls"):
            with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does not find
                onnxruntime.preload_dlls()
        try:
            session = onnxruntime.InferenceSession(
                _small_model(), providers=providers_for(device), enable_fallback=0
            )
            check_runs_on(session, device)
            session.run(None, {"x": np.ones((1, 1, 8, 8), np.float32)})
        except Exception:  # onnxruntime raises its own unexported types
            return False
    return True


def _small_model() -> bytes:
    from onnx import TensorProto, helper

    weights = helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 3, 3], [1.0] * 9)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 6, 6])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


@contextlib.contextmanager
def _log_level(level: int) -> Iterator[None]:
    import onnxruntime

    onnxruntime.set_default_logger_severity(level)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(_ERROR)


def _names() -> str:
    return ", ".join(Device)
