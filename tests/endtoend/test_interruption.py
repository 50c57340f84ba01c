"""What comes between a scan and its end, and that nothing is lost by it.

Ctrl-C, kill, a killed worker, a full disk, a rival, files that go or change meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

PATIENCE = 60.0  # seconds; only a test that fails waits so long

SLOW_PHOTOS = 18

ORPHANS_END = 10.0  # seconds

# A worker to which the file `slow.jpg` comes as from a disk that hangs.
SLOW_WORKER = """
import time
from photoclust.pipeline import examine, worker
read = examine.read_bytes
def read_slowly(path):
    if path.endswith("slow.jpg"):
        time.sleep(60)
    return read(path)
examine.read_bytes = read_slowly
worker.main()
"""

REASONS = (
    "SELECT reason FROM scans WHERE reason NOT NULL"
    " UNION ALL SELECT failure FROM files WHERE failure NOT NULL"
)
KILLED = "crashed the program that read it (SIGKILL)"


@pytest.fixture(scope="session")
def many_photos(camera: Photographer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos that take a scan a second or more."""
    folder = tmp_path_factory.mktemp("many")
    for shot in range(SLOW_PHOTOS):
        name = ("Ada", "Ben", "Fay")[shot % 3]
        camera.portrait(folder / f"{shot:02}.jpg", name, shot, side=500)
    return folder


def faces_by_content(db: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(
            "SELECT content_hash, x1, y1, x2, y2, score, quality, landmarks, vector FROM faces"
            " JOIN photos ON photos.id = photo_id JOIN embeddings ON face_id = faces.id"
            " ORDER BY 1, 2, 3"
        ).fetchall()


def groups(db: Path) -> set[frozenset[str]]:
    """The clusters as sets of paths: their numbers depend on the order of the photos."""
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(
            "SELECT cluster_id, path_text FROM memberships JOIN faces ON faces.id = face_id"
            " JOIN files USING (photo_id)"
        ).fetchall()
    return {frozenset(path for key, path in rows if key == number) for number, _ in rows}


@pytest.fixture(scope="session")
def undisturbed(many_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of a scan that nothing happened to."""
    from photoclust import Library, scan

    path = tmp_path_factory.mktemp("undisturbed") / "people.db"
    with Library.open(path, create=True) as library:
        scan(library, [many_photos])
    return path


def wait_until_written(program: Program, running: subprocess.Popen[bytes], photos: int) -> None:
    """Until the running scan has committed some photos."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert running.poll() is None, "the scan ended before it could be disturbed"
        try:
            if program.sql("SELECT count(*) FROM scans")[0][0] >= photos:
                return
        except sqlite3.OperationalError:
            pass  # the file is not there yet
        time.sleep(0.005)
    raise AssertionError("the scan wrote nothing")


def is_whole(program: Program) -> None:
    assert program.sql("PRAGMA integrity_check") == [("ok",)]
    assert program.sql("PRAGMA foreign_key_check") == []
    assert program.sql(
        "SELECT count(*) FROM faces WHERE id NOT IN (SELECT face_id FROM embeddings)"
    ) == [(0,)]


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(
    program: Program, many_photos: Path, undisturbed: Path
) -> None:
    running = program.start("scan", many_photos, "--workers", "1")
    wait_until_written(program, running, 3)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, err
    assert b"Traceback" not in err
    assert b"Interrupted." in err
    is_whole(program)

    from_db = program.sql("SELECT count(*) FROM scans")[0][0]
    assert 3 <= from_db < SLOW_PHOTOS
    audit = program.scan(many_photos)
    assert audit.told == {"unchanged": from_db, "indexed": SLOW_PHOTOS - from_db}
    assert faces_by_content(program.db) == faces_by_content(undisturbed)
    assert groups(program.db) == groups(undisturbed)


def test_the_audit_of_an_interrupted_scan_adds_up(program: Program, many_photos: Path) -> None:
    running = program.start("scan", many_photos, "--workers", "2")
    wait_until_written(program, running, 2)
    running.send_signal(signal.SIGINT)
    err = running.communicate(timeout=PATIENCE)[1].decode()
    audit = program.audit_of(err)
    assert audit.waiting > 0
    assert audit.indexed == program.sql("SELECT count(*) FROM scans")[0][0]


def test_killed_scan_loses_nothing(program: Program, many_photos: Path, undisturbed: Path) -> None:
    running = program.start("scan", many_photos)
    wait_until_written(program, running, 3)
    running.kill()
    running.communicate()
    is_whole(program)
    audit = program.scan(many_photos)
    assert audit.unchanged >= 3
    assert faces_by_content(program.db) == faces_by_content(undisturbed)
    assert groups(program.db) == groups(undisturbed)


def workers_of(running: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(running.pid).children(recursive=True)


def has_ended(process: psutil.Process) -> bool:
    """Nobody may be there to reap it, as in a container."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("written", [0, 3])
def test_workers_of_a_killed_scan_end_by_themselves(
    program: Program, many_photos: Path, written: int
) -> None:
    running = program.start("scan", many_photos, "--workers", "2")
    wait_until_written(program, running, written)
    end = time.monotonic() + PATIENCE
    while len(workers := workers_of(running)) < 2:
        assert time.monotonic() < end, "no workers were started"
        time.sleep(0.005)
    running.kill()
    running.communicate()
    end = time.monotonic() + ORPHANS_END
    while not all(map(has_ended, workers)):
        assert time.monotonic() < end, f"left: {workers}"
        time.sleep(0.02)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_worker_costs_its_photo_only(
    program: Program, many_photos: Path, undisturbed: Path, workers: str
) -> None:
    running = program.start("scan", many_photos, "--workers", workers)
    wait_until_written(program, running, 2)
    victim = workers_of(running)[0]
    victim.suspend()  # so that it surely has a photo
    time.sleep(0.3)
    victim.kill()
    err = running.communicate(timeout=PATIENCE)[1].decode()
    assert running.returncode == 3, err
    audit = program.audit_of(err)
    assert audit.told == {"indexed": SLOW_PHOTOS - 1, "failed": 1}
    assert program.sql(REASONS) == [(KILLED,)]
    is_whole(program)

    audit = program.scan(many_photos, "--retry-failed")
    assert audit.told == {"unchanged": SLOW_PHOTOS - 1, "indexed": 1}
    assert faces_by_content(program.db) == faces_by_content(undisturbed)


def test_a_worker_killed_while_it_loads_its_models_is_started_again(
    program: Program, many_photos: Path
) -> None:
    running = program.start("scan", many_photos, "--workers", "1")
    end = time.monotonic() + PATIENCE
    while not (workers := workers_of(running)):
        assert time.monotonic() < end, "no worker was started"
        time.sleep(0.002)
    workers[0].kill()
    err = running.communicate(timeout=PATIENCE)[1].decode()
    assert running.returncode == 0, err
    assert program.audit_of(err).told == {"indexed": SLOW_PHOTOS}


@pytest.fixture
def changing_photos(many_photos: Path, tmp_path: Path) -> Path:
    """A copy of `many_photos` in which photos may come to harm."""
    return shutil.copytree(many_photos, tmp_path / "changing")


def test_a_photo_that_vanishes_before_it_is_read(program: Program, changing_photos: Path) -> None:
    running = program.start("scan", changing_photos, "--workers", "1")
    wait_until_written(program, running, 1)
    last = max(changing_photos.iterdir())
    kept = last.read_bytes()
    last.unlink()
    err = running.communicate(timeout=PATIENCE)[1].decode()
    assert running.returncode == 3, err
    audit = program.audit_of(err)
    assert audit.told == {"indexed": SLOW_PHOTOS - 1, "failed": 1}
    assert audit.failed_why == {"no such file or directory": 1}
    is_whole(program)

    assert program.scan(changing_photos).told == {"unchanged": SLOW_PHOTOS - 1}
    last.write_bytes(kept)
    audit = program.scan(changing_photos)
    assert audit.told == {"unchanged": SLOW_PHOTOS - 1, "indexed": 1}


def test_photos_that_change_while_the_scan_runs(
    program: Program, changing_photos: Path, camera: Photographer
) -> None:
    """One that was read is read again next time; one that was not is what it became."""
    running = program.start("scan", changing_photos, "--workers", "1")
    wait_until_written(program, running, 1)
    first, *_others, last = sorted(changing_photos.iterdir())
    camera.landscape(last)
    camera.group(first, "Gwen", "Eli")
    _out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    is_whole(program)

    audit = program.scan(changing_photos)
    assert audit.told == {"unchanged": SLOW_PHOTOS - 1, "indexed": 1}
    assert program.scan(changing_photos).told == {"unchanged": SLOW_PHOTOS}
    contents = program.sql("SELECT path_text, content_hash FROM files JOIN photos ON id = photo_id")
    assert dict(contents) == {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in changing_photos.iterdir()
    }
    faces = "SELECT path_text FROM faces JOIN files USING (photo_id) WHERE path_text IN (?, ?)"
    assert program.sql(faces, str(first), str(last)) == [(str(first),)] * 2


def test_a_photo_that_takes_too_long_to_read(
    program: Program, camera: Photographer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from photoclust import Library, scan
    from photoclust.pipeline import crew

    folder = tmp_path / "photos"
    for name in ("Ada", "Ben", "slow"):
        camera.portrait(folder / f"{name}.jpg", "Ada", len(name) + ord(name[0]))
    monkeypatch.setattr(crew, "WORKER", SLOW_WORKER)
    with Library.open(program.db, create=True) as library:
        report = scan(library, [folder], workers=2, time_limit=2.0)
    assert report.indexed == 2
    assert report.failed == [(str(folder / "slow.jpg"), "took longer than 2 s")]
    monkeypatch.undo()
    assert program.scan(folder, code=3).told == {"unchanged": 2, "failed": 1}  # not again for ever
    assert program.scan(folder, "--retry-failed").told == {"unchanged": 2, "indexed": 1}


@pytest.mark.parametrize("folder_too", [False, True])
def test_a_library_that_may_not_be_written_is_one_sentence(
    program: Program,
    many_photos: Path,
    small_world: Path,
    bound_by_permissions: tuple[str, ...],
    folder_too: bool,
) -> None:
    before = program.db.read_bytes()
    program.db.chmod(0o444)
    program.db.parent.chmod(0o555 if folder_too else 0o755)
    for command in (["scan", many_photos], ["cluster", "--full", "--yes"]):
        ran = program.process(*command, wrapper=bound_by_permissions, code=1)
        assert f"Error: The library {program.db} is read-only." in ran.err
        assert "Give yourself write permission, or copy it." in ran.err
        assert "Traceback" not in ran.err
    ran = program.process("faces", "--csv", wrapper=bound_by_permissions)
    assert ran.out.startswith(b"face,file,")
    program.db.parent.chmod(0o755)
    assert program.db.read_bytes() == before


def test_two_scans_of_two_folders_into_one_library(
    program: Program, many_photos: Path, camera: Photographer, tmp_path: Path
) -> None:
    camera.portraits(tmp_path / "other", "Gwen", 3)
    first = program.start("scan", many_photos, "--workers", "1")
    wait_until_written(program, first, 2)
    refused = program.process("scan", tmp_path / "other", code=1)
    assert "Another photoclust is scanning or clustering" in refused.err
    assert "Traceback" not in refused.err
    _out, err = first.communicate(timeout=PATIENCE)
    assert first.returncode == 0, err
    assert program.scan(many_photos).told == {"unchanged": SLOW_PHOTOS}
    assert program.scan(tmp_path / "other").told == {"indexed": 3}
    is_whole(program)


def test_two_scans_into_two_libraries_at_once(
    new_program: type[Program], many_photos: Path, undisturbed: Path, tmp_path: Path
) -> None:
    programs = [new_program(tmp_path / name) for name in ("one.db", "two.db")]
    running = [program.start("scan", many_photos, "--workers", "1") for program in programs]
    for program, process in zip(programs, running, strict=True):
        _out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert faces_by_content(program.db) == faces_by_content(undisturbed)
        assert groups(program.db) == groups(undisturbed)


def test_second_scan_at_once_says_so(program: Program, many_photos: Path) -> None:
    from photoclust import Library

    program.scan(many_photos)
    with Library.open(program.db) as library, library.scanning():
        for command in (["scan", many_photos], ["cluster"]):
            refused = program.process(*command, code=1)
            assert "Another photoclust is scanning or clustering" in refused.err
            assert "Wait for it to end" in refused.err
        reading = program.process("faces", "--csv")  # reading goes on meanwhile
        assert reading.out.startswith(b"face,file,")
    assert program.scan(many_photos).told == {"unchanged": SLOW_PHOTOS}


def test_name_while_a_scan_runs_is_kept(program: Program, many_photos: Path) -> None:
    running = program.start("scan", many_photos, "--workers", "1")
    wait_until_written(program, running, 2)
    program.process("name", "face", "1", "Somebody")
    _out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    assert [row["person"] for row in program("people", "--csv").rows] == ["Somebody"]


@pytest.mark.parametrize("kilobytes", [8, 64, 220])
def test_full_disk_is_said_and_nothing_is_lost(
    program: Program,
    small_disk: Callable[[int], Path],
    many_photos: Path,
    undisturbed: Path,
    kilobytes: int,
) -> None:
    disk = small_disk(2048)
    room = disk / "filler"
    room.write_bytes(b"\0" * (2048 - kilobytes) * 1024)
    program.db = disk / "people.db"
    ran = program.process("scan", many_photos, code=1)
    assert "Traceback" not in ran.err
    assert f"Error: No room left on the disk of {program.db}." in ran.err
    assert "Free some space" in ran.err

    room.unlink()
    program.scan(many_photos)
    is_whole(program)
    assert faces_by_content(program.db) == faces_by_content(undisturbed)


def test_full_disk_under_a_name_keeps_the_names_before(
    program: Program, small_disk: Callable[[int], Path], small_world: Path
) -> None:
    disk = small_disk(1024)
    elsewhere = disk / "people.db"
    program("name", str(program.cluster_of("Ada")), "Ada")
    elsewhere.write_bytes(program.db.read_bytes())
    program.db = elsewhere
    ben = str(program.cluster_of("Ben"))
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
    (disk / "filler").write_bytes(b"\0" * free)
    ran = program.process("name", ben, "Ben", code=1)
    assert "No room left on the disk" in ran.err
    (disk / "filler").unlink()
    assert [row["person"] for row in program("people", "--csv").rows] == ["Ada"]


def test_cache_that_cannot_be_written_is_done_without(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    environment = {"PHOTOCLUST_CACHE": str(tmp_path / "file" / "cache")}
    assert program.process("scan", tmp_path / "photos", env=environment).audit.indexed == 1


def test_damaged_cache_is_built_again(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    environment = {"PHOTOCLUST_CACHE": str(tmp_path / "cache")}
    program.process("scan", tmp_path / "photos", env=environment)
    for file in (tmp_path / "cache").rglob("*.onnx"):
        file.write_bytes(file.read_bytes()[:1000])
    camera.portrait(tmp_path / "photos" / "Ben.jpg", "Ben")
    assert program.process("scan", tmp_path / "photos", env=environment).audit.indexed == 1
    for file in (tmp_path / "cache").rglob("*.onnx"):
        assert len(file.read_bytes()) > 1000
