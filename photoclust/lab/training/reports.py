"""What a training run, and a study of several, come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photoclust.lab.training.fitting import Check
from photoclust.lab.training.listing import Listing
from photoclust.lab.training.people import Faces, Parts
from photoclust.lab.training.settings import TrainingSettings
from photoclust.lab.verification.scores import Verification
from photoclust.models.pack import PackDescription


@dataclass(frozen=True, slots=True)
class Part:
    """How many photos of how many people."""

    photos: int
    people: int

    @classmethod
    def of(cls, faces: Faces) -> Part:
        return cls(len(faces), faces.count)


@dataclass(frozen=True, slots=True)
class Material:
    """What there was to learn from.

    Attributes
    ----------
    all : every photo in a folder of a person.
    dropped_photos : by reason; the filters look at people to learn from only.
    dropped_people : with too few photos left to learn from.
    left_out : files that are no photos of anybody, by reason.
    """

    all: Part
    training: Part
    validation: Part
    held_out: Part
    dropped_photos: dict[str, int]
    dropped_people: int
    left_out: dict[str, int]

    @classmethod
    def of(cls, listing: Listing, parts: Parts) -> Material:
        return cls(
            all=Part(len(listing.photos), len(set(listing.people))),
            training=Part.of(parts.training),
            validation=Part.of(parts.validation),
            held_out=Part.of(parts.held_out),
            dropped_photos=parts.dropped_photos,
            dropped_people=parts.dropped_people,
            left_out=listing.left_out,
        )


@dataclass(frozen=True, slots=True)
class TrainReport:
    """A finished pack.

    Attributes
    ----------
    pack : its folder.
    work : where the prepared faces are kept.
    parameters : weights of the network.
    history : every check; `best` is the one whose weights the pack has.
    resumed_at : the step that an interrupted run was taken up at; 0 for a run from the start.
    untrained, trained : on pairs of the held-out people, with the first weights and with the last.
        The first of a head of the same length are those of the frozen pack itself.
    """

    pack: Path
    work: Path
    description: PackDescription
    settings: TrainingSettings
    material: Material
    parameters: int
    history: tuple[Check, ...]
    best: Check
    resumed_at: int
    untrained: Verification
    trained: Verification


@dataclass(frozen=True, slots=True)
class Published:
    """A row of a published table, each value 0..1."""

    precision: float
    recall: float
    accuracy: float
    auc: float


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One run of a study beside what was published for it; no report where it collapsed."""

    settings: TrainingSettings
    published: Published
    report: TrainReport | None


@dataclass(frozen=True, slots=True)
class StudyReport:
    """The runs of a study, what they learned from, and where the published figures are from."""

    runs: tuple[StudyRun, ...]
    material: Material
    work: Path
    source: str


def figures(judged: Verification) -> dict[str, Any]:
    """A verification as JSON has it, rounded to four places; errors are standard errors."""
    return {
        "pairs": judged.roc.same + judged.roc.different,
        "folds": len(judged.folds),
        "auc": round(judged.auc, 4),
        "eer": round(judged.eer, 4),
        "accuracy": round(judged.accuracy.mean, 4),
        "accuracy_error": round(judged.accuracy.error, 4),
        "precision": round(judged.precision.mean, 4),
        "recall": round(judged.recall.mean, 4),
        "f1": round(judged.f1.mean, 4),
    }
