"""What can be made again is made again when it is damaged, and is not needed to go on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from photoclust.domain import Pixels
from photoclust.models.cache import (
    built,
    cache_folder,
    packs_folder,
    sha256_of,
    write_atomically,
)
from photoclust.models.open_pack import OpenPack


class Workshop:
    """Builds something, and counts how often."""

    def __init__(self, product: bytes = b"a graph") -> None:
        self.product = product
        self.built = 0

    def __call__(self) -> bytes:
        self.built += 1
        return self.product


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "packs" / "open" / "graph.onnx"


def test_it_is_built_once(path: Path) -> None:
    workshop = Workshop()
    assert [built(path, workshop) for _ in range(3)] == [b"a graph"] * 3
    assert workshop.built == 1
    assert path.read_bytes() == b"a graph"


@pytest.mark.parametrize("damage", [b"", b"a gr", b"a grapg", b"something else"])
def test_a_damaged_file_is_built_again(path: Path, damage: bytes) -> None:
    workshop = Workshop()
    built(path, workshop)
    path.write_bytes(damage)
    assert built(path, workshop) == b"a graph"
    assert workshop.built == 2
    assert path.read_bytes() == b"a graph"


@pytest.mark.parametrize("seal", [None, b"", b"\xff\xfe", b"0" * 64])
def test_a_file_without_its_seal_is_built_again(path: Path, seal: bytes | None) -> None:
    workshop = Workshop()
    built(path, workshop)
    beside = path.with_name("graph.onnx.sha256")
    assert beside.read_text() == hashlib.sha256(b"a graph").hexdigest()
    beside.unlink()
    if seal is not None:
        beside.write_bytes(seal)
    built(path, workshop)
    assert workshop.built == 2
    built(path, workshop)
    assert workshop.built == 2


def test_without_a_place_for_the_cache_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    workshop = Workshop()
    path = tmp_path / "file" / "open" / "graph.onnx"
    assert [built(path, workshop) for _ in range(2)] == [b"a graph"] * 2
    assert workshop.built == 2


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    write_atomically(tmp_path / "sub" / "a", b"first")
    write_atomically(tmp_path / "sub" / "a", b"second")
    assert (tmp_path / "sub" / "a").read_bytes() == b"second"
    (tmp_path / "sub" / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "sub" / "folder", b"third")
    assert sorted(item.name for item in (tmp_path / "sub").iterdir()) == ["a", "folder"]


def test_the_sha256_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_the_cache_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOCLUST_CACHE", "/somewhere")
    assert cache_folder() == Path("/somewhere")
    assert packs_folder() == Path("/somewhere/packs")
    monkeypatch.setenv("PHOTOCLUST_CACHE", "")
    assert cache_folder().name == "photoclust"
    monkeypatch.delenv("PHOTOCLUST_CACHE")
    assert cache_folder().name == "photoclust"


def test_the_pack_open_repairs_its_cache(
    cache: Path, open_pack: OpenPack, group_photo: Pixels
) -> None:
    graphs = sorted((cache / "packs" / "open").glob("*.onnx"))
    assert len(graphs) == 2
    whole = {graph: graph.read_bytes() for graph in graphs}
    graphs[0].write_bytes(whole[graphs[0]][:-1000])
    graphs[1].write_bytes(b"not a graph")
    again = OpenPack()
    assert {graph: graph.read_bytes() for graph in graphs} == whole
    assert again.description == open_pack.description
    assert len(again.analyse(group_photo)) == 6


def test_the_pack_open_goes_on_without_a_cache(
    tmp_path: Path, open_pack: OpenPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "file" / "cache"))
    assert OpenPack().description == open_pack.description
