"""However photos come and people are named, a human's word and the rules of clusters hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from photoclust.actions.cluster import cluster
from photoclust.actions.find import find
from photoclust.actions.name import name_cluster, name_face
from photoclust.errors import PhotoclustError
from photoclust.vectors import Matrix

PEOPLE = ("Ann", "Ben", "Cid", "Dot")


@pytest.mark.parametrize("seed", range(8))
def test_a_life_of_a_library(album: object, portraits: Callable[..., Matrix], seed: int) -> None:
    chance = np.random.default_rng(seed)
    library = album.library
    looks = {name: portraits(name, 60, spread=0.5) for name in PEOPLE}
    used = dict.fromkeys(PEOPLE, 0)
    said: dict[int, str] = {}
    photos = 0

    def take(name: str) -> np.ndarray:
        used[name] += 1
        return looks[name][used[name] - 1]

    for _round in range(5):
        for _photo in range(8):
            names = chance.choice(PEOPLE, size=int(chance.integers(1, 4)), replace=True)
            photos += 1
            album.add_photo(f"/photos/{photos:03}.jpg", *(take(str(name)) for name in names))
        cluster(library)
        shown = library.clusters.summaries()
        if shown:
            number = shown[int(chance.integers(len(shown)))].cluster
            name = str(chance.choice(PEOPLE))
            kept = {f: n for f, n in said.items() if (f, "face") in _sources(library)}
            members = [face.id for face in library.faces.of_cluster(number)]
            if all(face in kept and said[face] != name for face in members):
                with pytest.raises(PhotoclustError, match="one by one"):
                    name_cluster(library, number, name)
            else:
                name_cluster(library, number, name)
            said |= {face: name for face in members if face not in kept}
        some = library.faces.all()[int(chance.integers(library.faces.count()))].id
        name = str(chance.choice(PEOPLE))
        name_face(library, some, name)
        said[some] = name

        before = {face.id: face.cluster for face in library.faces.all()}
        cluster(library)
        faces = library.faces.all()
        assert {face.id: face.person for face in faces if face.how == "named"} == said
        for face in faces:  # a named face stays where it was
            if face.id in said and before[face.id] is not None:
                assert face.cluster == before[face.id]
        unnamed = [(f.photo_id, f.cluster) for f in faces if f.cluster and f.id not in said]
        assert len(unnamed) == len(set(unnamed))
        settled = {face.id: face.cluster for face in faces}
        cluster(library)
        assert {face.id: face.cluster for face in library.faces.all()} == settled

    for person in library.people.all():
        if person.name in said.values():
            report = find(library, person.name)
            found = {item.face.id for photo in report.found for item in photo.faces}
            assert found >= {face for face, name in said.items() if name == person.name}
            assert not found & {face for face, name in said.items() if name != person.name}
            similarities = [item.similarity for item in report.found]
            assert similarities == sorted(similarities, reverse=True)


def _sources(library: object) -> set[tuple[int, str]]:
    return {(item.face_id, item.source) for item in library.people.named_faces()}
