"""`scan`: what becomes of every file, whatever it is, and that nothing is done twice."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Audit, DemoPhotos, Photographer, Program

# Fails the process as soon as a model, or a library that runs one, is opened.
NO_MODELS = """
import os, sys
def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith((".onnx", ".dat")):
        os.write(2, f"opened {arguments[0]}".encode())
        os._exit(77)
    if event == "import" and arguments[0] in ("onnxruntime", "cv2", "insightface"):
        os.write(2, f"imported {arguments[0]}".encode())
        os._exit(78)
sys.addaudithook(watch)
"""


# Whoever looks for a face dies, and its photo fails.
NO_INFERENCE = """
import os
from photoclust.models.open_pack import OpenPack
OpenPack.detect = lambda *_: os._exit(80)
"""


@pytest.fixture
def no_inference(small_world: Path, in_workers: Callable[[str], None]) -> None:
    """`small_world` is scanned; from here on a photo that is analysed has failed."""
    in_workers(NO_INFERENCE)


def faces_of(program: Program) -> list[tuple[object, ...]]:
    """Every stored face as it was made: content, box and embedding."""
    return program.sql(
        "SELECT content_hash, x1, y1, x2, y2, score, vector FROM faces"
        " JOIN photos ON photos.id = photo_id JOIN embeddings ON face_id = faces.id"
        " ORDER BY 1, 2, 3"
    )


# -- whole libraries ------------------------------------------------------------------------------


def test_first_scan_finds_everybody(
    scanned_demo: tuple[Path, Audit], demo: Program, demo_photos: DemoPhotos
) -> None:
    audit = scanned_demo[1]
    assert audit.told == {"indexed": 34, "duplicate": 2}
    rows = demo("faces", "--csv").rows
    assert len({row["face"] for row in rows}) >= 88  # of 90
    assert len({row["cluster"] for row in rows} - {""}) == len(
        {item.person for item in demo_photos.placed}
    )


def test_second_scan_of_an_unchanged_tree_runs_no_model(
    demo: Program, demo_photos: DemoPhotos
) -> None:
    before = faces_of(demo)
    ran = demo.process(
        "scan",
        demo_photos.folder,
        prelude=NO_MODELS,
        env={"PHOTOCLUST_CACHE": "/nonexistent/cache"},
    )
    assert ran.audit.told == {"unchanged": 36}
    assert faces_of(demo) == before


def test_second_scan_with_a_file_that_failed_runs_no_model(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    photo = camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    (photo.parent / "cut.jpg").write_bytes(photo.read_bytes()[:2000])
    (photo.parent / "empty.jpg").touch()
    program.scan(photo.parent, code=3)
    ran = program.process("scan", photo.parent, prelude=NO_MODELS, code=3)
    assert ran.audit.told == {"unchanged": 1, "failed": 2}


def test_progress_and_prompt_on_a_terminal(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty")
    camera.portraits(tmp_path / "photos", "Ada", 3)
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "photoclust", "scan", tmp_path / "photos", "--db", program.db],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )
    os.close(slave)
    os.write(master, b"?\nnonsense\nbuffalo_l\n\n")  # all packs, two wrong answers, the default
    shown = b""
    try:
        while part := os.read(master, 4096):
            shown += part
    except OSError:  # Linux's way to say that the other side is closed
        pass
    os.close(master)
    assert child.wait() == 0
    for pack in (b"open", b"buffalo_l", b"antelopev2"):
        assert pack in shown
    for told in (b"research only", b"neither the name of a pack", b"models install buffalo_l"):
        assert told in shown
    assert b"photos/s" in shown
    assert program.sql("SELECT name FROM packs") == [("open",)]


def test_whoever_leaves_at_the_first_question_leaves_no_library(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty")
    camera.portraits(tmp_path / "photos", "Ada", 1)
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "photoclust", "scan", tmp_path / "photos", "--db", program.db],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = b""
    while b"Pack" not in shown:
        shown += os.read(master, 4096)
    assert all(len(line) <= 80 for line in shown.decode().splitlines())
    child.kill()
    child.wait()
    os.close(master)
    assert not program.db.exists()


# -- copies, moves, changes -----------------------------------------------------------------------


def test_same_photo_twice_is_one_photo_in_two_files(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    photo = camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    shutil.copy(photo, photo.with_name("Ada again.jpg"))
    assert program.scan(photo.parent).told == {"indexed": 1, "duplicate": 1}
    assert program.sql("SELECT count(*) FROM faces") == [(1,)]
    assert len(program("faces", "--csv").rows) == 2


def test_same_file_given_twice_is_seen_once(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    photo = camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    assert program.scan(photo, photo.parent, photo.parent / ".", photo).seen == 1


@pytest.mark.usefixtures("no_inference")
class TestNothingIsAnalysedAgain:
    def test_a_new_photo_would_be_noticed(
        self, program: Program, camera: Photographer, small_world: Path
    ) -> None:
        camera.portrait(small_world / "new.jpg", "Ada", shot=9)
        audit = program.scan(small_world, code=3)
        assert audit.failed_why == {"crashed the program that read it": 1}

    def test_copied_file(self, program: Program, small_world: Path) -> None:
        shutil.copy(small_world / "Ada-1.jpg", small_world / "copy.jpg")
        assert program.scan(small_world).told == {"unchanged": 10, "duplicate": 1}

    def test_moved_file(self, program: Program, small_world: Path) -> None:
        (small_world / "sub").mkdir()
        (small_world / "Ada-1.jpg").rename(small_world / "sub" / "moved.jpg")
        ran = program("scan", small_world)
        assert ran.audit.told == {"unchanged": 9, "duplicate": 1, "moved": 1}
        assert "No longer where it was" not in ran.err  # moved is not lost
        files = {row["file"] for row in program("faces", "--csv").rows}
        assert str(small_world / "sub" / "moved.jpg") in files
        assert str(small_world / "Ada-1.jpg") not in files

    def test_moved_to_a_folder_that_alone_is_scanned(
        self, program: Program, small_world: Path, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "the new disk"
        elsewhere.mkdir()
        (small_world / "Ada-1.jpg").rename(elsewhere / "Ada-1.jpg")
        assert program.scan(elsewhere).told == {"duplicate": 1, "moved": 1}
        program("name", str(program.cluster_of("Ada")), "Ada")
        found = program("find", "Ada").lines
        assert [path for path in found if not os.path.exists(path)] == []

    def test_touched_file_is_unchanged(self, program: Program, small_world: Path) -> None:
        os.utime(small_world / "Ada-1.jpg", ns=(1, 1))
        assert program.scan(small_world).told == {"unchanged": 10}

    def test_vanished_file_keeps_its_faces_and_comes_back(
        self, program: Program, small_world: Path
    ) -> None:
        program("name", str(program.cluster_of("Ada")), "Ada")
        before = faces_of(program)
        kept = (small_world / "Ada-1.jpg").rename(small_world.parent / "kept.jpg")
        assert "No longer where it was: 1 file." in program("scan", small_world).err
        assert faces_of(program) == before
        assert program("status", "--json").json["missing"] == 1
        found = program("find", "Ada")
        assert str(small_world / "Ada-1.jpg") not in found.lines
        assert "No longer where it was: 1 more photo of Ada." in found.err

        kept.rename(small_world / "Ada-1.jpg")
        assert program.scan(small_world).told == {"unchanged": 10}
        assert program("status", "--json").json["missing"] == 0
        assert str(small_world / "Ada-1.jpg") in program("find", "Ada").lines


def test_changed_file_is_examined_anew(
    program: Program, camera: Photographer, small_world: Path
) -> None:
    camera.portrait(small_world / "Eli-1.jpg", "Fay", side=260)
    assert program.scan(small_world).told == {"unchanged": 9, "indexed": 1}
    rows = [row for row in program("faces", "--csv").rows if row["file"].endswith("Eli-1.jpg")]
    assert len(rows) == 1
    assert program("status", "--json").json["photos"] == 10  # what it was before is not counted


def test_photo_that_becomes_unreadable_loses_no_decision(
    program: Program, small_world: Path
) -> None:
    program("name", str(program.cluster_of("Ada")), "Ada")
    photo = small_world / "Ada-1.jpg"
    whole = photo.read_bytes()
    photo.write_bytes(whole[:1500])
    assert program.scan(small_world, code=3).told == {"unchanged": 9, "failed": 1}
    photo.write_bytes(whole)
    program.scan(small_world)
    rows = [row for row in program("faces", "--csv").rows if row["file"] == str(photo)]
    assert [row["person"] for row in rows] == ["Ada"]


def test_folder_that_is_gone_from_sight_is_not_missing(
    program: Program,
    camera: Photographer,
    bound_by_permissions: tuple[str, ...],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "photos"
    camera.portraits(folder / "locked", "Ada", 2)
    program.scan(folder)
    (folder / "locked").chmod(0)
    ran = program.process("scan", folder, wrapper=bound_by_permissions, code=3)
    (folder / "locked").chmod(0o755)
    assert ran.audit.failed_why == {"folder cannot be read": 1}
    assert "No longer where" not in ran.err


# -- bad files ------------------------------------------------------------------------------------


@pytest.fixture
def bad_folder(camera: Photographer, tmp_path: Path) -> Path:
    """One good photo among what is none."""
    folder = tmp_path / "bad"
    good = camera.portrait(folder / "good.jpg", "Ada")
    (folder / "cut.jpg").write_bytes(good.read_bytes()[:3000])
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("This is a letter, not a photo.")
    (folder / "dangling.jpg").symlink_to(folder / "nowhere.jpg")
    (folder / "folder.jpg").mkdir()
    camera.portrait(folder / "folder.jpg" / "inside.jpg", "Ben")
    (folder / "notes.txt").write_text("not for us")
    (folder / "film.mp4").write_bytes(b"film")
    (folder / ".hidden.jpg").write_bytes(good.read_bytes())
    os.mkfifo(folder / "pipe.jpg")
    return folder


BAD_FILES = {"cut.jpg", "empty.jpg", "text.jpg", "dangling.jpg"}


def test_bad_files_are_recorded_and_the_rest_is_indexed(program: Program, bad_folder: Path) -> None:
    ran = program("scan", bad_folder, code=3)
    audit = ran.audit
    assert audit.told == {"indexed": 2, "skipped": 4, "failed": 4}
    assert audit.skipped_why == {
        "hidden": 1,
        "video": 1,
        "not a photo": 1,
        "not a regular file": 1,
    }
    assert audit.failed_why == {
        "truncated": 1,
        "empty file": 1,
        "not an image that can be read": 1,
        "no such file or directory": 1,
    }
    for name in BAD_FILES:
        assert f"failed: {bad_folder / name} (" in ran.err
    assert program("scan", bad_folder, code=3).audit.failed == 4  # it stays said


def test_status_names_every_failed_file(program: Program, bad_folder: Path) -> None:
    program.scan(bad_folder, code=3)
    failed = {Path(path).name for path, _reason in program("status", "--json").json["failed"]}
    assert failed == BAD_FILES


def test_retry_failed_looks_again(program: Program, bad_folder: Path) -> None:
    program.scan(bad_folder, code=3)
    for name in BAD_FILES - {"cut.jpg"}:
        (bad_folder / name).unlink()
    # The same file fails at first and can be read later: a network folder has such moments.
    with_reason = "UPDATE scans SET status = 'failed', reason = 'staged' WHERE photo_id = ?"
    good = program.sql("SELECT photo_id FROM files WHERE path_text LIKE '%/good.jpg'")[0][0]
    program.sql("DELETE FROM faces WHERE photo_id = ?", good)
    program.sql(with_reason, good)
    again = program.scan(bad_folder, code=3)
    assert again.failed_why == {"truncated": 1, "staged": 1}
    retried = program.scan(bad_folder, "--retry-failed", code=3)
    assert (retried.indexed, retried.failed_why) == (1, {"truncated": 1})


def test_file_without_permission_is_a_failure(
    program: Program,
    camera: Photographer,
    bound_by_permissions: tuple[str, ...],
    tmp_path: Path,
) -> None:
    photo = camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    camera.portrait(tmp_path / "photos" / "Ben.jpg", "Ben")
    photo.chmod(0)
    ran = program.process("scan", photo.parent, wrapper=bound_by_permissions, code=3)
    assert ran.audit.failed_why == {"permission denied": 1}
    assert ran.audit.indexed == 1
    photo.chmod(0o644)
    assert program.scan(photo.parent).told == {"unchanged": 1, "indexed": 1}


STRANGE_NAMES = [
    b"new\nline.jpg",
    b'quote\'s "and" more.jpg',
    "party \N{PARTY POPPER}.jpg".encode(),
    b"not \xff utf-8 \xe9.jpg",
    b"-dash.jpg",
    b"semi;colon, comma.jpg",
    b"\x1b[31mred.jpg",
    b"[bold]markup[/bold].JPG",
]


@pytest.fixture
def strange_folder(camera: Photographer, tmp_path: Path) -> Path:
    """Portraits of Ada under names that trip programs up."""
    folder = tmp_path / "strange"
    for shot, name in enumerate(STRANGE_NAMES, start=1):
        camera.portrait(folder / os.fsdecode(name), "Ada", shot)
    return folder


def test_strange_names_come_back_as_they_are_on_disk(
    program: Program, strange_folder: Path
) -> None:
    assert program.scan(strange_folder).told == {"indexed": len(STRANGE_NAMES)}
    paths = {os.fsencode(strange_folder / os.fsdecode(name)) for name in STRANGE_NAMES}
    program("name", "1", "Ada")
    found = program("find", "Ada", "-0").out
    assert found.endswith(b"\0")
    assert set(found[:-1].split(b"\0")) == paths
    assert {os.fsencode(row["file"]) for row in program("faces", "--csv").rows} == paths
    assert {os.fsencode(row["file"]) for row in program("find", "Ada", "--csv").rows} == paths
    assert {os.fsencode(row["file"]) for row in program("find", "Ada", "--json").json["rows"]} == (
        paths
    )
    piped = program.process("find", "Ada").out
    assert piped == b"".join(path + b"\n" for path in found[:-1].split(b"\0"))


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_strange_names_in_words_steer_no_terminal(
    program: Program, strange_folder: Path, encoding: str
) -> None:
    for name in STRANGE_NAMES:
        (strange_folder / os.fsdecode(name)).write_bytes(b"broken " + name)
    environment = {"PYTHONIOENCODING": encoding}
    ran = program.process("scan", strange_folder, code=3, env=environment)
    assert ran.audit.failed == len(STRANGE_NAMES)
    status = program.process("status", env=environment)
    for text in (ran.err, status.out.decode()):
        assert "\x1b" not in text
        assert "new\\nline.jpg" in text
        assert "[bold]markup[/bold]" in text


def test_table_of_strange_names(program: Program, strange_folder: Path) -> None:
    program.scan(strange_folder)
    for encoding in ("utf-8", "ascii"):
        shown = program.process("faces", "-t", env={"PYTHONIOENCODING": encoding}).out
        assert b"\x1b" not in shown
        assert b"\\n" in shown


def test_strange_folder_as_argument_and_library(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9 \n?#%41")
    camera.portrait(folder / "Ada.jpg", "Ada")
    program.db = folder / os.fsdecode(b"l\xffb?mode=ro#1.db")
    ran = program.process("scan", os.fsencode(folder))
    assert ran.audit.indexed == 1
    assert program.db.is_file()
    assert program.process("status").out


# -- little to see --------------------------------------------------------------------------------


def test_empty_folder(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = program("scan", tmp_path / "empty")
    assert ran.audit.seen == 0
    assert "No faces in the library yet" in ran.err


def test_folder_without_photos(program: Program, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("Dear Sir")
    assert program.scan(tmp_path / "papers").skipped_why == {"not a photo": 1}


def test_photos_without_faces(program: Program, camera: Photographer, tmp_path: Path) -> None:
    for shot in range(3):
        camera.landscape(tmp_path / "photos" / f"{shot}.jpg", shot)
    assert program.scan(tmp_path / "photos").told == {"indexed": 3}
    assert "scan FOLDER" in program("faces", code=1).err
    assert "two photos of somebody" in program("clusters", code=1).err
    assert program.scan(tmp_path / "photos").told == {"unchanged": 3}


def test_one_face_only(program: Program, camera: Photographer, tmp_path: Path) -> None:
    camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    ran = program("scan", tmp_path / "photos")
    assert "1 face: 0 in 0 clusters, 1 alone." in ran.err
    assert [row["cluster"] for row in program("faces", "--csv").rows] == [""]


def test_one_person_only_is_a_cluster(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 4)
    assert "4 in 1 cluster, 0 alone" in program("scan", tmp_path / "photos").err


def test_single_file(program: Program, camera: Photographer, tmp_path: Path) -> None:
    assert program.scan(camera.portrait(tmp_path / "Ada.jpg", "Ada")).told == {"indexed": 1}


def test_relative_path_is_stored_whole(
    program: Program, camera: Photographer, tmp_path: Path
) -> None:
    camera.portrait(tmp_path / "photos" / "Ada.jpg", "Ada")
    program.process("scan", "photos", cwd=tmp_path)
    stored = program.sql("SELECT path FROM files")
    assert stored == [(os.fsencode(tmp_path / "photos" / "Ada.jpg"),)]


def test_missing_folder(program: Program, tmp_path: Path) -> None:
    ran = program("scan", tmp_path / "nowhere", code=1)
    assert ran.err.splitlines() == [
        f"Error: There is no {tmp_path / 'nowhere'}.",
        "Check the spelling of the path.",
    ]


def test_no_path_is_a_usage_error(program: Program) -> None:
    assert "PATH" in program("scan", code=2).err


def test_no_cluster(program: Program, camera: Photographer, tmp_path: Path) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 3)
    program("scan", tmp_path / "photos", "--no-cluster")
    program("clusters", code=1)
    assert "3 in 1 cluster" in program("cluster").err
    assert len(program("clusters", "--csv").rows) == 1


def test_socket_is_skipped(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as open_socket:
            open_socket.bind("socket.jpg")
            assert program.scan(folder).skipped_why == {"not a regular file": 1}
    finally:
        os.chdir(here)
