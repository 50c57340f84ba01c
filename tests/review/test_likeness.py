"""What is kept from answer to answer is what looking anew would find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from photoclust.clustering.constraints import Constraints
from photoclust.clustering.levels import Levels
from photoclust.review.likeness import IMPOSSIBLE, Likeness
from photoclust.review.scene import Scene
from photoclust.vectors import normalised

LEVELS = Levels(link=0.42, split=0.38, join=0.4, match=0.44, typical=0.2)
PEOPLE, EACH = 6, 5


def scene(seed: int = 0) -> Scene:
    """Six people of five faces, three of each in a cluster, two faces a photo."""
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((PEOPLE, 1, 16))
    faces = centres + 0.6 * chance.standard_normal((PEOPLE, EACH, 16))
    count = PEOPLE * EACH
    place = np.arange(count)
    clusters = np.where(place % EACH < 3, place // EACH, -1)
    return Scene(
        embeddings=normalised(faces.reshape(count, -1)),
        quality=chance.random(count),
        clusters=clusters,
        strengths=np.where(clusters < 0, 0.0, chance.random(count)),
        owners=np.zeros(count, np.int64),
        confirmed=np.zeros(count, bool),
        closed=np.zeros(count, bool),
        said=Constraints.none(place // 2),
        levels=LEVELS,
    )


def known(likeness: Likeness) -> dict[tuple[int, int], float]:
    """(group, person) -> how alike they are."""
    alike = likeness.with_people()
    return {
        (int(likeness.homes[group]), person): float(alike[row, group])
        for row, person in enumerate(likeness.people)
        for group in np.flatnonzero(likeness.is_there)
    }


answers = st.lists(
    st.tuples(st.integers(0, PEOPLE * EACH - 1), st.integers(0, 4), st.integers(-1, PEOPLE - 1)),
    max_size=12,
)


@given(answers)
@settings(max_examples=60, deadline=None)
def test_after_any_answers_it_knows_what_a_fresh_look_finds(
    said: list[tuple[int, int, int]],
) -> None:
    now = scene()
    likeness = Likeness(now)
    for face, owner, cluster in said:
        owners, clusters = now.owners.copy(), now.clusters.copy()
        owners[face], clusters[face] = owner, cluster
        closed = now.closed.copy()
        closed[face] = owner == 4
        now = replace(now, owners=owners, clusters=clusters, closed=closed)
        likeness.update(now)
    fresh = _fresh(likeness)
    one, other = known(likeness), known(fresh)
    assert one.keys() == other.keys()
    np.testing.assert_allclose([one[x] for x in one], [other[x] for x in one], atol=1e-5)
    faces, own = likeness.of_owned()
    there, fresh_own = fresh.of_owned()
    assert faces.tolist() == there.tolist()
    np.testing.assert_allclose(own, fresh_own, atol=1e-5)


def _fresh(likeness: Likeness) -> Likeness:
    """Everything computed anew but the contrast, which is that of the clusters at the start."""
    now = likeness.scene
    nothing = replace(now, closed=np.ones(len(now.closed), bool), owners=np.zeros_like(now.owners))
    fresh = Likeness(nothing)
    fresh._contrast = likeness._contrast
    fresh.update(now)
    return fresh


def test_likeness_is_the_mean_over_faces_and_nearest_exemplars() -> None:
    now = scene()
    now.owners[[0, 1]] = 7
    likeness = Likeness(now)
    group = likeness.group_of(likeness.groups[-1].tolist())
    faces, contrast = likeness.groups[group], likeness._contrast
    raw = now.embeddings[faces] @ now.embeddings[[0, 1]].T
    one = contrast.scale[faces, None] * (raw - contrast.strangers[faces, None])
    both = (one + contrast.scale[:2] * (raw - contrast.strangers[:2])) / 2 + contrast.typical
    expected = (both.mean() - LEVELS.join) / (1 - LEVELS.join)
    alike = likeness._known[7].groups[group]
    np.testing.assert_allclose(alike, expected, atol=1e-5)


def test_what_cannot_be_is_impossible() -> None:
    now = scene()
    now.owners[0] = 7
    said = replace(
        now.said,
        photos=np.arange(len(now.owners)),
        is_not=np.array([[5, 7]]),
        different=np.array([[0, 10], [15, 0]]),
        taken=np.where(np.arange(len(now.owners)) == 20, 10.0, 30.0),
        born={7: 20.0},
    )
    said.photos[25] = said.photos[0]
    likeness = Likeness(replace(now, said=said))
    alike = likeness.with_people()[0]
    impossible = {
        int(face)
        for group in np.flatnonzero(likeness.is_there & (alike <= IMPOSSIBLE))
        for face in likeness.groups[group]
    }
    assert {5, 10, 15, 20, 25} <= impossible
    assert not {1, 2, 3, 4} & impossible
