"""What humans said, aligned with the faces at hand."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from photoclust.clustering.constraints import violations
from photoclust.library.constraints import constraints_of, positions

if TYPE_CHECKING:
    from tests.conftest import Album, TwoPeople


def test_everything_said_is_aligned_with_the_faces(two_people: TwoPeople) -> None:
    album, library = two_people.album, two_people.library
    look = library.faces.vectors().matrix[0]
    pair = album.add_photo("/photos/pair.jpg", look, -look, taken_at="2001-02-03T23:30:00+05:00")
    (reference,) = album.add_photo("/elsewhere/passport.jpg", look, reference=True)
    album.say("Ann", two_people.ann[0], reference)
    (ann,) = library.people.called("Ann")
    assert ann is not None
    with library.transaction():
        act = library.journal.begin("say much")
        library.decisions.say_same(act, two_people.ann[2], two_people.ann[1])
        library.decisions.say_same(act, two_people.ann[2], reference)
        library.decisions.say_different(act, pair[0], two_people.ben[0])
        library.decisions.say_not(act, pair[1], ann.id)
        library.decisions.say_not(act, reference, ann.id)
        library.decisions.set_birth(act, ann.id, date(1980, 2, 28))
        library.decisions.allow_same_photo(act, album.photo_of(two_people.ben[3]))

    faces = library.faces.vectors()
    found = constraints_of(library, faces)
    index = {int(face): place for place, face in enumerate(faces.ids)}
    assert found.people.tolist() == [ann.id] + [0] * 8
    assert found.same.tolist() == [[index[two_people.ann[1]], index[two_people.ann[2]]]]
    assert found.different.tolist() == [[index[two_people.ben[0]], index[pair[0]]]]
    assert found.is_not.tolist() == [[index[pair[1]], ann.id]]
    assert found.born == {ann.id: date(1980, 2, 28).toordinal()}
    assert np.isnan(found.taken[:7]).all()
    assert found.taken[7:].tolist() == [date(2001, 2, 3).toordinal()] * 2
    assert found.photos[7] == found.photos[8] == album.photo_of(pair[0])
    assert found.photos[index[two_people.ben[3]]] < 0
    assert len(set(found.photos.tolist())) == 8

    everybody = constraints_of(library, library.faces.vectors(references=True))
    assert (len(everybody.people), len(everybody.same)) == (10, 2)


def test_an_act_that_was_taken_back_is_not_said(two_people: TwoPeople) -> None:
    library = two_people.library
    with library.transaction():
        act = library.journal.begin("say_same")
        library.decisions.say_same(act, two_people.ann[0], two_people.ann[1])
        library.decisions.allow_same_photo(act, two_people.album.photo_of(two_people.ann[0]))
    two_people.album.take_back(act)
    found = constraints_of(library, library.faces.vectors())
    assert (len(found.same), found.photos.min() >= 0) == (0, True)


def test_an_empty_library_says_nothing(album: Album) -> None:
    found = constraints_of(album.library, album.library.faces.vectors())
    assert found.photos.shape == found.people.shape == found.taken.shape == (0,)
    assert found.same.shape == found.different.shape == found.is_not.shape == (0, 2)


def test_ids_are_found_among_ids() -> None:
    ids = np.array([2, 5, 9])
    assert positions(ids, np.array([5, 1, 9, 10, 2, 3])).tolist() == [1, -1, 2, -1, 0, -1]
    assert positions(ids[:0], np.array([5])).tolist() == [-1]


def test_many_faces_are_no_burden(album: Album) -> None:
    """20,000 faces, a quarter of them named, some pairs: a fifth of a second is plenty."""
    library, count = album.library, 20_000
    with library.transaction():
        library.query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO photos (id, content_hash, taken_at) SELECT i, i, '2020-01-01' FROM n",
            count // 2,
        )
        library.query("INSERT INTO scans SELECT id, 1, 'done', NULL, '2020', 'normal' FROM photos")
        library.query(
            "INSERT INTO faces (photo_id, pack_id, x1, y1, x2, y2, score, quality, landmarks)"
            " SELECT id, 1, 0, 0, 1, 1, 1, 1, '[]' FROM photos, (SELECT 1 UNION ALL SELECT 2)"
        )
        act = library.journal.begin("name")
        person = library.people.add(act, "Ann")
        library.decisions.give(act, range(1, count, 4), person_id=person.id, source="cluster")
        for face in range(1, 2001, 2):
            library.decisions.say_same(act, face, face + 5)
        library.decisions.set_birth(act, person.id, date(2021, 1, 1))

    class Listed:
        ids = np.arange(1, count + 1)
        photo_ids = np.repeat(np.arange(1, count // 2 + 1), 2)

    start = perf_counter()
    constraints = constraints_of(library, Listed())
    found = violations(constraints, np.full(count, -1))
    assert perf_counter() - start < 2.0
    assert len(constraints.same) == 1000
    assert len(found) >= count // 4
