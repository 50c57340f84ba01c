"""The questions to ask about a library, ordered by how many faces one answer settles.

Faces without a name stand in groups: the clusters, and single faces. Three questions are asked:

- *who is this?* of a group: it settles as many faces as the group surely holds of one person;
- *is this John?* of all groups together that are like John's exemplars, the surest first: it
  settles what is likely his, and costs one answer and one more for each that is not;
- *are these two the same?* of two groups without a name that are alike.

How likely a group is somebody is a logistic curve over its similarity, measured by what strangers
reach (clustering.contrast), to the nearest of the person's exemplars. docs/finding.md has figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.contrast import Contrast, contrast_of
from photoclust.clustering.crowds import members
from photoclust.clustering.grouping import each_its_own
from photoclust.clustering.levels import Levels
from photoclust.search.match import choose_exemplars
from photoclust.vectors import Matrix

# How fast likelihood rises with similarity above `join`, as a share of what is left to 1.
SLOPE = 12.0

# Exemplars a face is held against; more than in `find`, because groups are small evidence.
NEAREST = 5

# A group is proposed for a person from this likelihood on, and so many groups at a time.
PROPOSED, PAGE = 0.5, 24

# Two clusters are asked about from this likelihood on; it only saves one later question.
SAME, SAME_WORTH = 0.5, 0.5

# What naming somebody is worth who is in so few photos: most are strangers.
WORTH = {1: 0.1, 2: 0.5}

# What a face counts at least that is in a group, and a likelihood at most.
LEAST_SURE, MOST_LIKELY = 0.05, 0.99

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scene:
    """A library as it stands: n faces by index.

    Attributes
    ----------
    embeddings : unit vectors (n, dim).
    quality : (n,) 0..1.
    photos : (n,) the photo of each face.
    clusters, strengths : (n,) the cluster's number, -1 for none, and how sure it is.
    owners : (n,) the person each face belongs to, 0 for nobody.
    closed : (n,) bool: not to be asked about, such as strangers.
    denied : (face, person) that a human said are not one.
    apart : pairs of faces that a human said are two people.
    levels : of the pack.
    """

    embeddings: Matrix
    quality: NDArray[np.floating]
    photos: Indices
    clusters: Indices
    strengths: Floats
    owners: Indices
    closed: NDArray[np.bool_]
    levels: Levels
    denied: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, by indices of faces.

    Attributes
    ----------
    kind : `who`, `is` or `same`.
    faces : asked about, the surest first.
    others : of `same`, the second group.
    person : of `is`.
    settles : faces that one answer settles, on average.
    """

    kind: str
    faces: tuple[int, ...]
    settles: float
    person: int = 0
    others: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What it is about; a question with the same key is the same question."""
        return self.kind, self.person, frozenset(self.faces), frozenset(self.others)


@dataclass(slots=True)
class Asker:
    """Finds the questions; what it knows of each person is kept until their faces change."""

    scene: Scene
    _contrast: Contrast = field(init=False)
    _likely: dict[int, tuple[tuple[bytes, int], Floats]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        scene = self.scene
        groups = each_its_own(scene.clusters)
        self._contrast = contrast_of(scene.embeddings, groups, scene.levels.typical)

    def questions(self, *, pairs: bool = True) -> list[Question]:
        """Every question, the one that settles most faces first; without `pairs` no `same`."""
        groups = self._groups()
        if not groups:
            return []
        people = np.unique(self.scene.owners[self.scene.owners > 0]).tolist()
        found = [*self._who(groups), *(self._same(groups) if pairs else ())]
        if people:
            found += self._is(groups, people, self._groups_likely(people, groups))
        return sorted(found, key=lambda question: -question.settles)

    def left_to(self, share: float) -> int:
        """About how many answers are left until this share of the faces has a name.

        Of those that can be known: faces that have one, and those in groups of three or more.
        """
        sizes = sorted((len(group) for group in self._groups() if len(group) > 2), reverse=True)
        named = int((self.scene.owners > 0).sum())
        wanted = share * (named + sum(sizes))
        reached = named + np.cumsum(sizes)
        if named >= wanted:
            return 0
        return int(np.searchsorted(reached, wanted)) + 1

    def _groups(self) -> list[Indices]:
        """Faces without a name, cluster by cluster and one by one, the surest of each first."""
        scene = self.scene
        free = (scene.owners == 0) & ~scene.closed
        clusters = members(np.where(free, scene.clusters, -1)).values()
        grouped = [group[np.argsort(-scene.strengths[group])] for group in clusters]
        return grouped + list(np.flatnonzero(free & (scene.clusters < 0))[:, None])

    def _who(self, groups: Iterable[Indices]) -> Iterable[Question]:
        for group in groups:
            count = len(group)
            sure = np.maximum(self.scene.strengths[group], LEAST_SURE).sum() if count > 1 else 1.0
            worth = WORTH.get(count, 1.0)
            yield Question("who", tuple(group.tolist()), float(sure * worth))

    def _is(self, groups: list[Indices], people: list[int], likely: Floats) -> Iterable[Question]:
        best, chance = likely.argmax(axis=0), likely.max(axis=0)
        for place, person in enumerate(people):
            proposed = np.flatnonzero((best == place) & (chance >= PROPOSED))
            proposed = proposed[np.argsort(-chance[proposed], kind="stable")]
            chosen: list[int] = []
            shown: set[int] = set()
            for group in proposed.tolist():  # nobody is in a photo twice
                photos = set(self.scene.photos[groups[group]].tolist())
                if photos.isdisjoint(shown):
                    chosen.append(group)
                    shown |= photos
                if len(chosen) == PAGE:
                    break
            if chosen:
                sizes = np.array([len(groups[group]) for group in chosen])
                sure = chance[chosen]
                faces = tuple(int(face) for group in chosen for face in groups[group])
                settles = (sure * sizes).sum() / (1 + (1 - sure).sum())
                yield Question("is", faces, float(settles), person)

    def _same(self, groups: list[Indices]) -> Iterable[Question]:
        """Each cluster without a name with the one it is most like."""
        scene = self.scene
        clusters = [group for group in groups if len(group) > 1]
        if len(clusters) < 2:
            return
        means = np.stack([scene.embeddings[group].mean(axis=0) for group in clusters])
        offset = np.array([self._contrast.strangers[group].mean() for group in clusters])
        alike = means @ means.T - (offset[:, None] + offset) / 2 + self._contrast.typical
        np.fill_diagonal(alike, -1.0)
        nearest, chances = alike.argmax(axis=1), self._chance(alike.max(axis=1))
        for one in np.flatnonzero(chances >= SAME).tolist():
            other, chance = int(nearest[one]), float(chances[one])
            if one > other and nearest[other] == one:
                continue
            larger, smaller = sorted((clusters[one], clusters[other]), key=len, reverse=True)
            if np.intersect1d(scene.photos[larger], scene.photos[smaller]).size:
                continue
            pairs = {(int(a), int(b)) for a in larger for b in smaller}
            if pairs & scene.apart or {(b, a) for a, b in pairs} & scene.apart:
                continue
            yield Question(
                "same",
                tuple(larger.tolist()),
                chance * len(smaller) * SAME_WORTH,
                others=tuple(smaller.tolist()),
            )

    def _groups_likely(self, people: list[int], groups: list[Indices]) -> Floats:
        """(people, groups) how likely each group is each person, on average over its faces."""
        sizes = np.array([len(group) for group in groups])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        order = np.concatenate(groups)
        faces = np.stack([self._faces_likely(person)[order] for person in people])
        likely: Floats = np.add.reduceat(faces, starts, axis=1) / sizes
        return np.maximum(likely, 0.0)

    def _faces_likely(self, person: int) -> Floats:
        """(n,) how likely each face is this person, negative by far where a human said it is not.

        Nobody is in a photo twice.
        """
        scene, contrast = self.scene, self._contrast
        own = np.flatnonzero(scene.owners == person)
        denied = [face for face, whose in scene.denied if whose == person]
        key = own.tobytes(), len(denied)
        known = self._likely.get(person)
        if known is None or known[0] != key:
            exemplars = own[choose_exemplars(scene.embeddings[own], scene.quality[own])]
            alike = (scene.embeddings @ scene.embeddings[exemplars].T).astype(np.float64)
            alike = (
                contrast.scale[:, None] * (alike - contrast.strangers[:, None])
                + contrast.scale[exemplars] * (alike - contrast.strangers[exemplars])
            ) / 2 + contrast.typical
            nearest = min(NEAREST, len(exemplars))
            mean = np.partition(alike, -nearest, axis=1)[:, -nearest:].mean(axis=1)
            likely = self._chance(mean)
            likely[np.isin(scene.photos, scene.photos[own])] = 0.0
            likely[denied] = -len(likely)
            known = self._likely[person] = key, likely
        return known[1]

    def _chance(self, similarity: NDArray[np.floating] | float) -> Floats:
        """How likely it is one person, at this similarity; a half at `join`."""
        join = self.scene.levels.join
        height = SLOPE * (np.asarray(similarity, np.float64) - join) / (1 - join)
        return np.minimum(MOST_LIKELY, 1 / (1 + np.exp(-np.clip(height, -50, 50))))
