"""Which face of a photo counts, and where a fixed crop lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.choices import Preprocess
from photoclust.errors import PackError
from photoclust.lab.embedding import FIXED_PLACES, embed_photos, fixed_detection, most_central
from photoclust.models.headed_pack import HeadedPack
from photoclust.models.open_pack import OpenPack
from photoclust.progress import Silent

BOTH = [Preprocess.ALIGN, Preprocess.CROP]


@pytest.mark.parametrize(("width", "height"), [(250, 250), (400, 250), (250, 600)])
def test_fixed_crop_is_in_the_centred_square(width: int, height: int) -> None:
    found = fixed_detection(np.zeros((height, width, 3), np.uint8))
    side = min(width, height)
    spots = np.array(found.landmarks) * (width, height)
    corner = np.array([width - side, height - side]) / 2
    np.testing.assert_allclose(spots, corner + np.array(FIXED_PLACES) * side)
    box = found.box.in_pixels(width, height)
    assert box.x2 - box.x1 == pytest.approx(box.y2 - box.y1)
    assert ((spots > box[:2]) & (spots < box[2:])).all()


def test_most_central_of_a_group(open_pack: OpenPack, group_photo: np.ndarray) -> None:
    faces = open_pack.analyse(group_photo)
    assert len(faces) == 6
    box = most_central(faces).detection.box
    assert abs(box.x1 + box.x2 - 1) < 0.3  # the others are twice as far away, or more
    assert most_central([]) is None


def test_what_becomes_of_photos(
    open_pack: OpenPack, group_photo: np.ndarray, tmp_path: Path
) -> None:
    Image.fromarray(group_photo).save(tmp_path / "group.jpg")
    Image.new("RGB", (250, 250), "grey").save(tmp_path / "grey.png")
    (tmp_path / "text.jpg").write_text("no photo")
    names = ("group.jpg", "grey.png", "text.jpg", "gone.jpg")
    found = embed_photos([str(tmp_path / name) for name in names], open_pack, BOTH, Silent())
    aligned, cropped = found[Preprocess.ALIGN], found[Preprocess.CROP]
    assert aligned.faceless.tolist() == [False, True, False, False]
    assert not cropped.faceless.any()
    assert aligned.reasons == cropped.reasons
    assert aligned.reasons[2:] == ("not an image that can be read", "no such file or directory")
    lengths = np.linalg.norm(aligned.matrix, axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 0], atol=1e-5)
    np.testing.assert_allclose(aligned.matrix[1], cropped.matrix[1])
    assert aligned.contents[3] == ""
    assert len(set(aligned.contents)) == 4


def test_a_photo_does_not_depend_on_the_other_way(
    open_pack: OpenPack, group_photo: np.ndarray, tmp_path: Path
) -> None:
    Image.fromarray(group_photo).save(tmp_path / "group.png")
    paths = [str(tmp_path / "group.png")]
    both = embed_photos(paths, open_pack, BOTH, Silent())
    for way in BOTH:
        alone = embed_photos(paths, open_pack, [way], Silent())
        np.testing.assert_array_equal(alone[way].matrix, both[way].matrix)


def test_a_pack_that_gives_no_numbers_is_named(
    open_pack: OpenPack, group_photo: np.ndarray, tmp_path: Path
) -> None:
    broken = HeadedPack(open_pack, lambda vectors: vectors * np.nan, open_pack.description)
    Image.fromarray(group_photo).save(tmp_path / "group.png")
    with pytest.raises(PackError, match="open gives embeddings that are not numbers"):
        embed_photos([str(tmp_path / "group.png")], broken, BOTH, Silent())
