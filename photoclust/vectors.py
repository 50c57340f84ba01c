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


def from_blobs(blobs: list[bytes], dim: int) -> Matrix:
    """Stored vectors as one matrix of shape (len(blobs), dim)."""
    if not blobs:
        return np.empty((0, dim), np.float32)
    matrix = np.frombuffer(b"".join(blobs), STORED_DTYPE).reshape(len(blobs), dim)
    return matrix.astype(np.float32, copy=False)
