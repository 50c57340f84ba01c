"""Who is enrolled, and what is found: by hand, and against plain loops and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from photoclust.errors import NotFound, PhotoclustError
from photoclust.lab.identification.people import disputed, people_in, roles
from photoclust.lab.identification.scores import all_pairs, identify
from photoclust.vectors import Matrix, normalised


def test_a_folder_is_a_person(tmp_path: Path) -> None:
    for path in ("Ann/1.jpg", "Ann/old/2.png", "Ben_2/3.jpg", "Ben_2/notes.txt", "group.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    found = people_in(tmp_path)
    assert [Path(path).name for path in found.photos] == ["1.jpg", "2.png", "3.jpg"]
    assert found.person.tolist() == [0, 0, 1]
    assert found.people == 2
    assert found.left_out == {"not a photo": 1, "in no person's folder": 1}


def test_no_people(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        people_in(tmp_path / "nowhere")
    with pytest.raises(NotFound, match="holds a photo\\."):
        people_in(tmp_path)
    (tmp_path / "Ann").mkdir()
    (tmp_path / "Ann" / "notes.txt").write_text("not a photo")
    with pytest.raises(NotFound, match="holds a photo \\(1 not a photo\\)"):
        people_in(tmp_path)


def test_photos_that_several_people_claim() -> None:
    contents = ["a", "b", "a", "c", "a", "c", "", ""]
    person = np.array([0, 0, 0, 1, 2, 1, 0, 1])
    assert disputed(contents, person) == [[0, 2, 4]]


@pytest.mark.parametrize("enrolled", [1, 2, 5])
def test_roles(enrolled: int) -> None:
    person = np.repeat(np.arange(60), np.arange(60) // 6 + 1)  # six each with one photo to ten
    parts = roles(person, enrolled)
    able = 6 * (10 - enrolled)
    strangers = able // 5
    people, shown = np.unique(person[parts.enrolled], return_counts=True)
    assert (shown == enrolled).all()
    assert len(people) == able - strangers
    assert (parts.enrolled.astype(int) + parts.known + parts.unknown == 1).all()
    assert set(person[parts.known]) == set(people)
    assert not set(person[parts.unknown]) & set(people)
    assert np.array_equal(parts.enrolled, roles(person, enrolled).enrolled)


@pytest.mark.parametrize(
    ("person", "said"), [([0, 1, 2], "Nobody has"), ([0, 0, 0, 1], "Only one person has")]
)
def test_nobody_to_tell_apart(person: list[int], said: str) -> None:
    with pytest.raises(PhotoclustError, match=f"{said} more than one photo"):
        roles(np.array(person), 1)


def on_circle(*degrees: float) -> Matrix:
    turned = np.radians(degrees)
    return normalised(np.stack([np.cos(turned), np.sin(turned)], axis=1))


def test_identification_by_hand() -> None:
    gallery = [on_circle(0), on_circle(90), on_circle(180)]
    known = on_circle(10, 80, 46, 200)
    found = identify(gallery, known, np.array([0, 1, 0, 0]), on_circle(*range(185, 205)))
    assert found.people == 3
    assert found.ranks.tolist() == [1, 1, 2, 3]  # 46 is nearer to 90, and 200 to both others
    assert [found.within(rank) for rank in (1, 2)] == [0.5, 0.75]
    at = found.at(float(np.cos(np.radians(9.5))))
    assert (at.dir, at.fpir) == (0, 5 / 20)  # 185 to 189
    assert found.at_fpir(0.1) is None  # of 20 strangers two
    assert found.at_fpir(0.5).dir == 0.5  # 10 from 0 is as near as 194 is not to 180
    assert found.at_fpir(0.5).threshold == pytest.approx(np.cos(np.radians(15)))
    np.testing.assert_allclose(found.dirs(np.array([0.1, 0.3, 1.0])), [0, 0.5, 0.5])


def test_no_strangers() -> None:
    found = identify([on_circle(0), on_circle(90)], on_circle(10), np.array([0]), on_circle())
    assert found.at(0.5).fpir is None
    assert found.at_fpir(0.1) is None


def test_equal_similarities_find_nobody() -> None:
    same = on_circle(0, 0, 0)
    found = identify([same[:1]] * 3, same, np.arange(3), same)
    assert found.ranks.tolist() == [3, 3, 3]
    assert all_pairs(same, np.array([0, 0, 1])).auc == 0.5


def test_all_pairs_are_every_two_photos(portraits: Callable[..., Matrix]) -> None:
    sizes = [1, 40, 3, 700, 2]  # more than a block
    matrix = np.concatenate([portraits(f"p{n}", n, spread=1.5) for n in sizes])
    person = np.repeat(np.arange(5), sizes)
    order = np.random.default_rng(0).permutation(len(person))
    matrix, person = matrix[order], person[order]
    found = all_pairs(matrix, person)
    upper = np.triu_indices(len(person), 1)
    same = (person[:, None] == person[None])[upper]
    assert (found.same, found.different) == (same.sum(), (~same).sum())
    assert found.auc == pytest.approx(roc_auc_score(same, (matrix @ matrix.T)[upper]), abs=1e-6)
