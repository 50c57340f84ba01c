"""Train an embedder from a folder per person, and make a model pack of it."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from photoclust.actions.looking import gauge_for
from photoclust.choices import Device, Net
from photoclust.errors import PhotoclustError, UsageError
from photoclust.export.writing import writing_to
from photoclust.extras import LAB
from photoclust.lab.training.embedding import embed
from photoclust.lab.training.exporting import to_onnx
from photoclust.lab.training.fitting import Fitted, Fitting
from photoclust.lab.training.listing import Listing, list_people
from photoclust.lab.training.networks import build
from photoclust.lab.training.operating import thresholds_from
from photoclust.lab.training.pairs import judge, sample_pairs
from photoclust.lab.training.people import Parts, split
from photoclust.lab.training.preparing import prepare
from photoclust.lab.training.reports import Material, StudyReport, StudyRun, TrainReport, figures
from photoclust.lab.training.reproducible import reproducible
from photoclust.lab.training.settings import TrainingSettings
from photoclust.lab.training.study import PUBLISHED, SOURCE
from photoclust.lab.training.watching import Collapsed
from photoclust.models.catalogue import KNOWN_PACKS
from photoclust.models.chips import ChipShape
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.pack import FacePack
from photoclust.models.trained_pack import Manifest, is_trained, write_pack
from photoclust.photos.discover import is_inside
from photoclust.progress import Progress, Silent

# What each network is shown; a head is shown the embeddings of its pack.
CHIPS = {
    Net.INCEPTION: ChipShape(64, colour=False),
    Net.CONV4: ChipShape(64, colour=False),
    Net.RESIDUAL: ChipShape(112, colour=True),
}

# What is written beside the pack, and not into it: a pack may be given away.
WORK_SUFFIX = ".work"

# What the weights depend on, besides settings and photos.
VERSIONS = ("torch", "pytorch-metric-learning", "numpy")


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What to train from what.

    Attributes
    ----------
    folder : holds a folder of photos for each person.
    out : the folder of the pack.
    pack : finds the faces; a head is trained on its embeddings.
    work : a folder for prepared faces and checkpoints; `out` with `.work` at its end otherwise.
    device : what is trained on: `cpu`, `cuda`, or `auto` for CUDA where PyTorch has it.
    threads : of the processor; as many as it has otherwise.
    """

    folder: Path
    out: Path
    settings: TrainingSettings
    pack: str = OPEN
    accept_licence: bool = False
    work: Path | None = None
    device: str = Device.AUTO
    threads: int | None = None


def train(job: TrainingJob, progress: Progress | None = None) -> TrainReport:
    """Learn from photos, and write a model pack.

    A job that was interrupted goes on from its last checkpoint when it is given again.

    Raises
    ------
    UsageError : settings that make no sense.
    PhotoclustError : the extra is not installed, there are too few people, `out` is in use and no
        pack, or training collapsed or diverged.
    """
    bench = _set_up(job, [job.out], progress or Silent())
    with reproducible(bench.threads, bench.device):
        report = bench.run(job.out, job.settings)
    bench.forget([job.settings])
    return report


def train_study(job: TrainingJob, progress: Progress | None = None) -> StudyReport:
    """Train with each margin and mining of the Keras study, all else being equal.

    Each run's pack is written into a folder of its own in `out`. Errors are those of `train`, but
    that a run that collapsed is told in the report.
    """
    variants = [replace(job.settings, mining=mining, margin=margin) for mining, margin in PUBLISHED]
    outs = [job.out / f"{chosen.mining}-{chosen.margin:g}" for chosen in variants]
    bench = _set_up(job, outs, progress or Silent())
    runs = []
    with reproducible(bench.threads, bench.device):
        for out, chosen, published in zip(outs, variants, PUBLISHED.values(), strict=True):
            try:
                report = bench.run(out, chosen)
            except Collapsed:  # which is a result of the study too
                report = None
            runs.append(StudyRun(chosen, published, report))
    bench.forget(variants)
    material = Material.of(bench.listing, bench.parts)
    return StudyReport(tuple(runs), material, bench.work, SOURCE)


def _set_up(job: TrainingJob, outs: list[Path], progress: Progress) -> _Bench:
    """Check all that can be checked before anything takes long; then prepare the faces."""
    LAB.require()
    job.settings.check()
    listing = list_people(job.folder, job.settings.filters.min_photos)
    for out in outs:
        _check_free(out)
    whole = Path(os.path.abspath(job.out))
    work = job.work or whole.with_name(whole.name + WORK_SUFFIX)
    for place in (*outs, work):
        _check_apart(place, listing.folder)
    if job.work in (job.out, *outs):
        raise UsageError("--work and --out must differ: a pack may be given away, faces not.")
    device = _device(job.device)
    base = gauge_for(pack=job.pack, accept_licence=job.accept_licence).analyser
    with writing_to(work):
        for place in (*outs, work):
            place.mkdir(parents=True, exist_ok=True)
    threads = job.threads or os.cpu_count() or 1
    chip = CHIPS.get(job.settings.net)
    with writing_to(work):
        place = work / f"faces-{base.description.name}-{chip or 'embeddings'}"
        store = prepare(listing, base, chip, place, workers=threads, progress=progress)
    parts = split(store, job.settings.filters, job.settings.held_out, job.settings.seed)
    return _Bench(job, work, device, threads, base, chip, listing, parts, progress)


def _check_apart(place: Path, photos: Path) -> None:
    real, photos = Path(os.path.realpath(place)), Path(os.path.realpath(photos))
    if real == photos or is_inside(str(real), str(photos)):
        raise PhotoclustError(
            f"{place} lies among the photos of {photos}, where nothing is written.",
            "Choose a folder elsewhere.",
        )


def _check_free(out: Path) -> None:
    if out.exists() and not (out.is_dir() and (is_trained(out) or not any(out.iterdir()))):
        raise PhotoclustError(
            f"{out} is in use, and holds no pack of `photoclust train`.",
            "Give another folder with --out.",
        )


def _device(wanted: str) -> str:
    """PyTorch's name of the device."""
    import torch

    there = torch.cuda.is_available()
    if wanted == Device.AUTO:
        return "cuda" if there else "cpu"
    if wanted not in (Device.CPU, Device.CUDA):
        raise UsageError(f"Nothing can be trained on {wanted}.", "Choose cpu or cuda.")
    if wanted == Device.CUDA and not there:
        raise PhotoclustError(
            "The installed PyTorch has no CUDA, or finds no GPU.",
            "Choose the device cpu, or install PyTorch's build for your GPU.",
        )
    return wanted


@dataclass(frozen=True, slots=True)
class _Bench:
    """Everything that is ready for a run, or for several."""

    job: TrainingJob
    work: Path
    device: str
    threads: int
    base: FacePack
    chip: ChipShape | None
    listing: Listing
    parts: Parts
    progress: Progress

    def run(self, out: Path, settings: TrainingSettings) -> TrainReport:
        """Train, judge, and write the pack."""
        held = self.parts.held_out
        pairs = sample_pairs(held.people, settings.seed)
        inputs = self.base.description.dim
        net = build(settings.net, settings.dim, inputs, settings.seed)
        rows = held.of(np.arange(len(held)))
        untrained = judge(embed(net, rows, "cpu"), pairs)
        fitting = Fitting(net, self.parts, settings, self._checkpoint(settings), self.device)
        with writing_to(self.work):
            fitted = fitting.run(self.progress)
        vectors = embed(fitted.net, rows, self.device)
        trained = judge(vectors, pairs)
        embedder = to_onnx(fitted.net, self.chip.shape if self.chip else (inputs,))
        known = self.job.pack in KNOWN_PACKS
        manifest = Manifest(
            base=self.job.pack if known else str(Path(self.job.pack).resolve()),
            base_fingerprint=self.base.description.fingerprint,
            chip=self.chip,
            dim=settings.dim,
            sha256=hashlib.sha256(embedder).hexdigest(),
            thresholds=thresholds_from(
                vectors, held.people, f"{held.count} people whom training never saw"
            ),
            training=self._record(settings, fitted),
            evaluation={"untrained": figures(untrained), "trained": figures(trained)},
        )
        with writing_to(out):
            write_pack(out, manifest, embedder)
        return TrainReport(
            pack=out,
            work=self.work,
            description=manifest.described(out.name, self.base.description),
            settings=settings,
            material=Material.of(self.listing, self.parts),
            parameters=sum(weights.numel() for weights in net.parameters()),
            history=fitted.history,
            best=fitted.best,
            resumed_at=fitted.resumed_at,
            untrained=untrained,
            trained=trained,
        )

    def forget(self, done: list[TrainingSettings]) -> None:
        """Remove the checkpoints of finished runs."""
        for settings in done:
            self._checkpoint(settings).unlink(missing_ok=True)

    def _checkpoint(self, settings: TrainingSettings) -> Path:
        data = f"{self.listing.digest} {self.base.description.fingerprint}"
        return self.work / f"checkpoint-{settings.key(data)}.pt"

    def _record(self, settings: TrainingSettings, fitted: Fitted) -> dict[str, Any]:
        """What the pack tells of its making."""
        return {
            "settings": settings.record(),
            "material": asdict(Material.of(self.listing, self.parts)),
            "device": self.device,
            "threads": self.threads,
            "best_step": fitted.best.step,
            "history": [asdict(check) for check in fitted.history],
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("photoclust", *VERSIONS)},
            },
        }
