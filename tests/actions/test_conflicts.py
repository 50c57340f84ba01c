"""What contradicts what, in words, and the ways out that the words name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from photoclust.actions.allow import AllowReport, allow_same_photo, disallow_same_photo
from photoclust.actions.cluster import cluster
from photoclust.actions.conflicts import Conflict, conflicts
from photoclust.actions.different import different_clusters
from photoclust.actions.history import undo
from photoclust.clustering.constraints import Rule
from photoclust.errors import NotFound
from photoclust.library import Library
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def say(library: Library, what: str, *about: Any) -> int:
    with library.transaction():
        act = library.journal.begin(what)
        getattr(library.decisions, what)(act, *about)
    return act


def person(library: Library, name: str) -> int:
    (found,) = library.people.called(name)
    return found.id


def only(library: Library) -> Conflict:
    (found,) = conflicts(library)
    return found


@pytest.fixture
def collage(album: Album, portraits: Callable[..., Matrix]) -> list[int]:
    """Ann twice in `/photos/two faces.jpg`, beside three portraits of hers."""
    looks = portraits("Ann", 5)
    album.add_portraits("ann", looks[:3])
    return album.add_photo("/photos/two faces.jpg", *looks[3:])


def test_nothing_said_is_no_conflict(two_people: TwoPeople) -> None:
    assert conflicts(two_people.library) == []


def test_a_library_without_faces_has_no_conflicts(library: Library) -> None:
    assert conflicts(library) == []


def test_a_name_given_twice_in_a_photo_is_listed_until_it_is_allowed(
    album: Album, collage: list[int]
) -> None:
    album.say("Ann", *collage)
    found = only(album.library)
    assert (found.rule, found.said, found.cluster) == (Rule.SAME_PHOTO, True, None)
    assert [face.id for face in found.faces] == collage
    assert [item.name for item in found.people] == ["Ann"]
    assert found.files == ["/photos/two faces.jpg"]
    assert found.what == "Faces 4 and 5 of one photo are Ann."
    assert found.settle == (
        "If the photo shows them twice, `photoclust allow same-photo '/photos/two faces.jpg'`;"
        " else `photoclust unname face 5`."
    )
    cluster(album.library)
    assert only(album.library) == found or only(album.library).what == found.what

    photo = Path("/photos/two faces.jpg")
    assert allow_same_photo(album.library, [photo, photo]) == AllowReport(1, 0)
    assert conflicts(album.library) == []
    assert allow_same_photo(album.library, [photo]) == AllowReport(0, 1)
    assert disallow_same_photo(album.library, [photo]) == AllowReport(1, 0)
    assert only(album.library).what == found.what
    assert disallow_same_photo(album.library, [photo]) == AllowReport(0, 1)


def test_a_photo_of_a_person_whose_clusters_both_show_it(album: Album, collage: list[int]) -> None:
    album.add_cluster(1, collage[0])
    album.add_cluster(2, collage[1])
    album.say("Ann", 1, source="cluster")
    album.say("Ann", 2, source="cluster")
    found = only(album.library)
    assert (found.rule, found.said) == (Rule.SAME_PHOTO, False)
    assert found.settle.endswith("`photoclust name face 5 NAME`.")


def test_each_photo_is_taken_back_by_itself(two_people: TwoPeople) -> None:
    library = two_people.library
    photos = [Path("/photos/ann-1.jpg"), Path("/photos/ann-2.jpg")]
    assert allow_same_photo(library, photos) == AllowReport(2, 0)
    assert disallow_same_photo(library, photos[:1]) == AllowReport(1, 0)
    left = two_people.album.photo_of(two_people.ann[1])
    assert library.decisions.allowed_photos() == {left}
    acts = [row["what"] for row in library.query("SELECT what FROM acts ORDER BY id")]
    assert acts == [
        "allow same-photo /photos/ann-1.jpg",
        "allow same-photo /photos/ann-2.jpg",
        "allow same-photo --undo /photos/ann-1.jpg",
    ]


def test_what_was_disallowed_last_is_what_undo_takes_back(two_people: TwoPeople) -> None:
    library, photo = two_people.library, Path("/photos/ann-1.jpg")
    two_people.album.say("Ann", *two_people.ann)
    allow_same_photo(library, [photo])
    disallow_same_photo(library, [photo])
    assert undo(library).target.what == f"allow same-photo --undo {photo}"
    assert library.decisions.allowed_photos() == {two_people.album.photo_of(two_people.ann[0])}


def test_a_photo_that_is_not_there_allows_nothing(two_people: TwoPeople) -> None:
    photos = [Path("/photos/ann-1.jpg"), Path("/photos/nobody.jpg")]
    for act in (allow_same_photo, disallow_same_photo):
        with pytest.raises(NotFound, match=r"no photo /photos/nobody\.jpg"):
            act(two_people.library, photos)
    assert two_people.library.query("SELECT * FROM acts") == []


def test_the_same_in_two_clusters_is_for_the_clustering(two_people: TwoPeople) -> None:
    library = two_people.library
    say(library, "say_same", two_people.ann[0], two_people.ben[0])
    found = only(library)
    assert (found.rule, found.said) == (Rule.SAME, False)
    assert found.what == "Faces 1 and 4, said to be the same person, are apart."
    assert found.settle == "`photoclust cluster` settles it."


def test_the_same_yet_named_as_two(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ann", two_people.ann[0])
    album.say("Ben", two_people.ben[0])
    say(library, "say_same", two_people.ann[0], two_people.ann[1])
    say(library, "say_same", two_people.ann[1], two_people.ben[0])
    found = only(library)
    assert (found.rule, found.said) == (Rule.PEOPLE, True)
    assert found.what == (
        "Faces 1 and 4, said to be the same person through faces 1, 2 and 4, are named Ann and Ben."
    )
    assert found.settle.startswith("`photoclust name face 4 Ann`, or")


def test_different_yet_in_one_cluster_or_named_as_one(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    say(library, "say_different", two_people.ann[0], two_people.ann[1])
    assert only(library).what == "Faces 1 and 2, said to be two people, are in cluster 1."
    assert not only(library).said
    album.say("Ann", *two_people.ann)
    assert only(library).what == "Faces 1 and 2, said to be two people, are Ann."
    assert only(library).said
    assert only(library).settle == (
        "Take back that they are two: `photoclust undo 1`. Or `photoclust unname face 2`."
    )


def test_the_same_and_different(two_people: TwoPeople) -> None:
    library, (a, b, c) = two_people.library, two_people.ann
    say(library, "say_same", a, b)
    say(library, "say_same", b, c)
    say(library, "say_different", a, c)
    assert only(library).what == (
        "Faces 1 and 3 were said to be two people, and to be one through faces 1, 2 and 3."
    )


def test_what_the_same_acts_said_is_one_contradiction(two_people: TwoPeople) -> None:
    library = two_people.library
    different_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    say(library, "say_same", two_people.ann[1], two_people.ben[1])
    found = only(library)
    assert found.acts == (1, 2)
    assert {face.id for face in found.faces} == {*two_people.ann, *two_people.ben}
    assert found.what == (
        "Faces 1 and 4 were said to be two people, and to be one through faces 1, 2, 5 and 4."
        " Likewise 5 more."
    )
    assert found.settle == (
        "Take back one of these statements: `photoclust undo 1` or `photoclust undo 2`."
    )
    undo(library, 1)
    assert [item.acts for item in conflicts(library)] == [(2,)]  # no more than is to be clustered


def test_faces_of_a_photo_said_to_be_one_name_the_acts(album: Album, collage: list[int]) -> None:
    say(album.library, "say_same", 1, collage[0])
    say(album.library, "say_same", 1, collage[1])
    found = next(item for item in conflicts(album.library) if item.said)
    assert (found.rule, found.acts) == (Rule.SAME_PHOTO, (1, 2))
    assert found.settle.endswith(
        "take back that they are the same: `photoclust undo 1` or `photoclust undo 2`."
    )


def test_not_somebody_yet_in_a_cluster_with_them(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ann", two_people.ann[0], source="cluster")
    say(library, "say_not", two_people.ann[1], person(library, "Ann"))
    assert only(library).what == "Face 2 is in cluster 1, though it was said not to be Ann."
    say(library, "say_same", *two_people.ann[:2])
    assert only(library).what == "Face 2 is Ann, though it was said not to be Ann."
    assert only(library).said
    assert only(library).settle == "Take back that it is not: `photoclust undo 2`."


def test_in_a_photo_before_the_birth(album: Album, portraits: Callable[..., Matrix]) -> None:
    looks = portraits("Ann", 2)
    (old,) = album.add_photo("/photos/1950.jpg", looks[0], taken_at="1950-01-01T12:00:00")
    (new,) = album.add_photo("/photos/2000.jpg", looks[1], taken_at="2000-01-01T12:00:00")
    album.add_cluster(old, new)
    album.say("Ann", new, source="cluster")
    say(album.library, "set_birth", person(album.library, "Ann"), date(1950, 1, 2))
    found = only(album.library)
    assert found.what == "Face 1 is Ann, in a photo taken before Ann was born."
    assert (found.said, found.settle) == (False, "`photoclust cluster` settles it.")
    album.say("Ann", old)
    assert only(album.library).settle.startswith("`photoclust unname face 1`, or")
    say(album.library, "set_birth", person(album.library, "Ann"), date(1950, 1, 1))
    assert conflicts(album.library) == []
