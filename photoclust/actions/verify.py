"""Say whether two photos show the same person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from photoclust.actions.looking import Gauge, chosen_face, faces_in, gauge_for, is_weak
from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace
from photoclust.errors import UsageError
from photoclust.library import Library
from photoclust.models.strangers import RATES, Rate

# Two photos are a single question, where `match` stands for a comparison with everybody: at its
# similarity (1 in 28,000) 16 % of the pairs of one person stay below with `open` on lfw-a, at 1 in
# 1,000 2 % (benchmarks/strangers.py).
USUAL_RATE = 0.001


@dataclass(frozen=True, slots=True)
class ComparedFace:
    """One of the two faces: its number from the left, and how many its photo has."""

    path: Path
    face: DetectedFace
    number: int
    faces: int

    @property
    def weak(self) -> bool:
        return is_weak(self.face)


@dataclass(frozen=True, slots=True)
class Verification:
    """What two faces have in common.

    Attributes
    ----------
    similarity : cosine, -1..1.
    threshold : they are the same person if they are at least this alike.
    threshold_rate : the share of pairs of strangers that reach the threshold.
    rate : the share of pairs of strangers that are at least as alike as these two.
        Both are None for a pack that was not measured.
    """

    a: ComparedFace
    b: ComparedFace
    similarity: float
    threshold: float
    threshold_rate: float | None
    rate: Rate | None
    gauge: Gauge

    @property
    def same(self) -> bool:
        return self.similarity >= self.threshold

    @property
    def distance(self) -> float:
        """Squared L2 distance of the two unit vectors, 0..4."""
        return 2 - 2 * self.similarity


def verify(
    a: Path,
    b: Path,
    *,
    face_a: int | None = None,
    face_b: int | None = None,
    rate: float | None = None,
    library: Library | None = None,
    pack: str | None = None,
    accept_licence: bool = False,
    detail: Detail = Detail.NORMAL,
    device: str = Device.AUTO,
) -> Verification:
    """Compare a face of one photo with a face of another. Nothing is kept of either.

    Parameters
    ----------
    face_a, face_b : which face, counted from the left and from 1, in a photo of several.
    rate : the share of pairs of strangers that may be taken for one person.
    library : its pack and calibration count, unless there is a `pack`.
    detail : how small the faces are that are looked for.

    Raises
    ------
    UsageError : the rate is beyond what was measured.
    PhotoclustError : a photo cannot be read, has no face, or several and no number says which.
    """
    gauge = gauge_for(library, pack, accept_licence=accept_licence, device=device)
    threshold, threshold_rate = _threshold(gauge, rate)
    first = _compared(a, gauge, detail, face_a, "--face-a")
    second = _compared(b, gauge, detail, face_b, "--face-b")
    similarity = min(1.0, float(first.face.embedding @ second.face.embedding))
    return Verification(
        first, second, similarity, threshold, threshold_rate, gauge.rate(similarity), gauge
    )


def _threshold(gauge: Gauge, rate: float | None) -> tuple[float, float | None]:
    """The similarity that this share of strangers reach; a pack's `match` if it was not measured.

    Raises
    ------
    UsageError : it is not known.
    """
    if gauge.strangers is None:
        if rate is not None:
            raise UsageError(
                f"How alike strangers are was not measured for the pack {gauge.pack}.",
                "Leave --rate away: the pack's own threshold counts.",
            )
        return gauge.match, None
    rate = USUAL_RATE if rate is None else rate
    if not RATES[-1] <= rate <= RATES[0]:
        raise UsageError(
            f"The rate must lie between {RATES[-1]:f} and {RATES[0]}, such as {USUAL_RATE}."
        )
    return gauge.strangers.similarity(rate) + gauge.shift, rate


def _compared(
    path: Path, gauge: Gauge, detail: Detail, number: int | None, option: str
) -> ComparedFace:
    faces = faces_in(path, gauge.analyser, detail)
    number = chosen_face(path, faces, number, option)
    return ComparedFace(path, faces[number - 1], number, len(faces))
