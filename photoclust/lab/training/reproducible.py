"""PyTorch as it must be set for the same run to give the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reproducible(threads: int, device: str) -> Iterator[None]:
    """So many threads, and on the CPU only operations that give the same bits each time.

    Some gradients have no such operation on CUDA. What was set before is set again afterwards.
    """
    import torch

    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(device == "cpu")
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
