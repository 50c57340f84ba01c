"""Fetching a pack from a server of our own: whole, resumed, cut short, wrong, hostile."""

from __future__ import annotations

import hashlib
import io
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclust.errors import PackError
from photoclust.models.cache import packs_folder
from photoclust.models.catalogue import KNOWN_PACKS, Archive, KnownPack
from photoclust.models.download import install

DETECTOR = np.random.default_rng(0).bytes(3_000_000)  # no zip makes noise smaller
EMBEDDER = b"embedder"


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tiny_pack(archive: bytes) -> KnownPack:
    """A catalogue entry for this archive."""
    sealed = Archive(hashlib.sha256(archive).hexdigest(), len(archive))
    return KnownPack("tiny", "models", "accuracy", "licence", False, sealed)


class Mirror(ThreadingHTTPServer):
    """Serves `/tiny.zip` on this machine, and keeps account of what it sent.

    Attributes
    ----------
    cut_after : the next answer ends after so many bytes, as a broken connection does.
    resumes : does it understand Range?
    chunked : does it send chunks instead of a length?
    ranges : the Range header of each request, None for none.
    """

    daemon_threads = True

    def __init__(self, archive: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.archive = archive
        self.cut_after: int | None = None
        self.resumes = True
        self.chunked = False
        self.ranges: list[str | None] = []
        self.sent = 0

    def handle_error(self, *_arguments: Any) -> None:
        """A caller that hangs up is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        mirror = self.server
        mirror.ranges.append(self.headers["Range"])
        if self.path != "/tiny.zip":
            self.send_error(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        start = int(asked[1]) if asked and mirror.resumes else 0
        if start >= len(mirror.archive):
            self.send_error(416)
            return
        body = mirror.archive[start:]
        self.send_response(206 if start else 200)
        if mirror.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mirror.cut_after is not None:
            body, mirror.cut_after = body[: mirror.cut_after], None
        if mirror.chunked:
            self.wfile.write(b"%x\r\n" % (len(body) + 1000))
        mirror.sent += len(body)
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Says nothing."""


Served = Callable[[bytes], Mirror]


@pytest.fixture(autouse=True)
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test; the folder packs go to."""
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "cache"))
    return packs_folder()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Starts a mirror of this archive, and points photoclust there."""
    mirrors: list[Mirror] = []

    def serve(archive: bytes) -> Mirror:
        mirror = Mirror(archive)
        mirrors.append(mirror)
        threading.Thread(target=mirror.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("PHOTOCLUST_MODELS_URL", mirror.url)
        return mirror

    yield serve
    for mirror in mirrors:
        mirror.shutdown()
        mirror.server_close()


@pytest.fixture
def archive() -> bytes:
    return zipped({"det.onnx": DETECTOR, "rec.onnx": EMBEDDER})


def in_folder(folder: Path) -> list[str]:
    """Everything below a folder, hidden files and half-written ones too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


class Listener:
    """A progress that may interrupt, as Ctrl-C does."""

    def __init__(self, interrupt_after: int | None = None) -> None:
        self.heard: list[str] = []
        self._left = interrupt_after

    def start(self, title: str, total: int | None, unit: str) -> None:
        self.heard.append(f"start {title} {total} {unit}")

    def advance(self, note: str = "") -> None:
        self.heard.append("advance")
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt

    def finish(self) -> None:
        self.heard.append("finish")


# All goes well


def test_a_pack_is_fetched_and_unpacked(serve: Served, packs: Path, archive: bytes) -> None:
    mirror = serve(archive)
    folder = install(tiny_pack(archive))
    assert folder == packs / "tiny"
    assert in_folder(packs) == ["tiny", "tiny/det.onnx", "tiny/rec.onnx"]
    assert (folder / "det.onnx").read_bytes() == DETECTOR
    assert mirror.sent == len(archive)


def test_an_address_may_end_in_a_slash(
    serve: Served, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = serve(archive)
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", f"{mirror.url}/")
    assert install(tiny_pack(archive)).is_dir()


def test_progress_is_told(serve: Served, archive: bytes) -> None:
    mirror = serve(archive)
    listener = Listener()
    install(tiny_pack(archive), listener)
    assert listener.heard[0] == f"start Downloading {mirror.url}/tiny.zip 3 MB"
    assert listener.heard[1:] == ["advance"] * 3 + ["finish"]


def test_an_older_copy_is_replaced(serve: Served, packs: Path, archive: bytes) -> None:
    (packs / "tiny").mkdir(parents=True)
    (packs / "tiny" / "old.onnx").write_bytes(b"old")
    serve(archive)
    install(tiny_pack(archive))
    assert in_folder(packs / "tiny") == ["det.onnx", "rec.onnx"]


def test_the_folder_inside_the_archive_is_left_out(serve: Served, packs: Path) -> None:
    archive = zipped({"tiny/": b"", "tiny/sub/det.onnx": b"d", "tiny/rec.onnx": b"r"})
    serve(archive)
    install(tiny_pack(archive))
    assert in_folder(packs / "tiny") == ["det.onnx", "rec.onnx"]


def test_models_that_are_not_used_are_left_out(serve: Served, packs: Path) -> None:
    unused = ("1k3d68.onnx", "2d106det.onnx", "genderage.onnx")
    archive = zipped({f"tiny/{name}": b"x" for name in (*unused, "det.onnx", "rec.onnx")})
    serve(archive)
    install(tiny_pack(archive))
    assert in_folder(packs / "tiny") == ["det.onnx", "rec.onnx"]


# Cut short


def test_a_cut_download_is_continued(serve: Served, packs: Path, archive: bytes) -> None:
    mirror = serve(archive)
    mirror.cut_after = 1_200_000
    with pytest.raises(PackError, match=r"closed early.*goes on where it stopped"):
        install(tiny_pack(archive))
    assert in_folder(packs) == ["tiny.zip.part"]
    assert (packs / "tiny.zip.part").read_bytes() == archive[:1_200_000]
    install(tiny_pack(archive))
    assert mirror.ranges == [None, "bytes=1200000-"]
    assert mirror.sent == len(archive)
    assert in_folder(packs) == ["tiny", "tiny/det.onnx", "tiny/rec.onnx"]


def test_it_may_be_cut_more_than_once(serve: Served, packs: Path, archive: bytes) -> None:
    mirror = serve(archive)
    for _ in range(3):
        mirror.cut_after = 700_000
        with pytest.raises(PackError):
            install(tiny_pack(archive))
    install(tiny_pack(archive))
    assert mirror.sent == len(archive)
    assert (packs / "tiny" / "det.onnx").read_bytes() == DETECTOR


def test_an_interrupted_download_is_continued(serve: Served, packs: Path, archive: bytes) -> None:
    mirror = serve(archive)
    with pytest.raises(KeyboardInterrupt):
        install(tiny_pack(archive), Listener(interrupt_after=1))
    assert in_folder(packs) == ["tiny.zip.part"]
    install(tiny_pack(archive))
    assert mirror.ranges[1] == "bytes=1048576-"
    assert (packs / "tiny" / "det.onnx").read_bytes() == DETECTOR


def test_a_server_that_cannot_resume_sends_it_all(
    serve: Served, packs: Path, archive: bytes
) -> None:
    mirror = serve(archive)
    mirror.resumes = False
    mirror.cut_after = 1_200_000
    with pytest.raises(PackError):
        install(tiny_pack(archive))
    install(tiny_pack(archive))
    assert mirror.ranges == [None, "bytes=1200000-"]
    assert mirror.sent == 1_200_000 + len(archive)
    assert (packs / "tiny" / "det.onnx").read_bytes() == DETECTOR


def test_what_was_fetched_whole_is_not_fetched_again(
    serve: Served, packs: Path, archive: bytes
) -> None:
    mirror = serve(archive)
    packs.mkdir(parents=True)
    (packs / "tiny.zip.part").write_bytes(archive)
    install(tiny_pack(archive))
    assert mirror.sent == 0
    assert in_folder(packs) == ["tiny", "tiny/det.onnx", "tiny/rec.onnx"]


def test_what_was_fetched_whole_needs_no_network(
    packs: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", f"http://127.0.0.1:{unused_port()}")
    packs.mkdir(parents=True)
    (packs / "tiny.zip.part").write_bytes(archive)
    assert install(tiny_pack(archive)).is_dir()


def test_the_rest_of_another_download_is_thrown_away(
    serve: Served, packs: Path, archive: bytes
) -> None:
    serve(archive)
    packs.mkdir(parents=True)
    (packs / "tiny.zip.part").write_bytes(b"x" * 5000)
    with pytest.raises(PackError, match="It was deleted; run the command again"):
        install(tiny_pack(archive))
    assert install(tiny_pack(archive)).is_dir()


def test_a_cut_answer_in_chunks_is_an_error_with_a_way_out(serve: Served, archive: bytes) -> None:
    serve(archive).chunked = True
    with pytest.raises(PackError, match="run it again"):
        install(tiny_pack(archive))


# Wrong


def test_a_wrong_checksum_deletes_the_download(serve: Served, packs: Path, archive: bytes) -> None:
    serve(archive[:-1] + b"!")
    with pytest.raises(PackError, match="sha256") as caught:
        install(tiny_pack(archive))
    assert hashlib.sha256(archive).hexdigest() in str(caught.value)
    assert in_folder(packs) == []


def test_a_wrong_checksum_leaves_the_older_copy(serve: Served, packs: Path, archive: bytes) -> None:
    (packs / "tiny").mkdir(parents=True)
    (packs / "tiny" / "old.onnx").write_bytes(b"old")
    serve(archive[:-1] + b"!")
    with pytest.raises(PackError):
        install(tiny_pack(archive))
    assert in_folder(packs) == ["tiny", "tiny/old.onnx"]


def test_what_the_server_does_not_have(
    serve: Served, packs: Path, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = serve(archive)
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", f"{mirror.url}/elsewhere")
    with pytest.raises(PackError, match=r"elsewhere/tiny\.zip answered 404"):
        install(tiny_pack(archive))
    assert in_folder(packs) == []


def unused_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_offline_it_says_the_way_out(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(PackError, match="Cannot reach") as caught:
        install(tiny_pack(archive))
    assert "`open`" in caught.value.hint
    assert "--pack FOLDER" in caught.value.hint


def test_a_server_that_does_not_speak_http(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            caller, _address = listening.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(b"220 mail.example.com ESMTP\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("PHOTOCLUST_MODELS_URL", url)
        with pytest.raises(PackError, match="Cannot reach"):
            install(tiny_pack(archive))


@pytest.mark.parametrize("url", ["mirror.example.com/models", "/srv/models"])
def test_an_address_that_is_none(archive: bytes, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PHOTOCLUST_MODELS_URL", url)
    with pytest.raises(PackError):
        install(tiny_pack(archive))


def test_without_room_or_right_to_write_it_says_so(
    serve: Served, archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(archive)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PHOTOCLUST_CACHE", str(tmp_path / "file"))
    with pytest.raises(PackError, match=r"Cannot write .*PHOTOCLUST_CACHE"):
        install(tiny_pack(archive))


# Hostile and damaged archives


def test_names_that_climb_stay_inside(serve: Served, packs: Path, tmp_path: Path) -> None:
    archive = zipped(
        {
            "../../up.onnx": b"1",
            "/absolute.onnx": b"2",
            "a/../../../../climb.onnx": b"3",
            "C:\\drive.onnx": b"4",
            "det.onnx": b"5",
        }
    )
    serve(archive)
    install(tiny_pack(archive))
    names = [path.name for path in (packs / "tiny").iterdir()]
    assert {"up.onnx", "absolute.onnx", "climb.onnx", "det.onnx"} <= set(names)
    assert len(names) == 5
    assert [path.name for path in packs.iterdir()] == ["tiny"]
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not Path("/absolute.onnx").exists()


@pytest.mark.parametrize("name", ["..", "a/..", "."])
def test_a_name_that_is_a_folder_makes_no_half_pack(serve: Served, packs: Path, name: str) -> None:
    archive = zipped({"det.onnx": b"d", name: b"x"})
    serve(archive)
    with pytest.raises(PackError):
        install(tiny_pack(archive))
    assert not (packs / "tiny").exists()


def test_a_damaged_archive_leaves_no_half_pack(serve: Served, packs: Path, archive: bytes) -> None:
    damaged = archive.replace(EMBEDDER, b"EMBEDDER")  # its checksum in the archive is wrong now
    serve(damaged)
    with pytest.raises(PackError, match="damaged"):
        install(tiny_pack(damaged))
    assert in_folder(packs) == ["tiny.zip.part"]


def test_a_damaged_archive_leaves_the_older_copy(
    serve: Served, packs: Path, archive: bytes
) -> None:
    (packs / "tiny").mkdir(parents=True)
    (packs / "tiny" / "old.onnx").write_bytes(b"old")
    damaged = archive.replace(EMBEDDER, b"EMBEDDER")
    serve(damaged)
    with pytest.raises(PackError):
        install(tiny_pack(damaged))
    assert in_folder(packs / "tiny") == ["old.onnx"]


def test_what_is_no_archive_is_damaged(serve: Served, packs: Path) -> None:
    serve(b"<html>Log in to this network</html>")
    with pytest.raises(PackError, match="damaged"):
        install(tiny_pack(b"<html>Log in to this network</html>"))
    assert not (packs / "tiny").exists()


def test_the_pack_that_came_along_is_not_fetched() -> None:
    with pytest.raises(PackError, match="came with photoclust"):
        install(KNOWN_PACKS["open"])
