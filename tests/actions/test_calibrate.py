"""Thresholds follow the library's own faces where these say enough, and only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photoclust.actions.calibrate import calibrate, forget_calibration
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.packs import StoredPack
from photoclust.vectors import Matrix, normalised

if TYPE_CHECKING:
    from tests.conftest import Album

GROUPS = 110


def pack_of(library: Library) -> StoredPack:
    pack = library.packs.in_use()
    assert pack is not None
    return pack


def measured_at(library: Library, reference: float | None) -> None:
    """The pack's thresholds were set where 1 in 1,000 strangers reach this."""
    settings = {**pack_of(library).settings}
    settings["thresholds"] = {**settings["thresholds"], "reference": reference, "assign": 0.7}
    with library.transaction():
        library.query("UPDATE packs SET settings = ?", json.dumps(settings))


@pytest.fixture
def groups(album: Album) -> Album:
    """Three strangers in each of many photos: 330 pairs."""
    looks = normalised(np.random.default_rng(5).standard_normal((GROUPS * 3, 16)))
    for number in range(GROUPS):
        album.add_photo(f"/photos/{number:03}.jpg", *looks[3 * number : 3 * number + 3])
    return album


def test_a_library_like_the_packs_own_keeps_the_thresholds(groups: Album) -> None:
    library = groups.library
    measured_at(library, 0.5)
    report = calibrate(library)
    assert (report.evidence, report.photos, report.photo_pairs) == ("photo", GROUPS, 330)
    assert report.at is not None
    assert report.at.low <= 0.5 <= report.at.high
    assert (report.shift, report.match, report.link) == (0.0, 0.5, 0.5)
    assert [point.rate for point in report.curve] == [0.1, 0.01, 0.001]
    found = pack_of(library)
    assert (found.match, found.link, found.threshold("assign")) == (0.5, 0.5, 0.7)
    assert found.calibration is not None
    assert found.calibration["rate"] == 0.001
    assert found.calibration["pairs"] == 330


@pytest.mark.parametrize(("reference", "sign"), [(0.05, 1), (0.9, -1)])
def test_every_threshold_moves_as_far_as_the_evidence_demands(
    groups: Album, reference: float, sign: int
) -> None:
    library = groups.library
    measured_at(library, reference)
    report = calibrate(library)
    assert report.at is not None
    demanded = (report.at.low if sign > 0 else report.at.high) - reference
    most = 0.25 * (1 - reference)
    assert report.shift == pytest.approx(sign * min(abs(demanded), most))
    assert report.recorded
    found = pack_of(library)
    assert found.shift == pytest.approx(report.shift, abs=1e-4)
    assert found.match == found.link == pytest.approx(0.5 + report.shift, abs=1e-4)
    assert found.threshold("assign") == pytest.approx(0.7 + report.shift, abs=1e-4)
    assert found.reference == reference

    again = calibrate(library)
    assert (again.shift, again.match) == (report.shift, report.match)
    assert forget_calibration(library)
    assert (pack_of(library).match, pack_of(library).calibration) == (0.5, None)
    assert not forget_calibration(library)


def test_a_dry_run_writes_nothing(groups: Album) -> None:
    measured_at(groups.library, 0.05)
    before = pack_of(groups.library)
    report = calibrate(groups.library, dry_run=True)
    assert report.shift > 0
    assert not report.recorded
    assert pack_of(groups.library) == before


def test_too_little_evidence_leaves_what_there_was(groups: Album) -> None:
    library = groups.library
    measured_at(library, 0.05)
    shift = calibrate(library).shift
    report = calibrate(library, rate=0.0001)
    assert (report.evidence, report.at, report.recorded) == (None, None, False)
    assert report.shift == pytest.approx(shift, abs=1e-4)
    assert pack_of(library).shift == pytest.approx(shift, abs=1e-4)


def test_a_pack_whose_reference_is_not_known_keeps_its_thresholds(groups: Album) -> None:
    report = calibrate(groups.library)
    assert report.at is not None
    assert (report.reference, report.shift, report.recorded) == (None, 0.0, False)
    assert pack_of(groups.library).calibration is None


def test_photos_that_may_repeat_somebody_prove_nothing(groups: Album) -> None:
    library = groups.library
    photos = [row["id"] for row in library.query("SELECT id FROM photos LIMIT 10")]
    with library.transaction():
        act = library.journal.begin("allow")
        for photo in photos:
            library.decisions.allow_same_photo(act, photo)
    assert calibrate(library).photo_pairs == 300


def test_named_faces_are_preferred_where_they_suffice(album: Album) -> None:
    library = album.library
    looks = normalised(np.random.default_rng(5).standard_normal((105, 16)))
    for number, look in enumerate(looks):
        (face,) = album.add_photo(f"/photos/{number:03}.jpg", look)
        album.say(f"Person {number}", face)
    report = calibrate(library)
    assert (report.evidence, report.people, report.named_pairs) == ("named", 105, 5460)
    truth = np.quantile((looks @ looks.T)[np.triu_indices(105, 1)], 0.999)
    assert report.at is not None
    assert report.at.similarity == pytest.approx(truth, abs=0.02)


def test_shots_of_a_burst_tell_what_is_missed(
    groups: Album, portraits: Callable[..., Matrix]
) -> None:
    looks = portraits("Ann", 2)
    groups.add_photo("/burst/1.jpg", looks[0], taken_at="2020-01-01T12:00:00")
    groups.add_photo("/burst/2.jpg", looks[1], taken_at="2020-01-01T12:00:02+02:00")
    groups.add_photo("/burst/3.jpg", -looks[1], taken_at="2020-01-01T00:00:00")
    groups.add_photo("/burst/4.jpg", looks[1], taken_at="2020-01-01T00:00:00")
    report = calibrate(groups.library)
    assert (report.same_pairs, report.missed) == (1, 0.0)


@pytest.mark.parametrize("rate", [0.0, -1.0, 0.2, float("nan")])
def test_a_rate_that_makes_no_sense_is_refused(album: Album, rate: float) -> None:
    with pytest.raises(UsageError, match="between"):
        calibrate(album.library, rate=rate)


def test_a_library_without_faces(library: Library, album: Any) -> None:
    assert calibrate(library).evidence is None


def test_a_library_that_was_never_scanned(library: Library) -> None:
    for act in (calibrate, forget_calibration):
        with pytest.raises(PhotoclustError, match="no faces"):
            act(library)
