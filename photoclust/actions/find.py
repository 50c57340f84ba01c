"""Find photos by who is in them, by embedding distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from photoclust.actions.completeness import completeness_of
from photoclust.actions.lookup import pack_in_use, person_named
from photoclust.actions.sightings import (
    Sighting,
    Sightings,
    shared_out,
    sightings_like,
    sightings_of,
)
from photoclust.errors import NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.library.packs import StoredPack
from photoclust.library.people import Person
from photoclust.library.photos import ListedPhoto
from photoclust.query import (
    Age,
    Expression,
    Filters,
    Query,
    Sort,
    Who,
    evaluate,
    negatives,
    parse,
    people_of,
    positives,
    signs_for,
    written,
)
from photoclust.search.completeness import Completeness

# Where `maybe` ends, below the threshold of a pack for which nobody measured it (cosine).
MAYBE_BELOW = 0.1


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of somebody who was looked for: similarity (cosine) to their exemplars, and how.

    `name` is theirs, or that of the picture. `how` is one of `sightings.HOWS`.
    """

    face: Face
    name: str
    similarity: float
    how: str


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo that fulfils a query.

    Attributes
    ----------
    paths : the files of it that are there.
    faces : those of the people who were looked for; none where a query only says who is not there.
    similarity, how : of the least sure of them; None without any.
    """

    photo_id: int
    paths: list[str]
    taken_at: str | None
    camera: str | None
    faces: tuple[FoundFace, ...]
    similarity: float | None
    how: str | None

    @property
    def day(self) -> date | None:
        """The local day it was taken."""
        return date.fromisoformat(self.taken_at[:10]) if self.taken_at else None


@dataclass(frozen=True, slots=True)
class FindReport:
    """The photos that fulfil a query, in its order.

    Attributes
    ----------
    query : as it was understood, or the name of the picture.
    people : everybody who was looked for, in the query's order.
    threshold : the pack's (cosine).
    exemplars : how many faces of each of them the others were compared with.
    completeness : what share of the photos of each of them was found, before any other filter;
        None where fewer than two faces are named. Empty for a picture.
    """

    query: str
    people: list[Person]
    threshold: float
    exemplars: list[int]
    completeness: list[Completeness | None]
    found: list[FoundPhoto] = field(default_factory=list)


def find(library: Library, query: Query | str) -> FindReport:
    """Photos by who is in them: a name, or `John & (Anna | Ben) & !Max`, and what else is asked.

    Somebody is in a photo where a human said so, where a face is in a cluster of theirs, or where
    one is within the pack's threshold of their exemplars. That threshold always counts for those
    who are not to be there, whatever the query says of similarity.

    Raises
    ------
    NotFound : nobody has one of the names.
    QueryError : the query cannot be understood; it shows the place.
    PhotoclustError : somebody has no face to compare with, or no birth date where an age is asked.
    """
    if isinstance(query, str):
        query = Query.read(read_people(library, query))
    pack = pack_in_use(library)
    known = {who: _person(library, who) for who in people_of(query.people)}
    vectors, least = library.vectors(), _least(pack, query)
    wanted, unwanted = (
        dict.fromkeys(known[who] for who in some(query.people)) for some in (positives, negatives)
    )
    sought = [sightings_of(library, pack, vectors, person, least) for person in wanted]
    avoided = [sightings_of(library, pack, vectors, person) for person in unwanted]
    report = _answer(library, pack, query, known, sought, avoided)
    complete = [completeness_of(library, pack, vectors, sightings) for sightings in sought]
    return replace(report, completeness=complete)


def read_people(library: Library, text: str) -> Expression:
    """Who is looked for: somebody who is called just so, whatever signs are in it, or a query.

    Raises
    ------
    QueryError : it cannot be understood; it shows the place.
    """
    return Who(text) if library.people.called(text) else parse(text)


def find_like(
    library: Library, picture: Path, query: Query, *, face: int | None = None
) -> FindReport:
    """Photos of whoever is in a picture, which is not stored; the query's filters hold too.

    Parameters
    ----------
    query : its people are only a name for the one in the picture.
    face : which face of the picture, counted from the left and from 1.

    Raises
    ------
    PhotoclustError : the picture cannot be read, has no face, or several and `face` does not say
        which.
    """
    from photoclust.actions.looking import chosen_face, faces_in, gauge_for

    pack = pack_in_use(library)
    faces = faces_in(picture, gauge_for(library).analyser)
    look = faces[chosen_face(picture, faces, face) - 1].embedding
    sightings = sightings_like(
        library, pack, library.vectors(), look, picture.name, _least(pack, query)
    )
    known = dict.fromkeys(people_of(query.people), sightings.person)
    return replace(_answer(library, pack, query, known, [sightings], []), query=picture.name)


def _answer(
    library: Library,
    pack: StoredPack,
    query: Query,
    known: Mapping[Who, Person],
    sought: Sequence[Sightings],
    avoided: Sequence[Sightings],
) -> FindReport:
    """The photos, once it is known where everybody is seen, who is to be there and who is not."""
    photos = library.photos.listed()
    seen = shared_out(library, sought)
    if query.least is not None:
        seen = {
            person: tuple(item for item in found if item.similarity >= query.least)
            for person, found in seen.items()
        }
    barred = shared_out(library, avoided)
    chosen = evaluate(
        query.people,
        lambda who: {item.photo_id for item in seen[known[who]]},
        set(photos),
        lambda who: {item.photo_id for item in barred[known[who]]},
    )
    here = _of_photos(seen)
    chosen = _filtered(library, query.filters, chosen, photos, here)
    return FindReport(
        known[query.people].name if isinstance(query.people, Who) else written(query.people),
        [sightings.person for sightings in sought],
        pack.match,
        [len(sightings.exemplars) for sightings in sought],
        [],
        _in_order(library, query, chosen, photos, here),
    )


def _person(library: Library, who: Who) -> Person:
    """Who is meant, with the place in the query where it is not clear."""
    name = who.text if who.number is None else f"{who.text}#{who.number}"
    try:
        return person_named(library, name)
    except NotFound as error:
        raise NotFound(error.message, signs_for(who) or error.hint) from None


def _least(pack: StoredPack, query: Query) -> float | None:
    if query.least is not None:
        return min(query.least, pack.match)
    if not query.maybe:
        return None
    return pack.match - MAYBE_BELOW if pack.reference is None else pack.reference + pack.shift


def _of_photos(
    seen: Mapping[Person, Sequence[Sighting]],
) -> dict[int, list[tuple[Person, Sighting]]]:
    """Photo -> where these people are seen in it, the surest face of each first."""
    here: dict[int, list[tuple[Person, Sighting]]] = {}
    for person, found in seen.items():
        for item in sorted(found, key=lambda item: -item.similarity):
            here.setdefault(item.photo_id, []).append((person, item))
    return here


def _least_sure(found: Sequence[tuple[Person, Sighting]]) -> Sighting | None:
    """Of the surest face of each person the one that is least like its person."""
    surest: dict[Person, Sighting] = {}
    for person, item in found:
        surest.setdefault(person, item)
    return min(surest.values(), key=lambda item: item.similarity, default=None)


def _filtered(
    library: Library,
    filters: Filters,
    chosen: set[int],
    photos: Mapping[int, ListedPhoto],
    sought: Mapping[int, list[tuple[Person, Sighting]]],
) -> set[int]:
    """The photos of which everything else holds too."""
    if filters.since or filters.until:
        first, last = filters.since or date.min, filters.until or date.max
        days = {photo: photos[photo].day for photo in chosen}
        chosen = {photo for photo, day in days.items() if day and first <= day <= last}
    for age in filters.ages:
        born = _born(library, age)
        days = {photo: photos[photo].day for photo in chosen}
        chosen = {photo for photo, day in days.items() if day and age.holds(born, day)}
    if near := filters.near:
        places = {photo: photos[photo].place for photo in chosen}
        chosen = {photo for photo, place in places.items() if place and near.holds(*place)}
    if filters.faces is not None or filters.only:
        counts = library.faces.counts(chosen)
        if filters.faces is not None:
            holds = filters.faces.holds
            chosen = {photo for photo in chosen if holds(counts.get(photo, 0))}
        if filters.only:
            chosen = {
                photo for photo in chosen if counts.get(photo, 0) <= len(sought.get(photo, ()))
            }
    return chosen


def _born(library: Library, age: Age) -> date:
    person = _person(library, age.who)
    if person.born is None:
        raise PhotoclustError(
            f"The date of birth of {person.name} is not known.",
            f"`photoclust person birthdate {person.name} 1980-05-01` says it.",
        )
    return date.fromisoformat(person.born)


def _in_order(
    library: Library,
    query: Query,
    chosen: set[int],
    photos: Mapping[int, ListedPhoto],
    sought: Mapping[int, list[tuple[Person, Sighting]]],
) -> list[FoundPhoto]:
    faces = library.faces.get_all(
        item.face_id for photo in chosen for _person, item in sought.get(photo, ())
    )
    paths = library.photos.paths_of(chosen)
    found = []
    for photo in chosen:
        here = tuple(
            FoundFace(faces[item.face_id], person.name, item.similarity, item.how)
            for person, item in sought.get(photo, ())
        )
        least = _least_sure(sought.get(photo, ()))
        found.append(
            FoundPhoto(
                photo,
                paths.get(photo, []),
                photos[photo].taken_at,
                photos[photo].camera,
                here,
                least.similarity if least else None,
                least.how if least else None,
            )
        )
    found.sort(key=lambda item: (item.paths[:1], item.photo_id))
    if query.sort is Sort.DATE:
        found.sort(key=lambda item: (item.taken_at is None, item.taken_at or ""))
    elif query.sort is Sort.SIMILARITY:
        found.sort(key=lambda item: -(item.similarity or 0.0))
    return found[: query.limit]
