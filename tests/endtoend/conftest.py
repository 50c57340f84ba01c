"""Real photos, the real pack `open`, the real program: in this process, or as one of its own."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from photoclust.cli import app
from photoclust.demo.people import PEOPLE, pixels_of
from photoclust.demo.scenes import PlacedFace, build_scenes

AUDIT = re.compile(
    r"^seen (?P<seen>\d+) = indexed (?P<indexed>\d+) \+ unchanged (?P<unchanged>\d+) \+ "
    r"duplicate (?P<duplicate>\d+)(?: \((?P<moved>\d+) moved\))? \+ "
    r"skipped (?P<skipped>\d+)(?: \((?P<skipped_why>.+?)\))? \+ "
    r"failed (?P<failed>\d+)(?: \((?P<failed_why>.+?)\))?"
    r"(?: \+ left for the next run (?P<waiting>\d+))?$",
    re.MULTILINE,
)
# Ends the process at the first touch of a socket, of whatever family; nothing can catch that.
NO_SOCKETS = """
import os, sys
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname", "socket.__new__"):
        with open(os.path.join(os.path.dirname(__file__), "broken"), "a") as broken:
            broken.write(f"network: {event} {arguments}")
        os._exit(79)
sys.addaudithook(watch)
"""
RULE_BROKEN = 79

COUNTS = ("seen", "indexed", "unchanged", "duplicate", "moved", "skipped", "failed", "waiting")


@dataclass(frozen=True)
class Audit:
    """The closing line of a scan, whose numbers add up."""

    seen: int
    indexed: int
    unchanged: int
    duplicate: int
    moved: int
    skipped: int
    failed: int
    waiting: int
    skipped_why: dict[str, int]
    failed_why: dict[str, int]

    @classmethod
    def of(cls, text: str) -> Audit:
        found = AUDIT.search(text)
        assert found, f"no audit line in: {text}"
        counts = {name: int(found[name] or 0) for name in COUNTS}
        whys = [_reasons(found[name]) for name in ("skipped_why", "failed_why")]
        audit = cls(**counts, skipped_why=whys[0], failed_why=whys[1])
        parts = ("indexed", "unchanged", "duplicate", "skipped", "failed", "waiting")
        assert audit.seen == sum(counts[name] for name in parts), found[0]
        assert sum(audit.skipped_why.values()) == audit.skipped, found[0]
        assert sum(audit.failed_why.values()) == audit.failed, found[0]
        return audit

    @property
    def told(self) -> dict[str, int]:
        """The counts that are not nought, `seen` left out."""
        return {name: getattr(self, name) for name in COUNTS[1:] if getattr(self, name)}


def _reasons(text: str | None) -> dict[str, int]:
    parts = [part.split(" ", 1) for part in re.split(r", (?=\d+ )", text)] if text else []
    return {reason: int(count) for count, reason in parts}


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, stdout as bytes, stderr as text."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        """stdout as the paths or lines in it."""
        return os.fsdecode(self.out).splitlines()

    @property
    def audit(self) -> Audit:
        """The audit line of a scan; its numbers add up."""
        return Audit.of(self.err)

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, str]]:
        """stdout as CSV."""
        text = self.out.decode("utf-8", "surrogateescape")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def child_environment(**more: str) -> dict[str, str]:
    """For a process: no terminal's width, no colour, no settings of whoever runs the tests."""
    return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **more}


def ctrl_c_is_heard() -> None:
    """A test run in the background would hand down that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run_photoclust(
    *arguments: str | Path | bytes,
    prelude: str = "",
    wrapper: tuple[str, ...] = (),
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Ran:
    """Run photoclust as a process, it and its workers after `prelude` (Python) if there is one.

    What a prelude writes to the file `broken` beside it ends the run with the code `RULE_BROKEN`.
    """
    with tempfile.TemporaryDirectory() as folder:
        first = running_first(Path(folder), prelude) if prelude else {}
        result = subprocess.run(
            [*wrapper, sys.executable, "-m", "photoclust", *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=child_environment(**first, **(env or {})),
            cwd=cwd,
            check=False,
        )
        ran = Ran(result.returncode, result.stdout, result.stderr.decode("utf-8", "replace"))
        broken = Path(folder, "broken")
        if broken.exists():
            return Ran(RULE_BROKEN, ran.out, ran.err + broken.read_text())
        return ran


def running_first(folder: Path, code: str) -> dict[str, str]:
    """The environment in which every Python, workers too, runs this before anything else."""
    folder.joinpath("sitecustomize.py").write_text(code)
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *([before] if before else [])])}


@pytest.fixture
def in_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`in_workers(code)`: every process that this one starts runs this Python first."""

    def prepare(code: str) -> None:
        folder = tmp_path / "first"
        folder.mkdir(exist_ok=True)
        for name, value in running_first(folder, code).items():
            monkeypatch.setenv(name, value)

    return prepare


@pytest.fixture(scope="session")
def run_photoclust() -> Callable[..., Ran]:
    """Runs photoclust as a process, without a --db."""
    return _run_photoclust


class Program:
    """photoclust with one library."""

    def __init__(self, db: Path) -> None:
        self.db = db

    def __call__(self, *arguments: str | Path, code: int = 0) -> Ran:
        """Run a command in this process; it must end with this exit code."""
        words = [*map(str, arguments), "--db", str(self.db)]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        ran = Ran(result.exit_code, result.stdout_bytes, result.stderr)
        assert ran.code == code, f"{words} ended with {ran.code}: {ran.err}"
        return ran

    def scan(self, *arguments: str | Path, code: int = 0) -> Audit:
        """Run `scan` in this process; its audit line was checked."""
        return self("scan", *arguments, code=code).audit

    def process(
        self,
        *arguments: str | Path | bytes,
        code: int | None = 0,
        db_first: bool = False,
        **more: Any,
    ) -> Ran:
        """Run a command as a process; see `run_photoclust`."""
        library = ("--db", str(self.db))
        words = (*library, *arguments) if db_first else (*arguments, *library)
        ran = _run_photoclust(*words, **more)
        if code is not None:
            assert ran.code == code, f"{arguments} ended with {ran.code}: {ran.err}"
        return ran

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "photoclust", *map(str, arguments), "--db", str(self.db)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=child_environment(),
            preexec_fn=ctrl_c_is_heard,
        )

    def sql(self, question: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the file itself, or change it."""
        connection = sqlite3.connect(self.db, isolation_level=None)
        try:
            return connection.execute(question, parameters).fetchall()
        finally:
            connection.close()

    def audit_of(self, text: str) -> Audit:
        """The audit line in the words of a scan; its numbers add up."""
        return Audit.of(text)

    def cluster_of(self, name: str) -> int:
        """The cluster whose faces are mostly in files called after this person."""
        numbers = [
            row["cluster"]
            for row in self("faces", "--csv").rows
            if row["cluster"] and Path(row["file"]).name.startswith(name)
        ]
        assert numbers, f"no cluster holds {name}"
        return int(max(set(numbers), key=numbers.count))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """photoclust with a library that does not exist yet."""
    return Program(tmp_path / "library" / "people.db")


@pytest.fixture(scope="session")
def no_sockets() -> str:
    """A prelude for a process and its workers: the first touch of a socket ends them."""
    return NO_SOCKETS


@pytest.fixture(scope="session")
def new_program() -> type[Program]:
    """For tests that need a library for longer than `program` lasts."""
    return Program


@pytest.fixture(scope="session")
def fingerprint() -> Callable[[Path], dict[bytes, tuple[int, int, str]]]:
    """What a folder of photos is: see `_fingerprint`."""
    return _fingerprint


def _fingerprint(folder: Path) -> dict[bytes, tuple[int, int, str]]:
    """Name -> (mode, mtime_ns, content) of everything in a folder, and of the folder."""
    found = {}
    root = os.fsencode(folder)
    for where, folders, files in os.walk(root):
        for name in [b".", *folders, *files]:
            path = os.path.join(where, name)
            status = os.lstat(path)
            content = ""
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as stream:
                    content = hashlib.sha256(stream.read()).hexdigest()
            found[path] = (status.st_mode, status.st_mtime_ns, content)
    return found


class Photographer:
    """Takes small photos of the demo's seven people: each its own content, the same each time."""

    def portrait(self, path: Path, name: str, shot: int = 1, side: int = 200) -> Path:
        """One person, in a cut and a light that depend on `shot`."""
        return self._save(path, self._cut(name, shot, side))

    def group(self, path: Path, *names: str, shot: int = 1, side: int = 200) -> Path:
        """Several people side by side, from left to right."""
        return self._save(path, np.hstack([self._cut(name, shot, side) for name in names]))

    def landscape(self, path: Path, shot: int = 1) -> Path:
        """A photo with nobody in it."""
        slope = np.linspace(0, 200, 160)[:, None, None] + np.linspace(0, 50, 120)[None, :, None]
        tint = np.array([shot * 10 % 200, 0, 0])
        return self._save(path, np.clip(slope + tint, 0, 255).astype(np.uint8))

    def portraits(self, folder: Path, name: str, count: int, first: int = 1) -> list[Path]:
        """`NAME-1.jpg` and so on."""
        shots = range(first, first + count)
        return [self.portrait(folder / f"{name}-{shot}.jpg", name, shot) for shot in shots]

    def film(self, path: Path, *scenes: Sequence[tuple[str, int]], side: int = 240) -> Path:
        """A video; in each scene, a second long, people (name, shot) stand side by side."""
        av = pytest.importorskip("av")
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=5)
            stream.width, stream.height, stream.pix_fmt = side * len(scenes[0]), side, "yuv420p"
            stream.gop_size, stream.bit_rate = 5, 8_000_000
            for scene in scenes:
                pixels = np.hstack([self._cut(name, shot, side) for name, shot in scene])
                for _ in range(5):
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode(None))
        return path

    def pixels(self, name: str, shot: int = 1, side: int = 200) -> np.ndarray:
        """What `portrait` stores: RGB, shape (side, side, 3)."""
        return self._cut(name, shot, side)

    def _cut(self, name: str, shot: int, side: int) -> np.ndarray:
        chance = np.random.default_rng(shot)
        person = PEOPLE[name]
        left, top, right, bottom = person.head.towards(person.room, chance.uniform(0, 0.4))
        left, top = left + int(chance.integers(0, 6)), top + int(chance.integers(0, 6))
        cut = Image.fromarray(pixels_of(person.source)[top:bottom, left:right])
        light = np.asarray(cut.resize((side, side), Image.Resampling.LANCZOS), np.float32)
        light = light * chance.uniform(0.85, 1.1) + chance.uniform(-8, 8)
        return np.clip(light, 0, 255).astype(np.uint8)

    def _save(self, path: Path, pixels: np.ndarray) -> Path:
        os.makedirs(os.path.dirname(os.fsencode(path)), exist_ok=True)
        with open(os.fsencode(path), "wb") as stream:
            Image.fromarray(pixels).save(stream, "JPEG", quality=92)
        return path


@pytest.fixture(scope="session")
def camera() -> Photographer:
    return Photographer()


@pytest.fixture(scope="session")
def dng() -> Callable[..., bytes]:
    """Writes a DNG; what tests/photos has, which pytest gives to no other folder."""
    path = Path(__file__).parents[1] / "photos" / "conftest.py"
    spec = spec_from_file_location("files_built_by_hand", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    write: Callable[..., bytes] = module._dng
    return write


@dataclass(frozen=True)
class DemoPhotos:
    """The demo's scenes, and who is where in them."""

    folder: Path
    placed: list[PlacedFace]

    def people_in(self, path: str) -> set[str]:
        """Who is in the scene of this absolute path."""
        file = Path(path).relative_to(self.folder).as_posix()
        return {item.person for item in self.placed if item.file == file}

    def scenes_of(self, name: str) -> set[str]:
        """The absolute paths of every scene (and copy of one) that shows this person."""
        return {str(self.folder / item.file) for item in self.placed if item.person == name}


@pytest.fixture(scope="session")
def demo_photos(tmp_path_factory: pytest.TempPathFactory) -> DemoPhotos:
    """36 files, 34 scenes, seven people. Not to be written to."""
    folder = tmp_path_factory.mktemp("scenes")
    return DemoPhotos(folder, build_scenes(folder))


@pytest.fixture(scope="session")
def scanned_demo(
    demo_photos: DemoPhotos, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Audit]:
    """The library of the demo's scenes, scanned once, and the audit of that scan."""
    template = Program(tmp_path_factory.mktemp("library") / "demo.db")
    return template.db, template.scan(demo_photos.folder)


@pytest.fixture
def demo(scanned_demo: tuple[Path, Audit], tmp_path: Path) -> Program:
    """photoclust with a library of the demo's scenes, scanned, nobody named."""
    shutil.copy(scanned_demo[0], tmp_path / "demo.db")
    return Program(tmp_path / "demo.db")


@pytest.fixture(scope="session")
def world_template(camera: Photographer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of photos, and beside it a library that they were scanned into."""
    template = tmp_path_factory.mktemp("world")
    folder = template / "photos"
    camera.portraits(folder, "Ada", 4)
    camera.portraits(folder, "Ben", 4)
    camera.portraits(folder, "Eli", 1)
    camera.landscape(folder / "hills.jpg")
    assert Program(template / "people.db").scan(folder).told == {"indexed": 10}
    return template


@pytest.fixture
def small_world(world_template: Path, program: Program, tmp_path: Path) -> Path:
    """A scanned folder: four portraits of Ada and of Ben each (clusters), Eli once, a landscape.

    A copy of the template: the same bytes and times of change, at another place.
    """
    folder = tmp_path / "photos"
    shutil.copytree(world_template / "photos", folder)
    program.db.parent.mkdir()
    shutil.copy(world_template / "people.db", program.db)
    program.sql(
        "UPDATE files SET path_text = ?1 || substr(path_text, ?2),"
        " path = CAST(?1 || substr(path_text, ?2) AS BLOB)",
        str(folder),
        len(str(world_template / "photos")) + 1,
    )
    return folder


@pytest.fixture
def bound_by_permissions() -> tuple[str, ...]:
    """A wrapper for `Program.process`: file permissions hold, even where root runs the tests."""
    if os.geteuid() != 0:
        return ()
    wrapper = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if not shutil.which("setpriv") or subprocess.run([*wrapper, "true"], check=False).returncode:
        pytest.skip("permissions do not bind root here, and setpriv cannot change that")
    return wrapper


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """`small_disk(kilobytes)`: a folder on a disk of that size, for the length of the test."""
    mounted = []

    def mount(kilobytes: int) -> Path:
        folder = tmp_path / f"disk-{len(mounted)}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
        if (
            not shutil.which("mount")
            or subprocess.run(command, capture_output=True, check=False).returncode
        ):
            pytest.skip("a small disk cannot be mounted here")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)
