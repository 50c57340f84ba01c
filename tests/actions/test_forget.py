"""`forget` and `purge`: nothing of it is in the file afterwards, and nothing brings it back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.actions import searching
from photoclust.actions.forget import forget_person, learn_again
from photoclust.actions.history import redo, undo
from photoclust.actions.name import name_cluster, name_faces
from photoclust.actions.never_again import NeverAgain
from photoclust.actions.person import (
    delete_person,
    merge_people,
    rename_person,
    set_aliases,
    set_note,
)
from photoclust.actions.purge import purge
from photoclust.actions.record import Recorder, ScanReport
from photoclust.actions.sheet import contact_sheet
from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.errors import LibraryError, NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.library.erasing import rewrite
from photoclust.library.journal import FORGOTTEN
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.discover import PhotoFile
from photoclust.photos.metadata import Metadata
from photoclust.pipeline.results import Examined
from photoclust.vectors import Matrix, normalised, to_blob

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople

Portraits = Callable[..., Matrix]

ANN = "name cluster 1 Ann"


def everything(library: Library) -> bytes:
    """The bytes of the library's file and of all that lie beside it, read behind its back."""
    return b"".join(path.read_bytes() for path in library.path.parent.glob("people.db*"))


def remainders(library: Library, looks: Iterable[np.ndarray]) -> int:
    """How many windows of 32 bytes of these embeddings are somewhere in the library's files."""
    left = everything(library)
    vectors = [to_blob(look) for look in looks]
    return sum(
        vector[start : start + 32] in left
        for vector in vectors
        for start in range(0, len(vector) - 31, 4)
    )


def looks_of(library: Library, faces: Iterable[int]) -> list[np.ndarray]:
    return list(library.faces.looks(faces).values())


@pytest.fixture
def john(two_people: TwoPeople) -> TwoPeople:
    """Ben is called John, Ann is Ann."""
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    name_cluster(two_people.library, two_people.ben_cluster, "John")
    return two_people


def state(library: Library) -> dict[str, list[tuple]]:
    """Every row of every table."""
    tables = library.query("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {
        table: sorted(tuple(map(repr, row)) for row in library.query(f"SELECT * FROM {table}"))
        for (table,) in tables
    }


# -- forget ---------------------------------------------------------------------------------------


def test_nothing_of_a_forgotten_person_is_in_the_file(john: TwoPeople) -> None:
    library = john.library
    rename_person(library, "John", "Johannes")
    rename_person(library, "Johannes", "John")
    set_aliases(library, "John", ["Jack Sparrow"], [])
    set_note(library, "John", "plays the violoncello")
    looks, others = looks_of(library, john.ben), looks_of(library, john.ann)
    assert remainders(library, looks) == 9 * len(looks)
    report = forget_person(library, "John")
    assert (report.faces, report.photos, report.named) == (4, 4, 4)
    assert remainders(library, looks) == 0
    assert remainders(library, others) == 9 * len(others)
    left = everything(library)
    for word in (b"John", b"Johannes", b"Sparrow", b"cello"):
        assert word not in left
    assert [person.name for person in library.people.all()] == ["Ann"]
    assert report.standing == {}
    assert report.searched is not None
    assert report.searched.embeddings == report.searched.erased == 4
    assert str(library.path) in report.searched.files


def test_sheets_of_faces_that_lie_about_go(john: TwoPeople) -> None:
    sheet = contact_sheet(john.library, john.library.faces.all(), None, "Cluster 1")
    assert sheet.parent.stat().st_mode & 0o077 == 0
    forget_person(john.library, "John", dry_run=True)
    assert sheet.exists()
    forget_person(john.library, "John")
    assert not sheet.exists()
    sheet = contact_sheet(john.library, john.library.faces.all(), None, "Cluster 2")
    purge(john.library)
    assert not sheet.exists()


def test_an_old_sheet_goes_when_another_is_drawn(john: TwoPeople) -> None:
    faces = john.library.faces.all()
    old, young = (contact_sheet(john.library, faces, None, f"Cluster {n}") for n in (1, 2))
    os.utime(old, (0, 0))
    contact_sheet(john.library, faces, None, "Cluster 3")
    assert not old.exists()
    assert young.exists()


def test_what_was_deleted_long_ago_goes_too(john: TwoPeople) -> None:
    """Pages that an earlier program freed without overwriting them."""
    library = john.library
    looks = looks_of(library, john.ann)
    library.query("PRAGMA secure_delete = OFF")
    library.query("DELETE FROM embeddings WHERE face_id IN (1, 2, 3)")
    assert remainders(library, looks)
    forget_person(library, "John")
    assert remainders(library, looks) == 0


def test_a_dry_run_says_the_same_and_writes_nothing(john: TwoPeople) -> None:
    before = state(john.library)
    planned = forget_person(john.library, "John", never_again=True, dry_run=True)
    assert state(john.library) == before
    done = forget_person(john.library, "John", never_again=True)
    assert planned.searched is None
    for field in ("faces", "photos", "named", "decisions", "acts", "kept", "alike", "unseen"):
        assert getattr(planned, field) == getattr(done, field)


def test_undo_brings_nothing_back(john: TwoPeople) -> None:
    library = john.library
    anns = john.album.say("Ann", john.ben[0])  # one of John's faces, for a while
    john.album.say("John", john.ben[0])
    ids = [act.id for act in library.journal.acts()]
    forget_person(library, "John")
    faces = state(library)["faces"]
    for act in ids:
        for command in (undo, redo):
            try:
                command(library, act)
            except PhotoclustError:
                continue
    for _ in range(5):
        try:
            undo(library)
        except PhotoclustError:
            break
    assert state(library)["faces"] == faces
    assert not library.people.called("John")
    assert not {face.id for face in library.faces.all()} & set(john.ben)
    assert library.journal.act(anns).what in ("say Ann", FORGOTTEN)
    assert library.query("PRAGMA foreign_key_check") == []


def test_an_act_that_is_half_erased_can_still_be_undone(john: TwoPeople) -> None:
    library = john.library
    act = name_faces(library, [*john.ann, john.ben[0]], "Zoe").act
    john.album.say("John", john.ben[0])
    forget_person(library, "John")
    assert library.journal.act(act).what == f"name face {' '.join(map(str, [1, 2, 3, 4]))} Zoe"
    undo(library, act)
    assert [john.album.whose(face) for face in john.ann] == ["Ann"] * 3


def test_undo_takes_back_nothing_else_instead_of_what_was_erased(john: TwoPeople) -> None:
    library = john.library
    ann, johns = sorted(act.id for act in library.journal.acts())
    forget_person(library, "John")
    for act in (johns, johns + 1):
        for command in (undo, redo):
            with pytest.raises(PhotoclustError, match="Nothing can bring back"):
                command(library, act)
    with pytest.raises(PhotoclustError, match=r"act 3 erased or said: forget somebody\.") as raised:
        undo(library)
    assert raised.value.hint == f"`photoclust undo {ann}` takes back the last act before: {ANN}"
    assert undo(library, ann).target.id == ann
    with pytest.raises(PhotoclustError, match="act 3 erased") as raised:
        undo(library)
    assert raised.value.hint == "Nothing before it can be taken back."
    assert redo(library).target.id == ann
    assert undo(library).target.id == ann


@pytest.mark.parametrize("erase", [purge, lambda library: forget_person(library, "John")])
def test_undo_takes_back_what_was_said_since_and_then_no_more(
    john: TwoPeople, erase: Callable[[Library], object]
) -> None:
    erase(john.library)
    set_note(john.library, "Ann", "a note")
    assert undo(john.library).target.what == "person note Ann"
    with pytest.raises(PhotoclustError, match="Nothing can bring back"):
        undo(john.library)


def test_the_journal_tells_that_somebody_was_forgotten(john: TwoPeople) -> None:
    forget_person(john.library, "John")
    assert [act.what for act in john.library.journal.acts()] == [
        "forget somebody",
        FORGOTTEN,
        f"name cluster {john.ann_cluster} Ann",
    ]


def test_nameless_faces_that_look_like_them_stay_and_are_counted(
    john: TwoPeople, portraits: Portraits
) -> None:
    (alike,) = john.album.add_photo("/photos/alike.jpg", portraits("Ben", 5)[4])
    report = forget_person(john.library, "John")
    assert (report.alike, report.unseen, report.faces) == (1, 0, 4)
    assert john.album.whose(alike) is None


def test_those_that_nobody_can_look_at_go(john: TwoPeople, portraits: Portraits) -> None:
    album, library, looks = john.album, john.library, portraits("Ben", 8)
    (old,) = album.add_photo("/photos/earlier version.jpg", looks[4])
    (of_ann,) = album.add_photo("/photos/ann's.jpg", looks[5])
    (hidden,) = album.add_photo("/photos/hidden.jpg", looks[6])
    beside, _own = album.add_photo("/ref/ann.jpg", looks[7], portraits("Ann", 4)[3], reference=True)
    album.say("Ann", of_ann, _own)
    with library.transaction():
        act = library.journal.begin("ignore")
        library.decisions.ignore(act, [hidden], kind="hidden", source="face")
        library.files.remove([b"/photos/earlier version.jpg", b"/photos/hidden.jpg"])
    report = forget_person(library, "John")
    assert (report.alike, report.unseen, report.faces) == (0, 2, 6)
    assert library.faces.get_all([old, beside]) == {}
    assert len(library.faces.get_all([of_ann, hidden])) == 2


def test_faces_that_only_another_pack_saw_go(john: TwoPeople, portraits: Portraits) -> None:
    library, looks = john.library, portraits("Ben", 7)
    with library.transaction():
        other = library.packs.record(
            name="other",
            fingerprint="e" * 64,
            dim=16,
            licence="free for any use",
            accepted_at=None,
            settings={"thresholds": {"match": 0.5}},
            location=None,
        ).id

    def seen(face: int, box: Box, look: np.ndarray) -> int:
        photo = john.album.photo_of(face)
        with library.transaction():
            library.photos.record_scan(photo, other, Detail.NORMAL, scanned_at="now", failure=None)
            found = DetectedFace(Detection(box, 0.9, ((0.5, 0.5),) * 5), look, 0.9)
            return library.faces.add_at(photo, other, found)

    place, elsewhere = Box(0.1, 0.2, 0.7, 0.7), Box(0.8, 0.8, 0.9, 0.9)
    johns, alike = seen(john.ben[0], place, looks[4]), seen(john.ann[0], elsewhere, looks[5])
    of_ann = seen(john.ann[0], place, looks[6])  # the pack in use shows whose it is
    report = forget_person(library, "John")
    assert (report.faces, report.unseen) == (6, 1)
    assert {row[0] for row in library.query("SELECT id FROM faces")} == {*john.ann, of_ann}
    assert not {johns, alike} & {*john.ann, of_ann}


def test_a_face_of_somebody_else_with_the_same_embedding_stays(john: TwoPeople) -> None:
    (look,) = looks_of(john.library, john.ben[:1])
    (twin,) = john.album.add_photo("/photos/twin.jpg", look)
    john.album.say("Ann", twin)
    report = forget_person(john.library, "John")
    assert (report.faces, report.shared) == (4, 1)
    assert report.searched is not None
    assert report.searched.embeddings == 3
    assert john.album.whose(twin) == "Ann"


def test_who_is_no_person_any_more_can_be_had_back_and_forgotten(john: TwoPeople) -> None:
    library = john.library
    delete_person(library, "John")
    with pytest.raises(NotFound) as raised:
        forget_person(library, "John")
    assert "photoclust undo 3" in raised.value.hint
    undo(library, 3)
    assert forget_person(library, "John").faces == 4
    with pytest.raises(NotFound):
        forget_person(library, "John")


# -- names ----------------------------------------------------------------------------------------


def test_a_name_in_paths_and_other_names_stays_and_is_told(
    john: TwoPeople, portraits: Portraits
) -> None:
    john.album.add_photo("/Pictures/John/1.jpg")
    john.album.add_photo("/Pictures/Johnson/1.jpg")
    (face,) = john.album.add_photo("/Pictures/2.jpg", portraits("Smith", 1)[0])
    name_faces(john.library, [face], "John Smith")
    set_note(john.library, "Ann", "sister of john")
    planned = forget_person(john.library, "John", dry_run=True)
    assert planned.standing == {"paths of photos": 1}
    report = forget_person(john.library, "John")
    assert report.standing.pop("photos.content_hash", None) is None
    assert report.standing == {
        "paths of photos": 1,
        "names and notes of others": 2,
        "acts on others": 1,
    }
    assert report.searched is not None
    assert report.searched.elsewhere == 1
    # What stood of him alone is gone although the name is not.
    assert f"name cluster {john.ben_cluster} John".encode() not in everything(john.library)


def test_a_name_that_a_merging_lent_which_was_taken_back_is_not_told(
    john: TwoPeople, portraits: Portraits
) -> None:
    library = john.library
    john.album.add_photo("/Pictures/John/1.jpg")
    (face,) = john.album.add_photo("/Pictures/2.jpg", portraits("Max", 1)[0])
    name_faces(library, [face], "Maximilian")
    merge_people(library, "Maximilian", "John")
    undo(library)
    assert forget_person(library, "Maximilian", dry_run=True).standing == {}
    assert forget_person(library, "Maximilian").standing == {}
    assert [person.name for person in library.people.all()] == ["Ann", "John"]
    assert b"Maximilian" not in everything(library)


def test_only_the_one_of_two_of_a_name_goes(john: TwoPeople, portraits: Portraits) -> None:
    (face,) = john.album.add_photo("/photos/other.jpg", portraits("Other", 1)[0])
    other = name_faces(john.library, [face], "John", another=True).person
    first = next(person for person in john.library.people.called("John") if person != other)
    report = forget_person(john.library, f"John#{first.id}")
    assert report.faces == 4
    assert john.library.people.called("John") == [other]
    assert report.standing == {"names and notes of others": 1, "acts on others": 1}


def test_a_short_name_is_searched_for_by_what_was_said(two_people: TwoPeople) -> None:
    name_cluster(two_people.library, two_people.ben_cluster, "Bo")
    report = forget_person(two_people.library, "Bo")
    assert report.searched is not None
    assert report.searched.texts == 2  # the act's words, and the name beside its `person`
    assert b"Boperson" not in everything(two_people.library)


@pytest.mark.parametrize("name", ["hand", "mark", "embedding", "index", "trigger", "format"])
def test_a_name_that_the_schema_holds_is_forgotten(two_people: TwoPeople, name: str) -> None:
    name_cluster(two_people.library, two_people.ann_cluster, name)
    searched = forget_person(two_people.library, name).searched
    assert searched is not None
    assert searched.elsewhere == 1


@pytest.mark.parametrize("name", ["Bo", "John", "李小龙", "Jürg", "Amélie Poulain"])
def test_a_name_that_is_left_somewhere_is_an_error(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As if VACUUM had left an old row behind: the program must not say that all is well."""
    library = two_people.library
    name_cluster(library, two_people.ben_cluster, name)
    left = b"name cluster 2 " + name.encode()

    def careless(opened: Library) -> None:
        rewrite(opened)
        Path(f"{opened.path}.vectors").write_bytes(b"\0" * 100 + left)

    monkeypatch.setattr(searching, "rewrite", careless)
    with pytest.raises(LibraryError, match=r"a name.* is still in .*at byte 1"):
        forget_person(library, name)
    monkeypatch.undo()
    report = forget_person(library, name)  # finishes
    assert report.name is None
    assert report.searched is not None


def test_an_embedding_that_is_left_somewhere_is_an_error(
    john: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    (look,) = looks_of(john.library, john.ben[:1])

    def careless(library: Library) -> None:
        rewrite(library)
        Path(f"{library.path}.vectors").write_bytes(b"xyz" + to_blob(look)[11:43] + b"xyz")

    monkeypatch.setattr(searching, "rewrite", careless)
    with pytest.raises(LibraryError, match=r"an embedding is still in .*at byte 3\."):
        forget_person(john.library, "John")


def test_a_file_that_was_not_rewritten_is_noticed(
    john: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "rewrite", lambda _library: None)
    with pytest.raises(LibraryError, match="an embedding is still in"):
        forget_person(john.library, "John")


# -- interruptions --------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["John", "Ann", "purge"])
def test_a_rewriting_that_fails_is_finished_by_the_next_run(john: TwoPeople, again: str) -> None:
    library, looks = john.library, looks_of(john.library, john.ben)
    library.query("PRAGMA busy_timeout = 1")
    reader = sqlite3.connect(library.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM faces").fetchone()
    with pytest.raises(LibraryError, match="run the same command again"):
        forget_person(library, "John")
    assert not library.people.called("John")
    assert library.journal.acts()[0].what == "forget somebody (not finished, run it again)"
    assert remainders(library, looks)  # what the reader still sees
    reader.close()
    if again == "purge":
        purge(library)
    else:
        report = forget_person(library, again)
        assert report.name == (None if again == "John" else "Ann")
    assert remainders(library, looks) == 0
    assert b"John" not in everything(library)
    acts = [act.what for act in library.journal.acts()]
    assert not any("not finished" in words for words in acts)
    assert "forget somebody" in acts


def test_a_crash_while_deleting_leaves_everything(
    john: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(john.library)

    def crash(_words: str) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(john.library.journal, "begin", crash)
    with pytest.raises(KeyboardInterrupt):
        forget_person(john.library, "John")
    monkeypatch.undo()
    assert state(john.library) == before
    assert forget_person(john.library, "John").faces == 4


def test_nobody_scans_meanwhile(john: TwoPeople) -> None:
    with Library.open(john.library.path) as other, other.scanning():
        for action in (purge, lambda library: forget_person(library, "John")):
            with pytest.raises(LibraryError, match="scanning or clustering"):
                action(john.library)
        assert forget_person(john.library, "John", dry_run=True).faces == 4


# -- never again ----------------------------------------------------------------------------------


def detected(*looks: np.ndarray) -> tuple[DetectedFace, ...]:
    """Faces side by side that no library knows."""
    return tuple(
        DetectedFace(
            Detection(Box(place / 10, 0, (place + 1) / 10, 0.1), 0.9, ((0.1, 0.1),) * 5), look, 0.9
        )
        for place, look in enumerate(looks)
    )


def scan_photo(library: Library, name: str, *looks: np.ndarray) -> ScanReport:
    """What a scan leaves of a photo with these faces."""
    pack, report = library.packs.in_use(), ScanReport()
    assert pack is not None
    facts = PhotoFacts(800, 600, Metadata(None))
    file = PhotoFile(f"/photos/{name}", 1, 1)
    recorder = Recorder(library, pack, report)
    recorder.write(Examined(file, name, facts, detected(*looks)))
    return report


def test_scans_leave_out_who_is_never_to_be_learned_again(
    john: TwoPeople, portraits: Portraits
) -> None:
    library, looks = john.library, looks_of(john.library, john.ben)
    report = forget_person(library, "John", never_again=True)
    assert report.kept == 4
    assert report.searched is not None
    assert report.searched.embeddings == 0  # all of them are kept
    scanned = scan_photo(library, "new", portraits("Ben", 6)[5], portraits("Eve", 1)[0])
    assert (scanned.faces, scanned.left_out) == (1, 1)
    assert b"John" not in everything(library)
    learned = learn_again(library)
    assert (learned.people, learned.embeddings) == (1, 4)
    assert remainders(library, looks) == 0
    assert scan_photo(library, "newer", portraits("Ben", 7)[6]).faces == 1
    with pytest.raises(NotFound, match="nothing is kept"):
        learn_again(library)


def test_at_most_sixteen_are_kept_and_the_rest_is_gone(album: Album, portraits: Portraits) -> None:
    faces = album.add_portraits("many", portraits("Many", 40))
    album.say("Many", *faces)
    looks = album.library.faces.looks(faces)
    report = forget_person(album.library, "Many", never_again=True)
    assert (report.kept, report.searched.embeddings) == (16, 24)
    rows = album.library.query("SELECT who, pack_id, vector FROM forgotten")
    kept = {bytes(row["vector"]) for row in rows}
    assert {(row["who"], row["pack_id"]) for row in rows} == {(1, album.pack_id)}
    gone = [look for look in looks.values() if to_blob(look) not in kept]
    assert len(gone) == 24
    assert remainders(album.library, gone) == 0


def test_people_who_were_forgotten_are_told_apart(john: TwoPeople) -> None:
    """Each is compared alone: three nearest of one person, never of two."""
    looks = looks_of(john.library, [john.ann[0], john.ben[0]])
    forget_person(john.library, "John", never_again=True)
    forget_person(john.library, "Ann", never_again=True)
    rows = john.library.query("SELECT who, count(*) FROM forgotten GROUP BY who")
    assert [tuple(row) for row in rows] == [(1, 4), (2, 3)]
    pack = john.library.packs.in_use()
    assert pack is not None
    middle = np.asarray(normalised(looks[0] + looks[1]))
    stranger = np.asarray(normalised(np.eye(16, dtype=np.float32)[0] - 2 * middle))
    faces, seconds = NeverAgain(john.library, pack).sift(
        detected(*looks, stranger), (1.0, 2.0, 3.0)
    )
    assert [face.embedding is stranger for face in faces] == [True]
    assert seconds == [3.0]


def test_without_the_option_nobody_is_left_out(john: TwoPeople, portraits: Portraits) -> None:
    forget_person(john.library, "John")
    assert john.library.query("SELECT * FROM forgotten") == []
    assert scan_photo(john.library, "new", portraits("Ben", 6)[5]).faces == 1


def test_a_photo_that_was_scanned_is_not_examined_again(john: TwoPeople) -> None:
    photos = {john.album.photo_of(face) for face in john.ben}
    forget_person(john.library, "John")
    assert {john.library.photos.status_of(photo, 1) for photo in photos} == {"done"}


def test_somebody_without_a_face_cannot_be_recognised(john: TwoPeople) -> None:
    for face in john.ben:
        john.album.say("Ann", face)
    with pytest.raises(PhotoclustError, match="has no face"):
        forget_person(john.library, "John", never_again=True)
    assert forget_person(john.library, "John").faces == 0
    assert b"John" not in everything(john.library)


# -- purge ----------------------------------------------------------------------------------------


def test_a_purge_leaves_no_biometric(john: TwoPeople) -> None:
    library = john.library
    pack = library.packs.in_use()
    assert pack is not None
    with library.transaction():
        library.packs.calibrate(pack, {"shift": 0.01, "pairs": 5})
        photo = john.album.photo_of(john.ann[0])
        library.decisions.allow_same_photo(library.journal.begin("allow"), photo)
        library.photos.mark_missing([b"/photos/ann-1.jpg"], "now")
    set_note(library, "Ann", "a note")
    looks = looks_of(library, [*john.ann, *john.ben])
    forget_person(library, "John", never_again=True)
    before = state(library)
    report = purge(library)
    assert (report.faces, report.embeddings, report.people) == (3, 7, 1)
    assert report.searched is not None
    assert report.searched.embeddings == 7
    assert remainders(library, looks) == 0
    after = state(library)
    tables = ("faces", "embeddings", "memberships", "clusters", "clusterings", "moves")
    assert [after[table] for table in (*tables, "forgotten", "scans")] == [[]] * 8
    for table in ("photos", "files", "roots", "identities"):
        assert after[table] == before[table]
    assert library.packs.in_use().calibration is None
    assert library.packs.in_use().settings["thresholds"] == pack.settings["thresholds"]
    (ann,) = library.people.all()
    assert (ann.name, ann.note) == ("Ann", "a note")
    assert library.decisions.allowed_photos() == {photo}
    assert library.photos.counts()["waiting"] == 7


def test_photos_that_failed_have_failed_after_a_purge(john: TwoPeople) -> None:
    john.album.add_photo("/photos/broken.jpg")
    with john.library.transaction():
        photo = john.library.photos.photo_at("/photos/broken.jpg")
        assert photo is not None
        john.library.photos.record_scan(photo, 1, Detail.NORMAL, scanned_at="now", failure="broken")
    purge(john.library)
    assert len(john.library.query("SELECT * FROM scans WHERE status = 'failed'")) == 1


def test_purging_twice_is_no_error(john: TwoPeople) -> None:
    purge(john.library)
    report = purge(john.library)
    assert (report.faces, report.decisions, report.acts) == (0, 0, 0)


def test_undo_after_a_purge_brings_nothing_back(john: TwoPeople) -> None:
    library = john.library
    acts = [act.id for act in library.journal.acts()]
    purge(library)
    for act in acts:
        undo(library, act)
        redo(library, act)
    assert library.faces.all() == []
    assert {person.name for person in library.people.all()} == {"Ann", "John"}


def test_a_purge_says_how_many_embeddings_it_searched_for(
    album: Album, portraits: Portraits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photoclust.actions.purge.MOST_SEARCHED", 10)
    faces = album.add_portraits("many", portraits("Many", 35))
    looks = looks_of(album.library, faces)
    report = purge(album.library)
    assert (report.searched.embeddings, report.searched.erased) == (10, 35)
    assert remainders(album.library, looks) == 0
