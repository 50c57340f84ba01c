"""Where a training run was, on disk: a run that was killed goes on from there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from photoclust.models.cache import write_atomically


def save(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values, all or nothing."""
    import torch

    content = io.BytesIO()
    torch.save(state, content)
    write_atomically(path, content.getvalue())


def load(path: Path, device: str) -> dict[str, Any] | None:
    """What was saved; None where there is nothing, or it cannot be read."""
    import torch

    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except Exception:  # torch raises whatever the damage leads to
        return None
    return state
