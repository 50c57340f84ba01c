"""What is done on the page is done in the library, and can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from photoclust.vectors import Matrix
    from tests.conftest import Album, TwoPeople
    from tests.web.conftest import Visitor

Visit = Callable[..., "Visitor"]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'O\'Neil & "Sons"',
    "\u202eevil\u2069\u2066",
    "{{ 7 * 7 }}",
)


def keys(visitor: Visitor) -> list[str]:
    return re.findall(r'data-key="(\w+)"', visitor.get("/questions").text)


def test_a_name_is_given_and_taken_back(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    first, _second = keys(visitor)
    done = visitor.act("answer", question=first, answer="name", name="Ben")
    assert done.json()["said"] == "4 faces given to Ben."
    assert {two_people.album.whose(face) for face in two_people.ben} == {"Ben"}
    assert first not in keys(visitor)
    again = visitor.act("answer", question=first, answer="name", name="Ann")
    assert (again.status_code, again.json()["error"]) == (
        409,
        "These faces have changed meanwhile.",
    )
    visitor.wait_for("Ben", "/wall/people/0")
    assert visitor.get("/names?like=b").json() == ["Ben"]
    assert visitor.act("undo").json()["said"] == "Taken back: 4 faces Ben."
    assert two_people.library.people.all() == []


def test_an_answer_marks_faces(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    visitor.act("answer", question=keys(visitor)[0], answer="name", name="Ben", but=[4])
    owners = [two_people.album.whose(face) for face in two_people.ben]
    assert sorted(owners, key=str) == ["Ben", "Ben", "Ben", None]


def test_what_is_skipped_is_asked_no_more(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    first, second = keys(visitor)
    assert visitor.act("skip", question=first).json()["said"] == "Skipped."
    assert keys(visitor) == [second]
    assert two_people.library.journal.acts() == []


def test_the_question_on_the_screen_stays_while_it_is_one(
    visit: Visit, two_people: TwoPeople
) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    _first, second = keys(visitor)
    shown = visitor.get(f"/questions?current={second}").text
    assert re.findall(r'data-key="(\w+)"', shown)[0] == second


def test_acts_on_groups(visit: Visit, two_people: TwoPeople) -> None:
    visitor, album = visit(two_people.library), two_people.album
    visitor.enter()
    ann, ben = f"c{two_people.ann_cluster}", f"c{two_people.ben_cluster}"

    def done(verb: str, **said: object) -> str:
        answer = visitor.act(verb, **said)
        assert answer.status_code == 200, answer.json()
        return answer.json()["said"]

    assert done("merge", pile=ann, onto=ben) == "Groups 2 and 1 are one person."
    assert len(album.library.faces.of_cluster(two_people.ben_cluster)) == 7
    assert visitor.act("undo").json()["said"] == "Taken back: merge cluster 2 cluster 1."
    assert done("name", pile=ann, name="Ann") == "3 faces given to Ann."
    anna = album.library.people.called("Ann")[0].id
    assert done("merge", pile=ben, onto=f"p{anna}") == "4 faces given to Ann."
    assert done("take-out", pile=f"p{anna}", faces=two_people.ben) == "4 faces not Ann any more."
    assert done("give", faces=two_people.ben, name="Ben") == "4 faces given to Ben."
    assert done("name", pile=f"p{anna}", name="Anna") == "Ann is called Anna now."
    assert done("confirm", faces=two_people.ann) == "3 faces confirmed as Anna."
    assert done("undo", act=album.library.journal.standing()[0].id).startswith("Taken back")
    assert done("redo").startswith("Counts again")


def test_a_group_is_taken_apart_as_it_was_shown(
    visit: Visit, album: Album, portraits: Callable[..., Matrix]
) -> None:
    faces = album.add_portraits("ann", portraits("Ann", 4)) + album.add_portraits(
        "ben", portraits("Ben", 4)
    )
    cluster = album.add_cluster(*faces)
    visitor = visit(album.library)
    visitor.enter()
    assert "would be 2 groups" in visitor.get(f"/split/{cluster}").text
    assert album.library.journal.acts() == []
    assert visitor.act("split", pile=f"c{cluster}", parts="5 3").status_code == 409
    told = visitor.act("split", pile=f"c{cluster}", parts="4 4").json()["said"]
    assert told == f"Group {cluster} is 2 groups now."
    missing = visitor.get("/split/99")
    assert (missing.status_code, missing.json()["error"][:21]) == (409, "There is no cluster 9")


def test_strangers_are_ignored_and_asked_about_again(visit: Visit, two_people: TwoPeople) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    visitor.act("ignore", pile=f"c{two_people.ben_cluster}", kind="stranger")
    visitor.wait_for(f'data-pile="i{two_people.ben_cluster}"', "/wall/ignored/0")
    told = visitor.act("heed", faces=two_people.ben)
    assert told.json()["said"] == "4 faces will be asked about again."


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(visit: Visit, two_people: TwoPeople, name: str) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    visitor.act("name", pile=f"c{two_people.ben_cluster}", name=name)
    visitor.wait_for('data-pile="p', "/wall/people/0")
    (person,) = two_people.library.people.all()
    for path in ("/wall/people/0", f"/pile/p{person.id}", "/history", "/questions", "/conflicts"):
        text = visitor.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert ">49<" not in text
    assert f"<bdi>{person.name[:1]}"[:5] in visitor.get("/wall/people/0").text


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("explode", {}),
        ("name", {"pile": "c1"}),
        ("name", {"pile": "../c1", "name": "Ann"}),
        ("name", {"pile": "c1", "name": "x" * 201}),
        ("give", {"faces": ["1; DROP TABLE acts"], "name": "Ann"}),
        ("give", {"faces": [True], "name": "Ann"}),
        ("give", {"faces": [99], "name": "Ann"}),
        ("answer", {"question": "none", "answer": "yes"}),
        ("merge", {"pile": "c1", "onto": "c1"}),
    ],
)
def test_nonsense_is_told_and_nothing_written(
    visit: Visit, two_people: TwoPeople, verb: str, said: dict[str, object]
) -> None:
    visitor = visit(two_people.library)
    visitor.enter()
    visitor.get("/questions")
    answer = visitor.act(verb, **said)
    assert answer.status_code == 409
    assert answer.json()["error"]
    assert two_people.library.journal.acts() == []


def test_another_process_is_noticed(
    visit: Visit, two_people: TwoPeople, portraits: Callable[..., Matrix]
) -> None:
    """A scan that runs meanwhile brings new faces; a terminal beside it names somebody."""
    visitor = visit(two_people.library)
    visitor.enter()
    assert len(keys(visitor)) == 2
    cleo = two_people.album.add_portraits("cleo", portraits("Cleo", 9))
    two_people.album.add_cluster(*cleo)
    visitor.wait_for("9 faces", "/wall/groups/0")
    assert "9 faces of cluster 3" in visitor.get("/questions").text
    two_people.album.say("Cleo", *cleo)
    visitor.wait_for("Cleo", "/wall/people/0")


def test_a_library_whose_scan_just_began(
    visit: Visit, album: Album, portraits: Callable[..., Matrix]
) -> None:
    visitor = visit(album.library)
    visitor.enter()
    assert "Nothing is left to ask" in visitor.get("/questions").text
    album.add_photo("/photos/1.jpg", *portraits("Ann", 1))
    visitor.wait_for("Who is this?", "/questions")


def test_crops_are_cut_from_photos(
    visit: Visit, album: Album, tmp_path: Path, portraits: Callable[..., Matrix]
) -> None:
    pixels = np.full((600, 800, 3), 200, np.uint8)
    pixels[120:420, 80:560] = (250, 20, 20)
    there = tmp_path / "photo.png"
    Image.fromarray(pixels).save(there)
    (face,) = album.add_photo(str(there), *portraits("Ann", 1))
    (lost,) = album.add_photo("/nowhere/photo.jpg", *portraits("Ben", 1))
    visitor = visit(album.library)
    visitor.enter()
    answer = visitor.get(f"/face/{face}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert visitor.get(f"/face/{face}").content == answer.content
    assert visitor.get(f"/photo/{face}").status_code == 200
    assert visitor.get(f"/face/{lost}").status_code == 200
    assert visitor.get("/face/99").status_code == 404
