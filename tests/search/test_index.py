"""The quick search finds exactly the faces that are similar enough, by either way to multiply."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photoclust.search import index
from photoclust.search.index import FaceIndex, exact_similarity
from photoclust.search.match import similarity_to
from photoclust.vectors import Matrix, normalised

ROWS = 64


@pytest.fixture(params=["numpy", "onnxruntime"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds for a small matrix and, here in blocks of 64 rows, for a large one."""
    monkeypatch.setattr(index, "ROWS", ROWS)
    if request.param == "onnxruntime":
        monkeypatch.setattr(index, "LARGE", 1)


def crowd(count: int, dim: int, seed: int = 0) -> Matrix:
    """Faces that are more or less like one look: cosines from about 0 to 1."""
    chance = np.random.default_rng(seed)
    look = normalised(chance.standard_normal(dim))
    share = chance.uniform(0, 3, (count, 1))
    return normalised(share * look + normalised(chance.standard_normal((count, dim))))


def some_of(faces: Matrix, count: int) -> Matrix:
    return faces[:: max(1, len(faces) // count)][:count]


def check(exemplars: Matrix, faces: Matrix, threshold: float) -> NDArray[np.int64]:
    """Exactly the faces and similarities that comparing all of them gives."""
    expected = exact_similarity(exemplars, faces)
    rows, similarities = FaceIndex(faces).within(exemplars, threshold)
    assert rows.dtype == np.int64
    assert similarities.dtype == np.float32
    assert rows.tolist() == np.flatnonzero(expected >= threshold).tolist()
    assert similarities.tolist() == expected[rows].tolist()
    return rows


# Similarity


@pytest.mark.parametrize("count", [1, 2, 3, 4, 16])
def test_similarity_is_that_of_match(count: int) -> None:
    faces = crowd(300, 128)
    exemplars = some_of(faces, count)
    found = exact_similarity(exemplars, faces)
    assert found.dtype == np.float32
    assert found == pytest.approx(similarity_to(exemplars, faces), abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 16])
def test_a_face_is_as_similar_alone_as_in_company(count: int) -> None:
    faces = crowd(500, 512)
    exemplars = some_of(faces, count)
    alone = [exact_similarity(exemplars, face[None])[0] for face in faces]
    assert alone == exact_similarity(exemplars, faces).tolist()


def test_similarities_of_some_faces(portraits: Callable[..., Matrix]) -> None:
    faces = crowd(500, 16)
    exemplars = portraits("Ann", 5)
    rows = np.random.default_rng(1).integers(0, 500, 3 * ROWS)
    found = FaceIndex(faces).similarities(exemplars, rows)
    assert found.tolist() == exact_similarity(exemplars, faces)[rows].tolist()
    assert FaceIndex(faces).similarities(exemplars, rows[:0]).tolist() == []


# Within a threshold


@pytest.mark.parametrize("count", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("dim", [3, 128, 512])
def test_the_faces_within_are_those_of_comparing_all(dim: int, count: int) -> None:
    faces = crowd(1000, dim)
    for threshold in (-1, 0.2, 0.44, 0.6, 0.9, 0.99, 1.1):
        check(some_of(faces, count), faces, threshold)


@pytest.mark.parametrize("count", [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS])
def test_any_number_of_faces(count: int) -> None:
    faces = crowd(3 * ROWS, 16)
    check(some_of(faces, 4), faces[:count], 0.7)


def test_a_threshold_that_faces_just_reach() -> None:
    faces = crowd(2000, 128)
    exemplars = some_of(faces, 16)
    similarities = exact_similarity(exemplars, faces)
    for reached in np.sort(similarities)[[-1, -10, -300, -900]]:
        assert (similarities == reached).any()
        at = check(exemplars, faces, float(reached))
        above = check(exemplars, faces, float(np.nextafter(reached, np.float32(2))))
        assert len(at) > len(above)


def test_all_faces_as_near_the_threshold_as_single_precision_can_tell() -> None:
    chance = np.random.default_rng(2)
    exemplars = normalised(chance.standard_normal((16, 512)))
    axis = normalised(exemplars[:3].mean(axis=0))
    across = chance.standard_normal((1000, 512))
    across -= (across @ np.linalg.pinv(exemplars)) @ exemplars
    share = 0.5 + chance.uniform(-1e-6, 1e-6, (1000, 1))
    faces = normalised(share * axis + np.sqrt(0.75) * normalised(across))
    similarities = exact_similarity(exemplars, faces)
    different = np.unique(similarities)
    assert 5 < len(different) < 100
    for reached in different:
        rows = check(exemplars, faces, float(reached))
        assert len(rows) == (similarities >= reached).sum()


def test_one_exemplar_out_of_many_is_not_enough() -> None:
    exemplars = np.eye(16, 32, dtype=np.float32)
    faces = np.eye(32, dtype=np.float32)
    assert check(exemplars, faces, 0.9).tolist() == []
    assert check(exemplars, faces, 1 / 3).tolist() == list(range(16))
    assert check(exemplars[:1], faces, 1).tolist() == [0]


def test_equal_faces_are_found_all() -> None:
    faces = np.repeat(crowd(3, 128), 100, axis=0)
    assert check(faces[100:103], faces, 0.999).tolist() == list(range(100, 200))


def test_a_mapped_matrix_is_searched(tmp_path: Path) -> None:
    faces = crowd(300, 128)
    np.save(tmp_path / "faces.npy", faces)
    mapped = np.load(tmp_path / "faces.npy", mmap_mode="r")
    assert len(check(some_of(faces, 3), mapped, 0.6))


# And some more


@pytest.mark.parametrize("more", [1, 10, 200, 5000])
@pytest.mark.parametrize("count", [1, 3, 16])
def test_the_most_similar_below_are_those_of_sorting_all(count: int, more: int) -> None:
    faces = crowd(3000, 128)
    exemplars = some_of(faces, count)
    similarities = exact_similarity(exemplars, faces)
    for threshold in (0.3, 0.6, 2.0):
        below = np.flatnonzero(similarities < threshold)
        best = below[np.argsort(-similarities[below], kind="stable")][:more]
        expected = np.union1d(best, np.flatnonzero(similarities >= threshold))
        rows, found = FaceIndex(faces).within(exemplars, threshold, more)
        assert rows.tolist() == expected.tolist()
        assert found.tolist() == similarities[expected].tolist()


def test_none_is_missed_where_a_sample_misleads() -> None:
    axes = np.eye(16, dtype=np.float32)
    faces = np.repeat(normalised(axes[0] + 2 * axes[2])[None], 4000, axis=0)
    faces[:: index.EVERY] = normalised(axes[0] + axes[1])
    rows, found = FaceIndex(faces).within(axes[:1], 0.9, 100)
    assert len(rows) == 100
    assert found.min() == pytest.approx(np.sqrt(0.2))
    assert (found > 0.7).sum() == 4000 / index.EVERY


def test_of_equals_below_the_first_come_first() -> None:
    faces = np.repeat(crowd(2, 128), 150, axis=0)
    rows, _ = FaceIndex(faces).within(faces[:1], 2, 40)
    assert rows.tolist() == list(range(40))


def test_a_face_at_the_threshold_is_not_below_it() -> None:
    faces = crowd(400, 128)
    similarities = exact_similarity(faces[:5], faces)
    reached = float(np.sort(similarities)[200])
    rows, found = FaceIndex(faces).within(faces[:5], reached, 7)
    assert len(rows) == 207
    assert (found < reached).sum() == 7
