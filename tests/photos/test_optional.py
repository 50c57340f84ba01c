"""Which decoders are installed, and what is said when one is not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from photoclust.errors import UnreadablePhoto
from photoclust.photos import optional
from photoclust.photos.jxl import read_jxl
from photoclust.photos.optional import DECODERS, require
from photoclust.photos.raw import open_raw
from photoclust.photos.video import frame_at, key_frames, video_facts


@pytest.fixture
def none_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optional, "find_spec", lambda package: None)


def test_every_decoder_has_a_name_a_package_and_a_licence() -> None:
    assert list(DECODERS) == ["raw", "jxl", "video"]
    for name, decoder in DECODERS.items():
        assert decoder.name == name
        assert decoder.licence
        assert decoder.hint == f"install it with: pip install 'photoclust[{name}]'"


@pytest.mark.parametrize("name", DECODERS)
def test_what_is_installed_has_a_version_and_passes(name: str) -> None:
    decoder = DECODERS[name]
    if not decoder.installed:
        pytest.skip(f"no {decoder.package} here")
    require(name)
    assert re.match(r"\d+\.\d+", decoder.version or "")


@pytest.mark.usefixtures("none_installed")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("raw", "RAW photos need the package rawpy: pip install 'photoclust[raw]'"),
        ("jxl", "JPEG XL photos need the package pylibjxl: pip install 'photoclust[jxl]'"),
        ("video", "Videos need the package av: pip install 'photoclust[video]'"),
    ],
)
def test_what_is_missing_is_said_with_the_way_out(name: str, reason: str) -> None:
    assert not DECODERS[name].installed
    assert DECODERS[name].version is None
    with pytest.raises(UnreadablePhoto) as caught:
        require(name)
    assert str(caught.value) == reason


@pytest.mark.usefixtures("none_installed")
def test_every_reader_asks_first(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()
    for read, given in (
        (open_raw, b""), (read_jxl, b""), (video_facts, path),
        (lambda path: list(key_frames(path)), path), (lambda path: frame_at(path, 0), path),
    ):  # fmt: skip
        with pytest.raises(UnreadablePhoto, match="need the package"):
            read(given)  # type: ignore[operator]


def test_a_package_without_a_record_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optional, "find_spec", lambda package: object())

    def missing(package: str) -> str:
        raise optional.PackageNotFoundError(package)

    monkeypatch.setattr(optional, "version_of", missing)
    assert DECODERS["raw"].version is None


def test_asking_imports_nothing() -> None:
    program = (
        "import sys; from photoclust.photos import jxl, optional, raw, video;"
        "[(d.installed, d.version) for d in optional.DECODERS.values()];"
        "print(sorted({'av', 'rawpy', 'pylibjxl', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
