"""Whatever is said in whatever order: the journal alone tells who is who."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photoclust.actions.cluster import cluster
from photoclust.actions.heed import heed_again
from photoclust.actions.history import redo, undo
from photoclust.actions.ignore import ignore_cluster, ignore_faces, ignore_unnamed
from photoclust.actions.merge import merge_clusters
from photoclust.actions.name import (
    confirm_cluster,
    name_cluster,
    name_faces,
    unname_cluster,
    unname_face,
)
from photoclust.actions.person import (
    delete_person,
    merge_people,
    rename_person,
    set_aliases,
    set_birth,
)
from photoclust.actions.reject import reject_faces, reject_from_cluster
from photoclust.actions.split import apply_split, plan_split
from photoclust.choices import Detail
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.decisions import Ignored
from photoclust.vectors import Matrix, normalised
from tests.conftest import DIM, Album

NAMES = ("Ann", "Ben", "Cid")
LOOKS = 4  # people who are in the photos, whoever gets a name


class Life:
    """A library that things happen to."""

    def __init__(self, folder: Path) -> None:
        self.library = Library.open(folder / "people.db", create=True)
        self.album = Album(self.library)
        chance = np.random.default_rng(7)
        self._centres = normalised(chance.standard_normal((LOOKS, DIM)))
        self._chance = chance
        self.photos = 0
        for _ in range(3):
            self.scan(0, 0)
        cluster(self.library)
        for number, name in enumerate(NAMES[:2]):
            name_cluster(self.library, self._cluster(number), name)

    # What may happen; each takes two numbers to choose by.

    def scan(self, a: int, b: int) -> None:
        """Some photos come, of one or two people each."""
        for number in range(4):
            who = sorted({(a + number) % LOOKS, (b + 2 * number) % LOOKS})
            self.album.add_photo(f"/photos/{self.photos}.jpg", *map(self._look, who))
            self.photos += 1

    def scan_again(self, a: int, b: int) -> None:
        """A photo is looked at more closely: its faces are found again."""
        face = self._face(a)
        stored = self.library.faces.get(face)
        assert stored is not None
        with self.library.transaction():
            self.library.photos.record_scan(
                stored.photo_id,
                self.album.pack_id,
                Detail.HIGH,
                scanned_at=now(),
                failure=None,
            )

    def cluster(self, a: int, b: int) -> None:
        cluster(self.library)

    def cluster_full(self, a: int, b: int) -> None:
        cluster(self.library, full=True)

    def name_cluster(self, a: int, b: int) -> None:
        name_cluster(self.library, self._cluster(a), NAMES[b % len(NAMES)])

    def name_faces(self, a: int, b: int) -> None:
        faces = [self._face(a), self._face(a + b)]
        name_faces(self.library, faces, NAMES[b % len(NAMES)], another=b % 11 == 0)

    def confirm(self, a: int, b: int) -> None:
        confirm_cluster(self.library, self._cluster(a))

    def unname_face(self, a: int, b: int) -> None:
        unname_face(self.library, self._face(a))

    def unname_cluster(self, a: int, b: int) -> None:
        unname_cluster(self.library, self._cluster(a))

    def reject(self, a: int, b: int) -> None:
        reject_faces(self.library, [self._face(a)], self._person(b))

    def reject_from_cluster(self, a: int, b: int) -> None:
        number = self._cluster(a)
        faces = self.library.faces.of_cluster(number)
        reject_from_cluster(self.library, [faces[b % len(faces)].id], number)

    def merge_clusters(self, a: int, b: int) -> None:
        merge_clusters(self.library, self._cluster(a), self._cluster(b))

    def split(self, a: int, b: int) -> None:
        apply_split(self.library, plan_split(self.library, self._cluster(a), 2))

    def ignore(self, a: int, b: int) -> None:
        ignore_faces(self.library, [self._face(a)], list(Ignored)[b % 3])

    def ignore_cluster(self, a: int, b: int) -> None:
        ignore_cluster(self.library, self._cluster(a), list(Ignored)[b % 3])

    def heed_again(self, a: int, b: int) -> None:
        ignored = sorted(self.library.decisions.ignored())
        heed_again(self.library, ignored[a % max(1, len(ignored)) :][: 1 + b % 2])

    def ignore_unnamed(self, a: int, b: int) -> None:
        ignore_unnamed(self.library, Ignored.STRANGER, max_photos=b % 3)

    def rename(self, a: int, b: int) -> None:
        rename_person(self.library, self._person(a), f"{NAMES[b % len(NAMES)]} {b}")

    def merge_people(self, a: int, b: int) -> None:
        merge_people(self.library, self._person(a), self._person(b))

    def delete(self, a: int, b: int) -> None:
        delete_person(self.library, self._person(a))

    def alias(self, a: int, b: int) -> None:
        set_aliases(self.library, self._person(a), [f"alias {b}"], [])

    def birth(self, a: int, b: int) -> None:
        set_birth(self.library, self._person(a), date(1900 + b % 100, 1, 1))

    def undo(self, a: int, b: int) -> None:
        undo(self.library)

    def undo_any(self, a: int, b: int) -> None:
        undo(self.library, 1 + a % max(1, len(self.library.journal.acts())))

    def redo(self, a: int, b: int) -> None:
        redo(self.library)

    def redo_any(self, a: int, b: int) -> None:
        redo(self.library, 1 + a % max(1, len(self.library.journal.acts())))

    def _look(self, who: int) -> np.ndarray:
        look: Matrix = normalised(self._centres[who] + 0.3 * self._chance.standard_normal(DIM) / 4)
        return look

    def _face(self, a: int) -> int:
        faces = self.library.faces.all()
        return faces[a % len(faces)].id

    def _cluster(self, a: int) -> int:
        numbers = sorted(row.cluster for row in self.library.clusters.summaries())
        return numbers[a % len(numbers)] if numbers else 0

    def _person(self, a: int) -> str:
        people = self.library.people.all()
        return f"#{people[a % len(people)].id}" if people else "nobody"


CLUSTERING = ("scan", "scan_again", "cluster", "cluster_full")
HISTORY = ("undo", "undo_any", "redo", "redo_any")
ACTS = tuple(
    name
    for name, what in vars(Life).items()
    if callable(what) and not name.startswith("_") and name not in (*CLUSTERING, *HISTORY)
)
NUMBERS = st.integers(min_value=0, max_value=60)


def steps(names: tuple[str, ...], most: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), NUMBERS, NUMBERS), min_size=1, max_size=most)


@contextmanager
def life() -> Iterator[Life]:
    with tempfile.TemporaryDirectory() as folder:
        lived = Life(Path(folder))
        yield lived
        lived.library.close()


def people(library: Library) -> dict[int, object]:
    """Everybody by number: name, aliases, birth, the faces that are theirs and that are not."""
    named, denied = library.people.named_faces(), library.decisions.denials()
    return {
        person.id: (
            person,
            {(item.face_id, item.source) for item in named if item.person_id == person.id},
            {face for face, whose in denied if whose == person.id},
        )
        for person in library.people.all()
    }


def said(library: Library) -> tuple[object, ...]:
    """Everything the library makes of the journal."""
    return people(library), library.decisions.links(), library.decisions.ignored()


def replayed(library: Library) -> dict[int, tuple[str, int | None, str]]:
    """The last word on each face, from nothing but the journal's rows, one after the other."""
    undone: set[int] = set()
    for target, taken_back in library.query("SELECT target_id, undone FROM reversals ORDER BY id"):
        (undone.add if taken_back else undone.discard)(target)
    decisions = [
        row
        for row in library.query(
            "SELECT act_id, verdict, face_id, person_id, source FROM decisions ORDER BY act_id, id"
        )
        if row[0] not in undone
    ]
    one_with: dict[int, int | None] = {}
    for act, verdict, _face, person, _source in decisions:
        if verdict == "called":
            one_with.pop(person, None)
        elif verdict == "gone":
            kept = [row[3] for row in decisions if row[:2] == (act, "aliases")]
            one_with[person] = kept[0] if kept else None
    words: dict[int, tuple[str, int | None, str]] = {}
    denied: set[tuple[int, int]] = set()
    for _act, verdict, face, person, source in decisions:
        passed: set[int | None] = set()
        while person in one_with:
            passed.add(person)
            person = None if one_with[person] in passed else one_with[person]
        if verdict == "is" and person is None:
            words[face] = ("unnamed", None, source)
        elif verdict == "is_not":
            denied.add((face, person))
        elif verdict in ("is", "unnamed", *map(str, Ignored)):
            words[face] = (verdict, person, source)
            if verdict == "is" and source == "face":
                denied.discard((face, person))
    return {
        face: word
        for face, word in words.items()
        if not (word[0] == "is" and (face, word[1]) in denied)
    }


def check_journal(library: Library) -> None:
    words = replayed(library)
    named = {(item.face_id, item.person_id, item.source) for item in library.people.named_faces()}
    assert named == {(f, who, source) for f, (word, who, source) in words.items() if word == "is"}
    kinds = {str(kind) for kind in Ignored}
    ignored = {face: str(kind) for face, kind in library.decisions.ignored().items()}
    assert ignored == {face: word for face, (word, _, _) in words.items() if word in kinds}
    faces = {face.id: face for face in library.faces.all()}
    for some in (list(faces)[::3], list(faces)[:1], []):
        assert library.faces.get_all(some) == {face: faces[face] for face in some}
    everybody = {person.id for person in library.people.all()}
    assert everybody >= {item.person_id for item in library.people.named_faces()}
    assert everybody >= set(library.clusters.owners().values())


def on_fresh_clusters(library: Library, check: Callable[[Library], None]) -> None:
    """A copy of the library, with nothing but faces and the journal, clustered from nothing."""
    copy = library.path.with_name("copy.db")
    with sqlite3.connect(copy) as target, sqlite3.connect(library.path) as source:
        source.backup(target)
    target.close()
    source.close()
    with Library.open(copy) as fresh:
        for table in ("memberships", "clusters", "clusterings", "moves"):
            fresh.query(f"DELETE FROM {table}")
        cluster(fresh)
        check(fresh)
    for left in copy.parent.glob("copy.db*"):
        left.unlink()


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(steps((*ACTS, *HISTORY, *CLUSTERING), 14))
def test_the_journal_over_fresh_clusters_gives_the_same_people(
    happened: list[tuple[str, int, int]],
) -> None:
    with life() as lived:
        library = lived.library
        for name, a, b in happened:
            before = said(library)
            with suppress(PhotoclustError):
                getattr(lived, name)(a, b)
            if name in CLUSTERING:
                assert said(library) == before, f"{name} changed what was said"
            check_journal(library)

        expected = said(library)

        def same(fresh: Library) -> None:
            assert said(fresh) == expected
            ignored, denied = fresh.decisions.ignored(), set(fresh.decisions.denials())
            for face in fresh.faces.all():
                assert face.how != "cluster" or face.id not in ignored
                assert (face.id, face.person_id) not in denied

        on_fresh_clusters(library, same)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps(ACTS, 6))
def test_undoing_every_act_leads_back_step_by_step(happened: list[tuple[str, int, int]]) -> None:
    with life() as lived:
        library = lived.library

        def state() -> tuple[object, ...]:
            return *said(library), library.clusters.memberships()

        states = [state()]
        for name, a, b in happened:
            acts = len(library.journal.acts())
            with suppress(PhotoclustError):
                getattr(lived, name)(a, b)
            if len(library.journal.acts()) > acts:
                states.append(state())
        for earlier in reversed(states[:-1]):
            undo(library)
            assert state() == earlier
        for later in states[1:]:
            redo(library)
            assert state() == later


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps((*ACTS, *("undo", "undo_any") * 5, "cluster_full"), 10))
def test_undo_after_a_redo_leads_to_where_it_was(happened: list[tuple[str, int, int]]) -> None:
    with life() as lived:
        library = lived.library
        for name, a, b in happened:
            with suppress(PhotoclustError):
                getattr(lived, name)(a, b)
        before = said(library), library.clusters.memberships()
        for act in library.journal.acts():
            if not act.stands:
                redo(library, act.id)
                assert undo(library).target.id == act.id
                assert (said(library), library.clusters.memberships()) == before


@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps(ACTS, 6), st.randoms(use_true_random=False))
def test_acts_are_taken_back_and_done_again_in_whatever_order(
    happened: list[tuple[str, int, int]], chance: Random
) -> None:
    with life() as lived:
        library = lived.library
        began, start = len(library.journal.acts()), library.clusters.memberships()
        for name, a, b in happened:
            with suppress(PhotoclustError):
                getattr(lived, name)(a, b)
        acts = [act.id for act in library.journal.acts()][:-began]
        expected = said(library), library.clusters.memberships()
        for act in chance.sample(acts, len(acts)):
            undo(library, act)
        assert library.clusters.memberships() == start
        for act in chance.sample(acts, len(acts)):
            redo(library, act)
        assert (said(library), library.clusters.memberships()) == expected
