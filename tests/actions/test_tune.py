"""A library learns from its decisions, applies it in one step, and goes back in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.actions.find import find
from photoclust.actions.purge import purge
from photoclust.actions.tune import tune
from photoclust.actions.use_pack import use_pack
from photoclust.choices import Detail
from photoclust.domain import DetectedFace, Detection
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.models.projected_pack import projected_pack
from photoclust.vectors import Matrix, normalised

if TYPE_CHECKING:
    from tests.actions.conftest import Painted
    from tests.conftest import Album

PEOPLE, FACES = 24, 6


def looks(light: float) -> Matrix:
    """Everybody's faces in one row: eight numbers are the person's own, eight are the light."""
    chance = np.random.default_rng(3)
    own = normalised(chance.standard_normal((PEOPLE, 8))).repeat(FACES, axis=0)
    own = own + 0.15 * chance.standard_normal(own.shape)
    lights = light * normalised(chance.standard_normal(own.shape))
    return normalised(np.hstack([own, lights]))


@pytest.fixture
def fill(album: Album) -> Callable[[float], Library]:
    def filled(light: float) -> Library:
        for number, faces in enumerate(np.split(looks(light), PEOPLE)):
            album.say(f"P{number}", *album.add_portraits(f"p{number}", faces))
        return album.library

    return filled


@pytest.fixture
def below(painted: Painted, monkeypatch: pytest.MonkeyPatch) -> Painted:
    """The pack that the album says its faces were made with."""
    painted.description = replace(painted.description, name="test")
    monkeypatch.setattr("photoclust.actions.pack.load_pack", lambda *_, **__: painted)
    return painted


def embeddings(library: Library) -> Matrix:
    return library.faces.vectors().matrix


def people_of(library: Library) -> list[tuple[int, str | None]]:
    return sorted((face.photo_id, face.person) for face in library.faces.all())


def test_it_only_tells_unless_it_is_to_apply(fill: Callable[[float], Library]) -> None:
    library = fill(0.8)
    before = embeddings(library)
    report = tune(library)
    assert report.verdict.better
    assert (report.people, report.faces, report.tuned) == (PEOPLE, PEOPLE * FACES, None)
    assert (embeddings(library) == before).all()
    assert len(library.packs.all()) == 1


def test_applied_the_library_is_the_same_with_other_embeddings(
    fill: Callable[[float], Library], below: Painted
) -> None:
    library = fill(0.8)
    before, people = embeddings(library), people_of(library)
    report = tune(library, apply=True)
    assert (report.tuned, report.used and report.used.switched) == ("test-tuned", True)
    pack = library.packs.in_use()
    assert pack is not None
    assert pack.projection is not None
    assert (pack.name, pack.dim, pack.thresholds) == ("test-tuned", 16, report.after)
    assert people_of(library) == people
    after = embeddings(library)
    assert not np.allclose(after, before)
    assert np.allclose(after, pack.projection.apply(before), atol=1e-6)
    assert np.allclose(np.linalg.norm(after, axis=1), 1, atol=1e-6)
    assert projected_pack(pack.name, below, pack.projection).description.fingerprint == (
        pack.fingerprint
    )
    assert len(find(library, "P3").found) >= FACES

    use_pack(library, "test")
    assert (embeddings(library) == before).all()
    assert people_of(library) == people
    use_pack(library, "test-tuned")
    assert (embeddings(library) == after).all()


def test_what_the_pack_below_saw_since_is_taken_over(
    fill: Callable[[float], Library], album: Album, below: Painted
) -> None:
    """Marked by hand and looked at more closely, in photos whose files are not there."""
    library = fill(0.8)
    tune(library, apply=True)
    use_pack(library, "test")
    faces = library.faces.vectors()
    photo = int(faces.photo_ids[0])
    detection = Detection.of(np.array([0.8, 0.8, 0.9, 0.9]), 1.0, np.full((5, 2), 0.85))
    with library.transaction():
        act = library.journal.begin("add-face")
        face = DetectedFace(detection, faces.matrix[5], 0.9)
        marked = library.faces.add_by_hand(photo, album.pack_id, face)
        library.decisions.say_added(act, marked)
        library.photos.record_scan(
            int(faces.photo_ids[1]), album.pack_id, Detail.HIGH, scanned_at=now(), failure=None
        )
    album.say("Handy", marked)
    report = use_pack(library, "test-tuned")
    assert (report.examined, report.lost, report.unreadable) == (0, [], [])
    (handy,) = [face for face in library.faces.all() if face.person == "Handy"]
    assert handy.photo_id == photo
    assert library.faces.count() == PEOPLE * FACES + 1


def test_the_pack_below_may_lie_elsewhere_by_now(
    fill: Callable[[float], Library], below: Painted
) -> None:
    library = fill(0.8)
    with library.transaction():
        library.query("UPDATE packs SET location = '/old'")
    tune(library, apply=True)
    with library.transaction():
        library.query("UPDATE packs SET location = '/new' WHERE name = 'test'")
    pack = library.packs.in_use()
    assert pack is not None
    assert (pack.name, pack.location) == ("test-tuned", "/new")


def test_a_page_that_is_no_map_is_refused_before_anything_is_learned(
    fill: Callable[[float], Library], tmp_path: Path
) -> None:
    notes = tmp_path / "notes.html"
    notes.write_text("mine")
    with pytest.raises(PhotoclustError, match="no map"):
        tune(fill(0.8), map_to=notes)


def test_what_is_said_with_the_tuned_pack_counts_with_the_other(
    fill: Callable[[float], Library], album: Album, below: Painted
) -> None:
    library = fill(0.8)
    tune(library, apply=True)
    face = library.faces.all()[0]
    album.say("Zoe", face.id)
    use_pack(library, "test")
    assert dict(people_of(library))[face.photo_id] == "Zoe"


def test_no_better_than_chance_is_not_applied(fill: Callable[[float], Library]) -> None:
    library = fill(0.0)
    report = tune(library, apply=True)
    assert not report.verdict.better
    assert report.tuned is None
    assert len(library.packs.all()) == 1


def test_a_tuned_library_is_not_tuned_again(
    fill: Callable[[float], Library], below: Painted
) -> None:
    library = fill(0.8)
    tune(library, apply=True)
    with pytest.raises(PhotoclustError, match=r"tuned already.*models use test"):
        tune(library)


def test_the_same_evidence_gives_the_same_pack(
    fill: Callable[[float], Library], below: Painted
) -> None:
    library = fill(0.8)
    tune(library, apply=True)
    use_pack(library, "test")
    assert tune(library, apply=True).tuned == "test-tuned"
    assert len(library.packs.all()) == 2


def test_too_little_was_said(album: Album) -> None:
    for number, faces in enumerate(np.split(looks(1.0), PEOPLE)[:7]):
        album.say(f"P{number}", *album.add_portraits(f"p{number}", faces))
    with pytest.raises(PhotoclustError, match=r"8 people with two faces or more; there are 7"):
        tune(album.library)


def test_too_few_faces_to_judge(album: Album) -> None:
    for number, faces in enumerate(np.split(looks(1.0), PEOPLE)[:8]):
        album.say(f"P{number}", *album.add_portraits(f"p{number}", faces[:2]))
    with pytest.raises(PhotoclustError, match=r"takes 100 pairs of faces .* there are \d+"):
        tune(album.library)


def test_purge_takes_what_was_learned_away(
    fill: Callable[[float], Library], below: Painted
) -> None:
    library = fill(0.8)
    tune(library, apply=True)
    purge(library)
    pack = library.packs.in_use()
    assert pack is not None
    assert pack.name == "test"
    assert library.query("SELECT count(*) FROM projections")[0][0] == 0
    assert library.query("PRAGMA foreign_key_check") == []
