"""A file whose bytes changed: is it still the same picture, and are its people still there?

A camera counts from one again, a picture of somebody is replaced by a newer one: the name of a file
proves nothing. What does are faces that look as before at the place where they were, the more alike
the less the metadata speaks for one and the same shot.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from photoclust.actions.carry import (
    Placer,
    counterparts,
    find_or_show,
    look_again,
    store_at_places,
    take_clusters,
)
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.errors import PackError, UnreadablePhoto
from photoclust.library import Library
from photoclust.library.faces import Place
from photoclust.vectors import Vector

# Width to height may be so much other: who changes the size of a picture rounds, and programs that
# turn a JPEG without decoding it cut its edge.
SAME_ASPECT = 0.01

# Cosine of two embeddings of a face whose pixels did not change at all, whatever the pack: the
# same file examined on another device reaches it.
SAME_PIXELS = 0.999

# Where no time speaks for or against one shot: how far a face may be from its former look, as a
# part of how far a match may be from the person. Measured with photos of one person that all show
# the face at the same place (docs/benchmarks.md).
SAME_PICTURE = 1 / 3

# So many faces are looked at again at their old places, where the detected ones prove nothing.
MOST_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight ways to lay a picture: x and y change places, then each may be mirrored."""

    swapped: bool = False
    right_left: bool = False
    upside_down: bool = False

    @property
    def mirrors(self) -> bool:
        return (self.swapped + self.right_left + self.upside_down) % 2 == 1

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point (0..1) of the picture goes."""
        if self.swapped:
            x, y = y, x
        return (1 - x if self.right_left else x, 1 - y if self.upside_down else y)

    def place(self, place: Place) -> Place:
        """Where a face goes. In a mirror its left eye is the right one."""
        box, landmarks = place.detection.box, place.detection.landmarks
        (x1, y1), (x2, y2) = self.point(box.x1, box.y1), self.point(box.x2, box.y2)
        points = [self.point(*point) for point in landmarks]
        if self.mirrors:
            points = [points[index] for index in (1, 0, 2, 4, 3)]
        turned = Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        detection = Detection(turned, place.detection.score, tuple(points))
        return replace(place, detection=detection)


AS_IT_WAS = Turn()
TURNS = [AS_IT_WAS] + [
    Turn(swapped, right_left, upside_down)
    for swapped in (False, True)
    for right_left in (False, True)
    for upside_down in (False, True)
    if swapped or right_left or upside_down
]


class _Shot(NamedTuple):
    """What a photo's metadata says."""

    width: int | None
    height: int | None
    taken_at: str | None
    camera: str | None

    def turns(self, other: _Shot) -> list[Turn]:
        """In which ways this picture may have become the other one, by their shapes."""
        if not (self.width and self.height and other.width and other.height):
            return []
        aspect = other.width / other.height
        return [
            turn
            for turn in TURNS
            if abs(
                (self.height / self.width if turn.swapped else self.width / self.height) / aspect
                - 1
            )
            <= SAME_ASPECT
        ]

    def moments_differ(self, other: _Shot) -> bool:
        return bool(self.taken_at and other.taken_at and self.taken_at[:19] != other.taken_at[:19])

    def is_one_moment_as(self, other: _Shot) -> bool:
        return bool(
            self.taken_at
            and other.taken_at
            and self.taken_at[:19] == other.taken_at[:19]
            and self.camera == other.camera
        )


class _Alike(NamedTuple):
    """Faces that are alike in two pictures: the sum of their cosines, and are they enough?"""

    cosines: float
    number: int
    is_enough: bool


def carry_to_version(library: Library, placer: Placer, old: int, new: int, path: str) -> int:
    """Carry what is known of a photo's faces to another one, if that is the same picture.

    Both are photos that the pack has looked at; the new one is at the path where the old one was.
    Faces go into the clusters of their counterparts, and out if no file holds the old photo any
    more. Returns of how many faces there was something to say.

    Raises
    ------
    PackError : the pack cannot be loaded.
    """
    versions = _Versions.of(library, placer, old, new, path)
    turn = versions.turn() if versions.before else None
    if turn is None:
        return 0
    faces, hidden = versions.counterparts(turn)
    faces |= store_at_places(library, placer.pack.id, new, hidden)
    kept = _say_again(library, faces, versions.before, old, new)
    take_clusters(library, faces)
    if not library.query("SELECT 1 FROM files WHERE photo_id = ? AND NOT reference", old):
        library.files.leave_clusters([old])
    return kept


def carry_to_version_unseen(
    library: Library, placer: Placer, earlier: Placer, old: int, new: int, path: str
) -> int:
    """The same where an earlier pack alone has looked at the old photo, which then was away.

    That pack tells whether the new one shows the same faces, wherever it is still installed.
    """
    with suppress(PackError):
        versions = _Versions.of(library, earlier, old, new, path)
        said = [place for place in versions.before if place.said]
        turn = versions.turn() if said else None
        if turn is None:
            return 0
        known, hidden = versions.counterparts(turn)
        there = {*known, *(place.id for place, _face in hidden)}
        places = [turn.place(place) for place in said if place.id in there]
        faces = find_or_show(library, placer, places, new, path)
        return _say_again(library, faces, said, old, new)
    return 0


@dataclass(frozen=True, slots=True)
class _Versions:
    """What there is to compare: the faces of two photos, their looks, and the new one's file.

    `level` is how alike (cosine) faces must be to prove that it is one picture; where time and
    camera speak for it as well, `found_level` is enough of faces that the detector found again.
    """

    placer: Placer
    path: str
    before: list[Place]
    after: list[Place]
    looks: dict[int, Vector]
    turns: list[Turn]
    level: float
    found_level: float

    @classmethod
    def of(cls, library: Library, placer: Placer, old: int, new: int, path: str) -> _Versions:
        before = library.faces.places([placer.pack.id], [old])
        after = library.faces.places([placer.pack.id], [new])
        one, other = _shot(library, old), _shot(library, new)
        turns = one.turns(other)
        level = found_level = 1 - SAME_PICTURE * (1 - placer.pack.match)
        if one.moments_differ(other):
            level = found_level = SAME_PIXELS
        elif one.is_one_moment_as(other):
            found_level = min(level, placer.pack.link)
        if level == SAME_PIXELS or any(place.at_seconds is not None for place in before):
            turns = [turn for turn in turns if turn == AS_IT_WAS]
        looks = library.faces.looks(place.id for place in (*before, *after))
        return cls(placer, path, before, after, looks, turns, level, found_level)

    def turn(self) -> Turn | None:
        """How the new photo shows the old picture; None if it shows another one.

        Where the detector found every face as it was, that is enough. Otherwise those that were
        spoken of are looked for at their old places, which tells the turns apart: a face on its
        side is seen nearly anywhere, but looks as before at one place only.
        """
        same = [turn for turn in self.turns if turn == AS_IT_WAS]
        detected = self._as_detected(same)
        if any(0 < alike.number == len(self._present) for alike in detected.values()):
            return AS_IT_WAS
        said = any(place.said for place in self.before)
        other = self._as_placed(self.turns) if said else self._as_detected(self.turns)
        for found in (other, detected):
            enough = [turn for turn in found if found[turn].is_enough]
            if enough:
                return max(enough, key=lambda turn: found[turn].cosines)
        return None

    def counterparts(self, turn: Turn) -> tuple[dict[int, int], list[tuple[Place, DetectedFace]]]:
        """Old face -> new face; and faces that were spoken of and are there, but undetected."""
        level = self.placer.pack.match
        turned = [turn.place(place) for place in self.before]
        overlapping = counterparts(turned, self.after)
        faces = {
            old: new
            for old, new in overlapping.items()
            if self.looks[old] @ self.looks[new] >= level
        }
        missing = [place for place in turned if place.said and place.id not in faces]
        hidden = []
        for place, face in self._look_again(missing):
            if self.looks[place.id] @ face.embedding < level:
                continue
            if place.id in overlapping:
                faces[place.id] = overlapping[place.id]
            else:
                hidden.append((place, face))
        return faces, hidden

    def _as_detected(self, turns: Sequence[Turn]) -> dict[Turn, _Alike]:
        """How many faces the detector found where they were, and looking as they did."""
        found = {}
        for turn in turns:
            faces = counterparts([turn.place(place) for place in self._present], self.after)
            cosines = [float(self.looks[old] @ self.looks[new]) for old, new in faces.items()]
            of = min(len(self._present), len(self.after))
            found[turn] = _alike(cosines, self.found_level, of)
        return found

    @property
    def _present(self) -> list[Place]:
        """The old faces without those that a human marked and took back."""
        return [place for place in self.before if not place.undone]

    def _as_placed(self, turns: Sequence[Turn]) -> dict[Turn, _Alike]:
        """The same of faces that were spoken of, and are looked for at their old places."""
        said = [place for place in self.before if place.said]
        chosen = [place for place in said if place.at_seconds == said[0].at_seconds][:MOST_LOOKS]
        places = [turn.place(place) for turn in turns for place in chosen]
        faces = self._look_again(places)
        cosines = [float(self.looks[place.id] @ face.embedding) for place, face in faces]
        return {
            turn: _alike(cosines[first : first + len(chosen)], self.level, len(chosen))
            for turn, first in zip(turns, range(0, len(cosines), len(chosen) or 1), strict=False)
        }

    def _look_again(self, places: Sequence[Place]) -> list[tuple[Place, DetectedFace]]:
        with suppress(UnreadablePhoto):
            return look_again(self.placer, self.path, places) if places else []
        return []


def _alike(cosines: Sequence[float], level: float, of: int) -> _Alike:
    alike = [cosine for cosine in cosines if cosine >= level]
    return _Alike(sum(alike), len(alike), bool(alike) and 2 * len(alike) >= of)


def _say_again(
    library: Library, faces: dict[int, int], before: Sequence[Place], old: int, new: int
) -> int:
    said = [place.id for place in before if place.said and place.id in faces]
    repeats = library.query("SELECT 1 FROM decisions WHERE photo_id = ?", old)
    if not said and not repeats:
        return 0
    return len(said) if library.journal.copy(faces, {old: new}) else 0


def _shot(library: Library, photo_id: int) -> _Shot:
    (row,) = library.query(
        "SELECT width, height, taken_at, camera FROM photos WHERE id = ?", photo_id
    )
    return _Shot(*row)
