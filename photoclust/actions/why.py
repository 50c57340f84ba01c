"""Why a photo was found for a person, or was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.actions.lookup import pack_in_use, person_named, photos_at
from photoclust.actions.sightings import Sighting, own_faces, sightings_of
from photoclust.errors import NotFound
from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.library.faces import Face
from photoclust.library.journal import Act
from photoclust.library.people import Person
from photoclust.search.match import NEAREST_EXEMPLARS, choose_exemplars, similarity_to


@dataclass(frozen=True, slots=True)
class Nearest:
    """An exemplar of the person, and how like it the face is (cosine)."""

    face: Face
    similarity: float

    @property
    def distance(self) -> float:
        """Squared Euclidean distance of the unit vectors."""
        return 2 - 2 * self.similarity


@dataclass(frozen=True, slots=True)
class Reason:
    """One face of the photo.

    Attributes
    ----------
    found : is it taken for the person?
    similarity : the mean over its nearest exemplars, which is what counts (cosine).
    nearest : these exemplars, the most similar first.
    because : what decided, as a sentence.
    acts : what was said of this face, newest first.
    """

    face: Face
    found: bool
    similarity: float
    nearest: tuple[Nearest, ...]
    because: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class WhyReport:
    """Each face of a photo, the most similar first; `threshold` is the pack's (cosine)."""

    person: Person
    threshold: float
    exemplars: int
    reasons: tuple[Reason, ...]


def why(library: Library, photo: Path, name: str) -> WhyReport:
    """Compare each face of a photo with a person's exemplars, and say what decided.

    Raises
    ------
    NotFound : there is no such photo or person, or no face in the photo.
    PhotoclustError : the person has no face to compare with.
    """
    pack = pack_in_use(library)
    person = person_named(library, name)
    (photo_id,) = photos_at(library, [photo])
    faces = library.faces.of_photo(photo_id)
    if not faces:
        raise NotFound(f"No face was found in {photo}.", "`photoclust add-face` marks one by hand.")
    vectors = library.vectors()
    own = own_faces(library, vectors, person)
    exemplars = own[choose_exemplars(vectors.matrix[own], vectors.quality[own])]
    seen = {
        item.face_id: item
        for item in sightings_of(library, pack, vectors, person).found
        if item.photo_id == photo_id
    }
    stored = library.faces.get_all(vectors.ids[exemplars].tolist())
    denied = library.decisions.denied(person.id)
    reasons = []
    for face in faces:
        (place,) = positions(vectors.ids, np.array([face.id]))
        each = vectors.matrix[exemplars] @ vectors.matrix[place]
        order = np.argsort(-each, kind="stable")[:NEAREST_EXEMPLARS]
        nearest = tuple(
            Nearest(stored[int(vectors.ids[exemplars[index]])], float(each[index]))
            for index in order
        )
        similarity = float(similarity_to(vectors.matrix[exemplars], vectors.matrix[[place]])[0])
        reasons.append(
            Reason(
                face,
                face.id in seen,
                similarity,
                nearest,
                _because(face, person, similarity, pack.match, face.id in denied, seen),
                tuple(library.journal.acts_on(face.id)),
            )
        )
    reasons.sort(key=lambda reason: (not reason.found, -reason.similarity))
    return WhyReport(person, pack.match, len(exemplars), tuple(reasons))


def _because(
    face: Face,
    person: Person,
    similarity: float,
    threshold: float,
    denied: bool,
    seen: Mapping[int, Sighting],
) -> str:
    name = person.name
    if face.person_id == person.id and face.how == "named":
        return f"You said that it is {name}."
    if denied:
        return f"You said that it is not {name}."
    if face.id in seen and face.how == "cluster":
        return f"It is in cluster {face.cluster}, which you named {name}."
    if face.id in seen:
        return f"It is as like {name} as the threshold asks for."
    if face.ignored is not None:
        return f"You said that it is to be ignored ({face.ignored})."
    if face.person_id is not None and face.person_id != person.id:
        how = "You said that it is" if face.how == "named" else f"By cluster {face.cluster} it is"
        return f"{how} {face.person}."
    if face.person_id == person.id or similarity >= threshold:
        return f"Another face of this photo is more surely {name}, and nobody is in a photo twice."
    return f"It is less like {name} than the threshold asks for."
