"""ONNX Runtime sessions as photoclust wants them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from photoclust.choices import Device
from photoclust.errors import PackError
from photoclust.models.devices import check_runs_on, providers_for

if TYPE_CHECKING:
    import onnxruntime


def session_options() -> onnxruntime.SessionOptions:
    """One CPU thread a session: photos run side by side instead, which keeps cores busier."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps a block for each size of photo
    options.log_severity_level = 3
    return options


def open_session(model: Path | bytes, device: Device = Device.CPU) -> onnxruntime.InferenceSession:
    """A session over an ONNX file or its bytes, on a device that `resolve` gave.

    Raises
    ------
    PackError : ONNX Runtime cannot load it, or not on that device.
    """
    import onnxruntime

    source = model if isinstance(model, bytes) else str(model)
    try:
        session = onnxruntime.InferenceSession(
            source, session_options(), providers=providers_for(device), enable_fallback=0
        )
    except Exception as error:  # onnxruntime raises its own unexported types
        name = model.name if isinstance(model, Path) else "a model"
        raise PackError(
            f"ONNX Runtime cannot load {name}: {error}", "Run `photoclust models verify`."
        ) from error
    check_runs_on(session, device)
    return session
