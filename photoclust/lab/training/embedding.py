"""From prepared faces to embeddings, as the finished pack gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photoclust.vectors import Matrix, normalised

if TYPE_CHECKING:
    from torch import Tensor, nn

AT_ONCE = 256


def to_tensor(rows: NDArray[Any], device: str) -> Tensor:
    """Prepared faces (n, ...) as float32 on a device; chips keep their grey levels 0..255."""
    import torch

    tensor = torch.from_numpy(rows.astype(np.float32)).to(device)
    if tensor.dim() == 4:
        return tensor.contiguous(memory_format=torch.channels_last)
    return tensor


def embed(net: nn.Module, rows: NDArray[Any], device: str) -> Matrix:
    """Unit vectors (n, dim) of prepared faces (n, ...).

    Of a chip the mean with its mirror image, as `models.trained_pack` does.
    """
    import torch

    vectors = []
    net.eval()
    with torch.inference_mode():
        for start in range(0, len(rows), AT_ONCE):
            faces = to_tensor(rows[start : start + AT_ONCE], device)
            found = net(faces)
            if faces.dim() == 4:
                found = found + net(faces.flip(3))
            vectors.append(found.float().cpu().numpy())
    net.train()
    return normalised(np.concatenate(vectors))
