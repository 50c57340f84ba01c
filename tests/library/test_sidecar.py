"""The file beside a library: as good as the library, and gone when it is not."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import photoclust.library.migrations  # noqa: F401 - imported here: later it may not be found
from photoclust.errors import LibraryError
from photoclust.library import Library, sidecar, vector_file
from photoclust.library.faces import FaceVectors
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album

Unprivileged = Callable[[Callable[[], object]], str]

FACES = 60


@pytest.fixture(autouse=True)
def _from_ten_faces_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidecar, "LEAST_FACES", 10)


@pytest.fixture
def full(album: Album, portraits: Callable[..., Matrix]) -> Album:
    """A library with sixty faces of varying quality, two of them in a video, some of references."""
    looks = portraits("Ann", FACES, 0.9)
    for number in range(0, FACES - 6, 6):
        some = looks[number : number + 6]
        album.add_photo(f"/photos/{number}.jpg", *some, quality=0.3 + number / 100)
    album.add_photo("/references/ann.jpg", *looks[-6:], reference=True)
    album.library.query("UPDATE faces SET at_seconds = 3 WHERE id IN (7, 8)")
    return album


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many faces each loading since has read from SQLite."""
    counts: list[int] = []
    rows = sidecar.read_vectors

    def counted(*arguments: object, **options: object) -> FaceVectors:
        found = rows(*arguments, **options)  # type: ignore[arg-type]
        counts.append(len(found.ids))
        return found

    monkeypatch.setattr(sidecar, "read_vectors", counted)
    return counts


def load(library: Library) -> FaceVectors:
    return sidecar.load(library._connection, library.path, writable=not library.read_only)


def check(library: Library) -> FaceVectors:
    """What is loaded is what the library holds."""
    found, expected = load(library), library.faces.vectors(references=True)
    for name in ("ids", "photo_ids", "quality", "matrix"):
        loaded, stored = getattr(found, name), getattr(expected, name)
        assert loaded.dtype == stored.dtype
        assert loaded.tolist() == stored.tolist()
        assert loaded.flags["C_CONTIGUOUS"]
    return found


def beside(library: Library) -> list[str]:
    """The files in the library's folder but its own."""
    own = {"people.db", "people.db-wal", "people.db-shm", "people.db.lock"}
    return sorted(path.name for path in library.path.parent.iterdir() if path.name not in own)


# Making it and using it


def test_the_first_loading_makes_it_and_the_next_needs_no_blobs(
    full: Album, read: list[int]
) -> None:
    check(full.library)
    assert beside(full.library) == ["people.db.vectors"]
    check(full.library)
    assert read == [FACES, 0]


def test_a_library_without_a_pack_has_no_faces(library: Library) -> None:
    found = load(library)
    assert found.ids.shape == found.photo_ids.shape == found.quality.shape == (0,)
    assert len(found.matrix) == 0


def test_a_library_without_faces_has_vectors_of_the_packs_length(album: Album) -> None:
    assert load(album.library).matrix.shape == (0, 16)
    assert beside(album.library) == []


def test_for_few_faces_there_is_none(full: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidecar, "LEAST_FACES", FACES + 1)
    check(full.library)
    assert beside(full.library) == []


def test_it_is_found_by_any_way_to_the_library(full: Album, read: list[int]) -> None:
    check(full.library)
    link = full.library.path.parent / "sub" / "link.db"
    link.parent.mkdir()
    link.symlink_to(full.library.path)
    with Library.open(link) as library:
        load(library)
    assert read == [FACES, 0]
    assert list(link.parent.iterdir()) == [link]
    vector_file.remove(link)
    assert beside(full.library) == ["sub"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_who_may_not_read_the_library_may_not_read_it(full: Album, mode: int) -> None:
    full.library.path.chmod(mode)
    load(full.library)
    assert stat.S_IMODE(vector_file.place_of(full.library.path).stat().st_mode) == mode


# Staying true


def test_new_faces_are_read_and_the_file_renewed(
    full: Album, read: list[int], portraits: Callable[..., Matrix]
) -> None:
    check(full.library)
    full.add_portraits("ben", portraits("Ben", 5))
    check(full.library)
    check(full.library)
    assert read == [FACES, 5, 0]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="what is mapped cannot be seen")
def test_what_is_renewed_is_not_in_use(
    full: Album, portraits: Callable[..., Matrix], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not replace a file that is mapped."""
    mapped = []
    write = vector_file.write

    def looked_at(path: Path, content: vector_file.Stored) -> None:
        mapped.append(str(vector_file.place_of(path)) in Path("/proc/self/maps").read_text())
        write(path, content)

    monkeypatch.setattr(vector_file, "write", looked_at)
    kept = load(full.library)
    full.add_portraits("ben", portraits("Ben", 5))
    assert len(load(full.library).ids) == len(kept.ids) + 5
    assert mapped == [False, False]


def test_for_a_few_new_faces_the_file_is_not_renewed(
    full: Album,
    read: list[int],
    portraits: Callable[..., Matrix],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sidecar, "LEAST_NEW", 0.1)
    check(full.library)
    for name in ("Ben", "Cem"):
        full.add_portraits(name, portraits(name, 3))
        check(full.library)
    full.add_portraits("Dan", portraits("Dan", 3))
    check(full.library)
    check(full.library)
    assert read == [FACES, 3, 6, 9, 0]


@pytest.mark.parametrize("face", [1, 30, FACES])
def test_a_deleted_face_is_noticed(full: Album, face: int) -> None:
    load(full.library)
    full.library.query("DELETE FROM faces WHERE id = ?", face)
    assert face not in check(full.library).ids
    assert len(check(full.library).ids) == FACES - 1


def test_a_face_deleted_and_another_added_is_noticed(
    full: Album, portraits: Callable[..., Matrix]
) -> None:
    load(full.library)
    full.library.query("DELETE FROM faces WHERE id = ?", FACES)
    full.add_portraits("ben", portraits("Ben", 1))
    assert check(full.library).ids[-1] == FACES + 1


def test_a_library_restored_and_scanned_differently_is_noticed(
    full: Album, tmp_path: Path, portraits: Callable[..., Matrix]
) -> None:
    backup = sqlite3.connect(tmp_path / "backup.db")
    full.library._connection.backup(backup)
    for quality, look in zip((0.5, 0.6, 0.7), portraits("Ben", 3), strict=True):
        full.add_photo(f"/{quality}.jpg", look, quality=quality)
    load(full.library)
    backup.backup(full.library._connection)
    backup.close()
    for quality, look in zip((0.7, 0.6, 0.5), portraits("Cem", 3), strict=True):
        full.add_photo(f"/{quality}.jpg", look, quality=quality)
    check(full.library)


def test_a_changed_quality_is_noticed(full: Album) -> None:
    load(full.library)
    full.library.query("UPDATE faces SET quality = quality + 0.001 WHERE id = 20")
    check(full.library)
    full.library.query("UPDATE faces SET at_seconds = 1 WHERE id = 21")
    check(full.library)


def test_another_pack_is_noticed(full: Album, portraits: Callable[..., Matrix]) -> None:
    load(full.library)
    full.library.query("UPDATE packs SET in_use = 0")
    full.library.packs.choose(
        name="other",
        fingerprint="0" * 64,
        dim=8,
        licence="",
        accepted_at=None,
        settings={},
        location=None,
    )
    first = full.pack_id
    full.pack_id = full.library.query("SELECT id FROM packs WHERE in_use")[0][0]
    assert load(full.library).matrix.shape == (0, 8)
    assert beside(full.library) == []
    full.add_portraits("ann", portraits("Ann", 12, dim=8))
    assert check(full.library).matrix.shape == (12, 8)
    full.library.query("UPDATE packs SET in_use = 0")
    full.library.query("UPDATE packs SET in_use = 1 WHERE id = ?", first)
    assert check(full.library).matrix.shape == (FACES, 16)


def test_too_few_faces_leave_no_old_file(full: Album) -> None:
    load(full.library)
    full.library.query("DELETE FROM faces WHERE id > 5")
    check(full.library)
    assert beside(full.library) == []


def test_inside_a_transaction_nothing_is_written(
    full: Album, portraits: Callable[..., Matrix]
) -> None:
    with full.library.transaction():
        check(full.library)
    assert beside(full.library) == []
    load(full.library)
    before = vector_file.place_of(full.library.path).read_bytes()

    def delete_and_fail() -> None:
        with full.library.transaction():
            full.library.query("DELETE FROM faces WHERE id > 30")
            assert len(check(full.library).ids) == 30
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()
    assert vector_file.place_of(full.library.path).read_bytes() == before
    check(full.library)


# Damage


def damage(path: Path, how: str) -> None:
    whole = path.read_bytes()
    head, end = vector_file.HEAD_BYTES, len(whole) - FACES * 24
    changed = {
        "empty": b"",
        "cut in the head": whole[:100],
        "cut in the vectors": whole[: head + 40],
        "cut at the end": whole[:-1],
        "longer": whole + b"\0",
        "all zeros": bytes(len(whole)),
        "something else": b"hello " * 5000,
        "zeros for vectors": whole[:head] + bytes(end - head) + whole[end:],
        "another byte in the ids": whole[:end] + bytes([whole[end] ^ 1]) + whole[end + 1 :],
        "another byte order": whole[:head]
        + np.frombuffer(whole[head:end], "<f4").astype(">f4").tobytes()
        + whole[end:],
        "more rows than there are": whole[:132] + bytes([0, 0, 0, 1]) + whole[136:],
    }
    path.write_bytes(changed[how])


@pytest.mark.parametrize(
    "how",
    [
        "empty",
        "cut in the head",
        "cut in the vectors",
        "cut at the end",
        "longer",
        "all zeros",
        "something else",
        "zeros for vectors",
        "another byte in the ids",
        "another byte order",
        "more rows than there are",
    ],
)
def test_a_damaged_file_is_not_used_and_made_again(full: Album, read: list[int], how: str) -> None:
    load(full.library)
    damage(vector_file.place_of(full.library.path), how)
    check(full.library)
    check(full.library)
    assert read == [FACES, FACES, 0]


def test_the_file_of_another_library_is_not_used(
    full: Album, tmp_path: Path, portraits: Callable[..., Matrix]
) -> None:
    load(full.library)
    with Library.open(tmp_path / "other" / "people.db", create=True) as other:
        album = type(full)(other)
        looks = portraits("Ben", FACES)
        for number in range(0, FACES, 6):
            some, last = looks[number : number + 6], number == FACES - 6
            quality = 0.9 if last else 0.3 + number / 100
            album.add_photo(f"/photos/{number}.jpg", *some, quality=quality)
        other.query("UPDATE faces SET at_seconds = 3 WHERE id IN (7, 8)")
        place = vector_file.place_of(other.path)
        place.write_bytes(vector_file.place_of(full.library.path).read_bytes())
        check(other)


def test_a_library_of_such_a_name_is_left_alone(full: Album) -> None:
    place = vector_file.place_of(full.library.path)
    with Library.open(place, create=True):
        pass
    before = place.read_bytes()
    check(full.library)
    vector_file.remove(full.library.path)
    assert place.read_bytes() == before
    assert beside(full.library) == [place.name]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo] if os.name == "posix" else [Path.mkdir])
def test_what_is_no_file_is_left_alone(full: Album, make: Callable[[Path], None]) -> None:
    make(vector_file.place_of(full.library.path))
    check(full.library)
    vector_file.remove(full.library.path)
    assert beside(full.library) == ["people.db.vectors"]


# Where it cannot be written


@pytest.fixture
def public(public_folder: Path, portraits: Callable[..., Matrix], full: Album) -> Path:
    """A library that everybody may read, with sixty faces."""
    path = public_folder / "people.db"
    with sqlite3.connect(path) as copy:
        full.library._connection.backup(copy)
    copy.close()
    with Library.open(path) as library:
        library.query("PRAGMA journal_mode = DELETE")
    path.chmod(0o644)
    return path


def loaded(path: Path) -> Callable[[], object]:
    def attempt() -> object:
        with Library.open(path) as library:
            check(library)
            return sorted(file.name for file in path.parent.iterdir())

    return attempt


def test_in_a_read_only_folder_none_is_made(public: Path, unprivileged: Unprivileged) -> None:
    public.parent.chmod(0o555)
    assert unprivileged(loaded(public)) == "['people.db']"


def test_in_a_read_only_folder_one_that_is_there_is_used(
    public: Path, unprivileged: Unprivileged, read: list[int]
) -> None:
    with Library.open(public) as library:
        load(library)
    read.clear()
    public.parent.chmod(0o555)

    def attempt() -> object:
        with Library.open(public) as library:
            load(library)
            return read

    assert unprivileged(attempt) == "[0]"


def test_one_that_may_not_be_read_is_done_without(public: Path, unprivileged: Unprivileged) -> None:
    with Library.open(public) as library:
        load(library)
    vector_file.place_of(public).chmod(0)
    public.parent.chmod(0o555)
    assert unprivileged(loaded(public)) == "['people.db', 'people.db.vectors']"


def test_beside_a_read_only_library_none_is_made(public: Path, unprivileged: Unprivileged) -> None:
    public.parent.chmod(0o777)
    assert unprivileged(loaded(public)) == "['people.db']"


def test_a_full_disk_costs_nothing_but_the_file(
    full: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    check(full.library)
    assert beside(full.library) == []


def test_who_interrupts_leaves_no_half_of_it(full: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load(full.library)
    assert beside(full.library) == []


# Deleting it


def test_nothing_is_left_after_removing(full: Album) -> None:
    load(full.library)
    crashed = full.library.path.with_name("people.db.vectors.x7k2.part")
    crashed.write_bytes(b"left over")
    others = ["people.db.vectors.txt", "people.db.vectors2", "x.part"]
    for name in others:
        full.library.path.with_name(name).write_bytes(b"somebody's")
    assert {file.name for file in vector_file.files_of(full.library.path)} == {
        "people.db.vectors",
        crashed.name,
    }
    vector_file.remove(full.library.path)
    assert beside(full.library) == others
    vector_file.remove(full.library.path)


def test_what_cannot_be_deleted_is_told(public: Path, unprivileged: Unprivileged) -> None:
    with Library.open(public) as library:
        load(library)
    public.parent.chmod(0o555)
    answer = unprivileged(lambda: vector_file.remove(public))
    assert answer.startswith(LibraryError.__name__)
    assert "people.db.vectors" in answer


def test_who_made_it_while_faces_were_deleted_takes_it_back(
    full: Album, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = vector_file.write

    def late(library: Path, content: vector_file.Stored) -> None:
        with Library.open(library) as other:
            other.query("DELETE FROM faces WHERE id = 5")
            vector_file.remove(library)
        write(library, content)

    monkeypatch.setattr(vector_file, "write", late)
    load(full.library)
    assert beside(full.library) == []


def test_a_leftover_goes_when_the_file_is_made_again(full: Album) -> None:
    full.library.path.with_name("people.db.vectors.x7k2.part").write_bytes(b"left over")
    load(full.library)
    assert beside(full.library) == ["people.db.vectors"]


# Two at once


def test_many_may_make_it_at_once(full: Album) -> None:
    expected = full.library.faces.vectors(references=True)
    together, failures = threading.Barrier(6), []

    def one() -> None:
        try:
            with Library.open(full.library.path) as library:
                together.wait()
                for _ in range(5):
                    found = load(library)
                    assert found.matrix.tolist() == expected.matrix.tolist()
                    vector_file.place_of(library.path).unlink(missing_ok=True)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    check(full.library)
    assert beside(full.library) == ["people.db.vectors"]


def test_what_was_loaded_stays_when_the_file_is_renewed_or_removed(
    full: Album, portraits: Callable[..., Matrix]
) -> None:
    load(full.library)
    mapped = load(full.library)
    before = mapped.matrix.tolist()
    full.add_portraits("ben", portraits("Ben", 5))
    load(full.library)
    vector_file.remove(full.library.path)
    assert mapped.matrix.tolist() == before
