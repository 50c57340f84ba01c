"""`identify`: who is in a photo of no library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.actions.identify import IdentifyReport, identify
from photoclust.actions.references import people_of_library
from photoclust.choices import Detail, Device
from photoclust.errors import NotFound, PhotoclustError, UsageError

if TYPE_CHECKING:
    from tests.actions.conftest import Painted
    from tests.conftest import Album

RED, CRIMSON, BLUE, GREEN, GREY = (
    (200, 10, 10),
    (200, 30, 10),
    (10, 10, 200),
    (10, 200, 10),
    (90, 90, 90),
)
# Cosine to RED 0.931: 1 in 1,500 strangers are as alike.
REDDISH = (200, 90, 10)


@pytest.fixture
def friends(painted: Painted, tmp_path: Path) -> Path:
    """Ann is red, Ben is blue: two photos each."""
    folder = tmp_path / "friends"
    for name, colour in (("Ann", RED), ("Ben", BLUE)):
        for number in (1, 2):
            painted.photo(folder / name / f"{number}.png", colour)
    return folder


def who(report: IdentifyReport) -> list[str | None]:
    return [item.person for item in report.faces]


def test_each_face_gets_the_most_similar_person(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    party = painted.photo(tmp_path / "party.png", GREEN, BLUE, CRIMSON)
    report = identify(party, people=friends)
    assert who(report) == [None, "Ben", "Ann"]
    assert [item.how for item in report.faces] == ["new", "match", "match"]
    assert (report.people, report.faces_in_photo) == (2, 3)
    ann = report.faces[2]
    assert ann.number == 3
    assert ann.nearest.similarity == pytest.approx(
        float(painted.look(RED) @ painted.look(CRIMSON)), abs=1e-6
    )
    assert ann.nearest.distance == pytest.approx(2 - 2 * ann.nearest.similarity)
    assert ann.runner_up is not None
    assert ann.runner_up.name == "Ben"
    assert ann.rate is not None
    assert ann.rate.share < 1e-4


def test_one_face_can_be_asked_for(painted: Painted, friends: Path, tmp_path: Path) -> None:
    party = painted.photo(tmp_path / "party.png", GREEN, BLUE)
    report = identify(party, people=friends, face=2)
    assert [(item.number, item.person) for item in report.faces] == [(2, "Ben")]
    with pytest.raises(PhotoclustError, match="no face 3"):
        identify(party, people=friends, face=3)


def test_nobody_is_in_a_photo_twice(painted: Painted, friends: Path, tmp_path: Path) -> None:
    twins = painted.photo(tmp_path / "twins.png", CRIMSON, RED)
    report = identify(twins, people=friends)
    assert who(report) == [None, "Ann"]
    assert report.faces[0].how == "taken"
    assert report.faces[0].nearest.name == "Ann"
    assert identify(twins, people=friends, face=1).faces[0].how == "taken"


def test_a_little_below_the_threshold_is_perhaps(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    photo = painted.photo(tmp_path / "perhaps.png", REDDISH)
    (face,) = identify(photo, people=friends).faces
    assert face.nearest.similarity < 0.948
    assert (face.how, face.person, face.nearest.name) == ("maybe", None, "Ann")
    assert face.rate is not None
    assert face.rate.share < 0.01


def test_the_more_people_the_less_a_similarity_says(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    photo = painted.photo(tmp_path / "perhaps.png", REDDISH)
    (few,) = identify(photo, people=friends).faces
    for number in range(30):
        painted.photo(friends / f"other {number}" / "1.png", (5, 100 + number, 250 - number))
    (many,) = identify(photo, people=friends).faces
    assert few.nearest.similarity == pytest.approx(many.nearest.similarity)
    assert few.rate is not None
    assert many.rate is not None
    assert many.rate.share > 5 * few.rate.share
    assert (few.how, many.how) == ("maybe", "new")


def test_only_one_person_has_no_runner_up(painted: Painted, tmp_path: Path) -> None:
    painted.photo(tmp_path / "friends" / "Ann" / "1.png", RED)
    (face,) = identify(
        painted.photo(tmp_path / "one.png", CRIMSON), people=tmp_path / "friends"
    ).faces
    assert (face.person, face.runner_up) == ("Ann", None)


def test_photo_without_a_face(painted: Painted, friends: Path, tmp_path: Path) -> None:
    report = identify(painted.photo(tmp_path / "hills.png", (0, 0, 0)), people=friends)
    assert report.faces == []
    assert report.faces_in_photo == 0


def test_more_detail_counts_for_the_photo_and_the_people(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    small = (5, 0, 0)
    photo = painted.photo(tmp_path / "small.png", small, BLUE)
    painted.photo(friends / "Cid" / "1.png", small)
    usual = identify(photo, people=friends)
    assert (usual.faces_in_photo, usual.people) == (1, 2)
    closer = identify(photo, people=friends, detail=Detail.HIGH, device=Device.CPU)
    assert (closer.faces_in_photo, closer.people) == (2, 3)


# -- a folder of people ---------------------------------------------------------------------------


def test_what_came_of_the_references_is_told(
    painted: Painted, friends: Path, tmp_path: Path
) -> None:
    painted.photo(friends / "Ann" / "deeper" / "3.png", RED)
    painted.photo(friends / "Ann" / "two.png", RED, BLUE)
    painted.photo(friends / "Ann" / "hills.png", (0, 0, 0))
    (friends / "Ann" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (friends / "Ann" / "notes.txt").write_text("a good friend")
    (friends / "Empty").mkdir()
    painted.photo(friends / "beside.png", RED)
    painted.photo(friends / "@eaDir" / "small.png", RED)
    painted.photo(friends / ".hidden" / "1.png", RED)
    report = identify(painted.photo(tmp_path / "ben.png", BLUE), people=friends)
    found = report.references
    assert found is not None
    assert [person.name for person in found.people] == ["Ann", "Ben"]
    assert found.photos == 6
    left_out = {Path(path).name: reason for path, reason in found.left_out}
    assert left_out.pop("hills.png") == "no face was found"
    assert list(left_out) == ["broken.jpg"]
    assert [Path(path).name for path in found.several] == ["two.png"]
    assert found.nobody == ["Empty"]
    assert found.beside == 1


@pytest.mark.skipif(os.name == "nt", reason="such names are not possible there")
@pytest.mark.parametrize(
    "name", [b"a\nb", b"\x1b[31mred", b"\xff\xfe", "Zo\u00eb \U0001f600".encode()]
)
def test_folder_of_any_name_is_a_person(painted: Painted, tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "friends"
    try:
        painted.photo(folder / os.fsdecode(name) / "1.png", RED)
    except OSError:
        pytest.skip("the file system does not take this name")
    report = identify(painted.photo(tmp_path / "one.png", RED), people=folder)
    assert who(report) == [os.fsdecode(name)]


def test_folder_that_cannot_be_used_is_told_in_a_sentence(painted: Painted, tmp_path: Path) -> None:
    photo = painted.photo(tmp_path / "one.png", RED)
    with pytest.raises(NotFound, match="There is no folder"):
        identify(photo, people=tmp_path / "missing")
    with pytest.raises(PhotoclustError, match="cannot be read"):
        identify(photo, people=photo)
    loose = tmp_path / "loose"
    painted.photo(loose / "1.png", RED)
    with pytest.raises(PhotoclustError, match="There are no folders"):
        identify(photo, people=loose)
    (loose / "Ann").mkdir()
    with pytest.raises(PhotoclustError, match="holds a photo with a face"):
        identify(photo, people=loose)


# -- a library ------------------------------------------------------------------------------------


def test_people_of_a_library(painted: Painted, album: Album, tmp_path: Path) -> None:
    """Named faces of scanned photos and of references; nothing is added to either."""
    (ann,) = album.add_photo("/photos/ann.jpg", painted.look(RED))
    (ben,) = album.add_photo("/references/ben.jpg", painted.look(BLUE), reference=True)
    album.add_photo("/photos/nobody.jpg", painted.look(GREEN))
    album.say("Ann", ann)
    album.say("Ben", ben)
    before = album.library.query("SELECT count(*) FROM faces")[0][0]
    party = painted.photo(tmp_path / "party.png", BLUE, GREEN, CRIMSON)
    report = identify(party, library=album.library)
    assert who(report) == ["Ben", None, "Ann"]
    assert report.threshold == 0.5
    assert report.gauge.library == album.library.path
    assert album.library.query("SELECT count(*) FROM faces")[0][0] == before


def test_exemplars_of_a_person_are_few(painted: Painted, album: Album) -> None:
    faces = [
        face
        for shade in range(40)
        for face in album.add_photo(f"/photos/{shade}.jpg", painted.look((200, shade, 10)))
    ]
    album.say("Ann", *faces)
    (ann,) = people_of_library(album.library)
    assert ann.exemplars.shape == (16, 16)


def test_library_without_names(painted: Painted, album: Album, tmp_path: Path) -> None:
    album.add_photo("/photos/ann.jpg", painted.look(RED))
    with pytest.raises(PhotoclustError, match="Nobody in"):
        identify(painted.photo(tmp_path / "one.png", RED), library=album.library)


def test_request_that_makes_no_sense(painted: Painted, album: Album, tmp_path: Path) -> None:
    photo = painted.photo(tmp_path / "one.png", RED)
    with pytest.raises(UsageError, match="own pack"):
        identify(photo, library=album.library, pack="open")
    with pytest.raises(UsageError, match="folder of people"):
        identify(photo)
