"""The faces that are like a person, among very many: exactly those of `similarity_to`, sooner.

All products with the exemplars are made in single precision. Their errors have a bound, so what is
clearly too far is dismissed for good, and the few that remain are compared in double precision. A
face's similarity therefore does not depend on which other faces are compared at the same time.

A large matrix is multiplied by onnxruntime, in blocks, one thread a processor: numpy's product
first copies all of the matrix, which costs as much as multiplying it by so few exemplars, and its
threads wait for each other wherever somebody else is busy (docs/benchmarks.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from photoclust.search.match import mean_of_nearest
from photoclust.vectors import Matrix

Indices = NDArray[np.int64]
Similarities = NDArray[np.float32]
Product = Callable[[Matrix, Matrix], NDArray[np.float32]]

# Rows that a thread works on at a time; their products with 16 exemplars are 2 MB.
ROWS = 32_768

# Numbers in a matrix from which onnxruntime is worth loading, 0.3 s: 500,000 faces of 128.
LARGE = 2**26

# To know what is near, every so manieth face is looked at; and how many of them more than it takes.
EVERY, SPARE = 50, 16

# By how much of itself a result in single precision may be off.
ROUNDING = float(np.finfo(np.float32).eps) / 2


class FaceIndex:
    """Unit vectors (n, dim), float32 and contiguous; may be mapped from a file, and is not copied.

    Any number of threads may ask at the same time. The exemplars asked for are unit vectors
    (m, dim), float32, m >= 1; a similarity is the mean cosine over the three nearest of them.
    """

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix

    def within(
        self, exemplars: Matrix, threshold: float, more: int = 0
    ) -> tuple[Indices, Similarities]:
        """All faces at least so similar, and so many `more`, the most similar of the others.

        They are told in order (k,), with their similarities (k,). Of equally similar others the
        first comes first.
        """
        least = self._floor(exemplars, threshold, more) if more else threshold
        rows, similarities = self._near(exemplars, least - self._slack)
        others = np.flatnonzero(similarities < threshold)
        if len(others) < more and least > -np.inf:
            rows, similarities = self._near(exemplars, -np.inf)
            others = np.flatnonzero(similarities < threshold)
        too_far = others[np.argsort(-similarities[others], kind="stable")[more:]]
        return np.delete(rows, too_far), np.delete(similarities, too_far)

    def similarities(self, exemplars: Matrix, rows: Indices) -> Similarities:
        """Of these faces (k,): their similarities (k,)."""
        found = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), ROWS):
            block = slice(start, start + ROWS)
            found[block] = exact_similarity(exemplars, self._matrix[rows[block]])
        return found

    @property
    def _slack(self) -> float:
        """What a similarity in single precision may be off by, and the threshold with it.

        The error of a scalar product is at most n u / (1 - n u) times the product of the lengths
        (Higham, Accuracy and Stability of Numerical Algorithms, 2002, 3.1). Twice that, because
        stored vectors are of unit length but for rounding.
        """
        dim: int = self._matrix.shape[1]
        return 2 * (dim + 8) * ROUNDING

    def _floor(self, exemplars: Matrix, threshold: float, more: int) -> float:
        """What most likely `more` faces below the threshold reach, but not very many more."""
        sample = self.similarities(exemplars, np.arange(0, len(self._matrix), EVERY))
        sample = sample[sample < threshold]
        reach = more // EVERY + SPARE
        return float(np.partition(sample, -reach)[-reach]) if reach <= len(sample) else -np.inf

    def _near(self, exemplars: Matrix, least: float) -> tuple[Indices, Similarities]:
        """Faces that are about so similar, in order, and their exact similarities."""
        columns = np.ascontiguousarray(exemplars.T)

        def part(start: int, block: Matrix, multiply: Product) -> tuple[Indices, Similarities]:
            rows = _candidates(multiply(block, columns), least)
            return rows + start, exact_similarity(exemplars, block[rows])

        if self._matrix.size < LARGE:
            return part(0, self._matrix, np.matmul)
        starts, multiply = range(0, len(self._matrix), ROWS), _multiplier()
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            parts = list(
                threads.map(lambda x: part(x, self._matrix[x : x + ROWS], multiply), starts)
            )
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([x for _, x in parts])


def exact_similarity(exemplars: Matrix, embeddings: Matrix) -> Similarities:
    """How like a person each face is: cosine -1..1, (n,), for exemplars (m, dim), m >= 1.

    In double precision and rounded, so that the order of the sums does not matter; and in this
    thread, because those of `@` wait for each other wherever somebody else is busy.
    """
    products = np.einsum("ij,kj->ik", embeddings, exemplars, dtype=np.float64)
    return mean_of_nearest(products)


def _candidates(products: NDArray[np.float32], least: float) -> Indices:
    """Rows (k,) of the products (n, m) whose mean over the nearest is at least that."""
    hits = np.flatnonzero(products.ravel() >= least) // products.shape[1]
    rows: Indices = hits[np.diff(hits, prepend=-1) > 0]  # no mean is above the largest of a row
    near: Indices = rows[mean_of_nearest(products[rows]) >= least]
    return near


@cache
def _multiplier() -> Product:
    """The product of two matrices by onnxruntime, in the thread that asks."""
    import onnxruntime
    from onnx import TensorProto, helper

    rows, columns, products = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None])
        for name in ("rows", "columns", "products")
    )
    node = helper.make_node("MatMul", ["rows", "columns"], ["products"])
    graph = helper.make_graph([node], "product", [rows, columns], [products])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )

    def multiply(rows: Matrix, columns: Matrix) -> NDArray[np.float32]:
        found: NDArray[np.float32] = session.run(None, {"rows": rows, "columns": columns})[0]
        return found

    return multiply
