"""Say who is in a photo that is in no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photoclust.actions.looking import Gauge, chosen_face, faces_in, gauge_for, is_weak
from photoclust.actions.references import KnownPerson, References, people_in, people_of_library
from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace
from photoclust.errors import UsageError
from photoclust.library import Library
from photoclust.models.strangers import Rate, among
from photoclust.progress import Progress, Silent
from photoclust.search.match import similarity_to

# Below the threshold a face may still be somebody's, where so few strangers are as like anybody:
# `match` is strict enough for hundreds of people, and misses a fifth of the faces of eight with
# `open`, nearly all of which are found so (benchmarks/strangers.py).
MAYBE_RATE = 0.01


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person, and how like them a face is (cosine, the mean over the nearest exemplars)."""

    name: str
    similarity: float

    @property
    def distance(self) -> float:
        """Squared L2 distance of unit vectors, 0..4."""
        return 2 - 2 * self.similarity


@dataclass(frozen=True, slots=True)
class IdentifiedFace:
    """A face of the photo, and whose it is.

    Attributes
    ----------
    number : counted from the left and from 1.
    how : `match` (it is like enough to the nearest), `maybe` (a little less, but strangers hardly
        ever are), `taken` (like enough, but another face of the photo is more so) or `new`.
    nearest, runner_up : the two people it is most like.
    rate : how often a stranger is as like any of the people as this face is like the nearest; None
        for a pack that was not measured.
    """

    number: int
    face: DetectedFace
    how: str
    nearest: Candidate
    runner_up: Candidate | None
    rate: Rate | None

    @property
    def person(self) -> str | None:
        """Whose it is; None for a new person."""
        return self.nearest.name if self.how == "match" else None

    @property
    def weak(self) -> bool:
        return is_weak(self.face)


@dataclass(frozen=True, slots=True)
class IdentifyReport:
    """The faces asked about, from left to right.

    Attributes
    ----------
    threshold : at least this similar (cosine) to somebody, a face is theirs.
    faces_in_photo : how many there are, asked about or not.
    people : how many were compared with.
    references : what came of the folder of people, if they came from one.
    """

    photo: Path
    faces: list[IdentifiedFace]
    faces_in_photo: int
    threshold: float
    people: int
    gauge: Gauge
    references: References | None


def identify(
    photo: Path,
    *,
    library: Library | None = None,
    people: Path | None = None,
    face: int | None = None,
    pack: str | None = None,
    accept_licence: bool = False,
    detail: Detail = Detail.NORMAL,
    device: str = Device.AUTO,
    progress: Progress | None = None,
) -> IdentifyReport:
    """Compare every face of a photo with everybody. Nothing is kept of it.

    Parameters
    ----------
    library : whose people are compared with; its pack and calibration count, unless there is a
        `pack`.
    people : a folder with one folder of photos a person, instead of those of the library.
    face : only this one, counted from the left and from 1.
    detail : how small the faces are that are looked for, in the folder of people too.

    Raises
    ------
    UsageError : there are no people to compare with, or another pack for those of the library.
    PhotoclustError : the photo or the folder cannot be read, there is no such face, or nobody to
        compare with.
    """
    if people is None and library is None:
        raise UsageError("Give a library, or a folder of people.")
    if people is None and pack is not None:
        raise UsageError(
            "The people of a library are compared by its own pack.",
            "Leave --pack away, or give a folder of people with --people.",
        )
    known, references = [], None
    if people is None and library is not None:
        known = people_of_library(library)
    gauge = gauge_for(library, pack, accept_licence=accept_licence, device=device)
    faces = faces_in(photo, gauge.analyser, detail)
    if face is not None:
        face = chosen_face(photo, faces, face)
    if people is not None:
        references = people_in(people, gauge.analyser, detail, progress or Silent())
        known = references.people
    found = _compared(faces, known, gauge) if faces else []
    asked = [item for item in found if face in (None, item.number)]
    return IdentifyReport(photo, asked, len(faces), gauge.match, len(known), gauge, references)


def _compared(
    faces: Sequence[DetectedFace], known: Sequence[KnownPerson], gauge: Gauge
) -> list[IdentifiedFace]:
    """Each face with the two people it is most like; nobody is in a photo twice."""
    matrix = np.stack([face.embedding for face in faces])
    similarities = np.stack([similarity_to(person.exemplars, matrix) for person in known], axis=1)
    similarities = np.minimum(similarities, 1.0)
    order = np.argsort(-similarities, axis=1, kind="stable")
    winners = _winners(similarities, order[:, 0])
    exemplars = [len(person.exemplars) for person in known]
    found = []
    for index, face in enumerate(faces):
        nearest, *others = (
            Candidate(known[place].name, float(similarities[index, place]))
            for place in order[index, :2]
        )
        rate = gauge.rate(nearest.similarity)
        chance = among(rate, exemplars) if rate else None
        found.append(
            IdentifiedFace(
                number=index + 1,
                face=face,
                how=_how(nearest.similarity >= gauge.match, chance, wins=index in winners),
                nearest=nearest,
                runner_up=others[0] if others else None,
                rate=chance,
            )
        )
    return found


def _how(alike: bool, chance: Rate | None, *, wins: bool) -> str:
    if alike:
        return "match" if wins else "taken"
    return "maybe" if wins and chance and chance.share <= MAYBE_RATE else "new"


def _winners(similarities: NDArray[np.floating], nearest: NDArray[np.int64]) -> set[int]:
    """The faces that are more like the person nearest to them than the other faces are."""
    best: dict[int, int] = {}
    for index, person in enumerate(nearest.tolist()):
        if person not in best or similarities[index, person] > similarities[best[person], person]:
            best[person] = index
    return set(best.values())
