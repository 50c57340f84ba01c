"""The graph that is shipped gives what the trained network gives."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from photoclust.choices import Net
from photoclust.lab.training.exporting import to_onnx
from photoclust.lab.training.networks import build
from photoclust.models.runtime import open_session
from photoclust.models.trained_pack import INPUT, OUTPUT

SHAPES = {
    Net.INCEPTION: (1, 64, 64),
    Net.CONV4: (1, 64, 64),
    Net.RESIDUAL: (3, 112, 112),
    Net.HEAD: (128,),
}


@pytest.mark.parametrize("net", list(Net))
def test_onnx_gives_what_torch_gives_for_any_number_of_faces(net: Net) -> None:
    made = build(net, 256, 128, seed=1)
    session = open_session(to_onnx(made, SHAPES[net]))
    for count in (1, 5):
        faces = torch.rand(count, *SHAPES[net], generator=torch.Generator().manual_seed(count))
        faces = faces if net is Net.HEAD else faces * 255
        found = session.run([OUTPUT], {INPUT: faces.numpy()})[0]
        np.testing.assert_allclose(found, made(faces).detach(), rtol=0, atol=1e-5)


def test_the_same_weights_give_the_same_bytes() -> None:
    one, same = (to_onnx(build(Net.CONV4, 128, 0, seed=1), (1, 64, 64)) for _ in range(2))
    assert one == same
