"""Finding exactly what was meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.actions.find import FoundPhoto, find
from photoclust.actions.gather import Way, gather
from photoclust.actions.name import name_faces
from photoclust.actions.person import set_birth
from photoclust.actions.reject import reject_faces
from photoclust.actions.why import why
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


# Why


def test_why_a_face_is_found_or_is_not(shoot: Library) -> None:
    report = why(shoot, Path("/photos/both.jpg"), "Ann")
    first, second = report.reasons
    assert (first.found, second.found) == (True, False)
    assert "as like Ann as the threshold" in first.because
    assert "less like Ann" in second.because
    assert first.nearest[0].similarity == pytest.approx(first.similarity)
    assert first.nearest[0].distance == pytest.approx(2 - 2 * first.similarity)

    reject_faces(shoot, [first.face.id], "Ann")
    after = {
        reason.face.id: reason for reason in why(shoot, Path("/photos/both.jpg"), "Ann").reasons
    }
    rejected = after[first.face.id]
    assert (rejected.found, rejected.because) == (False, "You said that it is not Ann.")
    assert [act.what for act in rejected.acts] == [f"reject face {first.face.id} from Ann"]
    (own,) = why(shoot, Path("/photos/ben.jpg"), "Ann").reasons
    assert own.because == "You said that it is Ben."
