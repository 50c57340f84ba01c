"""The packages that only maps need, and what to say when they are missing."""

from __future__ import annotations

from importlib.util import find_spec

from photoclust.errors import PhotoclustError

PACKAGES = {"bokeh": "bokeh", "umap": "umap-learn"}  # in Python, on PyPI


def require_map() -> None:
    """See to it that Bokeh and UMAP are there.

    Raises
    ------
    PhotoclustError : one is not installed; the hint says how to.
    """
    missing = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise PhotoclustError(
            f"A map needs {' and '.join(missing)}, which photoclust does not install by itself.",
            "Install the extra: pip install 'photoclust[map]'",
        )
