"""The packages that only training needs, and what to say when they are missing."""

from __future__ import annotations

from importlib.util import find_spec

from photoclust.errors import PhotoclustError

PACKAGES = {"torch": "PyTorch", "pytorch_metric_learning": "pytorch-metric-learning"}


def require_training() -> None:
    """See to it that PyTorch and pytorch-metric-learning are there.

    Raises
    ------
    PhotoclustError : one is not installed; the hint says how to.
    """
    missing = [name for module, name in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise PhotoclustError(
            f"Training needs {' and '.join(missing)}, which photoclust does not install by itself.",
            "Install the extra: pip install 'photoclust[lab]'",
        )
