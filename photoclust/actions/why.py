"""Why a photo was found for a person, or was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photoclust.actions.lookup import pack_in_use, person_named, photos_at
from photoclust.actions.sightings import Sighting, sightings_of
from photoclust.errors import NotFound
from photoclust.library import Library
from photoclust.library.constraints import positions
from photoclust.library.faces import Face
from photoclust.library.journal import Act
from photoclust.library.people import Person
from photoclust.search.index import exact_similarity
from photoclust.search.match import NEAREST_EXEMPLARS


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
    """The faces of a photo that tell why, the most similar first.

    Attributes
    ----------
    threshold : the pack's (cosine).
    exemplars : how many faces of the person they were compared with.
    others : how many more faces there are, less like the person than the threshold asks for.
    """

    person: Person
    threshold: float
    exemplars: int
    reasons: tuple[Reason, ...]
    others: int


def why(library: Library, photo: Path, name: str) -> WhyReport:
    """Compare the faces of a photo with a person's exemplars, and say what decided.

    Of the faces that are less like the person than the threshold asks for, and of which nothing was
    said, only the most similar is shown, and that only if none is found.

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
    sightings = sightings_of(library, pack, vectors, person)
    seen = {item.face_id: item for item in sightings.found if item.photo_id == photo_id}
    denied = library.decisions.denied(person.id)
    exemplars = vectors.matrix[positions(vectors.ids, np.array(sightings.exemplars))]
    looks = vectors.matrix[positions(vectors.ids, np.array([face.id for face in faces]))]
    like = dict(zip(faces, exact_similarity(exemplars, looks).tolist(), strict=True))
    cosines = dict(zip(faces, looks @ exemplars.T, strict=True))
    stored = library.faces.get_all(sightings.exemplars)

    decided = [
        face for face in faces if face.id in seen or face.id in denied or like[face] >= pack.match
    ]
    rest = sorted(set(faces).difference(decided), key=lambda face: -like[face])
    reasons = [
        Reason(
            face,
            face.id in seen,
            like[face],
            tuple(
                Nearest(stored[sightings.exemplars[index]], float(cosines[face][index]))
                for index in np.argsort(-cosines[face], kind="stable")[:NEAREST_EXEMPLARS]
            ),
            _because(face, person, like[face], pack.match, face.id in denied, seen),
            tuple(library.journal.acts_on(face.id)),
        )
        for face in (decided if seen else [*decided, *rest[:1]])
    ]
    reasons.sort(key=lambda reason: (not reason.found, -reason.similarity))
    others = len(faces) - len(reasons)
    return WhyReport(person, pack.match, len(exemplars), tuple(reasons), others)


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
