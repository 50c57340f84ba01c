"""What is recorded of scanned folders, and of the files in them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.files import moved_path, span
from photoclust.library.roots import Root
from photoclust.vectors import Matrix

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople

ODD = os.fsdecode(b"/caf\xe9")


def test_a_root_is_recorded_once(library: Library) -> None:
    with library.transaction():
        library.roots.record("/b", "2024-01-01T00:00:00+00:00")
        library.roots.record(ODD, "2024-01-02T00:00:00+00:00")
        library.roots.record("/b", "2024-01-03T00:00:00+00:00")
    assert library.roots.all() == [
        Root("/b", "2024-01-03T00:00:00+00:00"),
        Root(ODD, "2024-01-02T00:00:00+00:00"),
    ]
    rows = library.query("SELECT path, path_text FROM roots ORDER BY path")
    assert [tuple(row) for row in rows] == [(b"/b", "/b"), (b"/caf\xe9", "/caf\ufffd")]


def test_forgetting_and_moving_take_nested_roots_along(library: Library) -> None:
    with library.transaction():
        for path in ("/a", "/a/x", "/a!", "/ab", "/c/x"):
            library.roots.record(path, "2024")
        library.roots.record("/c/x", "2023")
        library.roots.move("/a", "/c")
    assert [root.path for root in library.roots.all()] == ["/a!", "/ab", "/c", "/c/x"]
    with library.transaction():
        library.roots.forget("/c")
    assert [root.path for root in library.roots.all()] == ["/a!", "/ab"]


def test_the_later_scan_counts_where_two_roots_meet(library: Library) -> None:
    with library.transaction():
        library.roots.record("/a", "2023")
        library.roots.record("/b", "2024")
        library.roots.move("/a", "/b")
    assert library.roots.all() == [Root("/b", "2024")]


@pytest.mark.parametrize(
    ("path", "old", "new", "moved"),
    [
        (b"/a/b.jpg", "/a", "/c/d", b"/c/d/b.jpg"),
        (b"/a/b.jpg", "/a/b.jpg", "/c.jpg", b"/c.jpg"),
        (b"/a/b.jpg", "/a", "/", b"/b.jpg"),
        (b"/a", "/a", "/", b"/"),
        (b"/a/caf\xe9/b.jpg", "/a", ODD, b"/caf\xe9/caf\xe9/b.jpg"),
    ],
)
def test_moved_paths(path: bytes, old: str, new: str, moved: bytes) -> None:
    assert moved_path(path, old, new) == moved


def test_the_root_of_all_folders_holds_everything(album: Album) -> None:
    album.add_photo("/a.jpg")
    album.add_photo(f"{ODD}/b.jpg")
    assert span("/") == (b"/", b"/", b"0")
    assert [file.path for file in album.library.files.within("/")] == [b"/a.jpg", b"/caf\xe9/b.jpg"]


def test_a_folder_holds_what_is_at_it_and_below(album: Album) -> None:
    for path in ("/a", "/a/b.jpg", "/a/b/c.jpg", "/a.jpg", "/ab/c.jpg", "/a!/d.jpg"):
        album.add_photo(path)
    album.add_photo("/a/reference.jpg", reference=True)
    files = album.library.files
    assert [file.path for file in files.within("/a")] == [b"/a", b"/a/b.jpg", b"/a/b/c.jpg"]
    assert len(files.within("/a", references=True)) == 4
    assert files.within("/a/b.jpg")[0].size == 1000


def test_what_a_folder_has(two_people: TwoPeople) -> None:
    files = two_people.library.files
    with two_people.library.transaction():
        two_people.library.photos.mark_missing([b"/photos/ann-1.jpg"], now())
    counts = files.counts("/photos")
    assert (counts.files, counts.missing, counts.photos, counts.faces) == (6, 1, 7, 7)
    assert files.counts("/other").faces == 0


def test_clusters_that_lose_their_name_are_told(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    album.say("Ann", *two_people.ann[:2], source="cluster")
    named = {album.photo_of(face) for face in two_people.ann[:2]}
    rest = {album.photo_of(two_people.ann[2])}
    leaving = library.files.leaving(named)
    assert (leaving.faces, leaving.named, leaving.gone) == (2, 2, [])
    assert leaving.nameless == [(two_people.ann_cluster, "Ann")]
    assert library.files.leaving(rest).nameless == []
    assert library.files.leaving(named | rest).gone == [two_people.ann_cluster]


def test_every_kind_of_decision_keeps_a_photo(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 6))
    library, photos = album.library, [album.photo_of(face) for face in faces]
    act = album.say("Ann", faces[0])
    album.take_back(act)
    with library.transaction():
        library.decisions.say_same(act, faces[1], faces[2])
        library.decisions.say_not(act, faces[3], 1)
        library.decisions.allow_same_photo(act, photos[4])
    assert library.files.spoken_of(photos) == set(photos[:5])
    assert library.files.spoken_of(photos[3:]) == {photos[3], photos[4]}


def test_the_next_clustering_looks_at_photos_that_come_back(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    with library.transaction():
        library.clusters.record(
            album.pack_id, whole=True, last_face=7, faces=7, clustered=7, at=now()
        )
    photo = album.photo_of(two_people.ann[2])
    with library.transaction():
        library.files.relist(photo)
    assert library.clusters.last_face(album.pack_id) == 7  # it has a file
    with library.transaction():
        library.files.remove([b"/photos/ann-3.jpg"])
        library.files.relist(photo)
    assert library.clusters.last_face(album.pack_id) == two_people.ann[2] - 1
    with library.transaction():
        library.files.relist(999)
    assert library.clusters.last_face(album.pack_id) == two_people.ann[2] - 1
