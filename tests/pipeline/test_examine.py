"""One file through the real pack: what is not done, what is told, and when more pixels are used."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.choices import Detail
from photoclust.domain import Pixels
from photoclust.models.open_pack import OpenPack
from photoclust.photos.decode import open_photo
from photoclust.photos.discover import PhotoFile
from photoclust.photos.limits import MAX_BYTES
from photoclust.pipeline import examine as examining
from photoclust.pipeline.examine import examine, faces_of
from photoclust.pipeline.results import Examined, Result, Unreadable


@pytest.fixture
def group_file(group_photo: Pixels, tmp_path: Path) -> PhotoFile:
    """Six friends in a JPEG."""
    path = tmp_path / "group.jpg"
    Image.fromarray(group_photo).save(path, quality=95)
    return file_at(path)


def file_at(path: Path, kind: str = "photo") -> PhotoFile:
    return PhotoFile(str(path), 0, 0, kind)


def examined(file: PhotoFile, pack: OpenPack) -> Result:
    return examine(file, pack, Detail.NORMAL, lambda _content: True)


def test_a_photo_comes_with_its_facts_and_faces(
    group_file: PhotoFile, group_photo: Pixels, open_pack: OpenPack
) -> None:
    result = examined(group_file, open_pack)
    assert isinstance(result, Examined)
    content = Path(group_file.path).read_bytes()
    assert result.content_hash == hashlib.sha256(content).hexdigest()
    assert result.facts is not None
    assert (result.facts.height, result.facts.width) == group_photo.shape[:2]
    scores = [face.detection.score for face in result.faces]
    assert len(scores) == 6
    assert scores == sorted(scores, reverse=True)


def test_content_that_is_not_claimed_is_not_decoded(
    group_file: PhotoFile, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(examining, "open_photo", never)
    asked: list[str] = []
    result = examine(
        group_file, open_pack, Detail.NORMAL, lambda content: bool(asked.append(content))
    )
    assert result == Examined(group_file, asked[0])


def test_a_small_photo_asks_for_no_memory_and_a_large_one_does(
    group_file: PhotoFile, open_pack: OpenPack, tmp_path: Path
) -> None:
    asked: list[int] = []
    examine(group_file, open_pack, Detail.NORMAL, lambda _: True, asked.append)
    assert asked == []
    Image.new("RGB", (5000, 3000)).save(tmp_path / "large.png", compress_level=1)
    examine(file_at(tmp_path / "large.png"), open_pack, Detail.NORMAL, lambda _: True, asked.append)
    assert len(asked) == 1
    assert asked[0] > 5000 * 3000 * 3


# What cannot be read


def test_reasons(group_file: PhotoFile, open_pack: OpenPack, tmp_path: Path) -> None:
    whole = Path(group_file.path).read_bytes()
    for name, content, reason in (
        ("empty.jpg", b"", "empty file"),
        ("text.jpg", b"Dear Sir", "not an image that can be read"),
        ("cut.jpg", whole[:20_000], "truncated"),
        ("raw.dng", whole[:20_000], "not a RAW photo that LibRaw can read"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        result = examined(file_at(path, "raw" if name == "raw.dng" else "photo"), open_pack)
        assert isinstance(result, Unreadable)
        assert result.reason == reason
        known = hashlib.sha256(content).hexdigest() if content else None
        assert result.content_hash == known


def test_a_file_that_is_gone(open_pack: OpenPack, tmp_path: Path) -> None:
    for kind in ("photo", "raw", "video"):
        gone = file_at(tmp_path / "gone", kind)
        assert examined(gone, open_pack) == Unreadable(gone, "no such file or directory", None)


def test_a_file_that_is_too_large_is_not_read(open_pack: OpenPack, tmp_path: Path) -> None:
    with open(tmp_path / "huge.jpg", "wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    huge = file_at(tmp_path / "huge.jpg")
    assert examined(huge, open_pack) == Unreadable(huge, "larger than 400 MB", None)


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (ValueError("shape"), "cannot be analysed (ValueError)"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_a_model_that_stumbles_costs_one_photo(
    group_file: PhotoFile,
    open_pack: OpenPack,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    reason: str,
) -> None:
    def stumble(*_: object) -> None:
        raise raised

    monkeypatch.setattr(open_pack, "detect", stumble)
    result = examined(group_file, open_pack)
    assert isinstance(result, Unreadable)
    assert result.reason == reason
    assert result.content_hash


# How many faces, and of how many pixels


def test_only_the_best_of_too_many_faces_are_kept(
    group_file: PhotoFile, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = examined(group_file, open_pack)
    monkeypatch.setattr(examining, "MAX_FACES", 2)
    best = examined(group_file, open_pack)
    assert isinstance(every, Examined)
    assert isinstance(best, Examined)
    kept = [face.detection for face in best.faces]
    assert kept == [face.detection for face in every.faces[:2]]


def distant(group_photo: Pixels, width: int = 5200, height: int = 3400) -> bytes:
    """The friends as they are, small in a photo so large that half of it is decoded at first."""
    wide = np.linspace(40, 190, width, dtype=np.uint8)
    scene = np.repeat(np.repeat(wide[None, :, None], height, axis=0), 3, axis=2)
    down, across = group_photo.shape[:2]
    scene[1000 : 1000 + down, 1500 : 1500 + across] = group_photo
    stream = io.BytesIO()
    Image.fromarray(scene).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def test_small_faces_of_a_large_photo_are_embedded_from_more_pixels(
    group_photo: Pixels, open_pack: OpenPack
) -> None:
    data = distant(group_photo)
    photo = open_photo(data, decoded_side=open_pack.decoded_side)
    shrunk = photo.pixels(open_pack.decoded_side)
    assert shrunk.shape[1] == photo.longest_side // 2
    faces = faces_of(photo, open_pack)
    near = open_pack.analyse(group_photo)
    assert len(faces) == len(near) == 6

    height, width = shrunk.shape[:2]
    left, top = np.divide((1500, 1000), (5200, 3400))
    wide, high = np.divide(group_photo.shape[1::-1], (5200, 3400))
    from_shrunk = open_pack.embed(shrunk, [face.detection for face in faces])
    gains = []
    for face, small in zip(faces, from_shrunk, strict=True):
        assert face.detection.eye_distance(width, height) < open_pack.eye_distance
        nose = (np.array(face.detection.landmarks[2]) - (left, top)) / (wide, high)
        twin = min(near, key=lambda other: np.hypot(*(nose - other.detection.landmarks[2])))
        gains.append(face.embedding @ twin.embedding - small.embedding @ twin.embedding)
    assert min(gains) > 0


def test_large_faces_are_embedded_from_what_was_decoded(
    group_photo: Pixels, open_pack: OpenPack
) -> None:
    large = Image.fromarray(group_photo).resize((5120, 3544), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    large.save(stream, "JPEG", quality=90)
    photo = open_photo(stream.getvalue(), decoded_side=open_pack.decoded_side)
    decoded: list[int] = []
    noted = type(photo)(
        photo.facts, lambda at_least: decoded.append(at_least) or photo.pixels(at_least)
    )
    assert len(faces_of(noted, open_pack)) == 6
    assert decoded == [open_pack.decoded_side]
