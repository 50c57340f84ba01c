"""Whose a track is: evidence of several sights, and names that do not flicker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photoclust.domain import DetectedFace
from photoclust.lab.live.tracking import Track
from photoclust.search.match import similarity_to
from photoclust.vectors import Matrix

# Sights before a track is said to be anybody, known or new; of a photo there is only one.
PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a track.

    Attributes
    ----------
    nearest : whom it is most like; None if nobody is known.
    similarity : to them, cosine -1..1: the mean over its sights.
    person : whose it is; None for a new person, or before it was seen often enough.
    decided : was it seen often enough?
    """

    nearest: str | None
    similarity: float
    person: str | None
    decided: bool

    @property
    def distance(self) -> float:
        """Squared L2 distance of unit vectors, 0..4."""
        return 2 - 2 * self.similarity


class Namer:
    """Gives tracks their names.

    A track's evidence for a person is the mean over its sights of their similarity to the person's
    exemplars. It gets the name from `match` on. It keeps it until the evidence is `hold` less than
    that, or for somebody else `hold` more. Nobody is in a frame twice.

    Parameters
    ----------
    match, hold : cosine.
    patience : sights before anything is said.
    """

    def __init__(self, match: float, hold: float, patience: int = PATIENCE) -> None:
        self._match, self._hold, self._patience = match, hold, patience
        self._names: list[str] = []
        self._exemplars: list[Matrix] = []
        self._given: dict[int, int] = {}
        self._evidence: dict[int, tuple[list[DetectedFace], NDArray[np.float32]]] = {}

    def know(self, people: Mapping[str, Matrix]) -> None:
        """These are the people from now on: name -> unit vectors (m, dim) of their faces."""
        self._names, self._exemplars = list(people), list(people.values())
        self._given.clear()
        self._evidence.clear()

    def name(self, tracks: Sequence[Track]) -> list[Standing]:
        """What is known of each track of one frame."""
        self._evidence = {track.number: self._evidence_of(track) for track in tracks}
        evidence = np.array([self._evidence[track.number][1] for track in tracks])
        self._give(tracks, evidence.reshape(len(tracks), len(self._names)))
        return [
            self._standing(track, likeness)
            for track, likeness in zip(tracks, evidence, strict=True)
        ]

    def _evidence_of(self, track: Track) -> tuple[list[DetectedFace], NDArray[np.float32]]:
        """The track's sights, and its evidence for everybody; as before, if the sights are."""
        before = self._evidence.get(track.number)
        if before is not None and before[0] is track.sights:
            return before
        matrix = track.matrix
        means = [similarity_to(own, matrix).mean() for own in self._exemplars]
        return track.sights, np.array(means, np.float32)

    def _give(self, tracks: Sequence[Track], evidence: NDArray[np.float32]) -> None:
        """The best pair of a track and a person first; one that has the name is ahead by `hold`."""
        ahead = evidence.copy()
        for row, track in enumerate(tracks):
            person = self._given.pop(track.number, None)
            if person is not None:
                ahead[row, person] += self._hold
            if len(track.sights) < self._patience:
                ahead[row] = -np.inf
        while ahead.size and ahead.max() >= self._match:
            row, person = divmod(int(ahead.argmax()), ahead.shape[1])
            self._given[tracks[row].number] = person
            ahead[row], ahead[:, person] = -np.inf, -np.inf

    def _standing(self, track: Track, evidence: NDArray[np.float32]) -> Standing:
        given = self._given.get(track.number)
        nearest = given if given is not None else int(evidence.argmax()) if len(evidence) else None
        return Standing(
            nearest=None if nearest is None else self._names[nearest],
            similarity=0.0 if nearest is None else min(1.0, float(evidence[nearest])),
            person=None if given is None else self._names[given],
            decided=len(track.sights) >= self._patience,
        )
