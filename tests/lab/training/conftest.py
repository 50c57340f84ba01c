"""Made-up faces: vectors around a centre each, and settings that learn from them in no time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photoclust.choices import Mining, Net, Optimiser, Schedule
from photoclust.lab.training.filters import FaceFilters
from photoclust.lab.training.fitting import Fitted, Fitting
from photoclust.lab.training.networks import build
from photoclust.lab.training.people import Faces, Parts
from photoclust.lab.training.reproducible import reproducible
from photoclust.lab.training.settings import TrainingSettings
from photoclust.progress import Progress, Silent
from photoclust.vectors import normalised

DIM = 16


@pytest.fixture(scope="session")
def settings() -> Callable[..., TrainingSettings]:
    """`settings(margin=0.4)`: those of a short run of a head, some of them changed."""

    def changed(**changes: Any) -> TrainingSettings:
        usual: dict[str, Any] = {
            "net": Net.HEAD,
            "dim": 128,
            "margin": 0.2,
            "mining": Mining.SEMI_HARD,
            "people": 8,
            "photos": 3,
            "steps": 40,
            "learning_rate": 0.01,
            "optimiser": Optimiser.ADAM,
            "schedule": Schedule.COSINE,
            "mine_every": 7,
            "check_every": 10,
            "patience": 100,
            "held_out": 0.3,
            "seed": 3,
            "filters": FaceFilters(20.0, 0.2, 2),
        }
        return TrainingSettings(**{**usual, **changes})

    return changed


@pytest.fixture(scope="session")
def faces() -> Callable[..., Faces]:
    """`faces(12, 4)`: unit vectors of 12 people, 4 of each, whose first numbers alone tell who."""

    def made(people: int, each: int, seed: int = 0, told: float = 1.0) -> Faces:
        chance = np.random.default_rng(seed)
        who = np.repeat(np.arange(people), each)
        centres = chance.standard_normal((people, DIM))
        centres[:, DIM // 4 :] = 0
        rows = normalised(told * centres[who] + chance.standard_normal((len(who), DIM)))
        return Faces(rows, np.arange(len(who)), who)

    return made


@pytest.fixture(scope="session")
def parts(faces: Callable[..., Faces]) -> Callable[..., Parts]:
    def made(told: float = 1.0) -> Parts:
        three = (faces(30, 4, seed, told) for seed in range(3))
        return Parts(*three, dropped_photos={}, dropped_people=0)

    return made


@pytest.fixture
def fit(tmp_path: Path) -> Callable[..., Fitted]:
    """`fit(settings, parts)`: a run on the CPU, with one thread; its checkpoint is `at`."""

    def run(
        chosen: TrainingSettings,
        made: Parts,
        at: str = "checkpoint.pt",
        progress: Progress | None = None,
    ) -> Fitted:
        net = build(chosen.net, chosen.dim, DIM, chosen.seed)
        with reproducible(1, "cpu"):
            fitting = Fitting(net, made, chosen, tmp_path / at, "cpu")
            return fitting.run(progress or Silent())

    return run
