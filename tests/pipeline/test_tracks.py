"""Sights in frame after frame, and the tracks they are joined to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection, Pixels
from photoclust.models.open_pack import OpenPack
from photoclust.photos.discover import PhotoFile
from photoclust.pipeline import tracks as tracking
from photoclust.pipeline.results import Examined, Unreadable
from photoclust.pipeline.tracks import examine_video, tracks_of
from photoclust.vectors import Vector, normalised

HERE, THERE = Box(0.1, 0.1, 0.3, 0.4), Box(0.6, 0.1, 0.8, 0.4)


def seen(look: Vector, box: Box = HERE, quality: float = 0.5) -> DetectedFace:
    return DetectedFace(Detection(box, 0.9, ((0.0, 0.0),) * 5), look, quality)


def look(dim: int = 128, seed: int = 1) -> Vector:
    return normalised(np.random.default_rng(seed).standard_normal(dim).astype(np.float32))


def like(other: Vector, cosine: float, seed: int = 2) -> Vector:
    """A look that is so like another one."""
    away = look(len(other), seed)
    away = normalised(away - (away @ other) * other)
    return normalised(cosine * other + np.sqrt(1 - cosine**2) * away)


def test_the_best_sight_stands_for_a_track(open_pack: OpenPack) -> None:
    ada = look()
    qualities = [0.3, 0.8, 0.5]
    sights = [(float(at), [seen(ada, quality=value)]) for at, value in enumerate(qualities)]
    [track] = tracks_of(sights, open_pack)
    assert (track.best.quality, track.seconds) == (0.8, 1.0)


def test_no_sight_is_no_track(open_pack: OpenPack) -> None:
    assert tracks_of([], open_pack) == []
    assert tracks_of([(0.0, []), (1.0, [])], open_pack) == []


def test_a_frame_gives_each_track_one_face(open_pack: OpenPack) -> None:
    ada = look()
    sights = [(0.0, [seen(ada), seen(ada, THERE)]), (1.0, [seen(ada), seen(ada, THERE)])]
    assert len(tracks_of(sights, open_pack)) == 2


def test_at_the_same_place_less_likeness_is_enough(open_pack: OpenPack) -> None:
    levels = open_pack.description.thresholds
    ada = look()
    changed = like(ada, (levels.link + levels.match) / 2)
    assert len(tracks_of([(0.0, [seen(ada)]), (1.0, [seen(changed)])], open_pack)) == 1
    elsewhere = [(0.0, [seen(ada)]), (1.0, [seen(changed, THERE)])]
    assert len(tracks_of(elsewhere, open_pack)) == 2
    later = [(0.0, [seen(ada)]), (1.0, []), (2.0, [seen(changed)])]
    assert len(tracks_of(later, open_pack)) == 2


def test_who_comes_back_elsewhere_goes_on_when_alike(open_pack: OpenPack) -> None:
    ada = look()
    again = like(ada, open_pack.description.thresholds.match + 0.01)
    sights = [(0.0, [seen(ada)]), (1.0, []), (2.0, []), (3.0, [seen(again, THERE)])]
    assert len(tracks_of(sights, open_pack)) == 1


def test_two_people_who_change_places_stay_themselves(open_pack: OpenPack) -> None:
    ada, ben = look(seed=1), look(seed=5)
    sights = [
        (0.0, [seen(ada, HERE), seen(ben, THERE)]),
        (1.0, [seen(ada, THERE), seen(ben, HERE)]),
    ]
    tracks = tracks_of(sights, open_pack)
    assert len(tracks) == 2
    for track in tracks:
        assert track.best.embedding @ track.last.embedding > 0.99


# Whole videos


@pytest.fixture
def group_film(group_photo: Pixels, tmp_path: Path) -> PhotoFile:
    """Six friends for three seconds, the camera moving a little."""
    av = pytest.importorskip("av")
    path = tmp_path / "group.mp4"
    wide = Image.fromarray(group_photo)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 1200, 800, "yuv420p"
        stream.gop_size, stream.bit_rate = 5, 8_000_000
        for number in range(15):
            shown = np.asarray(wide.crop((number, number, 1200 + number, 800 + number)))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode(None))
    return PhotoFile(str(path), 0, 0, "video")


def test_everybody_in_a_video_is_one_track(group_film: PhotoFile, open_pack: OpenPack) -> None:
    result = examine_video(group_film, open_pack, Detail.NORMAL, lambda _content: True)
    assert isinstance(result, Examined)
    assert len(result.faces) == len(result.seconds) == 6
    assert set(result.seconds) <= {0.0, 1.0, 2.0}
    assert result.facts is not None
    assert (result.facts.width, result.facts.height) == (1200, 800)
    assert result.facts.seconds == pytest.approx(3.0)


def test_a_video_that_is_not_claimed_is_not_decoded(
    group_film: PhotoFile, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "video_facts", None)
    result = examine_video(group_film, open_pack, Detail.NORMAL, lambda _content: False)
    assert isinstance(result, Examined)
    assert result.facts is None


def test_only_the_best_tracks_of_too_many_are_kept(
    group_film: PhotoFile, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "MAX_FACES", 2)
    result = examine_video(group_film, open_pack, Detail.NORMAL, lambda _content: True)
    assert isinstance(result, Examined)
    assert len(result.faces) == len(result.seconds) == 2


def test_reasons(group_film: PhotoFile, open_pack: OpenPack, tmp_path: Path) -> None:
    whole = Path(group_film.path).read_bytes()
    for content, reason in (
        (b"", "empty file"),
        (b"Dear Sir", "truncated, or not a video that can be read"),
        (whole[:3000], "truncated, or not a video that can be read"),
    ):
        path = tmp_path / "broken.mp4"
        path.write_bytes(content)
        broken = PhotoFile(str(path), 0, 0, "video")
        result = examine_video(broken, open_pack, Detail.NORMAL, lambda _content: True)
        assert isinstance(result, Unreadable)
        assert result.reason == reason
        assert (result.content_hash is None) == (not content)


def test_a_model_that_stumbles_costs_one_video(
    group_film: PhotoFile, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ValueError("shape")

    monkeypatch.setattr(open_pack, "detect", stumble)
    result = examine_video(group_film, open_pack, Detail.NORMAL, lambda _content: True)
    assert isinstance(result, Unreadable)
    assert result.reason == "cannot be analysed (ValueError)"
