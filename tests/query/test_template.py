"""Where a photo goes: from a template to a path that every system takes."""

from __future__ import annotations

import random
from datetime import date, datetime
from pathlib import PurePath, PureWindowsPath

import pytest

from photoclust.query import Facts, QueryError, parse_template
from photoclust.query.filenames import LONGEST_NAME, safe_name, safe_value

PHOTO = Facts(
    "IMG_1.JPG", datetime(2020, 6, 15, 9, 30), ("John", "Anna"), "Canon EOS 5D", similarity=0.876
)


def rendered(template: str, photo: Facts = PHOTO) -> str:
    return parse_template(template).render(photo).as_posix()


def of_person(*people: str) -> str:
    return rendered("{person}", Facts("a.jpg", people=people)).removesuffix("/a.jpg")


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{date:%Y}/{person}", "2020/John, Anna/IMG_1.JPG"),
        ("{date:%Y/%m}", "2020/06/IMG_1.JPG"),
        ("{date:%Y}-{date:%m}", "2020-06/IMG_1.JPG"),
        ("{date}", "2020-06-15/IMG_1.JPG"),
        ("{date:%Y-%m-%d %Hh%M}", "2020-06-15 09h30/IMG_1.JPG"),
        ("{camera}/{similarity}", "Canon EOS 5D/0.88/IMG_1.JPG"),
        ("Family/{person}/", "Family/John, Anna/IMG_1.JPG"),
        ("{{{date:%Y}}}", "{2020}/IMG_1.JPG"),
        ("100%", "100%/IMG_1.JPG"),
        ("{date:%d%%}", "15%/IMG_1.JPG"),
        ("{date:%Y}/{file}", "2020/IMG_1.JPG"),
        ("{person}/{date} {file}", "John, Anna/2020-06-15 IMG_1.JPG"),
        ("{file}/{date}", "IMG_1/2020-06-15/IMG_1.JPG"),
        ("家族/{date:%Y年}", "家族/2020年/IMG_1.JPG"),
    ],
)
def test_fields_are_filled_in(template: str, path: str) -> None:
    assert rendered(template) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{date:%Y}/{person}", "undated/nobody/a.jpg"),
        ("{date:%Y/%m/%d}", "undated/a.jpg"),
        ("{date:%Y}/{date:%m}/{file}", "undated/a.jpg"),
        ("{date:%Y}/x/{date:%m}", "undated/x/undated/a.jpg"),
        ("{camera}/{similarity}", "unknown/unknown/a.jpg"),
    ],
)
def test_what_is_not_known_has_a_name(template: str, path: str) -> None:
    assert rendered(template, Facts("a.jpg")) == path


def test_an_undated_photo_keeps_a_name_that_says_so() -> None:
    assert rendered("{date:%Y}/{file}", Facts("undated.jpg")) == "undated/undated.jpg"


def test_a_day_without_an_hour_is_a_date() -> None:
    assert rendered("{date:%Y-%m}", Facts("a.jpg", date(999, 1, 2))).endswith("999-01/a.jpg")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("AC/DC", "AC_DC"),
        ("a\\b", "a_b"),
        ("..", "_"),
        (".", "_"),
        (" . ", "_"),
        ("../../etc", ".._.._etc"),
        ("/etc", "_etc"),
        ("C:", "C_"),
        ('<a>"b"|?*', "_a__b____"),
        ("tab\there\n", "tab_here_"),
        ("\x1b[31m", "_[31m"),
        ("\u202eevil", "_evil"),
        ("\ud83d", "_"),
        ("J.R.", "J.R"),
        ("John ", "John"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Com1", "_Com1"),
        ("Conrad", "Conrad"),
        ("{date}", "{date}"),
        ("مه\u200cدی", "مه\u200cدی"),
    ],
)
def test_a_name_becomes_a_folder_that_every_system_takes(name: str, folder: str) -> None:
    assert of_person(name) == folder


def test_a_file_keeps_its_ending_however_odd_its_name() -> None:
    assert rendered("x", Facts("a:b.jpg")) == "x/a_b.jpg"
    assert rendered("x", Facts("aux.jpg")) == "x/_aux.jpg"
    assert rendered("x", Facts(".jpg")) == "x/.jpg"
    assert rendered("x", Facts("no ending")) == "x/no ending"
    assert rendered("{person}{file}", Facts("é.jpg", people=("é" * 200,))).endswith("é.jpg")


def test_names_are_cut_where_they_grow_too_long() -> None:
    folder = of_person(*(f"Person {number}" for number in range(100)))
    assert folder.startswith("Person 0, Person 1, ")
    assert len(folder.encode()) <= LONGEST_NAME
    assert len(safe_name("山" * 300, ".jpeg").encode()) <= LONGEST_NAME
    assert safe_name("山" * 300, ".jpeg").endswith("山.jpeg")


@pytest.mark.parametrize("seed", range(3))
def test_no_value_leads_out_of_the_folder(seed: int) -> None:
    chance = random.Random(seed)
    signs = [*'./\\: ~ab{}\0\n"<>|?*%\u202e\ud800é山\u200d', "..", "../", "CON", "nul", "COM¹"]
    template = parse_template("{person}/{date:%Y}/{camera}{file}")
    for _ in range(2000):
        name, camera, file = ("".join(chance.choices(signs, k=chance.randrange(6))) for _ in "abc")
        path = template.render(Facts(file, None, (name,), camera))
        windows = PureWindowsPath(*path.parts)
        assert len(path.parts) == len(windows.parts) == 3
        assert not path.is_absolute()
        assert not windows.anchor
        assert ".." not in path.parts
        assert all(part == safe_value(part) for part in path.parts)
        assert all(part.rstrip(" .") == part for part in path.parts)
        assert not any(PureWindowsPath(part).is_reserved() for part in path.parts)
        str(path).encode()


@pytest.mark.parametrize(
    ("template", "at", "said"),
    [
        ("", 0, "empty"),
        ("/", 0, "missing before this /"),
        ("/etc/{person}", 0, "missing before this /"),
        ("{person}//{date}", 9, "missing before this /"),
        ("..", 0, "cannot be called"),
        ("a/../b", 2, "cannot be called"),
        ("{date}/.", 7, "cannot be called"),
        ("a/ /b", 2, "cannot be called"),
        ("{name}", 1, "no such field"),
        ("x/{}", 3, "no such field"),
        ("{person.__class__}", 1, "no such field"),
        ("{person[0]}", 1, "no such field"),
        ("{person!r}", 1, "no such field"),
        ("{person:>9}", 7, "Only a date"),
        ("{person:}", 7, "Only a date"),
        ("x{date", 1, "has no }"),
        ("{date:{person}}", 0, "has no }"),
        ("{date}}", 6, "has no {"),
        ("{date:%Y%Q}", 8, "no part of a date"),
        ("{date:%Y%}", 8, "no part of a date"),
        ("{date:%-d}", 6, "no part of a date"),
        ("{date:%H:%M}", 8, "Not every system"),
        ("C:\\{person}", 1, "Not every system"),
        ("a\\b", 1, "Not every system"),
        ("a\0b", 1, "Not every system"),
        ("a\nb", 1, "Not every system"),
        ("{date:%Y\ud800}", 8, "Not every system"),
    ],
)
def test_a_template_that_does_not_do_is_refused_at_the_place(
    template: str, at: int, said: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_template(template)
    assert caught.value.at == at
    assert said in caught.value.message


@pytest.mark.parametrize("directive", "aAwdbBmyYHIMSfzZjpcxXGuVUW")
def test_every_part_of_a_date_gives_a_name(directive: str) -> None:
    path = parse_template(f"x{{date:%{directive}}}").render(PHOTO)
    assert len(path.parts) == 2
    assert isinstance(path, PurePath)


def test_the_fields_there_are_are_listed() -> None:
    with pytest.raises(QueryError) as caught:
        parse_template("{year}")
    assert "{date}, {person}, {file}, {camera}, {similarity}" in caught.value.hint
