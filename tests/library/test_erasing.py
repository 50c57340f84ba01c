"""What there is of a person, deleting it, and that no byte of it is left."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.errors import LibraryError
from photoclust.library import Library, remains
from photoclust.library.erasing import erase, erasing, files_of, finish, is_unfinished, rewrite
from photoclust.library.journal import FORGOTTEN, Move
from photoclust.library.remains import search, windows_in, words_in
from photoclust.library.traces import of_everybody, of_person, way_back
from photoclust.library.words import standing
from photoclust.vectors import Matrix, normalised, to_blob

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def number_of(library: Library, name: str) -> int:
    (person,) = library.people.called(name)
    return person.id


def faces_of(library: Library, name: str) -> set[int]:
    return set(of_person(library, number_of(library, name)).faces)


def words(library: Library) -> list[str]:
    """What the acts say, oldest first."""
    return [act.what for act in reversed(library.journal.acts())]


def another_pack(album: Album) -> int:
    """A second pack, which is not in use."""
    with album.library.transaction():
        return album.library.packs.record(
            name="other",
            fingerprint="e" * 64,
            dim=16,
            licence="free for any use",
            accepted_at=None,
            settings={"thresholds": {"match": 0.5}},
            location=None,
        ).id


def seen_by(album: Album, pack: int, face: int, look: Matrix) -> int:
    """The face once more, as another pack embeds it."""
    with album.library.transaction():
        album.library._connection.execute(
            "INSERT INTO scans (photo_id, pack_id, status, scanned_at) SELECT photo_id, ?,"
            " 'done', 'now' FROM faces WHERE id = ?",
            (pack, face),
        )
        cursor = album.library._connection.execute(
            "INSERT INTO faces (photo_id, pack_id, x1, y1, x2, y2, score, quality, landmarks)"
            " SELECT photo_id, ?, x1, y1, x2, y2, score, quality, landmarks FROM faces"
            " WHERE id = ?",
            (pack, face),
        )
        album.library._connection.execute(
            "INSERT INTO embeddings VALUES (?, ?)", (cursor.lastrowid, to_blob(look))
        )
    return int(cursor.lastrowid or 0)


# -- whose faces ----------------------------------------------------------------------------------


def test_theirs_are_named_faces_and_those_of_their_clusters(two_people: TwoPeople) -> None:
    *named, newcomer = two_people.ben
    two_people.album.say("Ben", *named, source="cluster")
    two_people.album.say("Ben", two_people.ann[0])
    assert faces_of(two_people.library, "Ben") == {*named, newcomer, two_people.ann[0]}


def test_what_a_human_said_is_not_them_is_not_theirs(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    one, other, rejected, hidden = two_people.ben
    album.say("Ben", one, other, source="cluster")
    album.say("Cem", other)
    with library.transaction():
        act = library.journal.begin("reject")
        library.decisions.say_not(act, rejected, number_of(library, "Ben"))
        library.decisions.ignore(act, [hidden], kind="hidden", source="face")
    assert faces_of(library, "Ben") == {one}


def test_the_same_face_of_another_pack_is_theirs(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    album, pack = two_people.album, another_pack(two_people.album)
    by_cluster, named, given_away = two_people.ben[:3]
    looks = portraits("other pack", 3)
    twins = [
        seen_by(album, pack, face, look)
        for face, look in zip((by_cluster, named, given_away), looks, strict=True)
    ]
    album.say("Ben", *two_people.ben[1:], source="cluster")
    album.say("Cem", twins[2])
    assert faces_of(two_people.library, "Ben") == {*two_people.ben, *twins[:2]}


def test_the_same_face_in_another_version_of_the_file_is_theirs(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, face = two_people.library, two_people.ben[0]
    (edited,) = two_people.album.add_photo("/photos/edited.jpg", portraits("edited", 1)[0])
    with library.transaction():
        act = library.journal.begin("ignore")
        library.decisions.ignore(act, [face], kind="stranger", source="face")
        library.journal.copy({face: edited}, {})
    two_people.album.say("Ben", face)
    assert faces_of(library, "Ben") == {face, edited}


def test_a_face_with_the_very_same_embedding_is_theirs(two_people: TwoPeople) -> None:
    look = two_people.library.faces.looks([two_people.ben[0]])[two_people.ben[0]]
    (copy,) = two_people.album.add_photo("/photos/same pixels.jpg", look)
    two_people.album.say("Ben", two_people.ben[0])
    assert faces_of(two_people.library, "Ben") == {two_people.ben[0], copy}


def test_who_was_merged_into_them_is_them(two_people: TwoPeople) -> None:
    from photoclust.actions.person import merge_people

    album, library = two_people.album, two_people.library
    album.say("Ben", *two_people.ben)
    album.say("Benny", two_people.ann[0])
    merged = number_of(library, "Benny")
    merge_people(library, "Ben", "Benny")
    traces = of_person(library, number_of(library, "Ben"))
    assert merged in traces.people
    assert set(traces.names) == {"Ben", "Benny"}
    assert traces.faces == {*two_people.ben, two_people.ann[0]}


def test_a_merger_that_was_taken_back_leaves_two_people(two_people: TwoPeople) -> None:
    from photoclust.actions.history import undo
    from photoclust.actions.person import merge_people

    album, library = two_people.album, two_people.library
    album.say("Ben", *two_people.ben)
    album.say("Benny", two_people.ann[0])
    merge_people(library, "Ben", "Benny")
    undo(library)
    traces = of_person(library, number_of(library, "Ben"))
    assert len(traces.people) == 1
    assert traces.faces == set(two_people.ben)
    delete(library, "Ben")
    # Nothing is left of the merger that could be done again.
    assert not library.query("SELECT 1 FROM decisions WHERE verdict IN ('gone', 'aliases')")
    assert [person.name for person in library.people.all()] == ["Benny"]


def test_a_reference_given_for_them_alone_goes_with_everybody_in_it(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    album, library = two_people.album, two_people.library
    own, beside = album.add_photo("/ref/both.jpg", *portraits("ref", 2), reference=True)
    shared, anns = album.add_photo("/ref/party.jpg", *portraits("party", 2), reference=True)
    album.say("Ben", own, shared)
    album.say("Ann", anns)
    traces = of_person(library, number_of(library, "Ben"))
    assert traces.faces == {own, shared}
    assert traces.beside == {beside}
    assert traces.references == traces.photos == {album.photo_of(own)}
    delete(library, "Ben")
    assert library.photos.photo_at("/ref/both.jpg") is None
    assert library.photos.photo_at("/ref/party.jpg") == album.photo_of(anns)
    assert album.whose(anns) == "Ann"


def test_a_reference_that_was_scanned_too_stays_a_photo(two_people: TwoPeople) -> None:
    album, library, face = two_people.album, two_people.library, two_people.ben[0]
    photo = album.photo_of(face)
    with library.transaction():
        library.photos.record_file(
            "/ref/ben.jpg", photo_id=photo, size=1, mtime_ns=1, seen_at="now", reference=True
        )
    album.say("Ben", face)
    delete(library, "Ben")
    assert library.photos.photo_at("/ref/ben.jpg") is None
    assert library.photos.photo_at("/photos/ben-1.jpg") == photo
    assert library.photos.status_of(photo, album.pack_id) == "done"


# -- what goes and what stays ---------------------------------------------------------------------


def delete(library: Library, name: str) -> None:
    """Erase a person as far as the transaction does."""
    with library.transaction():
        erase(library, of_person(library, number_of(library, name)), "forget somebody")


def test_others_stay_as_they_are(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ann", *two_people.ann[:2], source="cluster")
    album.say("Ben", *two_people.ben, source="cluster")
    album.say("Ben", two_people.ann[2])
    before = {face: library.faces.get(face) for face in two_people.ann[:2]}
    delete(library, "Ben")
    assert {face.id: face for face in library.faces.all()} == before
    assert library.clusters.owners() == {two_people.ann_cluster: number_of(library, "Ann")}
    assert library.query("SELECT id FROM clusters")[0][0] == two_people.ann_cluster
    assert library.photos.counts()["photos"] == 7  # photos are not people
    assert library.query("PRAGMA foreign_key_check") == []
    assert library.query("PRAGMA integrity_check")[0][0] == "ok"


def test_the_journal_is_append_only_again_afterwards(two_people: TwoPeople) -> None:
    two_people.album.say("Ben", *two_people.ben)
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    before = [tuple(row) for row in two_people.library.query(triggers)]
    delete(two_people.library, "Ben")
    assert [tuple(row) for row in two_people.library.query(triggers)] == before
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        two_people.library.query("DELETE FROM acts")


def test_words_go_that_name_them_or_of_which_nothing_stays(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    act = album.say("Ann", *two_people.ann, two_people.ben[0])  # "say Ann"
    album.say("Ben", *two_people.ben)
    with library.transaction():
        person = number_of(library, "Ben")
        library.decisions.set_birth(library.journal.begin("person birthdate"), person, date.today())
        photo = album.photo_of(two_people.ann[0])
        library.decisions.allow_same_photo(library.journal.begin("allow /ben_2/1.jpg"), photo)
        library.decisions.allow_same_photo(library.journal.begin("allow /Benjamin/1.jpg"), photo)
    delete(library, "Ben")
    assert words(library)[:-1] == [
        "say Ann",  # a face of Ben's was given to Ann by it: the rest stands
        FORGOTTEN,
        FORGOTTEN,
        FORGOTTEN,
        "allow /Benjamin/1.jpg",
    ]
    # The name, and the three faces that are still hers.
    assert len(library.query("SELECT 1 FROM decisions WHERE act_id = ?", act)) == 4


def test_words_on_another_person_of_that_name_stay(two_people: TwoPeople) -> None:
    from photoclust.actions.name import name_cluster, name_face

    library = two_people.library
    name_cluster(library, two_people.ben_cluster, "Ben")
    name_face(library, two_people.ann[0], "Ben", another=True)
    name_face(library, two_people.ann[1], "Ben Smith")
    first = min(person.id for person in library.people.called("Ben"))
    with library.transaction():
        erase(library, of_person(library, first), "forget somebody")
    assert words(library)[:3] == [
        FORGOTTEN,
        f"name face {two_people.ann[0]} Ben",
        f"name face {two_people.ann[1]} Ben Smith",
    ]
    assert two_people.album.whose(two_people.ann[0]) == "Ben"


def test_a_copied_word_whose_original_goes_stays(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, face = two_people.library, two_people.ben[0]
    (edited,) = two_people.album.add_photo("/photos/edited.jpg", portraits("edited", 1)[0])
    with library.transaction():
        act = library.journal.begin("hide")
        library.decisions.ignore(act, [face], kind="hidden", source="face")
        library.journal.copy({face: edited}, {})
    two_people.album.say("Ben", face)
    two_people.album.say("Ann", edited)  # what a human says of the copy counts more
    delete(library, "Ben")
    assert two_people.album.whose(edited) == "Ann"
    assert [row[0] for row in library.query("SELECT copy_of FROM decisions")] == [None] * 3


def test_moves_of_erased_faces_go(two_people: TwoPeople) -> None:
    library = two_people.library
    with library.transaction():
        library.journal.move(
            library.journal.begin("move"),
            [Move(two_people.ben[0], two_people.ann_cluster, 1.0), Move(two_people.ann[0], None)],
        )
    two_people.album.say("Ben", *two_people.ben)
    delete(library, "Ben")
    assert [row[0] for row in library.query("SELECT face_id FROM moves")] == [two_people.ann[0]]


def test_everybody_is_every_face_and_no_word_on_people_or_photos(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ben", *two_people.ben)
    album.say("Ben", two_people.ann[0])
    with library.transaction():
        act = library.journal.begin("allow")
        library.decisions.allow_same_photo(act, album.photo_of(two_people.ann[0]))
    traces = of_everybody(library)
    assert traces.faces == {*two_people.ann, *two_people.ben}
    with library.transaction():
        erase(library, traces, "purge")
    # The first named him, too, which stands.
    assert words(library)[:-1] == ["say Ben", FORGOTTEN, "allow"]
    assert [person.name for person in library.people.all()] == ["Ben"]
    assert library.decisions.allowed_photos() == {1}


def test_how_to_have_somebody_back(two_people: TwoPeople) -> None:
    from photoclust.actions.history import undo
    from photoclust.actions.person import delete_person

    library = two_people.library
    act = two_people.album.say("Ben", *two_people.ben)
    assert way_back(library, "Ben") is None
    delete_person(library, "Ben")
    assert way_back(library, "ben") == f"undo {act + 1}"
    undo(library)
    undo(library)
    assert way_back(library, "Ben") == f"redo {act}"
    assert way_back(library, "Nobody") is None


# -- the file -------------------------------------------------------------------------------------


def everything(library: Library) -> bytes:
    """The bytes of the library's file and of all that lie beside it."""
    return b"".join(path.read_bytes() for path in library.path.parent.glob("people.db*"))


def windows(vector: bytes) -> list[bytes]:
    return [vector[start : start + 32] for start in range(0, len(vector) - 31, 4)]


def test_deleted_rows_stay_in_the_file_until_it_is_rewritten(two_people: TwoPeople) -> None:
    """What `rewrite` is for: an earlier program deleted without overwriting."""
    library = two_people.library
    library.query("PRAGMA secure_delete = OFF")
    looks = library.faces.looks(two_people.ben)
    two_people.album.say("Ben", *two_people.ben)
    delete(library, "Ben")
    assert any(to_blob(look) in everything(library) for look in looks.values())
    rewrite(library)
    left = everything(library)
    for look in looks.values():
        assert not any(window in left for window in windows(to_blob(look)))
    assert b"Ben" not in left
    assert library.query("PRAGMA freelist_count")[0][0] == 0


def test_what_is_deleted_is_overwritten_at_once(two_people: TwoPeople) -> None:
    library = two_people.library
    library.query("PRAGMA secure_delete = OFF")
    two_people.album.say("Ben", *two_people.ben)
    looks = library.faces.looks(two_people.ben)
    with erasing(library):
        delete(library, "Ben")
        library.query("PRAGMA wal_checkpoint(TRUNCATE)")
        left = everything(library)
    assert not any(to_blob(look) in left for look in looks.values())


def test_the_file_of_vectors_beside_the_library_goes(two_people: TwoPeople) -> None:
    beside = Path(f"{two_people.library.path}.vectors")
    beside.write_bytes(b"photoclust vectors")
    assert beside in files_of(two_people.library.path)
    rewrite(two_people.library)
    assert not beside.exists()


def test_somebody_who_reads_meanwhile_is_noticed(two_people: TwoPeople) -> None:
    library = two_people.library
    library.query("PRAGMA busy_timeout = 1")
    two_people.album.say("Ben", *two_people.ben)
    reader = sqlite3.connect(library.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM faces").fetchone()
    delete(library, "Ben")
    with pytest.raises(LibraryError, match="Another program is reading"):
        rewrite(library)
    assert is_unfinished(library)
    reader.close()
    rewrite(library)
    assert b"Ben" not in everything(library)
    finish(library)
    assert not is_unfinished(library)
    assert words(library)[-1] == "forget somebody"


def test_too_little_room_is_said_before(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        free = 10

    monkeypatch.setattr("shutil.disk_usage", lambda _folder: Full)
    with (
        pytest.raises(LibraryError, match="too little room"),
        erasing(two_people.library),
    ):
        raise AssertionError("must not come here")


# -- searching bytes ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vectors() -> list[bytes]:
    chance = np.random.default_rng(0)
    return [to_blob(look) for look in normalised(chance.standard_normal((20, 128)))]


@pytest.mark.parametrize("offset", [0, 1, 7, 4095, 10_001])
@pytest.mark.parametrize("start", [0, 1, 3, 24, 479, 480])
def test_any_32_bytes_of_an_embedding_are_found_anywhere(
    vectors: list[bytes], offset: int, start: int
) -> None:
    noise = np.random.default_rng(1).bytes(20_000)
    content = noise[:offset] + vectors[7][start : start + 32] + noise[offset + 32 :]
    assert list(windows_in(content, vectors)) == [(7, offset)]


def test_fewer_bytes_and_other_embeddings_are_not(vectors: list[bytes]) -> None:
    content = vectors[0][100:131] + b"\0" * 99 + vectors[1]
    assert list(windows_in(content, vectors[2:] + vectors[:1])) == []
    assert list(words_in(b"Jo", [b"John"])) == []


def test_zeros_are_nobody() -> None:
    one_hot = to_blob(np.eye(16, dtype=np.float32)[3])
    assert list(windows_in(b"\0" * 1000, [one_hot])) == []


def test_files_are_searched_by_another_process(tmp_path: Path, vectors: list[bytes]) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.touch()
    full.write_bytes(b"x" + vectors[3] + b"Ann and John")
    found = search([empty, full], vectors, [b"Ben", b"John"])
    assert {(item.path, item.is_word, item.number) for item in found} == {
        (str(full), False, 3),
        (str(full), True, 1),
    }
    assert found[-1].offset == 1 + len(vectors[3]) + 8


def test_remainders_are_found_across_the_blocks_of_a_search(
    vectors: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remains, "BLOCK", 64)
    for offset in range(40, 130):
        content = bytes(offset) + vectors[3][8:40] + b"John" + bytes(99)
        assert {start for _number, start in windows_in(content, vectors)} == {offset}
        assert list(words_in(content, [b"Ann", b"John"])) == [(1, offset + 32)]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be searched"):
        search([tmp_path / "nothing"], (), [b"John"])


# -- where a name stands --------------------------------------------------------------------------


def test_a_name_stands_as_a_word_not_inside_another(album: Album) -> None:
    for path in ("/John/1.jpg", "/x/john_2.jpg", "/Johnson/3.jpg", "/Johann/4.jpg"):
        album.add_photo(path)
    assert standing(album.library, ["John"]) == {"paths of photos": 2}
    assert standing(album.library, []) == {}


def test_accents_may_be_encoded_either_way(album: Album) -> None:
    album.add_photo("/Jose\u0301/1.jpg")
    assert standing(album.library, ["Jos\u00e9"]) == {"paths of photos": 1}
