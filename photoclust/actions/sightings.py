"""Where a person is seen: named, through a cluster, or by likeness."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.constraints import ABSENT, positions
from photoclust.library.faces import Belonging, FaceVectors
from photoclust.library.packs import StoredPack
from photoclust.library.people import Person
from photoclust.search.completeness import MOST_BELOW
from photoclust.search.index import FaceIndex
from photoclust.search.match import best_of_each_photo, choose_exemplars
from photoclust.vectors import Vector

# How a face is somebody's, the surest first. `maybe` is below the threshold.
HOWS = ("named", "cluster", "match", "maybe")
SETTLED = ("named", "cluster")

# Some of them are somebody else's, or in photos where the person is found.
LOOKED_AT_BELOW = 2 * MOST_BELOW


@dataclass(frozen=True, slots=True)
class Sighting:
    """A face that is somebody's: its similarity to the exemplars (cosine), and how it is known.

    `how` is `named` (a human gave it to the person), `cluster` (it is in a cluster of theirs),
    `match` (similar enough) or `maybe` (below the threshold, where that was asked for).
    """

    face_id: int
    photo_id: int
    similarity: float
    how: str


@dataclass(frozen=True, slots=True)
class Sightings:
    """Everywhere a person is seen, at most once a photo by the machine's word.

    Photos that may show somebody twice, such as videos, show them as often as they like.

    Attributes
    ----------
    own, inside : the faces (ids) that a human gave to them, and those in clusters named as them.
    exemplars : those of their own that the others were compared with.
    alike : every face that may be theirs, those too that another face of the photo outdoes.
    below : the faces nearest below the pack's threshold that may be anybody's, nearest first.
    """

    person: Person
    own: NDArray[np.int64]
    inside: NDArray[np.int64]
    exemplars: tuple[int, ...]
    alike: tuple[Sighting, ...]
    found: tuple[Sighting, ...]
    below: tuple[Sighting, ...] = ()


def _own_faces(library: Library, vectors: FaceVectors, person: Person) -> NDArray[np.int64]:
    """Indices of the faces that a human gave to the person.

    Raises
    ------
    PhotoclustError : there are none, so there is nothing to compare with.
    """
    named = np.setdiff1d(library.people.faces_of(person.id), library.faces.undone())
    places = positions(vectors.ids, named.astype(np.int64))
    own: NDArray[np.int64] = places[places != ABSENT]
    if not len(own):
        raise PhotoclustError(
            f"{person.name} has no faces to compare with.",
            f"Name a cluster or a face, or `photoclust enrol {person.name} PHOTO`.",
        )
    return own


def sightings_of(
    library: Library,
    pack: StoredPack,
    vectors: FaceVectors,
    person: Person,
    least: float | None = None,
) -> Sightings:
    """Compare all faces with those that a human gave to the person.

    Nobody is in a photo twice by the machine's word. A face that belongs to somebody else, is
    ignored, or was said not to be the person is never a match.

    Parameters
    ----------
    vectors : of all faces, references included.
    least : the lowest similarity of a match, if not the pack's threshold.

    Raises
    ------
    PhotoclustError : the person has no face to compare with.
    """
    own = _own_faces(library, vectors, person)
    exemplars = own[choose_exemplars(vectors.matrix[own], vectors.quality[own])]
    standards = vectors.matrix[exemplars]
    cut = pack.match if least is None else least
    index = FaceIndex(vectors.matrix)
    near, _ = index.within(standards, cut, LOOKED_AT_BELOW)
    inside = np.array(library.clusters.faces_of(person.id), np.int64)
    theirs = positions(vectors.ids, inside)
    candidates = np.union1d(np.union1d(near, own), theirs[theirs != ABSENT])
    belonging = library.faces.belonging(vectors.ids[candidates].tolist())
    denied = library.decisions.denied(person.id)
    similarity = index.similarities(standards, candidates)
    known = [
        Sighting(face, int(vectors.photo_ids[index]), value, how)
        for index, value in zip(candidates.tolist(), similarity.tolist(), strict=True)
        for face in (int(vectors.ids[index]),)
        if face in belonging
        and (how := _how(belonging[face], person.id, value, pack.match))
        and (how == "named" or face not in denied)
    ]
    seen = [item for item in known if item.how in SETTLED or item.similarity >= cut]
    below = [item for item in known if item.how == "maybe"]
    return Sightings(
        person,
        vectors.ids[own],
        inside,
        tuple(vectors.ids[exemplars].tolist()),
        tuple(seen),
        _once_a_photo(library, seen),
        tuple(sorted(below, key=lambda item: -item.similarity)),
    )


def sightings_like(
    library: Library,
    pack: StoredPack,
    vectors: FaceVectors,
    look: Vector,
    name: str,
    least: float | None = None,
) -> Sightings:
    """Compare all faces with one that is in no library; whose they are does not matter.

    Parameters
    ----------
    look : (dim,) unit vector.
    name : what the picture is called.
    """
    standards, cut = look[None], pack.match if least is None else least
    alike, similarity = FaceIndex(vectors.matrix).within(standards, cut)
    belonging = library.faces.belonging(vectors.ids[alike].tolist())
    seen = [
        Sighting(
            int(vectors.ids[index]),
            int(vectors.photo_ids[index]),
            value,
            "match" if value >= pack.match else "maybe",
        )
        for index, value in zip(alike.tolist(), similarity.tolist(), strict=True)
        if int(vectors.ids[index]) in belonging
        and belonging[int(vectors.ids[index])].ignored != "hidden"
    ]
    nobody = np.empty(0, np.int64)
    return Sightings(Person(0, name), nobody, nobody, (), tuple(seen), _once_a_photo(library, seen))


def shared_out(
    library: Library, everybody: Sequence[Sightings]
) -> dict[Person, tuple[Sighting, ...]]:
    """Where each of these people is seen if every face is of one of them only.

    In a photo where a face is like several, it and the others go to them so that as many of them as
    possible are seen, and of all such ways in the likeliest. Whose a face is by a human's word or
    through a cluster is not in question.
    """
    owners = Counter(item.face_id for one in everybody for item in one.found)
    contested = {
        item.photo_id for one in everybody for item in one.found if owners[item.face_id] > 1
    }
    if not contested:
        return {one.person: one.found for one in everybody}
    repeating = library.decisions.allowed_photos()
    found: dict[Person, list[Sighting]] = {}
    alike: defaultdict[int, list[tuple[Person, Sighting]]] = defaultdict(list)
    for one in everybody:
        found[one.person] = [
            item for item in one.found if item.photo_id not in contested or item.how in SETTLED
        ]
        open_photos = contested - ({item.photo_id for item in found[one.person]} - repeating)
        for item in one.alike:
            if item.photo_id in open_photos and item.how not in SETTLED:
                alike[item.photo_id].append((one.person, item))
    for photo, items in alike.items():
        for person, item in _assigned(items, repeats=photo in repeating):
            found[person].append(item)
    return {person: tuple(items) for person, items in found.items()}


def _assigned(
    items: Sequence[tuple[Person, Sighting]], *, repeats: bool
) -> list[tuple[Person, Sighting]]:
    """Those of the items that give each face of a photo to one person at most.

    Nor has a person more than one of the faces, unless the photo `repeats` people.
    """
    from scipy.optimize import linear_sum_assignment

    people = list(dict.fromkeys(person for person, _ in items))
    faces = list(dict.fromkeys(item.face_id for _, item in items))
    worth = np.zeros((len(people), len(faces)))
    for person, item in items:
        # One person more outweighs any similarities, which are -1 to 1.
        worth[people.index(person), faces.index(item.face_id)] = 2 * len(people) + item.similarity
    seats = len(faces) if repeats else 1  # of each person
    rows, columns = linear_sum_assignment(np.repeat(worth, seats, axis=0), maximize=True)
    given = set(zip((rows // seats).tolist(), columns.tolist(), strict=True))
    return [
        (person, item)
        for person, item in items
        if (people.index(person), faces.index(item.face_id)) in given
    ]


def _how(face: Belonging, person: int, similarity: float, match: float) -> str | None:
    if face.person_id == person:
        return face.how
    if face.person_id is not None or face.ignored is not None:
        return None
    return "match" if similarity >= match else "maybe"


def _once_a_photo(library: Library, seen: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Faces a human named all stay; of the others in a photo only the likeliest, if none is named.

    A face in a cluster of the person is likelier than any match. In photos that may show somebody
    twice all stay.
    """
    repeating = library.decisions.allowed_photos()
    seen = sorted(seen, key=lambda item: item.face_id)
    chosen = [item for item in seen if item.how == "named" or item.photo_id in repeating]
    for how in HOWS[1:]:
        taken = {item.photo_id for item in chosen}
        others = [item for item in seen if item.how == how and item.photo_id not in taken]
        best = best_of_each_photo(
            np.array([item.photo_id for item in others], np.int64),
            np.array([item.similarity for item in others], np.float64),
        )
        chosen += [others[index] for index in best]
    return tuple(chosen)
