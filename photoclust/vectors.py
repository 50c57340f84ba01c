"""Embeddings as arrays and as bytes: the only place that knows how a vector is stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

STORED_DTYPE = np.dtype("<f4")


def normalised(vectors: NDArray[np.floating]) -> Matrix:
    """Scale to unit length along the last axis; a zero vector stays zero."""
    vectors = np.asarray(vectors, dtype=np.float32)
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)


def to_blob(vector: Vector) -> bytes:
    """A unit vector of shape (dim,) as little-endian float32 bytes."""
    return np.ascontiguousarray(vector, dtype=STORED_DTYPE).tobytes()


def from_bytes(data: bytes | bytearray, dim: int) -> Matrix:
    """Stored vectors, one after the other, as one matrix of shape (n, dim)."""
    matrix = np.frombuffer(data, STORED_DTYPE).reshape(-1, dim)
    return matrix.astype(np.float32, copy=False)


def alike(keys: NDArray[np.int64], indices: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The indices (m,) in groups of one key (n,) each, in order of the keys."""
    order = indices[np.argsort(keys[indices], kind="stable")]
    starts = np.flatnonzero(np.diff(keys[order])) + 1
    return [group for group in np.split(order, starts) if len(group)]
