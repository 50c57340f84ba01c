"""`scan --watch`: photos are indexed as they arrive."""

from __future__ import annotations

import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

PATIENCE = 60.0  # seconds; only a test that fails waits so long
QUIET = 6.0  # seconds in which nothing more may happen


class Watcher:
    """A running `scan --watch`, and what it says."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line.decode())

    def wait_for(self, words: str) -> str:
        """The next line that begins so."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{words} was never said: {self.said}") from None
            self.said.append(line)
            if line.startswith(words):
                return line

    def listen_for(self, seconds: float) -> str:
        """Everything that is said in that time."""
        end, text = time.monotonic() + seconds, ""
        while (left := end - time.monotonic()) > 0:
            try:
                text += self._lines.get(timeout=left)
            except queue.Empty:
                break
        return text

    def interrupt(self) -> str:
        """Ctrl-C; the words that follow."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        return self.listen_for(0.3)


@pytest.fixture
def watching(program: Program) -> Iterator[Callable[..., Watcher]]:
    """Starts `scan --watch`; ends it with the test."""
    started: list[Watcher] = []

    def start(*arguments: str | Path) -> Watcher:
        started.append(Watcher(program.start("scan", "--watch", *arguments)))
        started[-1].wait_for("Watching. Ctrl-C ends it.")
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()
        watcher.process.wait()
        for stream in (watcher.process.stdout, watcher.process.stderr):
            assert stream is not None
            stream.close()


def test_what_arrives_is_indexed(
    program: Program, camera: Photographer, small_world: Path, watching: Callable[..., Watcher]
) -> None:
    watcher = watching(small_world)
    assert program.audit_of("".join(watcher.said)).told == {"unchanged": 10}

    camera.portrait(small_world / "new folder" / "Ada-9.jpg", "Ada", shot=9)
    audit = program.audit_of(watcher.wait_for("seen "))
    assert audit.told == {"unchanged": 10, "indexed": 1}
    watcher.wait_for("Watching.")
    clusters = {row["cluster"] for row in program("faces", "--csv").rows if "Ada" in row["file"]}
    assert len(clusters) == 1

    (small_world / "Eli-1.jpg").unlink()
    assert program.audit_of(watcher.wait_for("seen ")).told == {"unchanged": 10}
    watcher.wait_for("No longer where it was: 1 file.")


def test_a_library_in_the_folder_sets_off_no_scan(
    program: Program, camera: Photographer, tmp_path: Path, watching: Callable[..., Watcher]
) -> None:
    folder = tmp_path / "photos"
    camera.portraits(folder, "Ada", 3)
    program.db = folder / "people.db"
    watcher = watching(folder)
    camera.portrait(folder / "Ada-9.jpg", "Ada", shot=9)
    watcher.wait_for("seen ")
    watcher.wait_for("Watching.")
    program("name", "1", "Ada")
    (folder / "notes.txt").write_text("no photo")
    assert "seen" not in watcher.listen_for(QUIET)


def test_ctrl_c_while_it_waits(small_world: Path, watching: Callable[..., Watcher]) -> None:
    watcher = watching(small_world)
    words = watcher.interrupt()
    assert watcher.process.returncode == 0
    assert "Traceback" not in words
    assert "No longer watching." in words


def test_a_broken_photo_does_not_end_it(
    program: Program, small_world: Path, watching: Callable[..., Watcher]
) -> None:
    watcher = watching(small_world)
    (small_world / "broken.jpg").write_bytes(b"half of a pho")
    assert program.audit_of(watcher.wait_for("seen ")).failed == 1
    watcher.wait_for("Watching.")
    (small_world / "broken.jpg").unlink()
    assert program.audit_of(watcher.wait_for("seen ")).told == {"unchanged": 10}
