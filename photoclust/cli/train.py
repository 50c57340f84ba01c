from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Device, Mining, Net, Optimiser, Schedule
from photoclust.cli.options import AcceptLicence
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.cli.streams import say, shown_path, write
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photoclust.lab.training.reports import Material, Part, StudyReport, TrainReport
    from photoclust.lab.verification.scores import Verification

DIMS = (128, 256, 512)

# What suits each network; chosen on people who are in no reported figure (docs/lab.md).
RATES = {Net.INCEPTION: 1e-3, Net.CONV4: 1e-3, Net.RESIDUAL: 1e-3, Net.HEAD: 1e-4}

HEADINGS = ("precision", "recall", "accuracy", "AUC")


def train(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds a folder of photos per person.")
    ],
    out: Annotated[Path, typer.Option(help="The folder of the pack; with --study of one per run.")],
    net: Annotated[
        Net, typer.Option(help="What to train; `head` learns on top of a pack's embeddings.")
    ] = Net.INCEPTION,
    dim: Annotated[int, typer.Option(help="Length of an embedding: 128, 256 or 512.")] = 128,
    margin: Annotated[
        float, typer.Option(help="How much farther strangers must be, in squared distance.")
    ] = 0.2,
    mining: Annotated[
        Mining, typer.Option(help="Which triplets to learn from, see docs/lab.md.")
    ] = Mining.ALL,
    study: Annotated[
        bool,
        typer.Option(
            "--study",
            help="Train four times, with margins 0.2 and 0.4, semi-hard and hard, and compare"
            " with what was published.",
        ),
    ] = False,
    pack: Annotated[
        str, typer.Option(help="The pack that finds the faces: a name, or a folder.")
    ] = "open",
    accept_licence: AcceptLicence = False,
    min_photos: Annotated[
        int, typer.Option(min=2, help="Learn from people with so many good photos.")
    ] = 2,
    min_sharpness: Annotated[
        float, typer.Option(min=0, help="Leave out blurred faces: variance of the Laplacian.")
    ] = 20.0,
    max_border: Annotated[
        float,
        typer.Option(min=0, max=1, help="Leave out faces with a larger share outside the photo."),
    ] = 0.2,
    held_out: Annotated[
        float, typer.Option(help="Share of the people kept aside for the figures.")
    ] = 0.2,
    people: Annotated[int, typer.Option(min=2, help="People of a batch.")] = 32,
    photos: Annotated[int, typer.Option(min=2, help="Photos of each, in a batch.")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from, at most.")] = 1000,
    rate: Annotated[
        float | None,
        typer.Option(help="Learning rate. [default: 0.001, for a head 0.0001]", show_default=False),
    ] = None,
    optimiser: Annotated[Optimiser, typer.Option(help="What moves the weights.")] = Optimiser.ADAM,
    schedule: Annotated[
        Schedule, typer.Option(help="How the learning rate goes on.")
    ] = Schedule.COSINE,
    mine_every: Annotated[
        int, typer.Option(min=1, help="Steps between two minings, with --mining offline.")
    ] = 50,
    check_every: Annotated[
        int, typer.Option(min=1, help="Steps between two checks, with a checkpoint each.")
    ] = 50,
    patience: Annotated[
        int, typer.Option(min=1, help="Stop after so many checks without a gain.")
    ] = 6,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same weights.")] = 0,
    work: Annotated[
        Path | None,
        typer.Option(
            help="A folder for prepared faces and checkpoints. [default: OUT.work]",
            show_default=False,
        ),
    ] = None,
    device: Annotated[Device, typer.Option(help="Train on cpu or cuda.")] = Device.AUTO,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Of the processor. [default: all]", show_default=False),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document.", show_envvar=False)
    ] = False,
) -> None:
    """Train a model pack from a folder of photos per person, with triplet loss.

    Some people are kept aside, and the pack is judged on them. A run that was interrupted goes on
    when it is started again. Needs the extra `lab`.

    Example: photoclust train ~/people --out mine   (then: photoclust scan ~/Pictures --pack mine)
    """
    from photoclust.actions.train import TrainingJob, train_study
    from photoclust.actions.train import train as run_train
    from photoclust.lab.training.filters import FaceFilters
    from photoclust.lab.training.settings import TrainingSettings

    if dim not in DIMS:
        raise UsageError(f"--dim is one of {', '.join(map(str, DIMS))}.")
    settings = TrainingSettings(
        net=net,
        dim=dim,
        margin=margin,
        mining=mining,
        people=people,
        photos=photos,
        steps=steps,
        learning_rate=RATES[net] if rate is None else rate,
        optimiser=optimiser,
        schedule=schedule,
        mine_every=mine_every,
        check_every=check_every,
        patience=patience,
        held_out=held_out,
        seed=seed,
        filters=FaceFilters(min_sharpness, max_border, min_photos),
    )
    job = TrainingJob(folder, out, settings, pack, accept_licence, work, device, threads)
    progress = terminal_progress()
    try:
        if study:
            finished = train_study(job, progress)
            kept = finished.work
            runs = [run.report for run in finished.runs if run.report]
            document = _study_document(finished)
            lines = [*_material_lines(finished.material, min_photos), *_study_lines(finished)]
        else:
            report = run_train(job, progress)
            runs, kept = [report], report.work
            document = _document(report)
            lines = [*_material_lines(report.material, min_photos), *_lines(report)]
    finally:
        progress.finish()
    if json:
        from json import dumps

        document = {"schema_version": SCHEMA_VERSION, **document}
        write(dumps(document, indent=2).encode() + b"\n")
    else:
        write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
    _say_what_to_do(runs, study=study)
    say(f"Prepared faces are kept for the next run: {shown_path(str(kept))}")


def _material_lines(material: Material, least: int) -> list[str]:
    dropped = [f"{count:,} {reason}" for reason, count in material.dropped_photos.items()]
    if material.dropped_people:
        dropped.append(f"{material.dropped_people:,} people with fewer than {least} photos")
    beside = [f"{count:,} {reason}" for reason, count in material.left_out.items()]
    return [
        f"Photos      {_part(material.all)}",
        *([f"Left out    {'; '.join(beside)}"] if beside else []),
        f"Dropped     {'; '.join(dropped) or 'nothing'}",
        f"Learned     {_part(material.training)}",
        f"Validation  {_part(material.validation)}, to say when to stop",
        f"Held out    {_part(material.held_out)}, for the figures",
    ]


def _part(part: Part) -> str:
    return f"{part.photos:,} of {part.people:,} people"


def _lines(report: TrainReport) -> list[str]:
    best, last = report.best, report.history[-1]
    settings, limits = report.settings, report.description.thresholds
    begun = f", taken up at {report.resumed_at:,}" if report.resumed_at else ""
    judged = {"untrained": report.untrained, "trained": report.trained}
    return [
        f"Network     {settings.net}, {report.parameters:,} weights, {settings.dim} numbers",
        f"Training    {last.step:,} of {settings.steps:,} steps{begun}, best at {best.step:,}",
        f"Thresholds  match {limits.match}, join {limits.join} (cosine)",
        "",
        _columns("", HEADINGS),
        *(
            _columns(title, [f"{value:.4f}" for value in _measures(one)])
            for title, one in judged.items()
        ),
    ]


def _study_lines(report: StudyReport) -> list[str]:
    lines = ["", _columns("", HEADINGS)]
    for run in report.runs:
        told = (getattr(run.published, name) for name in ("precision", "recall", "accuracy", "auc"))
        if run.report is None:
            cells = [f"collapsed ({other:.4f})" for other in told]
        else:
            measured = _measures(run.report.trained)
            cells = [f"{one:.4f} ({other:.4f})" for one, other in zip(measured, told, strict=True)]
        lines.append(_columns(f"{run.settings.mining}, {run.settings.margin:g}", cells))
    return [*lines, "", f"In brackets: {report.source}."]


def _columns(title: str, cells: Sequence[str]) -> str:
    return (f"{title:<16}" + "".join(f"{cell:>18}" for cell in cells)).rstrip()


def _measures(judged: Verification) -> tuple[float, ...]:
    return judged.precision.mean, judged.recall.mean, judged.accuracy.mean, judged.auc


def _document(report: TrainReport) -> dict[str, Any]:
    from dataclasses import asdict

    from photoclust.lab.training.reports import figures

    return {
        "pack": str(report.pack),
        "fingerprint": report.description.fingerprint,
        "work": str(report.work),
        "settings": report.settings.record(),
        "material": asdict(report.material),
        "parameters": report.parameters,
        "resumed_at": report.resumed_at,
        "best_step": report.best.step,
        "history": [asdict(check) for check in report.history],
        "thresholds": asdict(report.description.thresholds),
        "untrained": figures(report.untrained),
        "trained": figures(report.trained),
    }


def _study_document(report: StudyReport) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "source": report.source,
        "material": asdict(report.material),
        "work": str(report.work),
        "runs": [
            {
                "settings": run.settings.record(),
                "published": asdict(run.published),
                "collapsed": run.report is None,
                **(_document(run.report) if run.report else {}),
            }
            for run in report.runs
        ],
    }


def _say_what_to_do(runs: list[TrainReport], *, study: bool) -> None:
    for run in runs:
        name = shown_path(str(run.pack))
        say(f"Pack: {name}" if study else f"Pack: {name}   (photoclust scan FOLDER --pack {name})")
        if run.best.step == 0:
            say("Nothing was gained: it is the network as it was before training.")
        elif run.trained.auc <= run.untrained.auc:
            say("It tells people apart no better than before: it needs more of them, or of photos.")
