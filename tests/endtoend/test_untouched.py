"""Every command: works without a network, and leaves every photo as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photoclust.cli import app

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer, Program

# In the order of a day's work. PHOTOS, REFERENCE, OUT, MOVED (a copy of PHOTOS), PEOPLE and PAIRS
# are folders and files of the test.
DAY: list[tuple[str, int]] = [
    ("scan PHOTOS", 3),
    ("scan PHOTOS --retry-failed --no-cluster", 3),
    ("cluster", 0),
    ("clusters", 0),
    ("show cluster 1", 0),
    ("show cluster 1 --sheet OUT/sheet.png", 0),
    ("name cluster 1 John", 0),
    ("name face 9 Jane", 0),
    ("enrol Mary REFERENCE", 0),
    ("people", 0),
    ("person rename Mary Marie", 0),
    ("find John", 0),
    ("find Marie", 0),
    ("faces --csv", 0),
    ("unname face 9", 0),
    ("assign face 9 John", 0),
    ("confirm cluster 1", 1),
    ("add-face PHOTOS/pair.jpg 0.4,0.02,0.05,0.06 Zoe", 0),
    ("undo", 0),
    ("reject face 9 from John", 0),
    ("undo", 0),
    ("redo", 0),
    ("log", 0),
    ("review --json", 0),
    ("suggest people", 0),
    ("suggest merges", 1),
    ("different face 10 11", 0),
    ("merge cluster 2 John", 0),
    ("split cluster 1 --dry-run --into 2 --sheets OUT/parts", 0),
    ("ignore face 9 --hidden", 0),
    ("person show John", 0),
    ("person alias John Johnny", 0),
    ("person birthdate John 1980-05-01", 0),
    ("person note John cellist", 0),
    ("person merge John Marie", 0),
    ("undo", 0),
    ("person delete Marie --yes", 0),
    ("undo", 0),
    ("find John&!Marie --copy-to OUT/found --template {date:%Y}", 0),
    ("find John --link-to OUT/linked", 0),
    ("find --like REFERENCE", 0),
    ("why PHOTOS/pair.jpg John --sheet OUT/why.png", 0),
    ("identify REFERENCE", 0),
    ("verify REFERENCE PHOTOS/Gwen.jpg", 0),
    ("live --images PHOTOS --json --out OUT/live.mp4", 3),
    ("map OUT/map.html --method pca", 0),
    ("show tree 1 --svg OUT/tree.svg", 0),
    ("export gallery OUT/plain", 0),
    ("export gallery OUT/copies --copy --gps", 0),
    ("export gallery OUT/copies --copy --blur-others --person John", 0),
    ("export gallery OUT/links --link", 0),
    ("export gallery OUT/links --link", 0),
    ("unname cluster 1", 0),
    ("cluster --full --dry-run", 0),
    ("allow same-photo PHOTOS/pair.jpg", 0),
    ("conflicts", 0),
    ("calibrate", 1),
    ("tune", 1),
    ("evaluate clusters --truth folders --html OUT/score.html", 0),
    ("evaluate sweep --truth folders --steps 1 --html OUT/sweep.html", 0),
    ("evaluate pairs PAIRS --photos PEOPLE --preprocess crop --html OUT/pairs.html", 0),
    ("evaluate people PEOPLE --html OUT/people.html", 0),
    ("train PHOTOS --out OUT/trained", 1),
    ("status", 0),
    ("models use open --yes", 1),
    ("roots", 0),
    ("prune --yes", 0),
    ("relocate PHOTOS MOVED --yes", 0),
    ("roots forget MOVED/sub --yes", 0),
    ("models list", 0),
    ("models show open", 0),
    ("models verify", 0),
    ("models install open", 1),
    ("doctor", 0),
    ("forget John --yes", 0),
    ("purge --yes", 0),
]

# A worker that calls home for every photo.
CALLS_HOME = """
import sys
if "pipeline.worker" in " ".join(sys.orig_argv):
    import socket
    from photoclust.pipeline import worker
    worker.examine = lambda *_: socket.create_connection(("192.0.2.1", 80), timeout=1)
"""

NOT_IN_THE_DAY = {
    "demo",  # test_demo.py runs it under the same guard
}


@dataclass(frozen=True)
class Done:
    command: str
    expected: int
    code: int
    err: str
    changed: list[str]


@pytest.fixture(scope="module")
def day(
    camera: Photographer,
    tmp_path_factory: pytest.TempPathFactory,
    new_program: type[Program],
    fingerprint: Callable[[Path], dict[bytes, tuple[int, int, str]]],
    no_sockets: str,
) -> list[Done]:
    """Every command once, each in a process that may not touch a socket."""
    place = tmp_path_factory.mktemp("day")
    photos = place / "photos"
    camera.portraits(photos, "Ada", 4)
    camera.portraits(photos / "sub", "Ben", 4)
    camera.portrait(photos / "Gwen.jpg", "Gwen", shot=2)
    camera.group(photos / "pair.jpg", "Ada", "Ben", shot=8)
    (photos / "cut.jpg").write_bytes((photos / "Ada-1.jpg").read_bytes()[:2000])
    (photos / "text.txt").write_text("not a photo")
    (photos / "link.jpg").symlink_to(photos / "Ada-2.jpg")
    reference = camera.portrait(place / "reference" / "gwen.jpg", "Gwen")
    moved = shutil.copytree(photos, place / "moved", symlinks=True)
    people, pairs = place / "people", place / "pairs" / "pairs.csv"
    for name in ("Ada", "Ben"):
        camera.portraits(people / name, name, 2)
    pairs.parent.mkdir()
    pairs.write_text(
        "photo_a,photo_b,same\nAda/Ada-1,Ada/Ada-2,1\nBen/Ben-1,Ben/Ben-2,1\n"
        "Ada/Ada-1,Ben/Ben-1,0\nAda/Ada-2,Ben/Ben-2,0\n"
    )
    words = {"PHOTOS": photos, "REFERENCE": reference, "OUT": place / "out", "MOVED": moved}
    words |= {"PEOPLE": people, "PAIRS": pairs}
    kept = (photos, moved, reference.parent, people, pairs.parent)
    (place / "out").mkdir()
    program = new_program(place / "library" / "people.db")
    done = []
    for command, expected in DAY:
        before = {path: was for folder in kept for path, was in fingerprint(folder).items()}
        line = command
        for word, path in words.items():
            line = line.replace(word, str(path))
        arguments = line.split()
        ran = program.process(*arguments, code=None, prelude=no_sockets, db_first=True)
        after = {path: now for folder in kept for path, now in fingerprint(folder).items()}
        changed = [repr(path) for path in before | after if before.get(path) != after.get(path)]
        done.append(Done(command, expected, ran.code, ran.err, changed))
    return done


@pytest.mark.parametrize("number", range(len(DAY)), ids=[command for command, _code in DAY])
def test_command_needs_no_network_and_leaves_photos_alone(day: list[Done], number: int) -> None:
    done = day[number]
    assert done.code == done.expected, done.err
    assert done.changed == []


def test_a_worker_that_touches_a_socket_would_be_noticed(
    program: Program, camera: Photographer, no_sockets: str, tmp_path: Path
) -> None:
    camera.portraits(tmp_path / "photos", "Ada", 2)
    ran = program.process("scan", tmp_path / "photos", code=79, prelude=no_sockets + CALLS_HOME)
    assert "network: socket." in ran.err
    assert ran.audit.failed_why == {"crashed the program that read it": 2}


def test_the_day_has_every_command() -> None:
    import typer

    def commands(group: object, before: str = "") -> set[str]:
        found = set()
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                found |= commands(command, f"{before}{name} ")
            else:
                found.add(before + name)
        return found

    known = commands(typer.main.get_command(app)) - NOT_IN_THE_DAY
    run = {command for command in known if any(line.startswith(command) for line, _code in DAY)}
    assert run == known


def test_scan_can_read_photos_it_may_not_write(
    program: Program,
    camera: Photographer,
    bound_by_permissions: tuple[str, ...],
    tmp_path: Path,
) -> None:
    photos = tmp_path / "photos"
    camera.portraits(photos, "Ada", 3)
    for photo in photos.iterdir():
        photo.chmod(0o444)
    photos.chmod(0o555)
    ran = program.process("scan", photos, wrapper=bound_by_permissions)
    photos.chmod(0o755)
    assert ran.audit.told == {"indexed": 3}
