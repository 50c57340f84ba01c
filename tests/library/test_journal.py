"""People and the journal: the last word counts, nothing said is lost."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from photoclust.library.clock import now
from photoclust.library.clusters import Membership
from photoclust.library.journal import Move
from photoclust.library.people import folded

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def named(people: TwoPeople) -> dict[int, str]:
    """Face -> the name a human gave it."""
    names = {person.id: person.name for person in people.library.people.all()}
    return {item.face_id: names[item.person_id] for item in people.library.people.named_faces()}


def journal(people: TwoPeople) -> list[tuple]:
    sql = "SELECT * FROM decisions WHERE face_id IS NOT NULL ORDER BY id"
    return [tuple(row) for row in people.library.query(sql)]


def person_of(people: TwoPeople, cluster: int) -> int | None:
    """The person a cluster is named after."""
    rows = people.library.query(
        "SELECT person_id FROM cluster_people WHERE cluster_id = ?", cluster
    )
    return rows[0]["person_id"] if rows else None


# What is said


def test_a_face_belongs_to_whom_it_was_given(two_people: TwoPeople) -> None:
    face, other, *_ = two_people.ann
    two_people.album.say("Ann", face)
    assert named(two_people) == {face: "Ann"}
    assert two_people.album.whose(face) == "Ann"
    assert two_people.album.whose(other) is None


def test_the_last_word_counts(two_people: TwoPeople) -> None:
    face = two_people.ann[0]
    for name in ("Ann", "Ben", "Cem"):
        two_people.album.say(name, face)
    assert named(two_people) == {face: "Cem"}
    assert len(journal(two_people)) == 3


def test_a_name_taken_back_is_gone_and_may_be_given_again(two_people: TwoPeople) -> None:
    face = two_people.ann[0]
    two_people.album.say("Ann", face)
    two_people.album.say(None, face)
    assert named(two_people) == {}
    assert two_people.album.whose(face) is None
    two_people.album.say("Ann", face)
    assert named(two_people) == {face: "Ann"}


def test_an_act_that_was_undone_does_not_count(two_people: TwoPeople) -> None:
    face = two_people.ann[0]
    two_people.album.say("Ann", face)
    mistake = two_people.album.say("Ben", face)
    two_people.album.take_back(mistake)
    assert named(two_people) == {face: "Ann"}
    taken_back = two_people.album.say(None, face)
    assert named(two_people) == {}
    two_people.album.take_back(taken_back)
    assert named(two_people) == {face: "Ann"}
    assert len(journal(two_people)) == 3


def test_an_act_is_undone_as_a_whole(two_people: TwoPeople) -> None:
    act = two_people.album.say("Ann", *two_people.ann, source="cluster")
    two_people.album.say("Ben", two_people.ann[1])
    two_people.album.take_back(act)
    assert named(two_people) == {two_people.ann[1]: "Ben"}


def test_the_journal_says_who_did_what_and_when(two_people: TwoPeople) -> None:
    before = now()
    act = two_people.album.say("Ann", two_people.ann[0])
    (row,) = two_people.library.query("SELECT * FROM acts WHERE id = ?", act)
    assert row["what"] == "say Ann"
    assert row["made_by"]
    assert before <= row["made_at"] <= now()
    assert row["made_at"].endswith("+00:00")


# Clusters and people


def test_a_cluster_is_named_by_naming_the_cluster(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ann", *two_people.ann, source="face")
    assert person_of(two_people, two_people.ann_cluster) is None
    album.say("Ann", *two_people.ann, source="cluster")
    ann = next(iter(two_people.library.people.called("Ann")), None)
    assert ann is not None
    assert person_of(two_people, two_people.ann_cluster) == ann.id
    assert person_of(two_people, two_people.ben_cluster) is None


def test_a_face_that_joins_a_named_cluster_is_that_persons(two_people: TwoPeople) -> None:
    album = two_people.album
    *named_faces, newcomer = two_people.ben
    album.say("Ben", *named_faces, source="cluster")
    face = two_people.library.faces.get(newcomer)
    assert face is not None
    assert (face.person, face.how) == ("Ben", "cluster")
    assert {face.how for face in two_people.library.faces.all() if face.id in named_faces} == {
        "named"
    }


def test_a_face_given_to_another_stays_anothers_in_a_named_cluster(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben, source="cluster")
    album.say("Cem", two_people.ben[0])
    assert album.whose(two_people.ben[0]) == "Cem"
    assert album.whose(two_people.ben[1]) == "Ben"


def test_one_face_named_alone_does_not_name_its_cluster(two_people: TwoPeople) -> None:
    two_people.album.say("Ben", two_people.ben[0])
    assert two_people.album.whose(two_people.ben[1]) is None


def test_a_cluster_is_whom_most_of_its_faces_were_named(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben, source="cluster")
    album.say("Cem", two_people.ben[0], source="cluster")
    cem = next(iter(two_people.library.people.called("Cem")), None)
    assert cem is not None
    person = person_of(two_people, two_people.ben_cluster)
    assert person is not None
    assert person != cem.id


def test_a_cluster_whose_name_was_taken_back_is_nobodys(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben, source="cluster")
    album.say(None, *two_people.ben, source="cluster")
    assert person_of(two_people, two_people.ben_cluster) is None
    assert [album.whose(face) for face in two_people.ben] == [None] * 4


def test_a_face_whose_name_was_taken_back_is_nobodys(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben, source="cluster")
    album.say(None, two_people.ben[0], source="face")
    assert album.whose(two_people.ben[0]) is None
    assert album.whose(two_people.ben[1]) == "Ben"


# The machine and the journal


def test_a_new_clustering_touches_no_decision(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ann", *two_people.ann, source="cluster")
    album.say("Ben", two_people.ben[0])
    said, who = journal(two_people), named(two_people)
    with library.transaction():
        number = library.clusters.new(album.pack_id)
        everyone = [*two_people.ann, *two_people.ben]
        library.clusters.replace(Membership(face, number, 0.5) for face in everyone)
    assert (journal(two_people), named(two_people)) == (said, who)
    with library.transaction():
        library.clusters.replace([])
    assert (journal(two_people), named(two_people)) == (said, who)
    assert album.whose(two_people.ann[0]) == "Ann"


def test_a_clustering_drops_empty_clusters_and_uses_no_number_twice(two_people: TwoPeople) -> None:
    library = two_people.library
    with library.transaction():
        library.clusters.replace([Membership(two_people.ann[0], two_people.ann_cluster, 1.0)])
    left = {row["id"] for row in library.query("SELECT id FROM clusters")}
    assert two_people.ann_cluster in left
    assert two_people.ben_cluster not in left
    with library.transaction():
        assert library.clusters.new(two_people.album.pack_id) > two_people.ben_cluster


def test_a_face_that_leaves_its_cluster_keeps_its_name(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ben", two_people.ben[0])
    with library.transaction():
        library.journal.move(library.journal.begin("leave"), [Move(two_people.ben[0], None)])
    face = library.faces.get(two_people.ben[0])
    assert face is not None
    assert (face.cluster, face.person) == (None, "Ben")
    assert len(library.faces.of_cluster(two_people.ben_cluster)) == 3


def test_a_face_with_a_decision_cannot_be_deleted(two_people: TwoPeople) -> None:
    two_people.album.say("Ann", two_people.ann[0])
    with pytest.raises(sqlite3.IntegrityError), two_people.library.transaction():
        two_people.library.query("DELETE FROM faces WHERE id = ?", two_people.ann[0])
    assert named(two_people) == {two_people.ann[0]: "Ann"}


@pytest.mark.parametrize(
    ("verdict", "person", "other", "source"),
    [
        ("is", None, None, "face"),
        ("unnamed", 1, None, "face"),
        ("same", None, None, "face"),
        ("maybe", None, None, "face"),
        ("is", 1, None, "hearsay"),
        ("is", 99, None, "face"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    two_people: TwoPeople, verdict: str, person: int | None, other: int | None, source: str
) -> None:
    act = two_people.album.say("Ann", two_people.ann[0])
    with pytest.raises(sqlite3.IntegrityError), two_people.library.transaction():
        two_people.library.query(
            "INSERT INTO decisions (act_id, face_id, verdict, person_id, other_face_id, source)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            *(act, two_people.ann[0], verdict, person, other, source),
        )


# People


def test_a_name_is_found_whatever_its_case_and_accents(album: Album) -> None:
    people = album.library.people
    with album.library.transaction():
        zoe = people.add(album.library.journal.begin("name"), "Zoë  Straße")
    for spelling in ("zoë strasse", "ZOE\u0308 STRASSE", "  Zoë Straße "):
        assert people.called(spelling) == [zoe]
    assert people.called("Zoe Straße") == []
    assert folded("A  b") == "a b"


@pytest.mark.parametrize(
    ("one", "other"), [("\u0390", "\u1fd3"), ("İ", "i\u0307"), ("ǰ", "J\u030c")]
)
def test_a_name_is_found_in_any_encoding_of_its_letters(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_people_come_in_order_of_name(album: Album) -> None:
    people = album.library.people
    with album.library.transaction():
        for name in ("cem", "Ben", "ann", "Änne"):
            people.add(album.library.journal.begin("name"), name)
    assert [person.name for person in people.all()] == ["ann", "Ben", "cem", "Änne"]


def test_a_person_is_summed_up(two_people: TwoPeople) -> None:
    album = two_people.album
    album.say("Ben", *two_people.ben[:3], source="cluster")
    album.say("Ann", two_people.ann[0])
    album.say("Gone", two_people.ann[1])
    album.say(None, two_people.ann[1])
    ben, ann, gone = two_people.library.people.summaries()
    assert (ben.name, ben.faces, ben.photos) == ("Ben", 4, 4)
    assert ben.clusters == str(two_people.ben_cluster)
    assert (ann.name, ann.faces, ann.photos) == ("Ann", 1, 1)
    assert (gone.name, gone.faces, gone.photos, gone.clusters) == ("Gone", 0, 0, "")


def test_a_reference_photo_is_named_but_not_counted(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    look = library.faces.vectors().matrix[0]
    (face,) = album.add_photo("/elsewhere/passport.jpg", look, reference=True)
    album.say("Ann", face)
    assert library.people.named_faces()[0].face_id == face
    assert len(library.faces.vectors().ids) == 7
    assert len(library.faces.vectors(references=True).ids) == 8
    assert library.faces.count() == 7
    (ann,) = library.people.summaries()
    assert (ann.faces, ann.photos) == (0, 0)
    assert library.query("SELECT * FROM photos_of_person") == []
