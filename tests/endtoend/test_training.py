"""`photoclust train` on real photos: a pack that scans, and every way to be refused."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from typer.testing import CliRunner

from photoclust import extras
from photoclust.cli import app
from photoclust.lab.training.watching import Collapsed
from photoclust.models.installed import load_pack
from photoclust.models.runtime import open_session
from photoclust.photos.decode import decode
from photoclust.vectors import normalised

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

# A run of a few seconds.
SHORT = (
    "--steps",
    "12",
    "--held-out",
    "0.4",
    "--check-every",
    "4",
    "--people",
    "6",
    "--photos",
    "3",
    "--threads",
    "1",
)


@dataclass(frozen=True)
class Result:
    """What a command left."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Train = Callable[..., "Result"]


@pytest.fixture
def train() -> Train:
    """`train(folder, "--out", ...)` in this process; it must end with this exit code."""

    def train(*words: object, code: int = 0) -> Result:
        arguments = ["train", *map(str, words)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == code, result.stderr
        return Result(result.exit_code, result.stdout_bytes, result.stderr)

    return train


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the prepared chips of `people` are kept from test to test."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def people(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """14 people with three photos each."""
    folder = tmp_path_factory.mktemp("train") / "people"
    known = sorted(
        person for person in (data / "lfw-a").iterdir() if len(list(person.iterdir())) > 3
    )
    for person in known[:14]:
        (folder / person.name).mkdir(parents=True)
        for photo in sorted(person.iterdir())[:3]:
            shutil.copyfile(photo, folder / person.name / photo.name)
    return folder


def test_from_photos_to_a_pack_that_scans(
    program: Program,
    run_photoclust: Callable[..., Any],
    people: Path,
    work: Path,
    tmp_path: Path,
    no_sockets: str,
    fingerprint: Callable[[Path], object],
) -> None:
    before = fingerprint(people)
    out = tmp_path / "mine"
    words = ("train", people, "--out", out, "--work", work, *SHORT, "--json")
    ran = run_photoclust(*words, prelude=no_sockets)
    assert ran.code == 0, ran.err
    report = ran.json
    material = report["material"]
    assert material["all"] == {"photos": 42, "people": 14}
    assert sum(material[part]["people"] for part in ("training", "validation", "held_out")) == 14
    assert report["history"][-1]["step"] == 12
    assert 0 < report["trained"]["auc"] <= 1
    assert fingerprint(people) == before

    manifest = json.loads((out / "pack.json").read_text())
    assert manifest["training"]["settings"]["seed"] == 0
    assert manifest["evaluation"]["trained"] == report["trained"]
    assert sorted(path.name for path in out.iterdir()) == ["embedder.onnx", "pack.json"]
    assert f"scan FOLDER --pack {out}" in ran.err

    pack = load_pack(str(out))
    photo = sorted(people.rglob("*.jpg"))[0]
    chips = np.load(work / "faces-open-grey-64" / "faces.npy")[:1].astype(np.float32)
    session = open_session(out / "embedder.onnx")
    views = [session.run(None, {"faces": chip})[0][0] for chip in (chips, chips[..., ::-1])]
    found = pack.analyse(decode(photo.read_bytes()).pixels)
    assert max(float(face.embedding @ normalised(sum(views))) for face in found) > 0.99999

    shown = run_photoclust("models", "show", out)
    assert report["fingerprint"] in shown.out.decode()
    assert program.scan(people, "--pack", out).told == {"indexed": 42}
    assert program.sql("SELECT dim FROM packs") == [(128,)]


def test_a_second_run_finds_no_faces_again_and_gives_the_same_pack(
    train: Train, people: Path, work: Path, tmp_path: Path
) -> None:
    words = (people, "--net", "conv4", "--work", work, *SHORT, "--json")
    first = train(*words, "--out", tmp_path / "one").json
    index = work / "faces-open-grey-64" / "faces.jsonl"
    written = index.stat().st_mtime_ns
    second = train(*words, "--out", tmp_path / "two").json
    assert index.stat().st_mtime_ns == written
    assert first["fingerprint"] == second["fingerprint"]
    assert list(work.glob("checkpoint*")) == []


def test_a_head_is_a_pack_on_another(
    train: Train, program: Program, people: Path, tmp_path: Path
) -> None:
    ran = train(people, "--out", tmp_path / "head", "--net", "head", "--dim", "256", *SHORT)
    assert "Held out    " in ran.out.decode()
    told = program.scan(people, "--pack", tmp_path / "head").told
    assert told == {"indexed": 42}
    assert program.sql("SELECT dim FROM packs") == [(256,)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_run_goes_on(train: Train, people: Path, work: Path, tmp_path: Path) -> None:
    words = (people, "--out", tmp_path / "mine", "--work", work, "--net", "conv4", *SHORT)
    words = (*words, "--steps", "60", "--people", "3", "--photos", "2", "--patience", "1000")
    running = subprocess.Popen(
        [sys.executable, "-m", "photoclust", "train", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    written: set[int] = set()
    while len(written) < 3 and running.poll() is None:
        for checkpoint in work.glob("checkpoint-*.pt"):
            written.add(checkpoint.stat().st_mtime_ns)
        time.sleep(0.02)
    running.kill()
    running.communicate()
    assert not (tmp_path / "mine" / "pack.json").exists()
    report = train(*words, "--json").json
    assert report["resumed_at"] >= 4
    assert report["history"][-1]["step"] == 60


def test_the_study_prints_its_table_beside_the_published_one(
    train: Train, people: Path, work: Path, tmp_path: Path
) -> None:
    words = ("--study", "--net", "conv4", "--work", work, *SHORT)
    ran = train(people, "--out", tmp_path / "study", *words)
    text = ran.out.decode()
    for row, published in (
        ("semi-hard, 0.2", "(0.8620)"),
        ("semi-hard, 0.4", "(0.8198)"),
        ("hard, 0.2", "(0.8533)"),
        ("hard, 0.4", "(0.8301)"),
    ):
        line = next(line for line in text.splitlines() if line.startswith(row))
        assert published in line
    assert "Kósa" in text
    assert (tmp_path / "study" / "hard-0.4" / "pack.json").exists()


def test_a_run_of_the_study_that_collapses_is_told_as_its_result(
    train: Train, people: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collapse(_watch: object, step: int, apart: float) -> None:
        raise Collapsed(f"Training has collapsed at step {step}.")

    monkeypatch.setattr("photoclust.lab.training.watching.CollapseWatch.see", collapse)
    words = ("--study", "--net", "conv4", "--work", work, *SHORT)
    ran = train(people, "--out", tmp_path / "study", *words)
    assert ran.out.decode().count("collapsed (") == 16
    assert not (tmp_path / "study" / "hard-0.2" / "pack.json").exists()


def test_what_cannot_be_learned_from_is_refused_at_once(
    train: Train, camera: Photographer, tmp_path: Path
) -> None:
    def refusal(*words: object, code: int = 1) -> str:
        ran = train(*words, "--out", tmp_path / "out", code=code)
        assert not (tmp_path / "out").exists()
        return ran.err

    assert "There is no" in refusal(tmp_path / "missing")
    one = tmp_path / "one"
    camera.portraits(one / "Ada", "Ada", 3)
    assert "has 1, and 0 with fewer" in refusal(one)
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "notes.txt").write_text("no photo")
    assert "has 0, and 0 with fewer" in refusal(texts)
    single = tmp_path / "single"
    for number in range(9):
        camera.portrait(single / f"p{number}" / "a.jpg", "Ada", number)
    assert "has 0, and 9 with fewer" in refusal(single)


def test_settings_and_places_that_make_no_sense_are_refused(
    train: Train, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = ("--out", tmp_path / "out")
    assert "margin of 9" in train(people, *out, "--margin", "9", code=2).err
    assert "--dim is one of" in train(people, *out, "--dim", "100", code=2).err
    assert "--held-out" in train(people, *out, "--held-out", "1", code=2).err
    assert "--rate" in train(people, *out, "--rate", "0", code=2).err
    assert "must differ" in train(people, *out, "--work", tmp_path / "out", code=2).err
    words = ("--device", "openvino")
    assert "trained on openvino" in train(people, *out, *words, code=2).err
    inside = people / "pack"
    assert "among the photos" in train(people, "--out", inside, code=1).err
    used = tmp_path / "used"
    used.mkdir()
    (used / "letter.txt").write_text("mine")
    assert "is in use" in train(people, "--out", used, code=1).err
    monkeypatch.chdir(used)
    assert "is in use" in train(people, "--out", ".", code=1).err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.work").exists()


def test_without_pytorch_the_way_to_get_it_is_told(
    train: Train, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(name: str) -> object:
        return None if name == "torch" else importlib.util.find_spec(name)

    monkeypatch.setattr(extras, "find_spec", nowhere)
    ran = train(people, "--out", tmp_path / "out", code=1)
    assert "Training needs PyTorch" in ran.err
    assert "pip install 'photoclust[lab]'" in ran.err
