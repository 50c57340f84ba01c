"""What a user may choose from; light, so that the command line can offer it without delay."""

from __future__ import annotations

from enum import StrEnum


class Detail(StrEnum):
    """How small the faces are that are looked for: a larger picture finds smaller ones, slower."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"

    def is_closer_than(self, other: Detail) -> bool:
        """Does it find smaller faces?"""
        order = list(Detail)
        return order.index(self) > order.index(other)


class Device(StrEnum):
    """What a model can be asked to run on."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    COREML = "coreml"
    OPENVINO = "openvino"


class Placing(StrEnum):
    """How a map places faces."""

    UMAP = "umap"
    PCA = "pca"


class Images(StrEnum):
    """Whether crops are shown in the terminal."""

    AUTO = "auto"
    NEVER = "never"


class Theme(StrEnum):
    """The colours of pages: as each reader prefers, light, or dark."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Preprocess(StrEnum):
    """How a face is got out of a photo: detected and aligned, or from a place fixed for all."""

    ALIGN = "align"
    CROP = "crop"


class Net(StrEnum):
    """What can be trained."""

    INCEPTION = "inception"
    CONV4 = "conv4"
    RESIDUAL = "residual"
    HEAD = "head"


class Mining(StrEnum):
    """Which triplets are learned from; see docs/lab.md."""

    SEMI_HARD = "semi-hard"
    HARD = "hard"
    BATCH_HARD = "batch-hard"
    ALL = "all"
    OFFLINE = "offline"


class Optimiser(StrEnum):
    """What moves the weights."""

    ADAM = "adam"
    SGD = "sgd"


class Schedule(StrEnum):
    """How the learning rate goes on."""

    CONSTANT = "constant"
    COSINE = "cosine"
    STEP = "step"
