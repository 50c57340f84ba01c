"""Videos: who is in them, whose clusters they join, and how they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from photoclust.export.crops import placeholder

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

pytest.importorskip("av")

PAIR = [[("Ada", shot), ("Ben", shot + 3)] for shot in (5, 6, 7)]


def rows_of(program: Program, file: Path) -> list[dict[str, str]]:
    return [row for row in program("faces", "--csv").rows if row["file"] == str(file)]


@pytest.fixture
def film_and_photos(camera: Photographer, program: Program, tmp_path: Path) -> Path:
    """A video of Ada and Ben among four portraits of each, scanned; the video's path."""
    folder = tmp_path / "photos"
    film = camera.film(folder / "party.mp4", *PAIR)
    camera.portraits(folder, "Ada", 4)
    camera.portraits(folder, "Ben", 4)
    assert program.scan(folder, "--videos").told == {"indexed": 9}
    return film


def test_everybody_in_a_video_is_one_face(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.film(tmp_path / "photos" / "party.mp4", *PAIR)
    assert program.scan(tmp_path / "photos").skipped_why == {"video": 1}
    assert program.scan(tmp_path / "photos", "--videos").told == {"indexed": 1}
    faces = program.sql("SELECT at_seconds, (x1 + x2) / 2 FROM faces ORDER BY x1")
    assert len(faces) == 2
    assert all(at in (0.0, 1.0, 2.0) for at, _ in faces)
    assert faces[0][1] < 0.5 < faces[1][1]
    assert program.sql("SELECT width, height, seconds FROM photos") == [(480, 240, 3.0)]
    assert program.scan(tmp_path / "photos", "--videos").told == {"unchanged": 1}


def test_videos_alone_found_no_cluster(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    for number in range(4):
        scenes = [[("Ada", 10 * number + shot)] for shot in range(2)]
        camera.film(tmp_path / "photos" / f"{number}.mp4", *scenes)
    ran = program("scan", tmp_path / "photos", "--videos")
    assert "0 in 0 clusters" in ran.err
    assert len(program("faces", "--csv").rows) == 4


def test_faces_of_a_video_join_the_people_of_photos(
    program: Program, film_and_photos: Path
) -> None:
    clusters = {row["cluster"] for row in rows_of(program, film_and_photos)}
    assert clusters == {str(program.cluster_of("Ada")), str(program.cluster_of("Ben"))}


def test_a_video_that_comes_later_joins_too(
    program: Program, camera: Photographer, small_world: Path
) -> None:
    film = camera.film(small_world / "party.mp4", *PAIR)
    assert program.scan(small_world, "--videos").told == {"unchanged": 10, "indexed": 1}
    clusters = {row["cluster"] for row in rows_of(program, film)}
    assert clusters == {str(program.cluster_of("Ada")), str(program.cluster_of("Ben"))}


def test_one_person_may_be_in_a_video_twice(
    program: Program, camera: Photographer, small_world: Path
) -> None:
    scenes = [[("Ada", shot), ("Ada", shot + 5)] for shot in (11, 12)]
    film = camera.film(small_world / "twins.mp4", *scenes)
    program.scan(small_world, "--videos")
    clusters = [row["cluster"] for row in rows_of(program, film)]
    assert clusters == [str(program.cluster_of("Ada"))] * 2


def test_find_lists_the_video(program: Program, film_and_photos: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    found = program("find", "Ada").lines
    assert str(film_and_photos) in found
    assert len(found) == 5


def test_a_sheet_shows_the_frame(program: Program, film_and_photos: Path, tmp_path: Path) -> None:
    number = str(program.cluster_of("Ada"))
    grounds = []
    for name in ("with.png", "without.png"):
        program("show", "cluster", number, "--sheet", tmp_path / name)
        with Image.open(tmp_path / name) as sheet:
            grey = placeholder(64)[0, 0]
            grounds.append((np.asarray(sheet.convert("RGB")) == grey).all(axis=2).sum())
        film_and_photos.unlink(missing_ok=True)
    assert grounds[0] < 100 < grounds[1]


def test_a_gallery_shows_the_frame(program: Program, film_and_photos: Path, tmp_path: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    ran = program("export", "gallery", tmp_path / "gallery")
    assert "cannot be read" not in ran.err
    crops = list((tmp_path / "gallery").rglob("face-*.webp"))
    assert len(crops) == 10 * 2
    for crop in crops:
        with Image.open(crop) as image:
            pixels = np.asarray(image.convert("RGB"))
        missing = placeholder(len(pixels)).astype(int)
        assert np.abs(pixels - missing).mean() > 20
    assert not list((tmp_path / "gallery").rglob("*.mp4"))


def test_a_video_is_not_given_away(program: Program, film_and_photos: Path, tmp_path: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    ran = program("export", "gallery", tmp_path / "gallery", "--copy")
    assert "1 photos or videos are not copied" in ran.err
    assert not list((tmp_path / "gallery").rglob("*.mp4"))
    program("export", "gallery", tmp_path / "gallery", "--copy", "--gps")
    assert len(list((tmp_path / "gallery").rglob("*.mp4"))) == 1


def test_a_broken_video_is_told(program: Program, film_and_photos: Path) -> None:
    broken = film_and_photos.with_name("broken.mov")
    broken.write_bytes(film_and_photos.read_bytes()[:3000])
    ran = program("scan", broken.parent, "--videos", code=3)
    assert ran.audit.failed_why == {"truncated, or not a video that can be read": 1}


def test_leaving_videos_out_again_loses_none(program: Program, film_and_photos: Path) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    audit = program.scan(film_and_photos.parent)
    assert audit.told == {"unchanged": 8, "skipped": 1}
    assert str(film_and_photos) in program("find", "Ada").lines
