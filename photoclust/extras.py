"""The packages that only some commands need, and what to say when they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from photoclust.errors import PhotoclustError


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of the installation; nothing here imports its packages.

    Attributes
    ----------
    name : in `photoclust[name]`.
    use : what needs it, as the beginning of a sentence.
    packages : as Python imports them, and as people know them.
    """

    name: str
    use: str
    packages: dict[str, str]

    @property
    def missing(self) -> list[str]:
        return [title for module, title in self.packages.items() if find_spec(module) is None]

    @property
    def hint(self) -> str:
        return f"Install the extra: pip install 'photoclust[{self.name}]'"

    def require(self) -> None:
        """See to it that its packages are there.

        Raises
        ------
        PhotoclustError : one is not installed; the hint says how to.
        """
        if self.missing:
            missing = " and ".join(self.missing)
            raise PhotoclustError(
                f"{self.use} needs {missing}, which photoclust does not install by itself.",
                self.hint,
            )


MAP = Extra("map", "A map", {"bokeh": "bokeh", "umap": "umap-learn"})
LAB = Extra(
    "lab",
    "Training",
    {"torch": "PyTorch", "pytorch_metric_learning": "pytorch-metric-learning"},
)
