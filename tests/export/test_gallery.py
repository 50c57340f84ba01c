from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from photoclust.domain import Box
from photoclust.export.gallery import export_gallery, pages, years

LEFT, RIGHT = Box(0.125, 0.25, 0.25, 0.5), Box(0.6, 0.2, 0.8, 0.6)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202eevil{{ 7*7 }}"


class Page(HTMLParser):
    """What a page links to and shows: addresses, pictures, boxes, text and inline scripts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.boxes: list[dict[str, str]] = []
        self.rels: dict[str, str] = {}
        self.tags: list[str] = []
        self.text = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.tags.append(tag)
        self.addresses += [value for key in ("href", "src") if (value := values.get(key))]
        if tag == "img":
            self.images.append(values)
        if tag == "a" and (values.get("class") or "").startswith("box"):
            style = values["style"] or ""
            self.boxes.append(dict(part.split(":") for part in style.split(";")))
        if tag == "a" and values.get("rel"):
            self.rels[values["rel"] or ""] = values["href"] or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def _files(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }


def _states(out: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file: they tell what was written."""
    return {
        path.relative_to(out).as_posix(): (path.lstat().st_ino, path.lstat().st_mtime_ns)
        for path in out.rglob("*")
        if not path.is_dir()
    }


def test_the_report_counts_what_is_shown(family, out: Path) -> None:
    report = export_gallery(family.library, out)
    assert (report.people, report.clusters, report.photos, report.missing) == (1, 1, 3, 0)
    assert report.index == out / "index.html"


def test_every_link_leads_to_a_file(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    pages = list(out.rglob("*.html"))
    assert len(pages) == 1 + 1 + 2 + 3
    for page in pages:
        for address in Page(page).addresses:
            assert not urlsplit(address).scheme
            path, _, fragment = address.partition("#")
            there = (page.parent / path).resolve() if path else page
            assert there.is_relative_to(out)
            assert there.is_file(), (page, address)
            if fragment and not fragment.startswith("q="):
                assert f'id="{fragment}"' in there.read_text("utf-8"), (page, address)


def test_pages_hold_no_path_no_file_name_and_no_place(family, out: Path, tmp_path: Path) -> None:
    export_gallery(family.library, out)
    secrets = [str(tmp_path), "holiday", "Rimini", "nobody", "45.4", "9.20", "openstreetmap"]
    for name, data in _files(out).items():
        if not name.endswith(".webp"):
            text = data.decode()
            assert not [secret for secret in secrets if secret in text], name
        assert os.fsencode(tmp_path) not in data


def test_derived_pictures_hold_pixels_only(family, out: Path) -> None:
    export_gallery(family.library, out)
    pictures = list(out.rglob("*.webp"))
    assert len(pictures) == 3 * 3 + 4 * 2 + 1
    for path in pictures:
        with Image.open(path) as image:
            assert not image.getexif()
            assert not {"exif", "xmp", "icc_profile"} & set(image.info)


def test_pictures_have_their_sizes(album, out: Path) -> None:
    album.name("John", *album.add_photo("large.jpg", [LEFT], size=(3000, 1500)))
    export_gallery(album.library, out)
    sizes = {}
    for folder in ("previews", "thumbs", "faces"):
        for path in (out / folder).iterdir():
            with Image.open(path) as image:
                sizes.setdefault(folder, set()).add(image.size)
    assert sizes == {
        "previews": {(2048, 1024)},
        "thumbs": {(288, 144), (576, 288)},
        "faces": {(144, 144), (288, 288)},
    }


def test_every_picture_reserves_its_room_and_says_what_it_shows(family, out: Path) -> None:
    export_gallery(family.library, out)
    person = Page(out / "people/person-1.html")
    assert all(image["width"] and image["height"] for image in person.images)
    alts = {re.sub("[\u2068\u2069]", "", image["alt"] or "") for image in person.images}
    assert {"John, Cluster 2, 12 May 2019", "John, 2 January 2021", "John"} <= alts


def test_a_sharp_face_stands_for_a_person(family, out: Path) -> None:
    export_gallery(family.library, out)
    shown = Page(out / "index.html").images[0]["src"]
    assert shown == Page(out / "photos/photo-2.html").images[1]["src"].removeprefix("../")


def test_a_typical_face_stands_for_a_person(album, out: Path) -> None:
    usual = [
        *album.add_photo("a.jpg", [LEFT], qualities=[0.6]),
        *album.add_photo("b.jpg", [LEFT], qualities=[0.7]),
    ]
    odd = album.add_photo("c.jpg", [LEFT], qualities=[0.9], looks=[(0.2, 0.96**0.5, 0, 0)])
    album.name("John", *usual, *odd)
    export_gallery(album.library, out)
    shown = Page(out / "index.html").images[0]["src"]
    assert shown == Page(out / "photos/photo-2.html").images[1]["src"].removeprefix("../")


def test_a_person_has_count_and_dates(family, out: Path) -> None:
    export_gallery(family.library, out)
    text = Page(out / "people/person-1.html").text
    assert "3 photos, first seen 12 May 2019, last seen 2 January 2021" in text
    assert "1 group without a name" in Page(out / "index.html").text
    assert "1 photo" in Page(out / "clusters/clusters-1.html").text


def test_a_person_has_years_and_ages(family, out: Path) -> None:
    family.born("John", "2018-03-01")
    export_gallery(family.library, out)
    page = (out / "people/person-1.html").read_text("utf-8")
    headings = [re.sub("<[^>]*>", "", text) for text in re.findall("<h2 id=.*?</h2>", page)]
    assert headings == ["2019 14 months", "2021 2 years", "No date"]
    assert "2 years" in Page(out / "photos/photo-2.html").text


def test_a_person_is_told_with_whom(album, out: Path) -> None:
    pairs = [album.add_photo(f"{number}.jpg", [LEFT, RIGHT]) for number in range(3)]
    album.name("John", *(left for left, _ in pairs))
    album.name("D&D", *(right for _, right in pairs[:2]))
    export_gallery(album.library, out)
    page = Page(out / "people/person-1.html")
    assert "D&D 2 photos" in page.text
    assert "../index.html#q=John%231%20%26%20%22D%26D%22%232" in page.addresses


def test_a_year_with_many_photos_has_a_page(album, out: Path, monkeypatch) -> None:
    monkeypatch.setattr(years, "PAGE_PHOTOS", 6)
    faces = [
        album.add_photo(f"{number}.jpg", [LEFT], size=(90, 60))[0]
        for number in range(years.FIRST_PHOTOS + 1)
    ]
    album.name("John", *faces)
    export_gallery(album.library, out)
    assert Page(out / "people/person-1.html").tags.count("img") == 1 + years.FIRST_PHOTOS
    assert "../people/person-1-2019-1.html" in Page(out / "people/person-1.html").addresses
    first, second = (Page(out / f"people/person-1-2019-{number}.html") for number in (1, 2))
    assert (first.tags.count("img"), second.tags.count("img")) == (6, 3)
    assert "../people/person-1-2019-2.html" in first.addresses


def test_many_people_are_on_several_walls(album, out: Path, monkeypatch) -> None:
    monkeypatch.setattr(pages, "WALL", 2)
    for number in range(5):
        album.name(f"P{number}", *album.add_photo(f"{number}.jpg", [LEFT], size=(90, 60)))
    export_gallery(album.library, out)
    walls = [
        Page(out / name) for name in ("index.html", *(f"people/people-{n}.html" for n in "12"))
    ]
    assert [wall.tags.count("img") for wall in walls] == [2, 2, 1]
    assert "3 more people" in walls[0].text
    assert "../people/people-2.html" in walls[1].addresses


def test_boxes_lie_on_the_faces(family, out: Path) -> None:
    export_gallery(family.library, out)
    boxes = Page(out / "photos/photo-1.html").boxes
    assert boxes[0] == {
        "left": "12.50%",
        "top": "25.00%",
        "width": "12.50%",
        "height": "25.00%",
    }
    assert len(boxes) == 2
    assert len(Page(out / "photos/photo-2.html").boxes) == 1


def test_photos_are_linked_by_date(family, out: Path) -> None:
    export_gallery(family.library, out)
    steps = [Page(out / f"photos/photo-{number}.html").rels for number in (1, 2, 3)]
    assert steps == [
        {"next": "../photos/photo-2.html"},
        {"prev": "../photos/photo-1.html", "next": "../photos/photo-3.html"},
        {"prev": "../photos/photo-2.html"},
    ]


def test_photos_are_linked_among_those_of_each_person(album, out: Path) -> None:
    first, _, third = (album.add_photo(f"{name}.jpg", [LEFT]) for name in "abc")
    album.name("John", *first, *third)
    album.name("Anna", *album.add_photo("d.jpg", [LEFT]))
    export_gallery(album.library, out)
    assert "../photos/photo-3.html#person-1" in Page(out / "photos/photo-1.html").addresses


def test_a_hostile_name_is_shown_and_not_run(album, out: Path) -> None:
    person = album.name(HOSTILE, *album.add_photo("a.jpg", [LEFT]))
    export_gallery(album.library, out, title=HOSTILE)
    for path in out.rglob("*.html"):
        page = Page(path)
        assert HOSTILE in page.text
        scripts = {"photos": 1, out.name: 2}
        assert page.tags.count("script") == scripts.get(path.parent.name, 0)
        assert "<bdi>&lt;script&gt;" in path.read_text("utf-8")
        assert "x" not in page.addresses
    assert "<" not in (out / "search-data.js").read_text("utf-8")
    names = {path.name for path in out.rglob("*")}
    assert f"person-{person}.html" in names
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in names)


def test_two_people_of_one_name_have_two_pages(album, out: Path) -> None:
    album.name("Ann", *album.add_photo("a.jpg", [LEFT]))
    album.name("Ann", *album.add_photo("b.jpg", [LEFT]))
    assert export_gallery(album.library, out).people == 2
    assert len(list((out / "people").iterdir())) == 2


def test_places_are_shown_on_request(family, out: Path) -> None:
    export_gallery(family.library, out, places=True)
    page = Page(out / "photos/photo-1.html")
    assert "45.40 N, 9.20 E" in page.text
    assert any(
        address.startswith("https://www.openstreetmap.org/?mlat=45.40321&mlon=9.20123")
        for address in page.addresses
    )


@pytest.mark.parametrize("originals", ["none", "copy", "link"])
def test_exporting_again_writes_nothing(family, out: Path, originals: str) -> None:
    export_gallery(family.library, out, originals=originals)
    before = _states(out)
    export_gallery(family.library, out, originals=originals)
    assert _states(out) == before


def test_exporting_again_writes_what_changed(family, out: Path) -> None:
    export_gallery(family.library, out)
    before = _states(out)
    family.name("Ann", *family.add_photo("d.jpg", [LEFT], taken_at="2022-01-01T00:00:00"))
    export_gallery(family.library, out)
    after = _states(out)
    changed = {name for name in before if before[name] != after[name]}
    # The photo before the new one is linked to it; so is the undated one after it.
    assert changed == {"index.html", "search-data.js", "photos/photo-2.html", "photos/photo-3.html"}
    assert {name.split("/")[0] for name in after.keys() - before.keys()} == {
        "people",
        "photos",
        "previews",
        "thumbs",
        "faces",
    }


def test_what_is_no_longer_shown_is_removed_and_the_rest_left(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    (out / "photos" / "notes.txt").write_text("mine")
    with family.library.transaction():
        family.memberships.clear()
        family.library.clusters.replace([])
    export_gallery(family.library, out)
    assert list((out / "clusters").iterdir()) == []
    assert list((out / "originals").iterdir()) == []
    assert len(list((out / "faces").iterdir())) == 3 * 2
    assert (out / "photos" / "notes.txt").exists()


def test_photos_that_are_gone_are_grey_and_counted(family, out: Path) -> None:
    (family.folder / "beach at Rimini.jpg").unlink()
    (family.folder / "c.jpg").write_bytes(b"not a picture")
    assert export_gallery(family.library, out).missing == 2
    assert {image["src"] for image in Page(out / "photos/photo-1.html").images} == {
        "../missing.webp"
    }
    assert (out / "missing.webp").is_file()


def test_pictures_made_earlier_outlive_their_photo(family, out: Path) -> None:
    export_gallery(family.library, out)
    (family.folder / "c.jpg").unlink()
    assert export_gallery(family.library, out).missing == 0


def test_an_empty_library_has_an_empty_gallery(album, out: Path) -> None:
    assert export_gallery(album.library, out).people == 0
    assert "Nobody has a name yet." in Page(out / "index.html").text
