"""How alike groups of faces without a name are, and the people who have one.

The likeness of a group and some exemplars is the mean cosine of the group's faces to the nearest of
them, measured by what strangers reach (clustering.contrast), in parts of what lies between the
level `join` and 1: 0 is where groups become one. A library of 100,000 faces is asked about again
after every answer, so only what an answer changed is computed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photoclust.clustering.constraints import NO_CLUSTER, NOBODY
from photoclust.clustering.contrast import contrast_of
from photoclust.clustering.crowds import members
from photoclust.clustering.grouping import each_its_own
from photoclust.review.scene import Floats, Indices, Scene
from photoclust.search.match import choose_exemplars

# Exemplars a group is held against; more than in `find`, because groups are small evidence.
NEAREST = 5

IMPOSSIBLE = -100.0

NO_ROW = -1

BLOCK = 1024  # clusters that are compared with all others at a time


class _Known(NamedTuple):
    """A person: their faces, how alike each is to the others, the exemplars, and every group."""

    faces: Indices
    own: Floats
    exemplars: Indices
    groups: NDArray[np.float32]


class Likeness:
    """Groups and people of a scene, and how alike they are.

    Groups are never removed, so that their numbers stay; a group that changed has a new one.

    Attributes
    ----------
    homes, groups : label (`Scene.homes`) and faces of each group, the surest face first.
    sizes, strengths : (g,) how many faces these are, and their strengths added up.
    is_there : (g,) bool: the group still is as it was.
    people : ids, ascending.
    """

    def __init__(self, scene: Scene) -> None:
        dim = scene.embeddings.shape[1]
        self._contrast = contrast_of(
            scene.embeddings, each_its_own(scene.clusters), scene.levels.typical
        )
        self.homes: Indices = np.empty(0, np.int64)
        self.groups: list[Indices] = []
        self.sizes: Indices = np.empty(0, np.int64)
        self.strengths: Floats = np.empty(0)
        self.is_there: NDArray[np.bool_] = np.empty(0, bool)
        self._mean = self._scaled_mean = np.empty((0, dim), np.float32)
        self._strangers = np.empty(0)
        self._rows = np.full(len(scene.clusters), NO_ROW)
        self._known: dict[int, _Known] = {}
        self.update(scene)

    @property
    def people(self) -> list[int]:
        """Everybody who owns a face, by id."""
        return sorted(self._known)

    def update(self, scene: Scene) -> None:
        """Look at the scene as it is now; it holds the same faces."""
        self.scene = scene
        first_new = self._update_groups()
        new = slice(first_new, None)
        owned = members(np.where(scene.owners == NOBODY, NO_CLUSTER, scene.owners))
        for person in self._known.keys() - owned.keys():
            del self._known[person]
        for person, faces in owned.items():
            known = self._known.get(person)
            if known is None or not np.array_equal(known.faces, faces):
                exemplars = self._chosen(faces)
                own = self._to_own(faces, exemplars)
                known = _Known(faces, own, exemplars, self._alike(exemplars))
            elif first_new < len(self.groups):
                alike = np.append(known.groups, self._alike(known.exemplars, new))
                known = known._replace(groups=alike)
            self._known[person] = known

    def with_people(self) -> NDArray[np.float32]:
        """(people, groups), `IMPOSSIBLE` where a rule says that they are not one."""
        people = np.array(self.people)
        if not len(people):
            return np.empty((0, len(self.groups)), np.float32)
        alike = np.stack([self._known[person].groups for person in people.tolist()])
        alike[:, ~self.is_there] = IMPOSSIBLE
        scene, said = self.scene, self.scene.said
        free, owned = np.flatnonzero(self._rows != NO_ROW), np.flatnonzero(scene.owners != NOBODY)
        here, theirs = _same(said.photos, free, owned)
        pairs = [(here, scene.owners[theirs]), (said.is_not[:, 0], said.is_not[:, 1])]
        for one, other in (said.different.T, said.different.T[::-1]):
            pairs.append((one, scene.owners[other]))
        for person, day in said.born.items():
            early = free[said.taken[free] < day]
            pairs.append((early, np.full(len(early), person)))
        for faces, persons in pairs:
            known = (self._rows[faces] != NO_ROW) & np.isin(persons, people)
            places = np.searchsorted(people, persons[known])
            alike[places, self._rows[faces[known]]] = IMPOSSIBLE
        return alike

    def with_group(self, group: int) -> NDArray[np.float32]:
        """(groups,) how alike every group is to this one, by its number."""
        faces, said = self.groups[group], self.scene.said
        alike = self._alike(self._chosen(faces))
        alike[~self.is_there] = alike[group] = IMPOSSIBLE
        others, _ = _same(said.photos, np.flatnonzero(self._rows != NO_ROW), faces)
        for one, other in (said.different.T, said.different.T[::-1]):
            others = np.append(others, other[np.isin(one, faces)])
        rows = self._rows[others]
        alike[rows[rows != NO_ROW]] = IMPOSSIBLE
        return alike

    def group_of(self, faces: Sequence[int]) -> int:
        """The number of the group of exactly these faces, `NO_ROW` if there is none."""
        row = int(self._rows[faces[0]])
        is_it = row != NO_ROW and self.groups[row].tolist() == list(faces)
        return row if is_it else NO_ROW

    def most_alike_clusters(self) -> list[tuple[int, int, float]]:
        """Each cluster and the one most like it on average, by number, and how alike they are."""
        clusters = np.flatnonzero(self.is_there & (self.homes >= 0))
        if len(clusters) < 2:
            return []
        found = {}
        for start in range(0, len(clusters), BLOCK):
            rows = clusters[start : start + BLOCK]
            products = self._scaled_mean[rows] @ self._mean[clusters].T
            products += self._mean[rows] @ self._scaled_mean[clusters].T
            alike = products - self._strangers[rows, None] - self._strangers[clusters]
            alike[np.arange(len(rows)), np.arange(start, start + len(rows))] = -np.inf
            best = alike.argmax(axis=1)
            heights = self._height(alike.max(axis=1) / 2)
            for one, other, height in zip(rows, clusters[best], heights, strict=True):
                found[min(one, other), max(one, other)] = float(height)
        return [(int(one), int(other), height) for (one, other), height in found.items()]

    def are_apart(self, one: int, other: int) -> bool:
        """Are faces of these groups in one photo, or did a human say that they are two people?"""
        said, some, others = self.scene.said, self.groups[one], self.groups[other]
        if len(_same(said.photos, some, others)[0]):
            return True
        a, b = said.different.T
        return bool(
            (np.isin(a, some) & np.isin(b, others)).any()
            or (np.isin(b, some) & np.isin(a, others)).any()
        )

    def of_owned(self) -> tuple[Indices, Floats]:
        """Faces that somebody owns, and how alike each is to that person's other faces."""
        known = [self._known[person] for person in self.people]
        if not known:
            return np.empty(0, np.int64), np.empty(0)
        return np.concatenate([x.faces for x in known]), np.concatenate([x.own for x in known])

    def _update_groups(self) -> int:
        """Add the groups that are new or changed; returns the number of the first."""
        scene, before = self.scene, len(self.groups)
        homes, known = scene.homes, np.append(self.homes, NO_CLUSTER)[self._rows]
        changed = np.unique(np.concatenate([x[homes != known] for x in (homes, known)]))
        self.is_there &= ~np.isin(self.homes, changed)
        new = members(np.where(np.isin(homes, changed), homes, NO_CLUSTER))
        self._rows[np.isin(known, changed)] = NO_ROW
        for faces in new.values():
            self._rows[faces] = len(self.groups)
            self.groups.append(faces[np.argsort(-scene.strengths[faces], kind="stable")])
        self.homes = np.append(self.homes, np.array(list(new), np.int64))
        self.is_there = np.append(self.is_there, np.ones(len(new), bool))
        if new:
            self._measure(list(new.values()))
        return before

    def _measure(self, groups: list[Indices]) -> None:
        """What is looked up of every group: the mean vector, that of vectors times scale, ..."""
        contrast, order = self._contrast, np.concatenate(groups)
        sizes = np.array([len(group) for group in groups])
        starts = np.cumsum(sizes) - sizes
        vectors, scale = self.scene.embeddings[order], contrast.scale[order]
        counts = sizes[:, None].astype(np.float32)
        mean = np.add.reduceat(vectors, starts) / counts
        scaled = np.add.reduceat(vectors * scale[:, None].astype(np.float32), starts) / counts
        strangers = np.add.reduceat(scale * contrast.strangers[order], starts) / sizes
        self._mean = np.vstack([self._mean, mean])
        self._scaled_mean = np.vstack([self._scaled_mean, scaled])
        self._strangers = np.append(self._strangers, strangers)
        self.sizes = np.append(self.sizes, sizes)
        sure = np.add.reduceat(self.scene.strengths[order], starts)
        self.strengths = np.append(self.strengths, sure)

    def _chosen(self, faces: Indices) -> Indices:
        scene = self.scene
        return faces[choose_exemplars(scene.embeddings[faces], scene.quality[faces])]

    def _alike(self, exemplars: Indices, some: slice = slice(None)) -> NDArray[np.float32]:
        """How alike groups, all or some, are to these faces."""
        contrast, vectors = self._contrast, self.scene.embeddings[exemplars].T
        scale = contrast.scale[exemplars]
        alike = (
            self._scaled_mean[some] @ vectors
            - self._strangers[some, None]
            + scale * (self._mean[some] @ vectors - contrast.strangers[exemplars])
        ) / 2
        return self._height(_mean_of_nearest(alike)).astype(np.float32)

    def _to_own(self, faces: Indices, exemplars: Indices) -> Floats:
        """How alike each face is to the exemplars of its person, itself left out; 0 if alone."""
        contrast, vectors = self._contrast, self.scene.embeddings
        raw = (vectors[faces] @ vectors[exemplars].T).astype(np.float64)
        one = contrast.scale[faces, None] * (raw - contrast.strangers[faces, None])
        alike = (one + contrast.scale[exemplars] * (raw - contrast.strangers[exemplars])) / 2
        itself = faces[:, None] == exemplars
        if alike.shape[1] == 1:
            return np.where(itself[:, 0], 0.0, self._height(alike[:, 0]))
        # A face among the exemplars is measured by one exemplar less.
        others = np.sort(np.where(itself, IMPOSSIBLE, alike), axis=1)[:, -NEAREST:]
        there = others > IMPOSSIBLE
        mean = np.where(there, others, 0.0).sum(axis=1) / there.sum(axis=1)
        return self._height(mean)

    def _height(self, contrast: Floats) -> Floats:
        levels = self.scene.levels
        return (contrast + levels.typical - levels.join) / (1 - levels.join)


def _mean_of_nearest(alike: Floats) -> Floats:
    nearest = min(NEAREST, alike.shape[1])
    return np.asarray(np.partition(alike, -nearest, axis=1)[:, -nearest:].mean(axis=1))


def _same(photos: Indices, some: Indices, others: Indices) -> tuple[Indices, Indices]:
    """Every pair of one of some faces and one of the others that are in one photo."""
    some, others = some[photos[some] >= 0], others[photos[others] >= 0]
    others = others[np.argsort(photos[others], kind="stable")]
    low = np.searchsorted(photos[others], photos[some], "left")
    counts = np.searchsorted(photos[others], photos[some], "right") - low
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(some, counts), others[np.repeat(low, counts) + within]
