"""From a trained network to an ONNX graph that gives the same embeddings."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from photoclust.models.trained_pack import INPUT, OUTPUT

if TYPE_CHECKING:
    from torch import nn

OPSET = 17


def to_onnx(net: nn.Module, shape: tuple[int, ...]) -> bytes:
    """The graph of a network: input `faces` float32 (n, *shape), output `embeddings` (n, dim)."""
    import torch

    net = net.cpu().eval()
    content = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter that is to replace this one needs onnxscript.
        warnings.filterwarnings("ignore", category=DeprecationWarning, message="You are using")
        warnings.filterwarnings("ignore", category=DeprecationWarning, message="The feature will")
        torch.onnx.export(
            net,
            (torch.zeros(2, *shape),),
            content,  # type: ignore[arg-type]  # this exporter writes to streams too
            dynamo=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "n"}, OUTPUT: {0: "n"}},
            opset_version=OPSET,
        )
    return content.getvalue()
