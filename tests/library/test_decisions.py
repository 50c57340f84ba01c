"""Statements on two faces, on a photo and on a person, and what they mean for names."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from photoclust.library import Library
from photoclust.library.decisions import Link

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def say(library: Library, what: str, *about: Any) -> int:
    """One act with one statement; the act's number."""
    with library.transaction():
        act = library.journal.begin(what)
        getattr(library.decisions, what)(act, *about)
    return act


def person(album: Album, name: str) -> int:
    with album.library.transaction():
        return album.person(name, album.library.journal.begin(f"name {name}"))


# Two faces


def test_the_last_word_on_two_faces_counts_in_either_order(two_people: TwoPeople) -> None:
    library, (a, b, c) = two_people.library, two_people.ann
    same = Link(a, b, True, say(library, "say_same", b, a))
    different = Link(a, c, False, say(library, "say_different", a, c))
    assert library.decisions.links() == [same, different]
    mistake = say(library, "say_different", a, b)
    assert library.decisions.links() == [Link(a, b, False, mistake), different]
    two_people.album.take_back(mistake)
    assert library.decisions.links() == [same, different]


def test_a_face_is_not_spoken_of_with_itself(two_people: TwoPeople) -> None:
    face = two_people.ann[0]
    with pytest.raises(sqlite3.IntegrityError):
        say(two_people.library, "say_same", face, face)


# A face and a person


def test_a_face_that_is_not_a_person_is_not_theirs_by_its_cluster(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben[:3], source="cluster")
    denied = two_people.ben[3]
    assert album.whose(denied) == "Ben"
    act = say(album.library, "say_not", denied, person(album, "Ben"))
    assert album.whose(denied) is None
    assert album.whose(two_people.ben[0]) == "Ben"
    album.take_back(act)
    assert album.whose(denied) == "Ben"


def test_a_denial_takes_a_name_back_and_the_face_may_be_given_again(two_people: TwoPeople) -> None:
    album, face = two_people.album, two_people.ann[0]
    album.say("Ann", face)
    say(album.library, "say_not", face, person(album, "Ann"))
    assert album.whose(face) is None
    assert album.library.people.named_faces() == []
    assert album.library.decisions.denials() == [(face, person(album, "Ann"))]
    album.say("Ann", face)
    assert album.whose(face) == "Ann"
    assert album.library.decisions.denials() == []


def test_a_denial_of_one_person_leaves_another(two_people: TwoPeople) -> None:
    album, face = two_people.album, two_people.ann[0]
    album.say("Ann", face)
    say(album.library, "say_not", face, person(album, "Ben"))
    assert album.whose(face) == "Ann"


def test_naming_its_cluster_does_not_outdo_a_denial(two_people: TwoPeople) -> None:
    """As with names: a word on a face outlives one on its cluster."""
    album, face = two_people.album, two_people.ann[0]
    say(album.library, "say_not", face, person(album, "Ann"))
    album.say("Ann", *two_people.ann, source="cluster")
    assert [album.whose(item) for item in two_people.ann] == [None, "Ann", "Ann"]


# A photo


def test_the_last_word_tells_whether_a_photo_may_show_somebody_twice(
    two_people: TwoPeople,
) -> None:
    library = two_people.library
    photo, other = (two_people.album.photo_of(face) for face in two_people.ann[:2])
    say(library, "allow_same_photo", photo)
    say(library, "allow_same_photo", photo)
    say(library, "allow_same_photo", other)
    assert library.decisions.allowed_photos() == {photo, other}
    assert library.decisions.photos_allowed_by_word() == {photo, other}
    with library.transaction():
        library.decisions.allow_same_photo(library.journal.begin("no"), photo, allowed=False)
    assert library.decisions.allowed_photos() == {other}
    assert library.decisions.photos_allowed_by_word() == {other}


def test_what_was_taken_back_can_count_again(two_people: TwoPeople) -> None:
    library = two_people.library
    photo = two_people.album.photo_of(two_people.ann[0])
    act = say(library, "allow_same_photo", photo)
    two_people.album.take_back(act)
    with library.transaction():
        library.journal.restore([act], library.journal.begin("redo"))
    assert library.decisions.allowed_photos() == {photo}


# A person


def test_the_last_word_on_a_birth_counts(two_people: TwoPeople) -> None:
    album, decisions = two_people.album, two_people.library.decisions
    ann, ben = person(album, "Ann"), person(album, "Ben")
    say(album.library, "set_birth", ann, date(1980, 2, 29))
    mistake = say(album.library, "set_birth", ann, date(1890, 2, 28))
    say(album.library, "set_birth", ben, date(2001, 1, 1))
    assert decisions.births() == {ann: date(1890, 2, 28), ben: date(2001, 1, 1)}
    album.take_back(mistake)
    assert decisions.births()[ann] == date(1980, 2, 29)


# Sense


@pytest.mark.parametrize(
    "columns",
    [
        {"verdict": "may_repeat", "source": "photo"},
        {"verdict": "may_repeat", "source": "face", "photo_id": 1},
        {"verdict": "may_repeat", "source": "photo", "photo_id": 1, "face_id": 1},
        {"verdict": "may_repeat", "source": "photo", "photo_id": 99},
        {"verdict": "may_not_repeat", "source": "photo"},
        {"verdict": "born", "source": "person", "person_id": 1},
        {"verdict": "born", "source": "person", "day": "1980-02-28"},
        {"verdict": "born", "source": "person", "person_id": 1, "day": "1980"},
        {"verdict": "born", "source": "person", "person_id": 1, "day": "1981-02-29"},
        {"verdict": "born", "source": "person", "person_id": 1, "day": "28.2.1980"},
        {"verdict": "born", "source": "face", "person_id": 1, "day": "1980-02-28"},
        {"verdict": "is", "source": "face", "person_id": 1},
        {"verdict": "is", "source": "photo", "person_id": 1, "face_id": 1},
        {"verdict": "is", "source": "face", "person_id": 1, "face_id": 1, "photo_id": 1},
        {"verdict": "is", "source": "face", "person_id": 1, "face_id": 1, "day": "1980-02-28"},
        {"verdict": "unnamed", "source": "face"},
        {"verdict": "same", "source": "face", "face_id": 1},
        {"verdict": "same", "source": "face", "other_face_id": 1},
    ],
    ids=lambda columns: " ".join(map(str, columns.values())),
)
def test_a_statement_without_its_subjects_is_refused(
    two_people: TwoPeople, columns: dict[str, Any]
) -> None:
    act = two_people.album.say("Ann", two_people.ann[0])
    names = ("act_id", "verdict", "source", "face_id", "other_face_id", "person_id", "photo_id")
    row = {"act_id": act, **columns}
    with pytest.raises(sqlite3.IntegrityError), two_people.library.transaction():
        two_people.library.query(
            f"INSERT INTO decisions ({', '.join(names)}, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(row.get(name) for name in (*names, "day")),
        )
