"""What is said of people and groups of faces, and that it sticks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.actions.cluster import cluster
from photoclust.actions.different import different_clusters
from photoclust.actions.find import find
from photoclust.actions.heed import heed_again, heed_cluster, heed_in_photo, heed_unnamed
from photoclust.actions.history import redo, undo
from photoclust.actions.ignore import (
    ignore_cluster,
    ignore_faces,
    ignore_in_photo,
    ignore_unnamed,
)
from photoclust.actions.lookup import checked_name
from photoclust.actions.merge import merge_clusters
from photoclust.actions.name import (
    confirm_cluster,
    confirm_faces,
    name_cluster,
    name_faces,
    unname_cluster,
)
from photoclust.actions.person import (
    delete_person,
    merge_people,
    rename_person,
    set_aliases,
    set_birth,
    set_note,
    show_person,
)
from photoclust.actions.reject import reject_faces, reject_from_cluster
from photoclust.actions.split import apply_split, plan_split
from photoclust.actions.statements import MOST_TOLD, say_one
from photoclust.errors import NotFound, PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.decisions import Ignored
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def clusters(library: Library) -> dict[int, list[int]]:
    """Cluster -> its faces."""
    found: dict[int, list[int]] = {}
    for item in library.clusters.memberships():
        found.setdefault(item.cluster, []).append(item.face_id)
    return found


def found(library: Library, query: str) -> set[int]:
    """The faces that `find` takes for those who are looked for."""
    return {item.face.id for photo in find(library, query).found for item in photo.faces}


def groups(library: Library) -> set[frozenset[int]]:
    return {frozenset(faces) for faces in clusters(library).values()}


# Merging


def test_merged_clusters_are_one_and_stay_one(two_people: TwoPeople) -> None:
    library = two_people.library
    report = merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    assert (report.cluster, report.faces, report.both) == (two_people.ann_cluster, 7, 0)
    everybody = frozenset(two_people.ann + two_people.ben)
    assert groups(library) == {everybody}
    cluster(library, full=True)
    assert groups(library) == {everybody}
    undo(library)
    cluster(library, full=True)
    assert groups(library) == {frozenset(two_people.ann), frozenset(two_people.ben)}


def test_merging_makes_no_face_less_sure_then_or_once_it_is_taken_back(
    two_people: TwoPeople,
) -> None:
    library = two_people.library

    def strengths() -> dict[int, float]:
        found = library.clusters.memberships()
        return {item.face_id: pytest.approx(item.strength, abs=1e-5) for item in found}

    cluster(library, full=True)
    before = strengths()
    merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    for full in (True, False):
        cluster(library, full=full)
        assert strengths() == before
    undo(library)
    assert strengths() == before
    assert groups(library) == {frozenset(two_people.ann), frozenset(two_people.ben)}


def test_a_cluster_that_is_merged_with_a_named_one_takes_its_name(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ben_cluster, "Ben")
    report = merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    assert (report.person, report.cluster) == ("Ben", None)
    assert {two_people.album.whose(face) for face in two_people.ann} == {"Ben"}
    with pytest.raises(PhotoclustError, match="one person already"):
        merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster)


def test_clusters_of_two_people_are_not_merged_by_number(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ann_cluster, "Ann")
    name_cluster(library, two_people.ben_cluster, "Ben")
    with pytest.raises(PhotoclustError, match="merge Ann Ben"):
        merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster)
    with pytest.raises(UsageError, match="twice"):
        merge_clusters(library, two_people.ann_cluster, two_people.ann_cluster)


def test_photos_that_show_both_are_told(album: Album, portraits: Callable[..., Matrix]) -> None:
    ann, ben = portraits("Ann", 3), portraits("Ben", 3)
    pairs = [album.add_photo(f"/photos/{i}.jpg", ann[i], ben[i]) for i in range(3)]
    first, second = (album.add_cluster(*faces) for faces in zip(*pairs, strict=True))
    assert merge_clusters(album.library, first, second).both == 3


# Splitting


def test_a_mixed_cluster_falls_into_its_people_and_stays_apart(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library = album.library
    ann = album.add_portraits("ann", portraits("Ann", 4))
    ben = album.add_portraits("ben", portraits("Ben", 3))
    mixed = album.add_cluster(*ann, *ben)
    plan = plan_split(library, mixed)
    assert [{face.id for face in part.faces} for part in plan.parts] == [set(ann), set(ben)]
    assert clusters(library) == {mixed: [*ann, *ben]}
    applied = apply_split(library, plan)
    assert applied.parts[0].cluster == mixed
    assert groups(library) == {frozenset(ann), frozenset(ben)}
    cluster(library, full=True)
    assert groups(library) == {frozenset(ann), frozenset(ben)}
    undo(library)
    assert clusters(library)[mixed] == [*ann, *ben]


def test_what_was_merged_can_be_split_again(two_people: TwoPeople) -> None:
    library = two_people.library
    number = two_people.ann_cluster
    merge_clusters(library, number, two_people.ben_cluster)
    apply_split(library, plan_split(library, number))
    apart = {frozenset(two_people.ann), frozenset(two_people.ben)}
    assert groups(library) == apart
    cluster(library, full=True)
    assert groups(library) == apart


def test_the_part_with_singly_named_faces_keeps_number_and_name(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library = album.library
    ann = album.add_portraits("ann", portraits("Ann", 3))
    ben = album.add_portraits("ben", portraits("Ben", 4))
    mixed = album.add_cluster(*ann, *ben)
    album.say("Ann", *ann, *ben, source="cluster")
    album.say("Ann", ann[0])
    apply_split(library, plan_split(library, mixed))
    assert set(clusters(library)[mixed]) == set(ann)
    assert {album.whose(face) for face in ann} == {"Ann"}
    assert {album.whose(face) for face in ben} == {None}


def test_what_was_said_splits_first(album: Album, portraits: Callable[..., Matrix]) -> None:
    library = album.library
    faces = album.add_portraits("ann", portraits("Ann", 6, spread=0.5))
    number = album.add_cluster(*faces)
    with library.transaction():
        act = library.journal.begin("not the same")
        library.decisions.say_different(act, faces[0], faces[5])
    parts = plan_split(library, number).parts
    sides = [{face.id for face in part.faces} for part in parts]
    assert not any({faces[0], faces[5]} <= side for side in sides)


def test_a_cluster_of_equals_is_not_split(album: Album, portraits: Callable[..., Matrix]) -> None:
    look = portraits("Ann", 1)[0]
    faces = [album.add_photo(f"/photos/{i}.jpg", look)[0] for i in range(5)]
    number = album.add_cluster(*faces)
    with pytest.raises(PhotoclustError, match="all alike"):
        plan_split(album.library, number)
    with pytest.raises(UsageError, match="from 2 to 5"):
        plan_split(album.library, number, into=9)


def test_who_asks_for_two_gets_two(album: Album, portraits: Callable[..., Matrix]) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 4))
    parts = plan_split(album.library, album.add_cluster(*faces), into=2).parts
    assert sum(len(part.faces) for part in parts) == 4
    assert len(parts) == 2


def test_a_plan_that_is_out_of_date_is_not_applied(two_people: TwoPeople) -> None:
    library, number = two_people.library, two_people.ann_cluster
    merge_clusters(library, number, two_people.ben_cluster)
    plan = plan_split(library, number)
    reject_from_cluster(library, [two_people.ann[0]], number)
    with pytest.raises(PhotoclustError, match="changed meanwhile"):
        apply_split(library, plan)


# Rejecting


def test_a_rejected_face_is_never_theirs_again(two_people: TwoPeople) -> None:
    library, face = two_people.library, two_people.ann[0]
    name_cluster(library, two_people.ann_cluster, "Ann")
    report = reject_faces(library, [face], "Ann")
    assert (report.faces, report.left) == (1, 1)
    for _ in range(2):
        assert found(library, "Ann") == set(two_people.ann[1:])
        cluster(library, full=True)
    name_cluster(library, two_people.ann_cluster, "Ann")
    assert two_people.album.whose(face) is None
    name_faces(library, [face], "Ann")
    assert two_people.album.whose(face) == "Ann"


def test_a_face_leaves_an_unnamed_cluster_for_good(two_people: TwoPeople) -> None:
    library, face = two_people.library, two_people.ann[0]
    reject_from_cluster(library, [face], two_people.ann_cluster)
    cluster(library, full=True)
    assert groups(library) == {frozenset(two_people.ann[1:]), frozenset(two_people.ben)}
    with pytest.raises(PhotoclustError, match="is not in cluster"):
        reject_from_cluster(library, [face], two_people.ann_cluster)
    with pytest.raises(PhotoclustError, match="split"):
        reject_from_cluster(library, two_people.ann[1:], two_people.ann_cluster)


def test_a_face_is_told_from_those_of_a_large_cluster_that_are_most_like_it(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library = album.library
    face, *others = album.add_portraits("ann", portraits("Ann", 3 * MOST_TOLD))
    with library.transaction():
        say_one(library, library.journal.begin("same"), [others[-1], face])
    reject_from_cluster(library, [face], album.add_cluster(face, *others))
    links = library.decisions.links()
    assert not any(link.same for link in links)
    assert len(links) <= MOST_TOLD + 1
    cluster(library, full=True)
    assert groups(library) == {frozenset(others)}


def test_rejecting_from_a_named_cluster_rejects_from_the_person(two_people: TwoPeople) -> None:
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    report = reject_from_cluster(two_people.library, [two_people.ann[0]], two_people.ann_cluster)
    assert report.person
    assert report.person.name == "Ann"


# Ignoring


def test_no_face_is_in_no_list_and_no_cluster(two_people: TwoPeople) -> None:
    library, face = two_people.library, two_people.ann[0]
    ignore_faces(library, [face], Ignored.NOT_FACE)
    assert face not in {item.id for item in library.faces.all()}
    assert library.faces.count() == 6
    cluster(library, full=True)
    assert groups(library) == {frozenset(two_people.ann[1:]), frozenset(two_people.ben)}
    undo(library)
    assert frozenset(two_people.ann) in groups(library)


def test_a_stranger_stays_grouped_and_is_nobody(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album = two_people.library, two_people.album
    ignore_cluster(library, two_people.ann_cluster, Ignored.STRANGER)
    name_cluster(library, two_people.ben_cluster, "Ben")
    (new,) = album.add_photo("/photos/new.jpg", portraits("Ann", 4)[3])
    cluster(library)
    stored = library.faces.get(new)
    assert stored is not None
    assert (stored.cluster, stored.ignored) == (two_people.ann_cluster, "stranger")
    assert ignore_unnamed(library, Ignored.STRANGER, dry_run=True).faces == 0


def test_a_stranger_is_never_a_match(two_people: TwoPeople) -> None:
    library, face = two_people.library, two_people.ann[0]
    name_faces(library, two_people.ann[1:], "Ann")
    assert face in found(library, "Ann")
    ignore_faces(library, [face], Ignored.STRANGER)
    assert face not in found(library, "Ann")
    cluster(library, full=True)
    (home,) = (group for group in groups(library) if two_people.ann[1] in group)
    assert face not in home
    heed_again(library, [face])
    assert face in found(library, "Ann")
    with pytest.raises(NotFound, match="not ignored"):
        heed_again(library, [face])


@pytest.mark.parametrize("kind", Ignored)
def test_who_is_heeded_again_is_in_the_cluster_and_takes_its_name(
    two_people: TwoPeople, portraits: Callable[..., Matrix], kind: Ignored
) -> None:
    library, album = two_people.library, two_people.album
    name_cluster(library, two_people.ann_cluster, "Ann")
    (new,) = album.add_photo("/photos/new.jpg", portraits("Ann", 4)[3])
    cluster(library)
    before = library.faces.get(new)
    ignore_faces(library, [new], kind)
    heed_again(library, [new])
    assert library.faces.get(new) == before
    name_cluster(library, two_people.ann_cluster, "Eve")
    assert album.whose(new) == "Eve"


def test_who_is_heeded_again_has_the_name_that_was_given(two_people: TwoPeople) -> None:
    library, (face, other, _) = two_people.library, two_people.ann
    name_faces(library, [face, other], "Ann")
    reject_faces(library, [other], "Ann")
    ignore_faces(library, [face, other], Ignored.NOT_FACE)
    heed_again(library, [face, other])
    assert [two_people.album.whose(item) for item in (face, other)] == ["Ann", None]
    undo(library)
    assert set(library.decisions.ignored()) == {face, other}


def test_a_face_of_an_ignored_cluster_is_heeded_alone(two_people: TwoPeople) -> None:
    library, (face, *others) = two_people.library, two_people.ann
    ignore_cluster(library, two_people.ann_cluster, Ignored.HIDDEN)
    heed_again(library, [face])
    assert {item.id for item in library.faces.all() if item.ignored} == set(others)


def test_who_is_heeded_again_does_not_go_back_among_others(two_people: TwoPeople) -> None:
    library, (face, *others) = two_people.library, two_people.ann
    name_faces(library, [face], "Ann")
    ignore_faces(library, [face], Ignored.NOT_FACE)
    name_faces(library, others, "Eve")
    heed_again(library, [face])
    stored = library.faces.get(face)
    assert stored is not None
    assert (stored.person, stored.cluster) == ("Ann", None)


def test_an_ignored_cluster_is_heeded_again_with_all_who_join_it(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album, number = two_people.library, two_people.album, two_people.ann_cluster
    ignore_cluster(library, number, Ignored.STRANGER)
    (new,) = album.add_photo("/photos/new.jpg", portraits("Ann", 4)[3])
    cluster(library)
    assert heed_cluster(library, number, dry_run=True).faces == 4
    assert heed_cluster(library, number).act is not None
    assert not library.faces.ignored()
    ignore_faces(library, [new], Ignored.HIDDEN)
    assert library.faces.ignored() == [new]
    assert heed_cluster(library, number).faces == 1
    with pytest.raises(NotFound, match="Nobody is ignored in a cluster"):
        heed_cluster(library, number)


def test_a_face_that_is_ignored_through_its_cluster_can_be_heeded(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album = two_people.library, two_people.album
    ignore_cluster(library, two_people.ann_cluster, Ignored.STRANGER)
    (new,) = album.add_photo("/photos/new.jpg", portraits("Ann", 4)[3])
    cluster(library)
    heed_again(library, [new])
    assert set(library.faces.ignored()) == set(two_people.ann)


def test_everybody_who_is_rarely_seen_is_ignored_at_once(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album = two_people.library, two_people.album
    rare = album.add_portraits("cid", portraits("Cid", 2))
    album.add_cluster(*rare)
    (alone,) = album.add_photo("/photos/dot.jpg", portraits("Dot", 1)[0])
    report = ignore_unnamed(library, Ignored.STRANGER, max_photos=2)
    assert (report.faces, report.clusters, report.photos) == (3, 1, 3)
    assert set(library.decisions.ignored()) == {*rare, alone}
    ignore_cluster(library, two_people.ann_cluster, Ignored.HIDDEN)
    assert heed_unnamed(library, max_photos=2).faces == 3
    assert set(library.faces.ignored()) == set(two_people.ann)
    assert heed_unnamed(library).faces == 3
    assert not library.faces.ignored()


def test_everybody_else_in_a_photo_is_ignored(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library = album.library
    looks = [portraits(name, 1)[0] for name in ("Ann", "Ben", "Cid")]
    ann, *others = album.add_photo("/photos/market.jpg", *looks)
    name_faces(library, [ann], "Ann")
    report = ignore_in_photo(library, Path("/photos/market.jpg"), Ignored.HIDDEN)
    assert report.faces == 2
    assert library.decisions.ignored() == dict.fromkeys(others, Ignored.HIDDEN)
    with pytest.raises(NotFound, match="has a name or is ignored"):
        ignore_in_photo(library, Path("/photos/market.jpg"), Ignored.HIDDEN)
    ignore_faces(library, others[:1], Ignored.NOT_FACE)
    assert heed_in_photo(library, Path("/photos/market.jpg")).faces == 2
    assert not library.decisions.ignored()
    with pytest.raises(NotFound, match=r"Nobody in .* is ignored"):
        heed_in_photo(library, Path("/photos/market.jpg"))


def test_a_named_cluster_is_not_ignored_by_mistake(two_people: TwoPeople) -> None:
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    with pytest.raises(PhotoclustError, match="is Ann"):
        ignore_cluster(two_people.library, two_people.ann_cluster, Ignored.STRANGER)


# A clustering in between


def put_out(people: TwoPeople, monkeypatch: pytest.MonkeyPatch) -> int:
    """The face that a scan in another terminal takes out of its cluster just before an act."""
    library, (*_, face) = people.library, people.ben
    transaction = library.transaction

    def afterwards() -> AbstractContextManager[None]:
        monkeypatch.setattr(library, "transaction", transaction)
        with transaction():
            library.clusters.change([face], [])
        return transaction()

    monkeypatch.setattr(library, "transaction", afterwards)
    return face


@pytest.mark.parametrize(
    "act",
    [
        merge_clusters,
        different_clusters,
        lambda library, _ann, ben: ignore_cluster(library, ben, Ignored.STRANGER),
    ],
)
def test_an_act_speaks_of_clusters_as_they_are(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch, act: Callable[..., object]
) -> None:
    library = two_people.library
    face = put_out(two_people, monkeypatch)
    act(library, two_people.ann_cluster, two_people.ben_cluster)
    assert library.journal.acts_on(face) == []
    assert face not in {item.face_id for item in library.clusters.memberships()}


def test_a_face_that_just_left_is_not_rejected(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = put_out(two_people, monkeypatch)
    with pytest.raises(PhotoclustError, match="is not in cluster"):
        reject_from_cluster(two_people.library, [face], two_people.ben_cluster)


def test_a_face_that_just_left_is_not_confirmed(
    two_people: TwoPeople, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_people.album.say("Ben", *two_people.ben[:3], source="cluster")
    put_out(two_people, monkeypatch)
    with pytest.raises(PhotoclustError, match="confirmed already"):
        confirm_cluster(two_people.library, two_people.ben_cluster)


# Confirming


def test_a_confirmed_face_stays_whatever_becomes_of_its_cluster(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album = two_people.library, two_people.album
    name_cluster(library, two_people.ann_cluster, "Ann")
    (new,) = album.add_photo("/photos/new.jpg", portraits("Ann", 4)[3])
    cluster(library)
    assert confirm_faces(library, [new]).faces == 1
    name_cluster(library, two_people.ann_cluster, "Eve")
    assert album.whose(new) == "Ann"


def test_confirming_a_cluster_keeps_its_name_for_those_to_come(
    two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    library, album = two_people.library, two_people.album
    name_cluster(library, two_people.ann_cluster, "Ann")
    with pytest.raises(PhotoclustError, match="confirmed already"):
        confirm_cluster(library, two_people.ann_cluster)
    for place in (3, 4):
        (new,) = album.add_photo(f"/photos/new-{place}.jpg", portraits("Ann", 5)[place])
        cluster(library)
        assert confirm_cluster(library, two_people.ann_cluster).faces == 1
        face = library.faces.get(new)
        assert face is not None
        assert (face.person, face.how) == ("Ann", "named")


def test_only_who_belongs_to_somebody_can_be_confirmed(two_people: TwoPeople) -> None:
    library = two_people.library
    with pytest.raises(PhotoclustError, match="nothing to confirm"):
        confirm_faces(library, [two_people.ann[0]])
    with pytest.raises(PhotoclustError, match="no name to confirm"):
        confirm_cluster(library, two_people.ann_cluster)


# People


def test_two_people_may_share_a_name(two_people: TwoPeople) -> None:
    library = two_people.library
    first = name_cluster(library, two_people.ann_cluster, "John").person
    second = name_cluster(library, two_people.ben_cluster, "John", another=True).person
    set_birth(library, f"John#{second.id}", date(1980, 5, 1))
    with pytest.raises(UsageError) as refused:
        find(library, "John")
    assert f"John#{first.id} and John#{second.id} (born 1980-05-01)" in refused.value.message
    assert found(library, f"John#{first.id}") == set(two_people.ann)
    assert found(library, f"#{second.id}") == set(two_people.ben)
    with pytest.raises(NotFound):
        find(library, f"Ann#{second.id}")


def test_merged_people_are_found_by_both_names_until_it_is_undone(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ann_cluster, "Ann")
    name_cluster(library, two_people.ben_cluster, "Anna")
    set_birth(library, "Anna", date(1990, 1, 1))
    reject_faces(library, [two_people.ben[0]], "Anna")
    person = merge_people(library, "Ann", "Anna").person
    assert (person.name, person.aliases, person.born) == ("Ann", ("Anna",), "1990-01-01")
    assert [p.name for p in library.people.all()] == ["Ann"]
    assert found(library, "anna") == {*two_people.ann, *two_people.ben[1:]}
    undo(library)
    assert found(library, "Ann") == set(two_people.ann)
    assert found(library, "Anna") == set(two_people.ben[1:])


def test_a_deleted_person_leaves_faces_of_nobody(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ann_cluster, "Ann")
    assert delete_person(library, "Ann") == 3
    assert library.people.all() == []
    assert {two_people.album.whose(face) for face in two_people.ann} == {None}
    again = name_cluster(library, two_people.ann_cluster, "Ann")
    assert again.is_new
    undo(library)
    undo(library)
    assert {two_people.album.whose(face) for face in two_people.ann} == {"Ann"}


@pytest.mark.parametrize(("end", "whose"), [(delete_person, None), (merge_people, "Anna")])
def test_an_undo_brings_nobody_back_who_is_gone(
    two_people: TwoPeople, end: Callable[..., object], whose: str | None
) -> None:
    library, face, number = two_people.library, two_people.ben[0], two_people.ann_cluster
    name_cluster(library, number, "John")
    unname_cluster(library, number)
    unnamed = library.journal.acts(1)[0].id
    name_faces(library, [face], "John")
    given = name_faces(library, [face], "Ben").act
    name_faces(library, two_people.ben[1:2], "Anna")
    end(library, *(["John"] if whose is None else ["Anna", "John"]))
    undo(library, unnamed)
    undo(library, given)
    assert {two_people.album.whose(item) for item in (face, *two_people.ann)} == {whose}
    owners = {library.people.numbered(owner).name for owner in library.clusters.owners().values()}
    assert owners == {whose} - {None}
    undo(library, next(act.id for act in library.journal.acts() if act.what.startswith("person")))
    assert {two_people.album.whose(item) for item in (face, *two_people.ann)} == {"John"}


def test_who_is_gone_is_followed_through_everybody_they_became(two_people: TwoPeople) -> None:
    library, (face, *others) = two_people.library, two_people.ann
    for name, other in zip(("Ann", "Anna"), others, strict=True):
        name_faces(library, [other], name)
    name_faces(library, [face], "Annie")
    given = name_faces(library, [face], "Ben").act
    merge_people(library, "Anna", "Annie")
    merge_people(library, "Ann", "Anna")
    undo(library, given)
    assert two_people.album.whose(face) == "Ann"
    delete_person(library, "Ann")
    assert two_people.album.whose(face) is None


def test_two_who_are_one_with_each_other_are_nobody(two_people: TwoPeople) -> None:
    """Merged one way, taken back, merged the other way, done again: neither is left."""
    library, (face, *_) = two_people.library, two_people.ann
    name_faces(library, [face], "Ann")
    name_faces(library, two_people.ben[:1], "Ben")
    merge_people(library, "Ann", "Ben")
    merged = library.journal.acts(1)[0].id
    undo(library)
    merge_people(library, "Ben", "Ann")
    redo(library, merged)
    assert library.people.all() == []
    assert two_people.album.whose(face) is None


def test_whoever_merges_keeps_the_faces_that_were_said_to_be_the_first(
    two_people: TwoPeople,
) -> None:
    library, (face, other, _) = two_people.library, two_people.ann
    name_faces(library, [face], "Ann")
    name_faces(library, two_people.ben[:1], "Anna")
    reject_faces(library, [face, other], "Anna")
    merge_people(library, "Ann", "Anna")
    assert two_people.album.whose(face) == "Ann"
    assert [number for number, _person in library.decisions.denials()] == [other]


def test_renaming_keeps_everything_else(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ann_cluster, "Ann")
    name_cluster(library, two_people.ben_cluster, "Ben")
    set_aliases(library, "Ann", ["Annie", "annie", "Mum"], [])
    set_note(library, "Ann", "Met in Lisbon")
    with pytest.raises(PhotoclustError, match="called Ben already"):
        rename_person(library, "Ann", "Ben")
    person = rename_person(library, "mum", "Anna")
    assert (person.name, person.aliases, person.note) == ("Anna", ("Annie", "Mum"), "Met in Lisbon")
    assert rename_person(library, "Anna", "Ben", another=True).name == "Ben"
    undo(library)
    report = show_person(library, "Annie")
    assert (report.person.name, report.named, report.by_cluster) == ("Anna", 3, 0)


def test_an_alias_belongs_to_one_person(two_people: TwoPeople) -> None:
    library = two_people.library
    name_cluster(library, two_people.ann_cluster, "Ann")
    name_cluster(library, two_people.ben_cluster, "Ben")
    with pytest.raises(PhotoclustError, match="called so: Ben#2"):
        set_aliases(library, "Ann", ["ben"], [])
    with pytest.raises(PhotoclustError, match="not known as"):
        set_aliases(library, "Ann", [], ["Annie"])


def test_nobody_is_born_tomorrow(two_people: TwoPeople) -> None:
    name_cluster(two_people.library, two_people.ann_cluster, "Ann")
    with pytest.raises(UsageError, match="still to come"):
        set_birth(two_people.library, "Ann", date(9999, 1, 1))


# History


def test_undo_and_redo_tell_what_cannot_be(two_people: TwoPeople) -> None:
    library = two_people.library
    with pytest.raises(NotFound, match="nothing to undo"):
        undo(library)
    act = name_cluster(library, two_people.ann_cluster, "Ann").act
    report = undo(library)
    with pytest.raises(PhotoclustError, match="taken back already"):
        undo(library, act)
    with pytest.raises(PhotoclustError, match="itself an undo"):
        undo(library, report.act)
    with pytest.raises(NotFound, match="no act 99"):
        undo(library, 99)
    name_cluster(library, two_people.ben_cluster, "Ben")
    with pytest.raises(PhotoclustError, match="nothing to redo"):
        redo(library)
    redo(library, act)
    assert {person.name for person in library.people.all()} == {"Ann", "Ben"}


def test_undoing_does_not_move_what_something_else_moved(two_people: TwoPeople) -> None:
    library = two_people.library
    act = merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster).act
    reject_from_cluster(library, [two_people.ben[0]], two_people.ann_cluster)
    undo(library, act)
    assert groups(library) == {frozenset(two_people.ann), frozenset(two_people.ben[1:])}


def test_a_face_goes_back_to_where_it_was_before_everything_that_was_undone(
    two_people: TwoPeople,
) -> None:
    library = two_people.library
    before = library.clusters.memberships()
    merged = merge_clusters(library, two_people.ann_cluster, two_people.ben_cluster).act
    rejected = reject_from_cluster(library, [two_people.ben[0]], two_people.ann_cluster).act
    undo(library, merged)
    undo(library, rejected)
    assert library.clusters.memberships() == before


def test_the_journal_is_never_overwritten(two_people: TwoPeople) -> None:
    library = two_people.library
    act = name_cluster(library, two_people.ann_cluster, "Ann").act
    undo(library)
    for table in ("acts", "decisions", "reversals"):
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 100"):
            with pytest.raises(Exception, match="append-only"), library.transaction():
                library.query(sql)
    assert [(item.id, item.stands) for item in library.journal.acts()] == [(2, True), (act, False)]


@pytest.mark.parametrize(
    "name", ["Ann", "3", "Анна", "安", "عائشة", "सीता", "🎉", "👨‍👩‍👧", "Al (?)"]
)
def test_any_script_and_emoji_are_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "?", "!", "..", "-", "\u200d", "+"])
def test_punctuation_alone_is_no_name(name: str) -> None:
    with pytest.raises(UsageError, match="at least one letter or digit"):
        checked_name(name)


def test_with_everything_taken_back_undo_says_so(two_people: TwoPeople) -> None:
    library = two_people.library
    with pytest.raises(NotFound, match="Nothing was said yet"):
        undo(library)
    two_people.album.say("Ann", *two_people.ann)
    undo(library)
    with pytest.raises(NotFound, match=r"taken back already.*redo N"):
        undo(library)
