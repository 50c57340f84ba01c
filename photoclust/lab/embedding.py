"""Photos of one person each, such as benchmarks have, to embeddings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclust.choices import Preprocess
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.errors import PackError, UnreadablePhoto
from photoclust.models.pack import FacePack
from photoclust.photos.decode import Photo, open_photo, read_bytes
from photoclust.photos.discover import kind_of
from photoclust.pipeline.examine import faces_of
from photoclust.progress import Progress
from photoclust.vectors import Matrix, Vector

# Photos analysed side by side; each may need as much memory as `photos.limits.MAX_MEMORY`.
MOST_THREADS = 4

# Where the eyes, the nose and the corners of the mouth lie in a fixed crop, in shares of the
# centred square of a photo. Means over 490 people of lfw-a who are in no pair of
# lfw-a-pairs.txt, made symmetric; the detectors of both packs agree to 0.01
# (benchmarks/places.py). They fit every photo that is cut as those of LFW are.
FIXED_PLACES = ((0.414, 0.453), (0.586, 0.453), (0.5, 0.548), (0.428, 0.63), (0.572, 0.63))


@dataclass(frozen=True, slots=True)
class Embedded:
    """What became of photos, in the order they were given.

    Attributes
    ----------
    matrix : unit vectors (n, dim); a photo that could not be used has zeros.
    reasons : why it could not be used; None for all others (n,).
    faceless : no face was found, so that the fixed crop stands for it (n,).
    contents : sha256 of the file; empty where it could not be read (n,).
    """

    matrix: Matrix
    reasons: tuple[str | None, ...]
    faceless: NDArray[np.bool_]
    contents: tuple[str, ...]

    def similarities(self, one: NDArray[np.int64], two: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosines of pairs of photos, by their indices (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.matrix[one], self.matrix[two]), np.float32)


@dataclass(frozen=True, slots=True)
class _Looked:
    """One photo: its embedding by each way that was asked for, unless there is a reason."""

    content: str = ""
    reason: str | None = None
    vectors: dict[Preprocess, Vector] = field(default_factory=dict)
    faceless: bool = False


def embed_photos(
    paths: Sequence[str], pack: FacePack, ways: Sequence[Preprocess], progress: Progress
) -> dict[Preprocess, Embedded]:
    """Embed the one face that counts of each photo, in one or both ways.

    `align`: of the faces that the pack detects the most central one, aligned as the pack does it;
    where there is none, as `crop`. `crop`: what lies at `FIXED_PLACES`, whatever it is.

    Raises
    ------
    PackError : the pack gives something that is no number.
    """
    progress.start(f"Embedding with {pack.description.name}", len(paths), "photos")
    looked = []
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as threads:
        for photo in threads.map(lambda path: _look(path, pack, ways), paths):
            if not all(np.isfinite(vector).all() for vector in photo.vectors.values()):
                raise PackError(
                    f"The pack {pack.description.name} gives embeddings that are not numbers.",
                    "Train it again, or take another.",
                )
            looked.append(photo)
            progress.advance()
    progress.finish()
    nothing = np.zeros(pack.description.dim, np.float32)
    reasons = tuple(photo.reason for photo in looked)
    faceless = np.array([photo.faceless for photo in looked], bool)
    return {
        way: Embedded(
            matrix=np.stack([photo.vectors.get(way, nothing) for photo in looked]),
            reasons=reasons,
            faceless=faceless & (way is Preprocess.ALIGN),
            contents=tuple(photo.content for photo in looked),
        )
        for way in ways
    }


def _look(path: str, pack: FacePack, ways: Sequence[Preprocess]) -> _Looked:
    content = ""
    try:
        data = read_bytes(path)
        content = hashlib.sha256(data).hexdigest()
        photo = open_photo(data, kind_of(path), pack.decoded_side)
        found = most_central(faces_of(photo, pack)) if Preprocess.ALIGN in ways else None
        cropped = _fixed_crop(photo, pack) if Preprocess.CROP in ways or found is None else None
    except UnreadablePhoto as error:
        return _Looked(content, error.message)
    except MemoryError:
        return _Looked(content, "not enough memory")
    faces = {Preprocess.ALIGN: found or cropped, Preprocess.CROP: cropped}
    vectors = {way: face.embedding for way, face in faces.items() if face is not None}
    return _Looked(content, None, vectors, faceless=found is None)


def most_central(faces: Sequence[DetectedFace]) -> DetectedFace | None:
    """The face nearest to the middle of its photo, in shares of width and height."""
    return min(faces, key=lambda face: face.detection.box.distance_to(), default=None)


def _fixed_crop(photo: Photo, pack: FacePack) -> DetectedFace:
    pixels = photo.pixels(pack.decoded_side)
    return pack.embed(pixels, [fixed_detection(pixels)])[0]


def fixed_detection(pixels: Pixels) -> Detection:
    """A face at `FIXED_PLACES` of the centred square of a picture (height, width, 3)."""
    height, width = pixels.shape[:2]
    side = min(width, height)
    scale = np.array([side / width, side / height])
    points = 0.5 + (np.array(FIXED_PLACES) - 0.5) * scale
    reach = (points[1, 0] - points[0, 0]) * np.array([1, width / height])
    centre = points.mean(axis=0)
    return Detection.of(np.concatenate([centre - reach, centre + reach]), 1.0, points)
