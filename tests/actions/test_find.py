"""Finding exactly what was meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.actions.allow import allow_same_photo
from photoclust.actions.find import FoundPhoto, find
from photoclust.actions.gather import Way, gather
from photoclust.actions.name import name_faces
from photoclust.actions.person import set_birth
from photoclust.actions.reject import reject_faces
from photoclust.actions.why import why
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.errors import NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.metadata import Metadata
from photoclust.query import Filters, Query, QueryError, parse_template
from photoclust.vectors import Matrix, normalised

if TYPE_CHECKING:
    from tests.conftest import Album

PHOTOS = {
    "ann": ("Ann",),
    "ben": ("Ben",),
    "both": ("Ann", "Ben"),
    "all": ("Ann", "Ben", "Cid"),
    "cid": ("Cid",),
    "crowd": ("Ann", "Dot"),
}


@pytest.fixture
def shoot(album: Album, portraits: Callable[..., Matrix]) -> Library:
    """Ann, Ben and Cid, each named in one photo of their own; Dot has no name."""
    looks = {name: iter(portraits(name, 6, spread=0.2)) for name in ("Ann", "Ben", "Cid", "Dot")}
    for year, (photo, who) in enumerate(PHOTOS.items(), start=2015):
        faces = album.add_photo(
            f"/photos/{photo}.jpg",
            *(next(looks[name]) for name in who),
            taken_at=None if photo == "crowd" else f"{year}-06-15T12:00:00",
        )
        if len(who) == 1:
            name_faces(album.library, faces, who[0])
    place = Metadata("2017-06-15T12:00:00", 45.4, 9.2)
    with album.library.transaction():
        photo_id = album.library.photos.photo_at("/photos/both.jpg")
        album.library.photos.describe(photo_id or 0, PhotoFacts(800, 600, place))
    return album.library


def names(photos: list[FoundPhoto]) -> list[str]:
    return [Path(photo.paths[0]).stem for photo in photos]


def photos(library: Library, people: str, **filters: object) -> set[str]:
    query = Query.read(people, Filters.read(**filters))  # type: ignore[arg-type]
    return set(names(find(library, query).found))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Ann", {"ann", "both", "all", "crowd"}),
        ("Ann & Ben", {"both", "all"}),
        ("Ann | Ben", {"ann", "ben", "both", "all", "crowd"}),
        ("Ann & !Ben", {"ann", "crowd"}),
        ("!Ann", {"ben", "cid"}),
        ("(Ann | Cid) & !(Ben & Cid)", {"ann", "both", "crowd", "cid"}),
        ("ann & BEN & cid", {"all"}),
        ("Ann & !Ann", set()),
    ],
)
def test_who_is_in_a_photo(shoot: Library, query: str, expected: set[str]) -> None:
    assert photos(shoot, query) == expected


@pytest.mark.parametrize(
    ("query", "filters", "expected"),
    [
        ("Ann", {"only": True}, {"ann"}),
        ("Ann & Ben", {"only": True}, {"both"}),
        ("Ann | Ben", {"only": True}, {"ann", "ben", "both"}),
        ("Ann", {"faces": "2..3"}, {"both", "all", "crowd"}),
        ("Ann", {"faces": "..2"}, {"ann", "both", "crowd"}),
        ("Ann", {"since": "2016"}, {"both", "all"}),
        ("Ann", {"until": "2017-06-15"}, {"ann", "both"}),
        ("Ann", {"since": "2017", "until": "2017"}, {"both"}),
        ("Ann", {"near": "45.4,9.21,5km"}, {"both"}),
        ("Ann", {"near": "45.4,9.21,500m"}, set()),
    ],
)
def test_what_else_holds_of_it(
    shoot: Library, query: str, filters: dict[str, object], expected: set[str]
) -> None:
    assert photos(shoot, query, **filters) == expected


def test_how_old_somebody_was(shoot: Library) -> None:
    with pytest.raises(PhotoclustError, match="birth of Ann is not known"):
        photos(shoot, "Ann", ages=["Ann:0..2"])
    set_birth(shoot, "Ann", date(2015, 6, 16))
    assert photos(shoot, "Ann", ages=["Ann:0..1"]) == {"both"}
    assert photos(shoot, "Ann", ages=["Ann:2"]) == {"all"}
    assert photos(shoot, "Ben", ages=["Ann:0m..12m"]) == {"ben"}


def test_order_and_limit(shoot: Library) -> None:
    def order(sort: str, limit: int | None = None) -> list[str]:
        return names(find(shoot, Query.read("Ann", sort=sort, limit=limit)).found)

    assert order("date") == ["ann", "both", "all", "crowd"]
    assert order("path") == ["all", "ann", "both", "crowd"]
    assert order("similarity", 1) == ["ann"]
    with pytest.raises(QueryError, match="sorted by"):
        order("size")


def test_a_photo_is_as_sure_as_the_least_sure_of_its_people(shoot: Library) -> None:
    (photo,) = find(shoot, Query.read("Ann & Ben", Filters.read(only=True))).found
    assert {item.name for item in photo.faces} == {"Ann", "Ben"}
    assert photo.similarity == min(item.similarity for item in photo.faces)
    assert photo.how == "match"


def test_maybe_reaches_below_the_threshold(album: Album, portraits: Callable[..., Matrix]) -> None:
    library = album.library
    ann, other = portraits("Ann", 1)[0], portraits("Zoe", 1)[0]
    (face,) = album.add_photo("/photos/ann.jpg", ann)
    name_faces(library, [face], "Ann")
    away = normalised(other - (other @ ann) * ann)
    album.add_photo("/photos/perhaps.jpg", normalised(0.45 * ann + 0.893 * away))
    album.add_photo("/photos/hardly.jpg", normalised(0.2 * ann + 0.98 * away))
    assert names(find(library, "Ann").found) == ["ann"]
    report = find(library, Query.read("Ann", maybe=True))
    assert [(photo.how, names([photo])[0]) for photo in report.found] == [
        ("named", "ann"),
        ("maybe", "perhaps"),
    ]
    lower = Query.read("Ann", least="0.1")
    assert names(find(library, lower).found) == ["ann", "perhaps", "hardly"]
    assert names(find(library, Query.read("Ann", least="0.9")).found) == ["ann"]


def test_unknown_people_are_told(shoot: Library) -> None:
    with pytest.raises(NotFound, match="Did you mean Ann"):
        find(shoot, "Anne")
    with pytest.raises(NotFound, match="&"):
        find(shoot, "Ann and Ben")
    with pytest.raises(PhotoclustError, match="Nothing follows"):
        find(shoot, "Ann &")


# One face, one person


@pytest.fixture
def twins(album: Album, portraits: Callable[..., Matrix]) -> Library:
    """Ann and Bea, each named in a photo of her own, are as like each other as themselves."""
    looks = portraits("Twin", 5, spread=0.05)
    for name, look in zip(("Ann", "Bea"), looks, strict=False):
        name_faces(album.library, album.add_photo(f"/photos/{name}.jpg", look), name)
    album.add_photo("/photos/stranger.jpg", looks[2], portraits("Zed", 1)[0])
    album.add_photo("/photos/both.jpg", looks[3], looks[4])
    return album.library


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Ann & Bea", {"both"}),
        ("Ann | Bea", {"Ann", "Bea", "stranger", "both"}),
        ("!(Ann & Bea)", {"Ann", "Bea", "stranger"}),
        ("Ann & !Bea", {"Ann"}),
    ],
)
def test_one_face_is_not_two_people(twins: Library, query: str, expected: set[str]) -> None:
    assert photos(twins, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("Ann", {"Ann"}), ("Ann & Bea", {"both"}), ("Ann | Bea", {"Ann", "Bea", "both"})],
)
def test_a_face_that_is_like_two_is_one_of_those_that_only_they_may_have(
    twins: Library, query: str, expected: set[str]
) -> None:
    assert photos(twins, query, only=True) == expected


def test_faces_go_to_people_so_that_all_of_them_are_seen(album: Album) -> None:
    library, axes = album.library, np.eye(16, dtype=np.float32)
    name_faces(library, album.add_photo("/photos/ann.jpg", axes[0]), "Ann")
    name_faces(library, album.add_photo("/photos/bea.jpg", axes[1]), "Bea")
    both, ann = 0.72 * axes[0] + 0.69 * axes[1], 0.6 * axes[0] + 0.8 * axes[2]
    album.add_photo("/photos/sisters.jpg", normalised(both), normalised(ann))
    (photo,) = find(library, "Ann & Bea").found
    assert {item.name: round(item.similarity, 1) for item in photo.faces} == {
        "Ann": 0.6,
        "Bea": 0.7,
    }


def test_rather_all_are_seen_than_some_more_surely(album: Album) -> None:
    library, axes = album.library, np.eye(16, dtype=np.float32)
    for number, name in enumerate(("Ann", "Bea", "Cid")):
        name_faces(library, album.add_photo(f"/photos/{name}.jpg", axes[number]), name)
    album.add_photo(
        "/photos/three.jpg",
        normalised(axes[0] + 0.6 * axes[1] + 0.2 * axes[3]),
        normalised(axes[1] + 0.6 * axes[2] + 0.2 * axes[3]),
        normalised(0.51 * axes[0] + 0.86 * axes[4]),
    )
    (photo,) = find(library, "Ann & Bea & Cid").found
    assert [item.name for item in photo.faces] == ["Ann", "Bea", "Cid"]
    assert max(item.similarity for item in photo.faces) < 0.6


@pytest.mark.parametrize("how", ["cluster", "match"])
def test_a_photo_that_may_show_somebody_twice_shows_nobody_else(
    album: Album, portraits: Callable[..., Matrix], how: str
) -> None:
    library, looks = album.library, portraits("Ann", 4)
    named = album.add_portraits("ann", looks[:1])
    mirror = album.add_photo("/photos/mirror.jpg", looks[1], looks[2])
    album.add_cluster(*named, *(mirror if how == "cluster" else ()))
    album.say("Ann", *named, source="cluster")
    assert "mirror" not in photos(library, "Ann", only=True)
    allow_same_photo(library, [Path("/photos/mirror.jpg")])
    assert "mirror" in photos(library, "Ann", only=True)
    assert [face.how for face in find(library, "Ann").found[1].faces] == [how, how]


def test_in_a_video_each_face_goes_to_whom_it_is_most_like(twins: Library) -> None:
    photo = twins.photos.photo_at("/photos/both.jpg")
    twins.query("UPDATE photos SET seconds = 9 WHERE id = ?", photo)
    found = {item.paths[0]: item for item in find(twins, "Ann | Bea").found}
    assert len({face.face.id for face in found["/photos/both.jpg"].faces}) == 2
    assert "both" in photos(twins, "Ann", only=True)


# How like


@pytest.fixture
def alike(album: Album) -> Library:
    """Two photos of Ann: in one Bea is 0.6 like herself, in the other somebody is 0.45 like her."""
    library, axes = album.library, np.eye(16, dtype=np.float32)
    name_faces(library, album.add_photo("/photos/ann.jpg", axes[0]), "Ann")
    name_faces(library, album.add_photo("/photos/bea.jpg", axes[1]), "Bea")
    for name, cosine in (("both", 0.6), ("hardly", 0.45)):
        other = normalised(cosine * axes[1] + np.sqrt(1 - cosine**2) * axes[3])
        album.add_photo(f"/photos/{name}.jpg", normalised(axes[0] + 0.1 * axes[2]), other)
    return library


@pytest.mark.parametrize(
    ("query", "least", "expected"),
    [
        ("Ann", "0.9", {"ann", "both", "hardly"}),
        ("Ann | Bea", "0.9", {"ann", "bea", "both", "hardly"}),
        ("Ann & Bea", "0.9", set()),
        ("Ann & Bea", "0.55", {"both"}),
        ("Ann & Bea", "0.4", {"both", "hardly"}),
        ("Ann & !Bea", "0.9", {"ann", "hardly"}),
        ("Ann & !Bea", "0.4", {"ann", "hardly"}),
        ("!(Ann & Bea)", "0.9", {"ann", "bea", "hardly"}),
    ],
)
def test_least_similarity_counts_for_those_who_are_to_be_there(
    alike: Library, query: str, least: str, expected: set[str]
) -> None:
    assert set(names(find(alike, Query.read(query, least=least)).found)) == expected


def test_maybe_counts_for_those_who_are_to_be_there(alike: Library) -> None:
    assert set(names(find(alike, Query.read("Ann & !Bea", maybe=True)).found)) == {"ann", "hardly"}
    assert set(names(find(alike, Query.read("Ann & Bea", maybe=True)).found)) == {"both", "hardly"}


def test_only_those_who_are_similar_enough_are_shown(alike: Library) -> None:
    found = find(alike, Query.read("Ann | Bea", least="0.9")).found
    assert {photo.paths[0]: [face.name for face in photo.faces] for photo in found} == {
        "/photos/ann.jpg": ["Ann"],
        "/photos/bea.jpg": ["Bea"],
        "/photos/both.jpg": ["Ann"],
        "/photos/hardly.jpg": ["Ann"],
    }


# Gathering


@pytest.fixture
def found(tmp_path: Path) -> list[FoundPhoto]:
    """Two photos of one name in two folders."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jpg").write_text(folder)
    return [
        FoundPhoto(
            n, [str(tmp_path / folder / "x.jpg")], "2020-05-01T10:00:00", None, (), 0.9, None
        )
        for n, folder in enumerate(("a", "b"))
    ]


@pytest.mark.parametrize("way", list(Way))
def test_photos_are_gathered_once_and_nothing_is_overwritten(
    found: list[FoundPhoto], tmp_path: Path, way: Way
) -> None:
    out = tmp_path / "out"
    assert len(gather(found, out, way, dry_run=True).made) == 2
    assert not out.exists()
    report = gather(found, out, way)
    assert [target.name for _source, target in report.made] == ["x.jpg", "x (2).jpg"]
    assert (out / "x.jpg").read_text() == "a"
    assert (out / "x (2).jpg").read_text() == "b"
    assert (out / "x.jpg").is_symlink() == (way is Way.SYMBOLIC)
    if way is Way.HARD:
        assert os.path.samefile(out / "x.jpg", found[0].paths[0])
    again = gather(found, out, way)
    assert (len(again.made), len(again.there)) == (0, 2)
    assert len(list(out.iterdir())) == 2


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_target_that_is_no_folder_is_told_once(
    found: list[FoundPhoto], tmp_path: Path, dry_run: bool
) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(PhotoclustError, match=r"Cannot write to .*out"):
        gather(found, tmp_path / "out", Way.COPY, dry_run=dry_run)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_template_makes_folders(found: list[FoundPhoto], tmp_path: Path) -> None:
    gather(found, tmp_path / "out", Way.COPY, template=parse_template("{date:%Y/%m}/{person}"))
    folder = tmp_path / "out" / "2020" / "05" / "nobody"
    assert {path.name for path in folder.iterdir()} == {"x.jpg", "x (2).jpg"}


def test_one_photo_that_is_gone_does_not_stop_the_others(
    found: list[FoundPhoto], tmp_path: Path
) -> None:
    os.remove(found[0].paths[0])
    report = gather(found, tmp_path / "out", Way.COPY)
    assert [(source, reason) for source, reason in report.failed] == [
        (found[0].paths[0], "no such file or directory")
    ]
    assert (tmp_path / "out" / "x.jpg").read_text() == "b"
    assert not list((tmp_path / "out").glob("*.part"))


def test_a_file_that_looks_unfinished_is_left_alone(
    found: list[FoundPhoto], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.jpg.part").write_text("mine")
    assert len(gather(found, out, Way.COPY).made) == 2
    assert {path.name: path.read_text() for path in out.iterdir()} == {
        "x.jpg": "a",
        "x (2).jpg": "b",
        "x.jpg.part": "mine",
    }


@pytest.mark.skipif(os.name != "posix", reason="links may need a right elsewhere")
def test_a_link_is_known_again_by_any_way_to_its_photo(
    found: list[FoundPhoto], tmp_path: Path
) -> None:
    (tmp_path / "album").symlink_to(tmp_path / "a")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.jpg").symlink_to(tmp_path / "album" / "x.jpg")
    assert len(gather(found[:1], tmp_path / "out", Way.SYMBOLIC).there) == 1
    os.remove(found[0].paths[0])
    assert len(gather(found[:1], tmp_path / "out", Way.SYMBOLIC).there) == 1


# Why


def test_why_a_face_is_found_or_is_not(shoot: Library) -> None:
    report = why(shoot, Path("/photos/both.jpg"), "Ann")
    ((first,), others) = report.reasons, report.others
    assert (first.found, others) == (True, 1)
    assert "as like Ann as the threshold" in first.because
    assert first.nearest[0].similarity == pytest.approx(first.similarity)
    assert first.nearest[0].distance == pytest.approx(2 - 2 * first.similarity, abs=1e-6)

    reject_faces(shoot, [first.face.id], "Ann")
    rejected, best = why(shoot, Path("/photos/both.jpg"), "Ann").reasons
    assert (rejected.found, rejected.because) == (False, "You said that it is not Ann.")
    assert [act.what for act in rejected.acts] == [f"reject face {first.face.id} from Ann"]
    assert "less like Ann" in best.because
    (own,) = why(shoot, Path("/photos/ben.jpg"), "Ann").reasons
    assert own.because == "You said that it is Ben."


def test_of_a_crowd_the_faces_are_shown_that_tell_why(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library, ann = album.library, portraits("Ann", 4)
    name_faces(library, album.add_portraits("ann", ann[:1]), "Ann")
    crowd = [portraits(name, 1)[0] for name in ("Cid", "Dot", "Eve", "Fay", "Gus")]
    *_, like, named = album.add_photo("/photos/crowd.jpg", *crowd, ann[1], ann[2])
    name_faces(library, [named], "Bea")
    report = why(library, Path("/photos/crowd.jpg"), "Ann")
    assert [(reason.face.id, reason.found) for reason in report.reasons] == [
        (like, True),
        (named, False),
    ]
    assert report.reasons[1].because == "You said that it is Bea."
    assert report.others == 5
    name_faces(library, [like], "Bea")
    report = why(library, Path("/photos/crowd.jpg"), "Ann")
    assert {"less like" in reason.because for reason in report.reasons[:2]} == {False}
    assert "less like" in report.reasons[2].because
    assert (len(report.reasons), report.others) == (3, 4)


def test_a_face_whose_marking_was_taken_back_teaches_nobody(
    album: Album, portraits: Callable[..., Matrix]
) -> None:
    library, looks = album.library, portraits("Ann", 3)
    name_faces(library, album.add_portraits("ann", looks[:1]), "Ann")
    album.add_portraits("like", looks[1:2])
    spot = DetectedFace(Detection(Box(0, 0, 0.2, 0.2), 0.0, ()), portraits("Ben", 1)[0], 0.9)
    with library.transaction():
        photo = library.photos.photo_at("/photos/ann-1.jpg")
        marked = library.faces.add_by_hand(photo or 0, album.pack_id, spot)
        act = library.journal.begin("add")
        library.decisions.say_added(act, marked)
    name_faces(library, [marked], "Ann")
    assert why(library, Path("/photos/like-1.jpg"), "Ann").exemplars == 2
    album.take_back(act)
    report = why(library, Path("/photos/like-1.jpg"), "Ann")
    assert report.exemplars == 1
    assert marked not in {item.face.id for item in report.reasons[0].nearest}
