"""A library keeps the pack it was begun with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program


@pytest.fixture
def scrfd(data: Path, tmp_path: Path) -> Path:
    """A real InsightFace pack in a folder that a test may move."""
    source = data / "models" / "scrfd-mbf"
    if not source.is_dir():
        pytest.skip(f"no pack at {source}")
    shutil.copytree(source, tmp_path / "packs" / "scrfd-mbf")
    return tmp_path / "packs" / "scrfd-mbf"


@pytest.fixture
def photos(camera: Photographer, tmp_path: Path) -> Path:
    for name in ("Ada", "Ben"):
        camera.portraits(tmp_path / "photos", name, 3)
    return tmp_path / "photos"


def test_another_pack_is_refused_with_the_way_out(program: Program, small_world: Path) -> None:
    ran = program("scan", small_world, "--pack", "buffalo_l", code=1)
    assert "made with the pack open" in ran.err
    assert "Leave --pack away" in ran.err
    assert "photoclust models use buffalo_l" in ran.err
    assert program.scan(small_world, "--pack", "open").told == {"unchanged": 10}


def test_unknown_pack_suggests_the_nearest(program: Program, photos: Path) -> None:
    ran = program("scan", photos, "--pack", "bufalo_l", code=1)
    assert "There is no pack called bufalo_l." in ran.err
    assert "Did you mean buffalo_l?" in ran.err
    assert program.scan(photos).indexed == 6  # the library is still free to choose


def test_pack_that_is_not_installed(program: Program, photos: Path) -> None:
    ran = program("scan", photos, "--pack", "buffalo_l", "--accept-licence", code=1)
    assert "The pack buffalo_l is not installed." in ran.err
    assert "photoclust models install buffalo_l" in ran.err


def test_pack_folder_without_models(program: Program, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert "no ONNX files" in program("scan", photos, "--pack", tmp_path / "nothing", code=1).err
    missing = program("scan", photos, "--pack", tmp_path / "missing", code=1)
    assert f"There is no pack folder {tmp_path / 'missing'}" in missing.err


def test_pack_from_a_folder(
    program: Program, photos: Path, scrfd: Path, camera: Photographer
) -> None:
    refused = program("scan", photos, "--pack", scrfd, code=1)
    assert "not free for any use" in refused.err
    assert "--accept-licence" in refused.err

    ran = program("scan", photos, "--pack", scrfd, "--accept-licence")
    assert ran.audit.indexed == 6
    assert "2 clusters" in ran.err
    (stored,) = program.sql("SELECT name, location, licence_accepted_at IS NOT NULL FROM packs")
    assert stored == ("scrfd-mbf", str(scrfd), 1)

    camera.portrait(photos / "Fay.jpg", "Fay")
    assert program.scan(photos).told == {"unchanged": 6, "indexed": 1}  # no --pack needed
    assert program.scan(photos, "--pack", scrfd).told == {"unchanged": 7}
    assert "open" in program("scan", photos, "--pack", "open", code=1).err
    program("name", str(program.cluster_of("Ada")), "Ada")
    assert len(program("find", "Ada").lines) == 3


def test_pack_from_a_folder_touches_no_socket(
    program: Program, photos: Path, scrfd: Path, no_sockets: str
) -> None:
    words = ("scan", photos, "--pack", scrfd, "--accept-licence")
    assert program.process(*words, prelude=no_sockets).audit.indexed == 6


def test_pack_folder_given_relative_works_from_elsewhere(
    program: Program, photos: Path, scrfd: Path, camera: Photographer, tmp_path: Path
) -> None:
    program.process("scan", photos, "--pack", "scrfd-mbf", "--accept-licence", cwd=scrfd.parent)
    camera.portrait(photos / "Fay.jpg", "Fay")
    assert program.process("scan", photos, cwd=tmp_path).audit.indexed == 1


def test_pack_folder_that_went_away(
    program: Program, photos: Path, scrfd: Path, camera: Photographer
) -> None:
    program("scan", photos, "--pack", scrfd, "--accept-licence")
    scrfd.rename(scrfd.with_name("gone"))
    program("clusters")  # needs no model
    camera.portrait(photos / "Fay.jpg", "Fay")
    ran = program("scan", photos, code=1)
    assert f"There is no pack folder {scrfd}" in ran.err
    scrfd.with_name("gone").rename(scrfd)
    assert program.scan(photos).indexed == 1


def test_pack_whose_files_changed(
    program: Program, photos: Path, scrfd: Path, camera: Photographer
) -> None:
    program("scan", photos, "--pack", scrfd, "--accept-licence")
    (detector,) = scrfd.glob("det*.onnx")
    detector.write_bytes(detector.read_bytes() + b"\x82\x01\x00")  # an empty, unknown field
    camera.portrait(photos / "Fay.jpg", "Fay")
    ran = program("scan", photos, code=1)
    assert "scrfd-mbf" in ran.err
    assert program.sql("SELECT count(*) FROM scans") == [(6,)]


@pytest.mark.parametrize("name", ["open", "buffalo_l"])
def test_pack_folder_may_be_called_like_a_known_pack(
    program: Program, photos: Path, scrfd: Path, name: str
) -> None:
    folder = scrfd.rename(scrfd.with_name(name))
    assert program.scan(photos, "--pack", folder, "--accept-licence").indexed == 6
    assert len(program.sql("SELECT length(vector) FROM embeddings")) == 6
    assert "scrfd" not in program("status").err
