"""Find every photo of a person, by embedding distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.actions.lookup import person_named
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.faces import Face, FaceVectors
from photoclust.library.people import Person
from photoclust.search.match import best_of_each_photo, choose_exemplars, similarity_to


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of the person: its similarity to the exemplars (cosine), and how it was found.

    `how` is `named` (a human gave it to the person), `cluster` (it is in a cluster of theirs) or
    `match` (similar enough). `paths` are the files of its photo that are there.
    """

    face: Face
    similarity: float
    how: str
    paths: list[str]


@dataclass(frozen=True, slots=True)
class FindReport:
    """The faces of a person, best first; `threshold` (cosine) is the pack's."""

    person: Person
    threshold: float
    exemplars: int
    found: list[FoundFace]


HOW_ORDER = {"named": 0, "cluster": 1, "match": 2}


def find(library: Library, name: str) -> FindReport:
    """Compare every face of the library with the person's exemplars.

    The answer is the faces a human gave to the person, the members of their clusters, and any
    other face within the pack's threshold. Nobody is in a photo twice by the machine's word, and
    a face that a human gave to somebody else is never theirs.

    Raises
    ------
    NotFound : nobody has that name.
    PhotoclustError : the person has no face to compare with.
    """
    person = person_named(library, name)
    pack = library.packs.in_use()
    vectors = library.faces.vectors(references=True)
    owners = {item.face_id: item.person_id for item in library.people.named_faces()}
    owner = np.array([owners.get(int(face), 0) for face in vectors.ids], np.int64)
    own = np.flatnonzero(owner == person.id)
    if pack is None or not len(own):
        raise PhotoclustError(
            f"{person.name} has no faces to compare with.",
            f"Name a cluster or a face, or `photoclust enrol {person.name} PHOTO`.",
        )
    exemplars = own[choose_exemplars(vectors.matrix[own], vectors.quality[own])]
    similarities = similarity_to(vectors.matrix[exemplars], vectors.matrix)

    how = _how(person, vectors, library.faces.belonging(), similarities >= pack.match)
    chosen = _once_a_photo(vectors, similarities, how)
    faces = library.faces.get_all(int(vectors.ids[index]) for index in chosen)
    paths = library.photos.paths_of(face.photo_id for face in faces.values())
    found = [
        FoundFace(
            faces[int(vectors.ids[index])],
            float(similarities[index]),
            how[index],
            paths.get(int(vectors.photo_ids[index]), []),
        )
        for index in chosen
    ]
    found.sort(key=lambda item: (-item.similarity, HOW_ORDER[item.how], item.face.id))
    return FindReport(person, pack.match, len(exemplars), found)


def _how(
    person: Person,
    vectors: FaceVectors,
    belonging: dict[int, tuple[int | None, str | None]],
    alike: NDArray[np.bool_],
) -> dict[int, str]:
    """Index -> how the face is the person's; faces that are not theirs are left out."""
    how: dict[int, str] = {}
    for index, face_id in enumerate(vectors.ids.tolist()):
        if face_id not in belonging:  # of a reference photo
            continue
        owner, known = belonging[face_id]
        if owner == person.id and known is not None:
            how[index] = known
        elif owner is None and alike[index]:
            how[index] = "match"
    return how


def _once_a_photo(
    vectors: FaceVectors, similarities: NDArray[np.float32], how: dict[int, str]
) -> list[int]:
    """Faces a human named all stay; of the others in a photo only the likeliest, if none is named.

    A face in a cluster of the person is likelier than any match.
    """
    chosen = [index for index, word in how.items() if word == "named"]
    for word in ("cluster", "match"):
        taken = {int(vectors.photo_ids[index]) for index in chosen}
        others = np.array(
            [
                index
                for index, said in how.items()
                if said == word and int(vectors.photo_ids[index]) not in taken
            ],
            np.int64,
        )
        best = best_of_each_photo(vectors.photo_ids[others], similarities[others])
        chosen += others[best].tolist()
    return chosen
