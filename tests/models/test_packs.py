"""Packs by name and by folder: loaded, refused, or explained."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from photoclust.domain import Pixels
from photoclust.errors import PackError
from photoclust.models.catalogue import KNOWN_PACKS
from photoclust.models.insightface_pack import InsightFacePack
from photoclust.models.installed import installed_folder, known_pack, load_pack
from photoclust.models.open_pack import OpenPack
from photoclust.models.pack import FacePack, fingerprint
from photoclust.models.runtime import open_session


@pytest.fixture(scope="module")
def scrfd_folder(data: Path) -> Path:
    folder = data / "models" / "scrfd-mbf"
    if not folder.is_dir():
        pytest.skip(f"no InsightFace pack at {folder}")
    return folder


@pytest.fixture(scope="module")
def scrfd(scrfd_folder: Path) -> FacePack:
    return load_pack(str(scrfd_folder))


@pytest.fixture
def copied(scrfd_folder: Path, tmp_path: Path) -> Path:
    """A copy of the pack that may be damaged."""
    folder = tmp_path / "copied"
    folder.mkdir()
    for path in scrfd_folder.glob("*.onnx"):
        shutil.copyfile(path, folder / path.name)
    return folder


# What every pack does


@pytest.fixture(params=["open", "scrfd-mbf"])
def pack(request: pytest.FixtureRequest) -> FacePack:
    fixture = "open_pack" if request.param == "open" else "scrfd"
    loaded: FacePack = request.getfixturevalue(fixture)
    return loaded


def test_a_pack_finds_and_embeds_six_friends(pack: FacePack, group_photo: Pixels) -> None:
    faces = pack.analyse(group_photo)
    assert len(faces) == 6
    scores = [face.detection.score for face in faces]
    assert scores == sorted(scores, reverse=True)
    for face in faces:
        assert face.embedding.shape == (pack.description.dim,)
        assert face.embedding.dtype == np.float32
        assert np.linalg.norm(face.embedding) == pytest.approx(1.0, abs=1e-5)
        assert 0 <= face.quality <= 1
        box = face.detection.box
        assert 0 <= box.x1 < box.x2 <= 1
        assert 0 <= box.y1 < box.y2 <= 1
        assert len(face.detection.landmarks) == 5


def test_a_pack_tells_the_same_friends_apart_and_again(pack: FacePack, group_photo: Pixels) -> None:
    mirrored = np.ascontiguousarray(group_photo[:, ::-1])
    looks = np.stack([face.embedding for face in pack.analyse(group_photo)])
    again = np.stack([face.embedding for face in pack.analyse(mirrored)])
    alike = looks @ again.T
    assert sorted(alike.argmax(axis=1).tolist()) == list(range(6))
    assert alike.max(axis=1).min() > pack.description.thresholds.match
    assert np.sort(alike, axis=1)[:, -2].max() < pack.description.thresholds.match


def test_a_pack_gives_the_same_answer_each_time(pack: FacePack, group_photo: Pixels) -> None:
    once, again = pack.analyse(group_photo), pack.analyse(group_photo)
    for one, other in zip(once, again, strict=True):
        assert one.detection == other.detection
        assert (one.embedding == other.embedding).all()


def test_a_pack_takes_read_only_pixels(pack: FacePack, group_photo: Pixels) -> None:
    pixels = group_photo.copy()
    pixels.setflags(write=False)
    assert len(pack.analyse(pixels)) == 6


def test_a_pack_does_not_mind_tiny_pictures(pack: FacePack) -> None:
    for shape in ((1, 1, 3), (5, 300, 3), (300, 5, 3)):
        assert pack.analyse(np.zeros(shape, np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 2000, 3), (2000, 1, 3)])
def test_a_pack_does_not_mind_a_narrow_strip(pack: FacePack, shape: tuple[int, int, int]) -> None:
    assert pack.analyse(np.zeros(shape, np.uint8)) == []


def test_a_pack_says_nothing_on_stdout(
    scrfd_folder: Path, group_photo: Pixels, capfd: pytest.CaptureFixture[str]
) -> None:
    load_pack(str(scrfd_folder)).analyse(group_photo)
    OpenPack().analyse(group_photo)
    assert capfd.readouterr().out == ""


# The pack `open`


def test_open_is_free_and_known(open_pack: OpenPack) -> None:
    described = open_pack.description
    assert (described.name, described.dim, described.commercial) == ("open", 128, True)
    assert KNOWN_PACKS["open"].licence == described.licence
    assert KNOWN_PACKS["open"].archive is None
    assert load_pack("open").description == described


# A folder of InsightFace


def test_a_folder_is_a_pack(scrfd: FacePack, scrfd_folder: Path) -> None:
    described = scrfd.description
    assert (described.name, described.dim) == ("scrfd-mbf", 128)
    assert not described.commercial
    assert "non-commercial" in described.licence
    assert described.thresholds.match == 0.44
    assert load_pack("scrfd-mbf", str(scrfd_folder)).description == described


def test_a_pack_is_known_by_its_files_not_by_its_place(scrfd: FacePack, copied: Path) -> None:
    moved = InsightFacePack(copied)
    assert moved.description.name == "copied"
    assert moved.description.fingerprint == scrfd.description.fingerprint


def test_another_detector_is_another_pack(scrfd: FacePack, copied: Path, data: Path) -> None:
    (copied / "det_500m.onnx").unlink()
    shutil.copyfile(data / "models" / "det_2.5g.onnx", copied / "det_2.5g.onnx")
    assert InsightFacePack(copied).description.fingerprint != scrfd.description.fingerprint


def test_a_relative_folder_is_a_pack(scrfd_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scrfd_folder.parent)
    assert load_pack("scrfd-mbf").description.name == "scrfd-mbf"
    assert load_pack("./scrfd-mbf/").description.name == "scrfd-mbf"


def test_a_folder_called_open_is_not_the_pack_open(copied: Path, scrfd: FacePack) -> None:
    folder = copied.rename(copied.with_name("open"))
    first = load_pack(str(folder)).description
    assert first.name == "open"
    assert load_pack(first.name, str(folder)).description.fingerprint == first.fingerprint


def test_a_folder_without_models_is_no_pack(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(PackError, match="no ONNX files"):
        load_pack(str(tmp_path))


def test_a_folder_without_a_detector_is_no_pack(copied: Path) -> None:
    (copied / "det_500m.onnx").unlink()
    with pytest.raises(PackError, match="no detector"):
        load_pack(str(copied))


def test_a_folder_without_an_embedder_is_no_pack(copied: Path) -> None:
    (copied / "w_mobilefacenet_y1.onnx").unlink()
    with pytest.raises(PackError, match="no embedder"):
        load_pack(str(copied))


@pytest.mark.parametrize("name", ["det_500m.onnx", "w_mobilefacenet_y1.onnx"])
@pytest.mark.parametrize("content", [b"", b"not a model", None], ids=["empty", "text", "cut"])
def test_a_damaged_pack_is_refused(copied: Path, name: str, content: bytes | None) -> None:
    path = copied / name
    path.write_bytes(path.read_bytes()[:100_000] if content is None else content)
    with pytest.raises(PackError, match=str(copied)):
        load_pack(str(copied))


# Names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bufalo_l", "buffalo_l"), ("opne", "open"), ("antelope", "antelopev2")],
)
def test_the_nearest_name_is_suggested(typed: str, meant: str) -> None:
    for ask in (known_pack, load_pack):
        with pytest.raises(PackError, match=rf"called {typed}\. Did you mean {meant}\?"):
            ask(typed)


def test_a_name_that_is_like_none_points_to_the_list() -> None:
    with pytest.raises(PackError, match="photoclust models list"):
        load_pack("zzz")


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(PackError, match="no pack folder"):
        load_pack("/nowhere/scrfd-mbf")
    with pytest.raises(PackError, match="no pack folder"):
        load_pack("scrfd-mbf", "/nowhere/scrfd-mbf")


def test_a_pack_that_is_not_installed_says_how_to_install_it() -> None:
    assert installed_folder("buffalo_l") is None
    with pytest.raises(PackError, match="Run `photoclust models install buffalo_l`"):
        load_pack("buffalo_l")


@pytest.mark.parametrize("place", ["cache", "insightface"])
def test_an_installed_pack_is_found_by_its_name(
    place: str, scrfd_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    parent = {"cache": "cache/packs", "insightface": ".insightface/models"}[place]
    folder = tmp_path / parent / "buffalo_sc"
    shutil.copytree(scrfd_folder, folder, copy_function=shutil.copyfile)
    assert installed_folder("buffalo_sc") == folder
    assert load_pack("buffalo_sc").description.name == "buffalo_sc"


# Smaller things


def test_the_catalogue_is_complete() -> None:
    for name, pack in KNOWN_PACKS.items():
        assert pack.name == name
        assert pack.licence
        if pack.archive:
            assert len(bytes.fromhex(pack.archive.sha256)) == 32
            assert pack.archive.size > 10_000_000
            assert not pack.commercial


def test_a_fingerprint_covers_files_and_settings() -> None:
    first = fingerprint(["a", "b"], {"side": 1})
    assert first == fingerprint(["b", "a"], {"side": 1})
    assert len({first, fingerprint(["a"], {"side": 1}), fingerprint(["a", "b"], {"side": 2})}) == 3


def test_what_is_no_model_is_a_pack_error(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="a model"):
        open_session(b"not a model")
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(PackError, match=r"broken\.onnx"):
        open_session(tmp_path / "broken.onnx")
