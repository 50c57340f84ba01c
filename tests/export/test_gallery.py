from __future__ import annotations

import errno
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from photoclust.domain import Box
from photoclust.errors import PhotoclustError
from photoclust.export import writing
from photoclust.export.gallery import export_gallery

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


@pytest.fixture
def family(album):
    """John (twice in one cluster, once by name), an unnamed cluster, and a face of nobody."""
    first, stranger = album.add_photo("beach at Rimini.jpg", [LEFT, RIGHT], qualities=[0.2, 0.5])
    second, _nobody = album.add_photo(
        "b.png", [RIGHT, LEFT], taken_at="2021-01-02T00:00:00+01:00", qualities=[0.8, 0.5]
    )
    (third,) = album.add_photo("c.jpg", [LEFT], size=(300, 900), taken_at=None)
    album.add_photo("nobody.jpg", [LEFT])
    album.cluster(first, second)
    album.cluster(stranger)
    album.name("John", first, second, third)
    return album


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "site" / "gallery"


def test_the_report_counts_what_is_shown(family, out: Path) -> None:
    report = export_gallery(family.library, out)
    assert (report.people, report.clusters, report.photos, report.missing) == (1, 1, 3, 0)
    assert report.index == out / "index.html"


def test_every_link_leads_to_a_file(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    pages = list(out.rglob("*.html"))
    assert len(pages) == 1 + 1 + 1 + 3
    for page in pages:
        for address in Page(page).addresses:
            assert not urlsplit(address).scheme
            assert (page.parent / address).resolve().is_relative_to(out)
            assert (page.parent / address).is_file(), (page, address)


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
    assert len(pictures) == 3 * 2 + 4 + 1
    for path in pictures:
        with Image.open(path) as image:
            assert not image.getexif()
            assert not {"exif", "xmp", "icc_profile"} & set(image.info)


def test_pictures_have_their_sizes(album, out: Path) -> None:
    album.name("John", *album.add_photo("large.jpg", [LEFT], size=(3000, 1500)))
    export_gallery(album.library, out)
    sizes = {}
    for folder in ("previews", "thumbs", "faces"):
        (path,) = (out / folder).iterdir()
        with Image.open(path) as image:
            sizes[folder] = image.size
    assert sizes == {"previews": (2048, 1024), "thumbs": (400, 200), "faces": (240, 240)}


def test_every_picture_reserves_its_room_and_says_what_it_shows(family, out: Path) -> None:
    export_gallery(family.library, out)
    person = Page(out / "people/person-1.html")
    assert all(image["width"] and image["height"] for image in person.images)
    alts = {re.sub("[\u2068\u2069]", "", image["alt"] or "") for image in person.images}
    assert {"John, 12 May 2019", "John, 2 January 2021", "John"} <= alts


def test_the_best_face_stands_for_a_person(family, out: Path) -> None:
    export_gallery(family.library, out)
    shown = Page(out / "index.html").images[0]["src"]
    assert shown == Page(out / "photos/photo-2.html").images[1]["src"].removeprefix("../")


def test_a_person_has_count_and_dates(family, out: Path) -> None:
    export_gallery(family.library, out)
    text = Page(out / "people/person-1.html").text
    assert "3 photos, 3 faces" in text
    assert "12 May 2019 – 2 January 2021" in text  # noqa: RUF001
    assert "1 face, 1 photo" in Page(out / "index.html").text


def test_boxes_lie_on_the_faces(family, out: Path) -> None:
    export_gallery(family.library, out)
    boxes = Page(out / "photos/photo-1.html").boxes
    assert boxes[0] == {
        "left": "12.500%",
        "top": "25.000%",
        "width": "12.500%",
        "height": "25.000%",
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


def test_a_hostile_name_is_shown_and_not_run(album, out: Path) -> None:
    person = album.name(HOSTILE, *album.add_photo("a.jpg", [LEFT]))
    export_gallery(album.library, out, title=HOSTILE)
    for path in out.rglob("*.html"):
        page = Page(path)
        assert HOSTILE in page.text
        assert page.tags.count("script") == (1 if path.parent.name == "photos" else 0)
        assert "<bdi>&lt;script&gt;" in path.read_text("utf-8")
        assert "x" not in page.addresses
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


def test_exporting_again_changes_nothing(family, out: Path) -> None:
    export_gallery(family.library, out)
    before = _files(out)
    made = {path: path.stat().st_mtime_ns for path in (out / "previews").iterdir()}
    export_gallery(family.library, out)
    assert _files(out) == before
    assert {path: path.stat().st_mtime_ns for path in (out / "previews").iterdir()} == made


def test_what_is_no_longer_shown_is_removed_and_the_rest_left(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    (out / "photos" / "notes.txt").write_text("mine")
    with family.library.transaction():
        family.memberships.clear()
        family.library.clusters.replace([])
    export_gallery(family.library, out)
    assert list((out / "clusters").iterdir()) == []
    assert list((out / "originals").iterdir()) == []
    assert len(list((out / "faces").iterdir())) == 3
    assert (out / "photos" / "notes.txt").exists()


def test_originals_are_copied_as_they_are(family, out: Path) -> None:
    export_gallery(family.library, out, originals="copy")
    copies = sorted((out / "originals").iterdir())
    assert [path.suffix for path in copies] == [".jpg", ".png", ".jpg"]
    assert copies[0].read_bytes() == (family.folder / "beach at Rimini.jpg").read_bytes()
    assert f"../originals/{copies[0].name}" in Page(out / "photos/photo-1.html").addresses


def test_links_and_copies_replace_each_other_and_spare_the_photos(family, out: Path) -> None:
    photo = family.folder / "beach at Rimini.jpg"
    before = (photo.read_bytes(), photo.stat().st_mtime_ns)
    for originals in ("link", "copy", "link", "none"):
        export_gallery(family.library, out, originals=originals)
        found = list((out / "originals").iterdir())
        assert len(found) == (0 if originals == "none" else 3)
        assert all(path.is_symlink() == (originals == "link") for path in found)
        assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before


def test_where_links_are_refused_that_is_said(family, out: Path, monkeypatch) -> None:
    def refuse(self: Path, target: str) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(PhotoclustError, match="Cannot make links"):
        export_gallery(family.library, out, originals="link")


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


def test_a_folder_of_other_things_is_refused(family, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(PhotoclustError, match="is not empty and not a gallery of photoclust"):
        export_gallery(family.library, other)
    assert _files(other) == {"thesis.txt": b"mine"}


def test_nothing_is_written_among_photos(family, tmp_path: Path) -> None:
    for folder in (family.folder, tmp_path):
        (folder / ".photoclust-gallery").touch()
        with pytest.raises(PhotoclustError, match="holds photos of the library"):
            export_gallery(family.library, folder)
    alias = tmp_path / "site"
    alias.symlink_to(family.folder)
    with pytest.raises(PhotoclustError, match="holds photos of the library"):
        export_gallery(family.library, alias)


def test_below_the_photos_is_fine(family) -> None:
    assert export_gallery(family.library, family.folder / "gallery").photos == 3


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "No room left on the disk"),
        (errno.EACCES, "Cannot write to .*: permission denied"),
    ],
)
def test_a_disk_that_refuses_is_one_sentence(
    family, out: Path, monkeypatch, number: int, sentence: str
) -> None:
    def refuse(*_paths: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing.os, "replace", refuse)
    with pytest.raises(PhotoclustError, match=sentence):
        export_gallery(family.library, out)
    assert not list(out.rglob("*.part"))
