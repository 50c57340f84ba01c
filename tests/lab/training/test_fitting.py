"""The training loop: it learns, it goes on where it was, and it says what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from photoclust.choices import Mining, Net, Optimiser, Schedule
from photoclust.errors import PhotoclustError
from photoclust.lab.training.fitting import rate_at
from photoclust.lab.training.networks import build
from photoclust.lab.training.people import Faces, Parts
from photoclust.progress import Silent

DIM = 16  # of made-up faces


class Killed(Exception):
    pass


class KilledAfter(Silent):
    """Ends a run after so many steps, between two checkpoints."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def advance(self, note: str = "") -> None:
        self.left -= 1
        if not self.left:
            raise Killed


def weights(fitted: Any) -> list[torch.Tensor]:
    return list(fitted.net.state_dict().values())


def same(one: Any, other: Any) -> bool:
    return all(torch.equal(a, b) for a, b in zip(weights(one), weights(other), strict=True))


@pytest.mark.parametrize("mining", list(Mining))
def test_every_mining_learns_what_tells_people_apart(
    mining: Mining, settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    chosen = settings(mining=mining, steps=100, people=16, learning_rate=0.003)
    fitted = fit(chosen, parts(told=1.5))
    assert fitted.best.auc > fitted.history[0].auc + 0.02


@pytest.mark.parametrize("optimiser", list(Optimiser))
def test_the_same_seed_gives_the_same_weights(
    optimiser: Optimiser, settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    one, again, other = (
        fit(settings(optimiser=optimiser, seed=seed), parts(), at=f"{number}.pt")
        for number, seed in enumerate((1, 1, 2))
    )
    assert same(one, again)
    assert not same(one, other)


@pytest.mark.parametrize("mining", [Mining.SEMI_HARD, Mining.OFFLINE])
def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(
    mining: Mining, settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    chosen = settings(mining=mining)
    unbroken = fit(chosen, parts(), at="unbroken.pt")
    for steps in (14, 13):
        with pytest.raises(Killed):
            fit(chosen, parts(), at="broken.pt", progress=KilledAfter(steps))
    resumed = fit(chosen, parts(), at="broken.pt")
    assert (unbroken.resumed_at, resumed.resumed_at) == (0, 20)
    assert resumed.history == unbroken.history
    assert same(resumed, unbroken)


def test_chips_are_altered_alike_in_a_resumed_run(settings: Any, fit: Any) -> None:
    chance = np.random.default_rng(0)
    chips = chance.integers(0, 255, (12, 1, 64, 64), dtype=np.uint8)
    some = Faces(chips, np.arange(12), np.repeat(np.arange(4), 3))
    chosen = settings(net=Net.CONV4, steps=4, check_every=2, people=3, learning_rate=1e-4)
    made = Parts(some, some, some, {}, 0)
    unbroken = fit(chosen, made, at="unbroken.pt")
    with pytest.raises(Killed):
        fit(chosen, made, at="broken.pt", progress=KilledAfter(3))
    assert same(fit(chosen, made, at="broken.pt"), unbroken)


def test_a_damaged_checkpoint_is_as_none(
    settings: Any, parts: Callable[..., Parts], fit: Any, tmp_path: Any
) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"cut short")
    assert fit(settings(steps=10), parts()).resumed_at == 0


def test_training_stops_when_nothing_more_is_gained(
    settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    fitted = fit(settings(steps=1000, patience=3, learning_rate=1e-9), parts())
    assert fitted.history[-1].step - fitted.best.step == 30


def test_a_run_that_only_harms_leaves_the_network_as_it_was(
    settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    chosen = settings(learning_rate=0.1)
    fitted = fit(chosen, replace(parts(), training=parts(told=0.0).training))
    assert fitted.best.step == 0
    untrained = build(Net.HEAD, chosen.dim, DIM, chosen.seed)
    assert torch.equal(weights(fitted)[0], untrained.state_dict()["0.weight"])


def test_collapse_is_called_by_its_name(
    settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    chosen = settings(mining=Mining.BATCH_HARD, steps=2000, learning_rate=0.05)
    with pytest.raises(PhotoclustError, match="collapsed at step") as raised:
        fit(chosen, parts(told=0.0))
    assert "the loss stays at the margin, 0.2" in raised.value.message
    assert "--mining semi-hard" in raised.value.hint


def test_a_loss_that_is_no_number_ends_the_run(
    settings: Any, parts: Callable[..., Parts], fit: Any
) -> None:
    good = parts()
    rows = np.full_like(good.training.rows, np.nan)
    with pytest.raises(PhotoclustError, match="diverged at step 0: the loss is nan") as raised:
        fit(settings(), replace(good, training=replace(good.training, rows=rows)))
    assert "--rate" in raised.value.hint


def test_the_learning_rate_follows_its_schedule(settings: Any) -> None:
    def rates(schedule: Schedule) -> list[float]:
        chosen = settings(schedule=schedule, steps=100, learning_rate=1.0)
        return [round(rate_at(chosen, step), 6) for step in (0, 25, 50, 75)]

    assert rates(Schedule.CONSTANT) == [1, 1, 1, 1]
    assert rates(Schedule.COSINE) == [1, 0.853553, 0.5, 0.146447]
    assert rates(Schedule.STEP) == [1, 1, 0.1, 0.01]
