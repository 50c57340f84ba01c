"""Set the thresholds by the library's own faces, where they say enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

import numpy as np

from photoclust.actions.lookup import pack_in_use
from photoclust.clustering.calibration import (
    PHOTO_EXPONENT,
    PHOTO_EXPONENTS,
    Estimate,
    Faces,
    Pairs,
    enough,
    estimate,
    missed,
    of_named,
    of_one_burst,
    of_one_photo,
)
from photoclust.errors import UsageError
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.constraints import constraints_of

RATE = 0.001
RATES = (0.1, 0.01, 0.001, 0.0001)

# No library is so unlike the one that the pack was measured on: a larger shift is cut down to this
# part of the way from the reference to 1.
MOST_OF_THE_WAY = 0.25

PHOTO, NAMED = "photo", "named"
_EXPONENTS = {PHOTO: (PHOTO_EXPONENT, *PHOTO_EXPONENTS), NAMED: (1.0, 1.0, 1.0)}


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What the library's faces say, and what follows.

    Attributes
    ----------
    rate : the share of pairs of different people that may be joined.
    photos, photo_pairs : pairs of faces of one photo, and the photos they come from.
    people, named_pairs : pairs of faces that a human gave to different people, and these people.
    same_pairs : pairs of one person, by name or from bursts.
    evidence : which pairs of different people the curve is read from: `photo`, `named`, or None
        where there are too few of both.
    curve : the curve at rates that the evidence reaches, the operating point `at` among them.
    missed : the share of pairs of one person below the operating point; None without any.
    reference : the pack's own operating point, None where it is not known.
    shift : by how much every threshold is moved from the pack's own: as far as the interval of
        `at` is away from the reference, so 0 where the reference lies in it; what it was before
        where nothing can be said.
    match, link : what the pack's thresholds are with this shift.
    recorded : was it written?
    """

    rate: float
    photos: int
    photo_pairs: int
    people: int
    named_pairs: int
    same_pairs: int
    evidence: str | None
    curve: list[Estimate]
    at: Estimate | None
    missed: float | None
    reference: float | None
    shift: float
    match: float
    link: float
    recorded: bool


def calibrate(library: Library, *, rate: float = RATE, dry_run: bool = False) -> CalibrationReport:
    """Estimate the curve of false joins and move the pack's thresholds to this rate.

    With too little evidence, or a pack whose reference is not known, nothing is written.

    Raises
    ------
    UsageError : the rate is not between 0.00001 and 0.1.
    NotFound : the library was never scanned.
    """
    if not 1e-5 <= rate <= 0.1:
        raise UsageError("The rate must lie between 0.00001 and 0.1, such as 0.001.")
    pack = pack_in_use(library)
    faces = _faces(library)
    photo = of_one_photo(faces)
    same, named = of_named(faces)
    burst = of_one_burst(faces)
    known = Pairs(
        np.concatenate([same.similarities, burst.similarities]),
        np.concatenate([same.units, burst.units]),
    )
    evidence, different = _evidence(photo, named, rate)
    at, curve, shift = None, [], pack.shift
    if evidence is not None:
        exponents = _EXPONENTS[evidence]
        at = estimate(different, rate, exponents)
        others = (r for r in RATES if r != rate and enough(different, r, exponents[0]))
        curve = sorted(
            [at, *(estimate(different, other, exponents) for other in others)],
            key=lambda point: -point.rate,
        )
        if pack.reference is not None:
            shift = _shift(at, pack.reference)
    recorded = at is not None and pack.reference is not None and not dry_run
    if recorded and at is not None:
        with library.transaction():
            library.packs.calibrate(
                pack,
                {
                    "date": now(),
                    "rate": rate,
                    "evidence": evidence,
                    "pairs": len(different),
                    "t": round(at.similarity, 4),
                    "low": round(at.low, 4),
                    "high": round(at.high, 4),
                    "shift": round(shift, 4),
                },
            )
    return CalibrationReport(
        rate=rate,
        photos=len(np.unique(photo.units)),
        photo_pairs=len(photo),
        people=len(np.unique(named.units)),
        named_pairs=len(named),
        same_pairs=len(known),
        evidence=evidence,
        curve=curve,
        at=at,
        missed=None if at is None else missed(known, at.similarity),
        reference=pack.reference,
        shift=shift,
        match=pack.threshold("match") - pack.shift + shift,
        link=pack.threshold("link") - pack.shift + shift,
        recorded=recorded,
    )


def forget_calibration(library: Library) -> bool:
    """Go back to the pack's own thresholds; was there a calibration?

    Raises
    ------
    NotFound : the library was never scanned.
    """
    with library.transaction():
        pack = pack_in_use(library)
        library.packs.calibrate(pack, None)
    return pack.calibration is not None


def _evidence(photo: Pairs, named: Pairs, rate: float) -> tuple[str | None, Pairs]:
    """Names where they suffice, because they need no correction; else photos; else nothing."""
    if enough(named, rate):
        return NAMED, named
    return (PHOTO if enough(photo, rate, PHOTO_EXPONENT) else None), photo


def _shift(at: Estimate, reference: float) -> float:
    """The way from the reference to the interval: no further than the evidence demands."""
    most = MOST_OF_THE_WAY * (1 - reference)
    return float(np.clip(np.clip(reference, at.low, at.high) - reference, -most, most))


def _faces(library: Library) -> Faces:
    """The faces of the scanned photos, as calibration wants them."""
    vectors = library.faces.vectors()
    said = constraints_of(library, vectors)
    rows = {
        row[0]: row[1:]
        for row in library.query(
            "SELECT faces.id, x1, y1, x2, y2, taken_at FROM faces"
            " JOIN packs ON packs.id = pack_id AND in_use JOIN photos ON photos.id = photo_id"
        )
    }
    own = [rows[face] for face in vectors.ids.tolist()]
    return Faces(
        matrix=vectors.matrix,
        photos=said.photos,
        people=said.people,
        quality=vectors.quality,
        boxes=np.array([row[:4] for row in own], np.float64).reshape(-1, 4),
        seconds=np.array([_seconds(row[4]) for row in own], np.float64),
    )


def _seconds(taken_at: str | None) -> float:
    """Local time as seconds; an offset does not matter within a burst. NaN where unknown.

    Midnight sharp is a date without a time, which whole albums share.
    """
    if taken_at is None:
        return float("nan")
    moment = datetime.fromisoformat(taken_at).replace(tzinfo=None)
    if moment.time() == time.min:
        return float("nan")
    return (moment - datetime(1970, 1, 1)).total_seconds()
