"""From the library to what a gallery shows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from photoclust.export.gallery.content import Content, Group, ShownFace, ShownPhoto, Who
from photoclust.library import Library
from photoclust.library.faces import Face

# Hex digits of a hash in a file name: 64 bits tell a million pictures apart.
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a library a gallery shows.

    Attributes
    ----------
    photos : only these (ids); default all.
    people : only these (ids) have a name, a page and a box, and only photos with one of them are
        shown; default everybody, and the clusters without a name.
    blur_others : nobody else who was found can be recognised; without `people` all who have no
        name.
    places : say where photos were taken.
    """

    photos: Collection[int] | None = None
    people: Collection[int] | None = None
    blur_others: bool = False
    places: bool = False

    def shows(self, face: Face) -> bool:
        """Is this somebody who is shown?"""
        if face.ignored is not None:
            return False
        if self.people is not None:
            return face.person_id in self.people
        return face.person is not None or (face.cluster is not None and not self.blur_others)


def gather(library: Library, choice: Choice) -> Content:
    """Every face that belongs to somebody who is shown, with its photo.

    Those who are ignored are left out.
    """
    shown: dict[int, list[Face]] = defaultdict(list)
    others: dict[int, list[Face]] = defaultdict(list)
    for face in library.faces.all():
        if choice.photos is None or face.photo_id in choice.photos:
            (shown if choice.shows(face) else others)[face.photo_id].append(face)
    if not choice.blur_others:
        others.clear()
    born = {person.id: person.born for person in library.people.all()}
    fitness = _fitness(library, [face for faces in shown.values() for face in faces])
    photos = [
        _shown_photo(
            row["content_hash"],
            (row["latitude"], row["longitude"]) if choice.places else (None, None),
            [(face, _who(face, born)) for face in shown[row["id"]]],
            others.get(row["id"], []),
            fitness,
        )
        for row in library.query("SELECT id, content_hash, latitude, longitude FROM photos")
        if row["id"] in shown
    ]
    photos.sort(key=lambda photo: (photo.taken_at is None, photo.taken_at or "", photo.id))
    groups = _groups(photos)
    return Content(
        people=tuple(group for group in groups if group.who.named),
        clusters=tuple(group for group in groups if not group.who.named),
        photos=tuple(photos),
    )


def _fitness(library: Library, faces: Iterable[Face]) -> dict[int, float]:
    """How well each face stands for its person: its quality, by how near it is to their mean."""
    by_group: dict[tuple[int | None, int | None], list[Face]] = defaultdict(list)
    for face in faces:
        cluster = face.cluster if face.person_id is None else None
        by_group[face.person_id, cluster].append(face)
    fitness = {}
    for group in by_group.values():
        looks = library.faces.looks(face.id for face in group)
        mean = np.mean([looks[face.id] for face in group], axis=0)
        for face in group:
            fitness[face.id] = face.quality * float(looks[face.id] @ mean)
    return fitness


def _shown_photo(
    content_hash: str,
    place: tuple[float | None, float | None],
    faces: list[tuple[Face, Who]],
    others: list[Face],
    fitness: Mapping[int, float],
) -> ShownPhoto:
    latitude, longitude = place
    first = faces[0][0]
    content = content_hash
    if others:
        boxes = sorted((tuple(face.box), face.at_seconds or 0) for face in others)
        kept = sorted(tuple(face.box) for face, _ in faces)
        content = hashlib.sha256(f"{content_hash} without {boxes} {kept}".encode()).hexdigest()
    shown = (_shown_face(face, who, content, fitness[face.id]) for face, who in faces)
    return ShownPhoto(
        id=first.photo_id,
        digest=content[:HASH_DIGITS],
        width=first.width,
        height=first.height,
        taken_at=first.taken_at,
        place=None if latitude is None or longitude is None else (latitude, longitude),
        faces=tuple(sorted(shown, key=lambda face: (face.box.x1, face.id))),
        blurred=tuple(face.box for face in others),
    )


def _shown_face(face: Face, who: Who, content: str, fitness: float) -> ShownFace:
    # Named by photo and box, not by the face's id: the same crop in any library.
    at = "" if face.at_seconds is None else f" {face.at_seconds}"
    cut = hashlib.sha256(f"{content} {tuple(face.box)}{at}".encode()).hexdigest()
    return ShownFace(
        id=face.id,
        who=who,
        box=face.box,
        fitness=fitness,
        cut=cut[:HASH_DIGITS],
        day=date.fromisoformat(face.taken_at[:10]) if face.taken_at else None,
        at_seconds=face.at_seconds,
    )


def _who(face: Face, born: Mapping[int, str | None]) -> Who:
    if face.person is None or face.person_id is None:
        return Who(f"Cluster {face.cluster}", f"cluster-{face.cluster}", named=False)
    birth = born.get(face.person_id)
    return Who(
        face.person,
        f"person-{face.person_id}",
        named=True,
        born=date.fromisoformat(birth) if birth else None,
    )


def _groups(photos: list[ShownPhoto]) -> list[Group]:
    faces: dict[Who, list[ShownFace]] = defaultdict(list)
    seen_in: dict[Who, list[ShownPhoto]] = defaultdict(list)
    for photo in photos:
        for face in photo.faces:
            faces[face.who].append(face)
        for who in photo.people:
            seen_in[who].append(photo)
    groups = [
        Group(
            who,
            tuple(sorted(its_faces, key=lambda face: (-face.fitness, face.id))),
            tuple(seen_in[who]),
        )
        for who, its_faces in faces.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.photos), -len(group.faces), group.who.key))
