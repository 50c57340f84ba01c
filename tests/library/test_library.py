"""Opening a library's file, writing to it, and every way in which that can fail."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock  # noqa: F401 - imported here, so that it need not be found without rights
import numpy as np
import pytest

import photoclust.library.migrations  # noqa: F401 - as above
from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.errors import LibraryError
from photoclust.library import Library
from photoclust.library import library as opening
from photoclust.library.clock import now
from photoclust.library.clusters import Membership
from photoclust.vectors import from_bytes, to_blob

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople

Unprivileged = Callable[[Callable[[], object]], str]


def add_people(library: Library, *people: str, then: BaseException | None = None) -> None:
    """In one transaction; `then` goes wrong at its end."""
    with library.transaction():
        for name in people:
            library.people.add(library.journal.begin("name"), name)
        if then is not None:
            raise then


def names(library: Library) -> list[str]:
    return [person.name for person in library.people.all()]


# Opening


def test_a_library_is_made_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "people.db"
    with Library.open(path, create=True) as library:
        assert library.path == path
        assert not library.read_only
        add_people(library, "Ann")
    with Library.open(str(path)) as library:
        assert names(library) == ["Ann"]


def test_a_closed_library_leaves_one_file(tmp_path: Path) -> None:
    with Library.open(tmp_path / "people.db", create=True) as library:
        add_people(library, "Ann")
    assert [path.name for path in tmp_path.iterdir()] == ["people.db"]


@pytest.mark.parametrize(
    "name", ["a b.db", "what?.db", "100%41.db", "#1.db", "zoë.db", "two\nlines"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with Library.open(tmp_path / name, create=True) as library:
        add_people(library, "Ann")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_name_of_undecodable_bytes_will_do(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.db")
    with Library.open(path, create=True) as library:
        add_people(library, "Ann")
    assert os.listdir(os.fsencode(tmp_path)) == [b"caf\xe9.db"]


def test_a_relative_path_stays_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Library.open("people.db", create=True) as library:
        assert library.path == tmp_path / "people.db"


def test_a_missing_library_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"There is no library at .*photoclust scan"):
        Library.open(tmp_path / "sub" / "people.db")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"is a folder.*--db"):
        Library.open(tmp_path, create=True)


@pytest.mark.parametrize("create", [False, True])
def test_a_path_below_a_file_is_no_library(tmp_path: Path, create: bool) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError):
        Library.open(tmp_path / "file" / "people.db", create=create)


@pytest.mark.parametrize("create", [False, True])
def test_a_name_that_is_too_long_is_no_library(tmp_path: Path, create: bool) -> None:
    with pytest.raises(LibraryError):
        Library.open(tmp_path / ("a" * 300), create=create)


@pytest.mark.parametrize("content", [b"Dear diary", b"\xff\xd8\xff\xe0" * 1000, b"x" * 99])
def test_what_is_no_sqlite_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="is not an SQLite file"):
        Library.open(path, create=True)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_an_sqlite_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.commit()
    content = path.read_bytes()
    with pytest.raises(LibraryError, match="of another program"):
        Library.open(path, create=True)
    assert path.read_bytes() == content


def test_a_newer_library_is_left_alone(library: Library) -> None:
    library.query("PRAGMA user_version = 99")
    library.close()
    content = library.path.read_bytes()
    with pytest.raises(LibraryError, match=r"newer photoclust \(schema 99.*Update photoclust"):
        Library.open(library.path)
    assert library.path.read_bytes() == content


def test_an_sqlite_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(LibraryError, match=r"needs 3\.37"):
        Library.open(tmp_path / "people.db", create=True)


def damaged_from(page: int, library: Library) -> Path:
    """The library's file with everything from this page on overwritten."""
    library.close()
    content = bytearray(library.path.read_bytes())
    start = page * 4096
    assert len(content) > start
    content[start:] = b"\xaa" * (len(content) - start)
    library.path.write_bytes(content)
    return library.path


def test_a_damaged_library_is_named(library: Library) -> None:
    path = damaged_from(1, library)
    with pytest.raises(LibraryError, match="damaged"):
        Library.open(path)


def test_damage_that_shows_later_is_named(library: Library) -> None:
    add_people(library, *(f"person {number}" for number in range(2000)))
    path = damaged_from(45, library)
    with pytest.raises(LibraryError, match="damaged"), Library.open(path) as opened:
        opened.people.all()


# Without permission


@pytest.fixture
def readable(public_folder: Path) -> Path:
    """A library that everybody may read, and nobody but its owner write."""
    path = public_folder / "library" / "people.db"
    with Library.open(path, create=True) as library:
        add_people(library, "Ann")
    path.chmod(0o444)
    return path


def read_then_write(path: Path) -> Callable[[], object]:
    def attempt() -> object:
        with Library.open(path) as library:
            found = (library.read_only, names(library))
            try:
                add_people(library, "Ben")
            except LibraryError as error:
                return (*found, error.message.partition(" is ")[2])
            return (*found, "written")

    return attempt


def test_a_read_only_file_can_be_read(readable: Path, unprivileged: Unprivileged) -> None:
    readable.parent.chmod(0o777)
    assert unprivileged(read_then_write(readable)) == "(True, ['Ann'], 'read-only.')"


def test_a_file_in_a_read_only_folder_can_be_read(
    readable: Path, unprivileged: Unprivileged
) -> None:
    readable.parent.chmod(0o555)
    assert unprivileged(read_then_write(readable)) == "(True, ['Ann'], 'read-only.')"
    readable.chmod(0o666)
    assert unprivileged(read_then_write(readable)) == "(True, ['Ann'], 'read-only.')"
    readable.parent.chmod(0o755)


def test_a_read_only_library_cannot_be_scanned_into(
    readable: Path, unprivileged: Unprivileged
) -> None:
    readable.parent.chmod(0o555)

    def scan() -> None:
        with Library.open(readable) as library, library.scanning():
            pass

    assert unprivileged(scan).startswith("LibraryError: The library")
    readable.parent.chmod(0o755)
    assert [path.name for path in readable.parent.iterdir()] == ["people.db"]


def test_a_library_that_is_being_written_can_be_read_from_a_read_only_folder(
    readable: Path, unprivileged: Unprivileged
) -> None:
    readable.chmod(0o644)
    with Library.open(readable) as library:
        add_people(library, "Ben")
        assert Path(f"{readable}-wal").exists()
        readable.parent.chmod(0o555)
        answer = unprivileged(read_then_write(readable))
        readable.parent.chmod(0o755)
    assert answer == "(True, ['Ann', 'Ben'], 'read-only.')"


def test_a_file_that_may_not_be_read_is_refused(readable: Path, unprivileged: Unprivileged) -> None:
    readable.chmod(0)
    assert unprivileged(read_then_write(readable)).startswith("LibraryError: ")


def test_a_folder_that_may_not_be_written_takes_no_new_library(
    readable: Path, unprivileged: Unprivileged
) -> None:
    readable.parent.chmod(0o555)
    path = readable.parent / "sub" / "new.db"
    assert unprivileged(lambda: Library.open(path, create=True)).startswith("LibraryError: ")
    path = readable.parent / "new.db"
    assert unprivileged(lambda: Library.open(path, create=True)).startswith("LibraryError: ")
    readable.parent.chmod(0o755)


def test_a_folder_that_may_not_be_entered_is_refused(
    readable: Path, unprivileged: Unprivileged
) -> None:
    readable.parent.chmod(0)
    answer = unprivileged(lambda: Library.open(readable))
    readable.parent.chmod(0o755)
    assert answer.startswith("LibraryError: ")


# Writing


def test_a_transaction_within_another_is_part_of_it(album: Album) -> None:
    people, journal = album.library.people, album.library.journal
    with suppress(ZeroDivisionError), album.library.transaction():
        with album.library.transaction():
            people.add(journal.begin("name"), "Ann")
        assert 1 / 0
    assert people.all() == []


def test_a_transaction_is_all_or_nothing(library: Library) -> None:
    add_people(library, "Ann")
    with pytest.raises(ZeroDivisionError):
        add_people(library, "Ben", then=ZeroDivisionError())
    with pytest.raises(KeyboardInterrupt):
        add_people(library, "Cem", then=KeyboardInterrupt())
    assert names(library) == ["Ann"]
    add_people(library, "Dan")
    assert names(library) == ["Ann", "Dan"]


def test_what_is_committed_is_seen_by_others_and_what_is_not_is_not(library: Library) -> None:
    with Library.open(library.path) as other:
        with library.transaction():
            library.people.add(library.journal.begin("name"), "Ann")
            assert names(other) == []
        assert names(other) == ["Ann"]


def test_an_error_of_the_body_is_not_blamed_on_the_library(library: Library) -> None:
    with pytest.raises(FileNotFoundError), library.transaction():
        (library.path.parent / "photo.jpg").read_bytes()


def test_a_full_disk_is_named_and_nothing_is_written(library: Library) -> None:
    add_people(library, "Ann")
    (pages,) = library.query("PRAGMA page_count")[0]
    library.query(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LibraryError, match=r"No room left on the disk.*Free some space"):
        add_people(library, *(f"person {number}" for number in range(5000)))
    assert names(library) == ["Ann"]
    library.query("PRAGMA max_page_count = 1000000")
    add_people(library, "Ben")
    assert names(library) == ["Ann", "Ben"]


def test_a_library_that_another_program_writes_to_is_named(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_TIMEOUT", 0.05)
    with Library.open(library.path) as other, library.transaction():
        with pytest.raises(LibraryError, match="Another program is writing"):
            add_people(other, "Ann")
        assert names(other) == []


def test_foreign_keys_are_on(album: Album) -> None:
    assert album.library.query("PRAGMA foreign_keys")[0][0] == 1
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), album.library.transaction():
        album.library.photos.record_scan(
            99, album.pack_id, Detail.NORMAL, scanned_at=now(), failure=None
        )


def test_a_numpy_integer_is_refused_not_stored_as_bytes(album: Album) -> None:
    album.add_photo("/photos/a.jpg", np.eye(1, 16, dtype=np.float32)[0])
    with pytest.raises(sqlite3.IntegrityError, match="BLOB"), album.library.transaction():
        album.library.query(
            "UPDATE photos SET width = ? WHERE id = ?",
            np.int64(5),
            album.library.faces.all()[0].photo_id,
        )
    (stored,) = album.library.query("SELECT width FROM photos")
    assert stored["width"] == 800


# One scan at a time

HOLD_THE_LOCK = """
import sys
from photoclust.library import Library
with Library.open(sys.argv[1]) as library, library.scanning():
    print("held", flush=True)
    sys.stdin.read()
"""


def start_scanning(library: Library) -> subprocess.Popen[str]:
    """Another process that holds the right to scan until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(library.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize("end", ["finished", "killed"])
def test_two_processes_do_not_scan_at_once(library: Library, end: str) -> None:
    with start_scanning(library) as other:
        with (
            pytest.raises(LibraryError, match="Another photoclust is scanning"),
            library.scanning(),
        ):
            pass
        add_people(library, "Ann")  # naming goes on
        if end == "killed":
            other.kill()
        other.communicate()
    with library.scanning():
        assert names(library) == ["Ann"]


def test_the_right_to_scan_is_given_back(library: Library) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), library.scanning():
            raise ZeroDivisionError
    with (
        library.scanning(),
        Library.open(library.path) as other,
        pytest.raises(LibraryError, match="Another photoclust"),
        other.scanning(),
    ):
        pass


# What is stored comes back


def test_embeddings_come_back_as_documented(two_people: TwoPeople) -> None:
    vectors = two_people.library.faces.vectors()
    blobs = two_people.library.query("SELECT vector FROM embeddings ORDER BY face_id")
    for (blob,), row in zip(blobs, vectors.matrix, strict=True):
        assert (np.frombuffer(blob, "<f4") == row).all()
    assert vectors.ids.tolist() == [*two_people.ann, *two_people.ben]
    assert vectors.matrix.shape == (7, 16)
    assert vectors.matrix.dtype == np.float32
    assert np.linalg.norm(vectors.matrix, axis=1) == pytest.approx(np.ones(7), abs=1e-6)


def test_a_vector_of_any_kind_is_stored_little_endian() -> None:
    vector = np.array([0.25, -1.0], np.float64)
    assert to_blob(vector.astype(">f4")) == to_blob(vector) == b"\0\0\x80\x3e\0\0\x80\xbf"
    strided = np.array([0.25, 9, -1.0, 9], np.float32)[::2]
    assert from_bytes(to_blob(strided), 2).tolist() == [[0.25, -1.0]]


def test_a_library_without_faces_has_empty_vectors(library: Library, album: Album) -> None:
    vectors = library.faces.vectors()
    assert (vectors.ids.shape, vectors.matrix.shape[0]) == ((0,), 0)


def test_a_face_comes_back_as_it_was_found(album: Album) -> None:
    box = Box(0.125, 0.25, 0.5, 0.75)
    landmarks = ((0.2, 0.3), (0.4, 0.3), (0.3, 0.5), (0.2, 0.6), (0.4, 0.6))
    look = np.eye(1, 16, dtype=np.float32)[0]
    album.add_photo("/photos/a.jpg", taken_at="2020-01-02T03:04:05")
    photo_id = album.library.photos.photo_at("/photos/a.jpg")
    assert photo_id is not None
    with album.library.transaction():
        (face_id,) = album.library.faces.add(
            photo_id, album.pack_id, [DetectedFace(Detection(box, 0.9, landmarks), look, 0.7)]
        )
    face = album.library.faces.get(face_id)
    assert face is not None
    assert (face.box, face.score, face.quality) == (box, 0.9, 0.7)
    assert (face.width, face.height, face.taken_at) == (800, 600, "2020-01-02T03:04:05")
    assert (face.cluster, face.person, face.how) == (None, None, None)
    (stored,) = album.library.query("SELECT landmarks FROM faces WHERE id = ?", face_id)
    assert json.loads(stored["landmarks"]) == [list(point) for point in landmarks]
    assert album.library.faces.get(face_id + 1) is None
    assert album.library.faces.of_photo(photo_id) == [face]


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9.jpg", b"\xff\xfe.jpg", "zoë.jpg".encode(), b"two\nlines.jpg", b"'quoted'.jpg"],
)
def test_a_path_of_any_bytes_comes_back(album: Album, name: bytes) -> None:
    path = os.fsdecode(b"/photos/" + name)
    (face,) = album.add_photo(path, np.eye(1, 16, dtype=np.float32)[0])
    photos = album.library.photos
    photo_id = album.photo_of(face)
    assert photos.paths_of([photo_id]) == {photo_id: [path]}
    (known,) = photos.known_files(album.pack_id)
    assert known == b"/photos/" + name
    (row,) = album.library.query("SELECT path_text FROM files")
    assert row["path_text"] == "/photos/" + name.decode("utf-8", "replace")


def test_one_photo_may_lie_in_several_places(album: Album) -> None:
    album.add_photo("/photos/a.jpg", np.eye(1, 16, dtype=np.float32)[0])
    photos = album.library.photos
    photo = photos.by_content("hash of '/photos/a.jpg'", album.pack_id)
    assert photo is not None
    with album.library.transaction():
        assert photos.add("hash of '/photos/a.jpg'") == photo.id
        photos.record_file("/copy/a.jpg", photo_id=photo.id, size=1, mtime_ns=1, seen_at=now())
    assert photos.paths_of([photo.id]) == {photo.id: ["/copy/a.jpg", "/photos/a.jpg"]}
    assert (photos.counts()["photos"], photos.counts()["files"]) == (1, 2)
    assert album.library.faces.count() == 1


def test_a_missing_file_comes_back_when_it_is_seen(album: Album) -> None:
    album.add_photo("/photos/a.jpg", np.eye(1, 16, dtype=np.float32)[0])
    photos = album.library.photos
    with album.library.transaction():
        photos.mark_missing([b"/photos/a.jpg"], "2020-01-01T00:00:00+00:00")
        photos.mark_missing([b"/photos/a.jpg"], "2021-01-01T00:00:00+00:00")
    assert photos.counts()["missing"] == 1
    (row,) = album.library.query("SELECT missing_since FROM files")
    assert row["missing_since"] == "2020-01-01T00:00:00+00:00"
    assert photos.paths_of([1]) == {}
    assert len(album.library.faces.all()) == 1
    with album.library.transaction():
        photos.mark_seen([b"/photos/a.jpg"], now())
    assert photos.counts()["missing"] == 0
    assert photos.paths_of([1]) == {1: ["/photos/a.jpg"]}


def test_failures_are_kept_with_their_reason(album: Album) -> None:
    photos = album.library.photos
    seen: dict[str, Any] = {"size": 1, "mtime_ns": 1, "seen_at": now()}
    with album.library.transaction():
        broken = photos.add("hash of a broken photo")
        photos.record_file("/photos/broken.jpg", photo_id=broken, **seen)
        photos.record_scan(
            broken, album.pack_id, Detail.NORMAL, scanned_at=now(), failure="truncated"
        )
        photos.record_file(
            "/photos/locked.jpg",
            photo_id=None,
            failure="permission denied",
            **seen,
        )
    assert photos.failures() == [
        (b"/photos/broken.jpg", "truncated"),
        (b"/photos/locked.jpg", "permission denied"),
    ]
    assert {path: file.status for path, file in photos.known_files(album.pack_id).items()} == {
        b"/photos/broken.jpg": "failed",
        b"/photos/locked.jpg": None,
    }


def test_a_reference_that_is_scanned_later_becomes_part_of_the_library(album: Album) -> None:
    look = np.eye(1, 16, dtype=np.float32)[0]
    album.add_photo("/photos/a.jpg", look, reference=True)
    assert album.library.faces.count() == 0
    with album.library.transaction():
        album.library.photos.mark_seen([b"/photos/a.jpg"], now())
    assert album.library.faces.count() == 1


def test_a_library_has_one_pack_in_use(album: Album) -> None:
    stored = album.library.packs.in_use()
    assert stored is not None
    assert (stored.name, stored.match, stored.link) == ("test", 0.5, 0.5)
    with pytest.raises(sqlite3.IntegrityError), album.library.transaction():
        album.library.packs.choose(
            name="other",
            fingerprint="other",
            dim=16,
            licence="",
            accepted_at=None,
            settings={},
            location=None,
        )


def test_clusters_are_summed_up_biggest_first(two_people: TwoPeople) -> None:
    library = two_people.library
    two_people.album.say("Ann", *two_people.ann, source="cluster")
    ben, ann = library.clusters.summaries()
    assert (ben.cluster, ben.person, ben.faces, ben.photos) == (two_people.ben_cluster, None, 4, 4)
    assert (ann.cluster, ann.person, ann.faces) == (two_people.ann_cluster, "Ann", 3)
    assert ann.strength == 1.0
    assert (ann.first, ann.last) == (None, None)


def test_the_strongest_member_comes_first(album: Album) -> None:
    looks = np.eye(3, 16, dtype=np.float32)
    weak, strong, middle = album.add_portraits("ann", looks)
    number = album.add_cluster(weak, strength=0.2)
    with album.library.transaction():
        album.library.clusters.replace(
            Membership(face, number, strength)
            for face, strength in ((weak, 0.2), (strong, 0.9), (middle, 0.5))
        )
    assert [face.id for face in album.library.faces.of_cluster(number)] == [strong, middle, weak]


def test_more_faces_than_are_asked_for_by_number_are_the_same(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ben", *two_people.ben[:3], source="cluster")
    every = [*two_people.ann, *two_people.ben]
    few = library.faces.get_all(every), library.faces.belonging(every)
    monkeypatch.setattr("photoclust.library.faces.FEW", 2)
    assert (library.faces.get_all(every), library.faces.belonging(every)) == few
    assert few[0][two_people.ben[3]].how == "cluster"
