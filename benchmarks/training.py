"""What `photoclust train` learns on a processor: the figures of docs/lab.md.

    python benchmarks/training.py --data ../shared/data --work FOLDER [--threads 1]
    python benchmarks/training.py ... --choose

Half of the people of lfw-a are learned from, the other half are judged on: pairs in ten folds
whose people are disjoint, `lab/training/pairs.py`. Printed is a row for each run: figures with the
first weights and with the best, and the seconds that training took. With `--choose` the choices
are compared instead, on three tenths of the people to learn from, and nobody is held out that any
other figure stands on: the held-out half is not looked at.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from photoclust.actions.train import CHIPS, TrainingJob, train
from photoclust.choices import Mining, Net, Optimiser, Schedule
from photoclust.errors import PhotoclustError
from photoclust.lab.training.filters import FaceFilters
from photoclust.lab.training.fitting import Fitting
from photoclust.lab.training.listing import list_people
from photoclust.lab.training.networks import build
from photoclust.lab.training.people import split
from photoclust.lab.training.preparing import prepare
from photoclust.lab.training.reproducible import reproducible
from photoclust.lab.training.settings import TrainingSettings
from photoclust.lab.verification.scores import Verification
from photoclust.models.installed import load_pack
from photoclust.progress import Silent

STEPS = {Net.INCEPTION: 500, Net.CONV4: 300, Net.HEAD: 500}
RATES = {Net.INCEPTION: 1e-3, Net.CONV4: 1e-3, Net.HEAD: 1e-4}

# Of the people to learn from, those that choices are compared on: enough for a steady AUC.
VALIDATION, CHOOSING_STEPS = 0.3, 200


def settings(net: Net, **changes: object) -> TrainingSettings:
    usual = {
        "net": net,
        "dim": 128,
        "margin": 0.2,
        "mining": Mining.ALL,
        "people": 32,
        "photos": 4,
        "steps": STEPS[net],
        "learning_rate": RATES[net],
        "optimiser": Optimiser.ADAM,
        "schedule": Schedule.COSINE,
        "mine_every": 50,
        "check_every": 50,
        "patience": 6,
        "held_out": 0.5,
        "seed": 0,
        "filters": FaceFilters(20.0, 0.2, 2),
    }
    return TrainingSettings(**{**usual, **changes})  # type: ignore[arg-type]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--choose", action="store_true")
    chosen = arguments.parse_args()
    if chosen.choose:
        choose(chosen.data / "lfw-a", chosen.work, chosen.threads)
    else:
        report(chosen.data, chosen.work, chosen.threads)


def report(data: Path, work: Path, threads: int) -> None:
    print(f"{'':<24}{'AUC':>8}{'EER':>8}{'accuracy':>16}{'precision':>11}{'recall':>8}{'s':>8}")
    for folder, net in (
        ("lfw-a", Net.INCEPTION),
        ("lfw-a", Net.CONV4),
        ("lfw-a", Net.HEAD),
        ("fiw-a", Net.HEAD),
    ):
        job = TrainingJob(
            data / folder,
            work / f"{net}-{folder}",
            settings(net),
            work=work / folder,
            threads=threads,
        )
        start = time.perf_counter()
        done = train(job)
        seconds = time.perf_counter() - start
        print(row(f"{net}, {folder}, untrained", done.untrained))
        print(row(f"{net}, {folder}, {done.best.step} steps", done.trained) + f"{seconds:>8.0f}")


def row(title: str, judged: Verification) -> str:
    accuracy = f"{judged.accuracy.mean:.4f} +- {judged.accuracy.error:.4f}"
    return (
        f"{title:<24}{judged.auc:>8.4f}{judged.eer:>8.4f}{accuracy:>16}"
        f"{judged.precision.mean:>11.4f}{judged.recall.mean:>8.4f}"
    )


def choices() -> Iterator[TrainingSettings]:
    """One thing is changed at a time."""
    for mining in Mining:
        yield settings(Net.INCEPTION, mining=mining, steps=CHOOSING_STEPS)
    for rate in (3e-4, 3e-3):
        yield settings(Net.INCEPTION, learning_rate=rate, steps=CHOOSING_STEPS)
    yield settings(Net.INCEPTION, people=16, photos=8, steps=CHOOSING_STEPS)
    for rate in (1e-5, 1e-4, 1e-3):
        yield settings(Net.HEAD, learning_rate=rate)


def choose(folder: Path, work: Path, threads: int) -> None:
    """The best AUC of each choice on the people who say when to stop."""
    listing, pack = list_people(folder, 2), load_pack("open")
    for chosen in choices():
        chip = CHIPS.get(chosen.net)
        kept = work / folder.name / f"faces-open-{chip or 'embeddings'}"
        store = prepare(listing, pack, chip, kept, workers=threads, progress=Silent())
        parts = split(store, chosen.filters, chosen.held_out, chosen.seed, VALIDATION)
        title = f"{chosen.net}, {chosen.mining}, {chosen.people} x {chosen.photos}"
        title += f", rate {chosen.learning_rate:g}"
        at = work / "choosing.pt"
        at.unlink(missing_ok=True)
        net = build(chosen.net, chosen.dim, pack.description.dim, chosen.seed)
        with reproducible(threads, "cpu"):
            try:
                done = Fitting(net, parts, chosen, at, "cpu").run(Silent())
            except PhotoclustError as error:
                print(f"{title:<48} {error.message[:60]}")
            else:
                first = done.history[0].auc
                print(f"{title:<48} {first:.4f} -> {done.best.auc:.4f} at {done.best.step}")


if __name__ == "__main__":
    main()
