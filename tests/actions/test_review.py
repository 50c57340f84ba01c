"""What is asked, in which order, and what each answer does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.actions.cluster import cluster
from photoclust.actions.different import different_clusters, different_faces
from photoclust.actions.history import undo
from photoclust.actions.name import name_cluster, name_faces
from photoclust.actions.review import Review
from photoclust.errors import UsageError
from photoclust.library.clusters import Membership
from photoclust.library.decisions import Ignored
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from photoclust.actions.asked import Asked
    from tests.conftest import Album, TwoPeople


def _names(asked: Asked) -> set[str]:
    return {subject.person.name for subject in asked.subjects if subject.person}


def test_the_largest_group_is_asked_about_first(two_people: TwoPeople) -> None:
    session = Review(two_people.library)
    asked = session.next()
    assert asked is not None
    assert (asked.kind, {face.id for face in asked.faces}) == ("who", set(two_people.ben))
    assert asked.words == f"Who is this (4 faces of cluster {two_people.ben_cluster} in 4 photos)?"
    assert (session.named, session.faces, session.left) == (0, 7, 2)


def test_a_name_settles_the_group_and_what_is_left_goes_down(two_people: TwoPeople) -> None:
    session = Review(two_people.library)
    asked = session.next()
    assert asked is not None
    assert session.name(asked, "Ben") == "4 faces given to Ben."
    assert {two_people.album.whose(face) for face in two_people.ben} == {"Ben"}
    assert (session.named, session.left, session.answers) == (4, 1, 1)
    following = session.next()
    assert following is not None
    assert {face.id for face in following.faces} == set(two_people.ann)
    session.undo()
    assert session.named == 0


def test_naming_some_proposes_all_others_at_once(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    looks = portraits("Ann", 30)
    faces = album.add_portraits("ann", looks)
    album.add_portraits("ben", portraits("Ben", 3))
    name_faces(album.library, faces[:5], "Ann")
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    assert (asked.kind, _names(asked)) == ("is", {"Ann"})
    assert len(asked.faces) >= 20
    assert {face.id for face in asked.faces} <= set(faces[5:])


def test_everybody_who_may_be_somebody_is_listed_with_one_command(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 30))
    others = album.add_portraits("ben", portraits("Ben", 4))
    name_faces(album.library, faces[:5], "Ann")
    name_faces(album.library, others[:2], "Ben")
    likely = Review(album.library).likely(100, "Ann")
    proposed = [face.id for _asked, subject in likely for face in subject.faces]
    assert set(proposed) <= set(faces[5:])
    assert len(proposed) >= 20
    assert {subject.person.name for _, subject in likely if subject.person} == {"Ann"}
    everybody = Review(album.library).likely(100)
    assert {subject.person.name for _, subject in everybody if subject.person} == {"Ann", "Ben"}


def test_yes_all_but_these(album: Album, portraits: Callable[..., Matrix]) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    name_faces(album.library, faces[:4], "Ann")
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    wrong = asked.tiles[-1].face.id
    with pytest.raises(UsageError, match="99 is none of the numbers here"):
        session.yes(asked, but={99})
    assert session.yes(asked, but={len(asked.tiles)}) == "3 faces given to Ann, 1 face not Ann."
    assert album.whose(wrong) is None
    assert wrong in {face for face, _person in album.library.decisions.denials()}
    assert {album.whose(face.id) for face in asked.faces if face.id != wrong} == {"Ann"}
    assert "is" not in {item.kind for item in session.questions(9)}


def test_yes_only_these(album: Album, portraits: Callable[..., Matrix]) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    name_faces(album.library, faces[:4], "Ann")
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    session.yes(asked, only={2})
    right = asked.tiles[1].face.id
    assert {face for face in faces[4:] if album.whose(face) == "Ann"} == {right}
    assert len(album.library.decisions.denials()) == 3


def test_naming_a_group_takes_others_in_and_leaves_wrong_ones_out(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    looks = portraits("Ann", 8)
    faces = album.add_portraits("ann", looks)
    (stranger,) = album.add_portraits("ben", portraits("Ben", 1))
    home = album.add_cluster(*faces[:5], stranger)
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    assert asked.kind == "who"
    numbers = {tile.face.id: tile.number for tile in asked.tiles}
    with pytest.raises(UsageError, match="is none of the numbers here"):
        session.name(asked, "Ann", also={numbers[stranger]})
    with pytest.raises(UsageError, match="is none of the numbers here"):
        session.name(asked, "Ann", but={numbers[faces[7]]})
    session.name(asked, "Ann", also={numbers[faces[5]]}, but={numbers[stranger]})
    assert {face for face in faces if album.whose(face) == "Ann"} == set(faces[:6])
    assert album.whose(stranger) is None
    assert stranger not in {item.face_id for item in album.library.clusters.memberships()}
    assert album.library.clusters.owners() == {home: next(iter(album.library.people.all())).id}
    session.undo()
    assert album.whose(faces[5]) is None
    assert {item.face_id for item in album.library.clusters.memberships()} >= {stranger}


def test_who_was_shown_and_not_chosen_is_not_proposed_in_this_round(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    album.add_cluster(*faces[:5])
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    session.name(asked, "Ann")
    assert "is" not in {item.kind for item in session.questions(9)}
    assert "is" in {item.kind for item in Review(album.library).questions(9)}


def test_a_face_that_joined_and_is_little_like_the_others_is_asked_about(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 5))
    home = album.add_cluster(*faces)
    name_cluster(album.library, home, "Ann")
    (wrong,) = album.add_portraits("ben", portraits("Ben", 1))
    album.library.clusters.change([], [Membership(wrong, home, 0.1)])
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    assert (asked.kind, _names(asked)) == ("is", {"Ann"})
    assert wrong in {face.id for face in asked.faces}
    session.no(asked)
    assert album.whose(wrong) is None
    assert wrong not in {item.face_id for item in album.library.clusters.memberships()}


def test_a_no_is_never_asked_again(album: Album, portraits: Callable[..., Matrix]) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    name_faces(album.library, faces[:4], "Ann")
    session = Review(album.library)
    asked = session.next()
    assert asked is not None
    session.no(asked)
    for again in (session, Review(album.library)):
        assert "is" not in {item.kind for item in again.questions(9)}


def test_what_is_skipped_waits_for_the_next_round(two_people: TwoPeople) -> None:
    session = Review(two_people.library)
    asked = session.next()
    assert asked is not None
    session.skip(asked)
    following = session.next()
    assert following is not None
    assert following.faces != asked.faces
    first = Review(two_people.library).next()
    assert first is not None
    assert first.faces == asked.faces


@pytest.mark.parametrize(
    ("stranger", "kind"), [(True, Ignored.STRANGER), (False, Ignored.NOT_FACE)]
)
def test_who_is_ignored_is_not_asked_about(
    two_people: TwoPeople, stranger: bool, kind: Ignored
) -> None:
    session = Review(two_people.library)
    asked = session.next()
    assert asked is not None
    session.ignore(asked, stranger=stranger)
    assert two_people.library.decisions.ignored() == dict.fromkeys(two_people.ben, kind)
    following = session.next()
    assert following is not None
    assert {face.id for face in following.faces} == set(two_people.ann)


def test_two_clusters_of_one_person_are_asked_about(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 8))
    first, second = album.add_cluster(*faces[:5]), album.add_cluster(*faces[5:])
    session = Review(album.library)
    (asked,) = (item for item in session.questions(9) if item.kind == "same")
    assert asked.commands(asked.subjects[0])["yes"] == f"photoclust merge {first} {second}"
    assert session.yes(asked) == "One person."
    assert {item.cluster for item in album.library.clusters.memberships()} == {first}
    undo(album.library)
    session = Review(album.library)
    (asked,) = (item for item in session.questions(9) if item.kind == "same")
    assert session.no(asked) == "Two people."
    assert "same" not in {item.kind for item in session.questions(9)}
    cluster(album.library, full=True)
    homes = {item.face_id: item.cluster for item in album.library.clusters.memberships()}
    sides = [{homes[face] for face in side if face in homes} for side in (faces[:5], faces[5:])]
    assert sides[0].isdisjoint(sides[1])


def test_a_person_of_a_photo_is_not_proposed_for_another_face_of_it(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    looks = portraits("Ann", 4)
    own = album.add_portraits("ann", looks[:3])
    named, other = album.add_photo("/photos/pair.jpg", looks[3], looks[3])
    name_faces(album.library, [*own, named], "Ann")
    questions = Review(album.library).questions(9)
    assert not [item for item in questions if item.kind == "is"]
    assert any(other in {face.id for face in item.faces} for item in questions)


def test_different_keeps_apart(two_people: TwoPeople) -> None:
    library = two_people.library
    different_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    different_faces(library, two_people.ann[0], two_people.ann[1])
    homes = {item.face_id: item.cluster for item in library.clusters.memberships()}
    assert two_people.ann[1] not in homes
    cluster(library, full=True)
    homes = {item.face_id: item.cluster for item in library.clusters.memberships()}
    assert len({homes.get(two_people.ann[0]), homes.get(two_people.ann[1])}) == 2
    with pytest.raises(UsageError, match="twice"):
        different_clusters(library, two_people.ben_cluster, two_people.ben_cluster)


def test_nobody_is_left_when_all_have_names(two_people: TwoPeople) -> None:
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    name_cluster(two_people.library, two_people.ben_cluster, "Ben")
    session = Review(two_people.library)
    assert session.next() is None
    assert (session.named, session.left) == (7, 0)
    assert np.isfinite(session.left)
