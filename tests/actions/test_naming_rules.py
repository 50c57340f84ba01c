"""What naming one by one and as a cluster mean for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photoclust.actions.cluster import cluster
from photoclust.actions.name import name_cluster, name_face, unname_cluster

if TYPE_CHECKING:
    from tests.conftest import TwoPeople


def test_a_name_given_one_by_one_outlives_that_of_the_cluster(two_people: TwoPeople) -> None:
    library, face = two_people.library, two_people.ann[0]
    name_face(library, face, "Ann")
    name_cluster(library, two_people.ann_cluster, "Ann")
    unname_cluster(library, two_people.ann_cluster)
    names = {item.id: item.person for item in library.faces.of_cluster(two_people.ann_cluster)}
    assert names == {face: "Ann", **dict.fromkeys(two_people.ann[1:])}


def test_two_people_never_share_a_cluster(two_people: TwoPeople) -> None:
    library, number = two_people.library, two_people.ben_cluster
    name_face(library, two_people.ben[0], "Ben")
    name_face(library, two_people.ben[1], "Cem")
    cluster(library)
    in_it = {face.person for face in library.faces.of_cluster(number)} - {None}
    assert len(in_it) <= 1


def test_a_face_kept_by_somebody_else_leaves_the_cluster(two_people: TwoPeople) -> None:
    library, number = two_people.library, two_people.ben_cluster
    name_face(library, two_people.ben[0], "Cem")
    report = name_cluster(library, number, "Ben")
    assert (report.faces, report.kept) == (3, 1)
    assert two_people.ben[0] not in {face.id for face in library.faces.of_cluster(number)}
