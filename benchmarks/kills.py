"""SIGKILL at random instants of `scan`, `cluster` and `cluster --full`: nothing may be lost by it.

    python benchmarks/kills.py [--times 200] [--seed N]

Copies 36 photos of the shared data set into a temporary folder and runs a script of commands on
them once without disturbance: that is the reference. Then, again and again from an empty library,
each command of the script is started and killed some times (the command alone, it and its workers
at once, or one worker only; after a delay drawn from the command's usual duration, or at a write to
the library), and at last left to end. Names are given meanwhile. After every
kill the library is copied, with its side files as they were left, and the copy is checked.

In every other round names are only given between two commands, the same ones as in the reference:
the round must end with its faces, groups and names. In the other rounds names are given at random,
between kills and while a command runs: there a copy of the library is taken before the last
`cluster --full`, which on that copy runs without disturbance, and must come to the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import combinations, count
from pathlib import Path
from typing import Any

import psutil

PEOPLE, PHOTOS_EACH = 6, 5  # of lfw-a
SCENES, SCENE_BYTES = 6, (40_000, 200_000)  # photos of several people, not large
ORPHANS_END = 10.0  # seconds, by which workers without their command are gone
PATIENCE = 120.0  # seconds that a command may take to its end
SAME_FACE = 0.5  # intersection over union
AT_A_WRITE = 0.35  # share of the kills
MOST_WRITES = 25  # of a scan before such a kill
NAMED_BEFORE, NAMED_MEANWHILE = 0.3, 0.3  # share of the runs in free rounds
NEW_CACHE = 3  # every so many libraries the models are built anew
KILLED_WORKER = "crashed the program that read it (SIGKILL)"
NO_WORKER = "A worker process could not be started"

Key = tuple[str, float, float, float, float]  # a face: content hash and box


@dataclass(frozen=True)
class Step:
    """A command of the script: its words, how many of the folders it gets, its usual kills."""

    words: tuple[str, ...]
    folders: int
    kills: tuple[int, int]
    then_name: bool = False

    @property
    def name(self) -> str:
        return " ".join(word for word in self.words if word != "--yes")


FULL = ("cluster", "--full", "--yes")
SCRIPT = (
    Step(("scan",), 1, (5, 8)),
    Step(FULL, 0, (2, 4), then_name=True),
    Step(("scan", "--no-cluster"), 2, (3, 6)),
    Step(("cluster",), 0, (2, 4)),
    Step(FULL, 0, (2, 4)),
)


@dataclass(frozen=True)
class State:
    """What a library holds, independent of numbers."""

    made: bool = False
    faces: dict[str, frozenset[tuple[Any, ...]]] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    clusterings: int = 0
    groups: frozenset[frozenset[Key]] = frozenset()
    belonging: dict[Key, tuple[str, str]] = field(default_factory=dict)
    named: dict[Key, tuple[str, str]] = field(default_factory=dict)
    journal: tuple[tuple[Any, ...], ...] = ()

    @classmethod
    def of(cls, db: Path) -> State:
        """The state of a file that nobody writes to."""
        if not db.exists():
            return cls()
        with closing(sqlite3.connect(db)) as connection:
            ask = connection.execute
            if not ask("SELECT 1 FROM sqlite_master WHERE name = 'faces'").fetchall():
                return cls()
            keys: dict[int, Key] = {}
            faces: dict[str, set[tuple[Any, ...]]] = {
                content: set()
                for (content,) in ask(
                    "SELECT content_hash FROM photos JOIN scans ON photo_id = id"
                    " WHERE status = 'done'"
                )
            }
            for number, content, *row in ask(
                "SELECT faces.id, content_hash, x1, y1, x2, y2, score, quality, landmarks, vector"
                " FROM faces JOIN photos ON photos.id = photo_id"
                " LEFT JOIN embeddings ON face_id = faces.id"
            ):
                keys[number] = (content, *row[:4])
                faces.setdefault(content, set()).add(tuple(row))
            groups: dict[int, set[Key]] = {}
            for face, cluster in ask("SELECT face_id, cluster_id FROM memberships"):
                groups.setdefault(cluster, set()).add(keys[face])
            belonging = ask(
                "SELECT face_id, name, how FROM face_people JOIN people ON people.id = person_id"
            )
            named = "SELECT face_id, name, source FROM named_faces JOIN people ON id = person_id"
            return cls(
                True,
                {content: frozenset(found) for content, found in faces.items()},
                frozenset(
                    reason
                    for (reason,) in ask(
                        "SELECT reason FROM scans WHERE status = 'failed'"
                        " UNION SELECT failure FROM files WHERE failure IS NOT NULL"
                    )
                ),
                ask("SELECT count(*) FROM clusterings").fetchone()[0],
                frozenset(frozenset(members) for members in groups.values()),
                {keys[face]: (name, how) for face, name, how in belonging},
                {keys[face]: (name, source) for face, name, source in ask(named)},
                tuple(
                    (table, *row)
                    for table in ("people", "acts", "decisions")
                    for row in ask(f"SELECT * FROM {table} ORDER BY id")
                ),
            )


def broken(db: Path) -> Iterator[str]:
    """What is wrong with the file itself."""
    from photoclust.domain import Box

    if not State.of(db).made:
        return
    with closing(sqlite3.connect(db)) as connection:
        ask = connection.execute
        if (whole := ask("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            yield f"integrity_check: {whole}"
        if loose := ask("PRAGMA foreign_key_check").fetchall():
            yield f"foreign_key_check: {loose}"
        for table, what in (("photos", "content_hash"), ("files", "path")):
            if twice := ask(
                f"SELECT {what} FROM {table} GROUP BY 1 HAVING count(*) > 1"
            ).fetchall():
                yield f"{table} twice: {twice}"
        bare = "SELECT id FROM faces WHERE id NOT IN (SELECT face_id FROM embeddings)"
        if lacking := ask(bare).fetchall():
            yield f"faces without an embedding: {lacking}"
        where: dict[tuple[int, int], list[Box]] = {}
        for photo, pack, *corners in ask("SELECT photo_id, pack_id, x1, y1, x2, y2 FROM faces"):
            where.setdefault((photo, pack), []).append(Box(*corners))
        for place, boxes in where.items():
            if any(one.overlap(other) >= SAME_FACE for one, other in combinations(boxes, 2)):
                yield f"a face twice in photo {place[0]}"


class Command:
    """photoclust in a session of its own, so that its workers are found when it is gone."""

    def __init__(self, db: Path, words: list[str], cache: Path) -> None:
        self._db = db
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        self._words = ""
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "photoclust", *words, "--db", str(db)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._complaints,
            env={**os.environ, "PHOTOCLUST_CACHE": str(cache), "NO_COLOR": "1"},
            start_new_session=True,
        )

    def ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def ended_before(self, writes: int) -> bool:
        """Wait until the library's files changed so many times."""
        before = self._files()
        while self._process.poll() is None:
            if (now := self._files()) != before:
                before, writes = now, writes - 1
            if writes == 0:
                return False
            time.sleep(0.0003)
        return True

    def _files(self) -> list[tuple[int, int]]:
        found = []
        for suffix in ("", "-wal", "-journal"):
            with suppress(FileNotFoundError):
                status = os.stat(f"{self._db}{suffix}")
                found.append((status.st_size, status.st_mtime_ns))
        return found

    def session(self) -> list[int]:
        """The command's processes that live, itself included."""
        found = []
        for pid in psutil.pids():
            with suppress(OSError, psutil.Error):
                ours = os.getsid(pid) == self._process.pid
                if ours and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    found.append(pid)
        return found

    def workers(self) -> list[int]:
        return [pid for pid in self.session() if pid != self._process.pid]

    def kill(self, victim: str) -> None:
        if victim == "all":
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        self._complaints.close()

    def orphans_end(self) -> float | None:
        """Seconds until no process of it lives; None if that does not come."""
        started = time.monotonic()
        while self.session():
            if time.monotonic() > started + ORPHANS_END:
                for pid in self.session():
                    os.kill(pid, signal.SIGKILL)
                return None
            time.sleep(0.02)
        return time.monotonic() - started

    def result(self) -> tuple[int | None, str]:
        """Exit code and what it said."""
        code = self._process.poll()
        if code is not None and not self._complaints.closed:
            self._complaints.seek(0)
            self._words = self._complaints.read().decode(errors="replace")
            self._complaints.close()
        return code, self._words


@dataclass
class Report:
    """What was done, and what went wrong."""

    kills: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    aimed: Counter[tuple[str, str]] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    ended_first: int = 0
    no_worker: int = 0
    libraries: int = 0
    decisions: int = 0
    slowest_orphan: float = 0.0
    seconds: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.kills.values())


class Trial:
    """Kills commands on one set of folders.

    Parameters
    ----------
    place : an empty folder for libraries and copies of them.
    folders : of photos; a step gets the first so many of them.
    cache : with the models built; by default one is made in `place`.
    """

    def __init__(
        self,
        place: Path,
        folders: list[Path],
        seed: int,
        script: tuple[Step, ...] = SCRIPT,
        cache: Path | None = None,
    ) -> None:
        self._place = place
        self._folders = folders
        self._script = script
        self._chance = random.Random(seed)
        self._cache = cache or place / "cache"
        self.report = Report()
        self._said: dict[Key, tuple[str, str]] = {}
        self._seconds: list[float] = []
        self._copies = count(1)

    def run(self, times: int, say: Callable[[str], None] = lambda _text: None) -> Report:
        """At least so many kills; the round in which they are reached goes on to its end."""
        started = time.monotonic()
        self._reference = self._undisturbed()
        say(f"undisturbed: {', '.join(f'{seconds:.1f}' for seconds in self._seconds)} s")
        while self.report.count < times:
            self._round(free=self.report.libraries % 2 == 1)
            say(
                f"library {self.report.libraries}: {self.report.count} kills, "
                f"{len(self.report.failures)} failures, {time.monotonic() - started:.0f} s"
            )
        self.report.seconds = time.monotonic() - started
        return self.report

    def _undisturbed(self) -> State:
        self._db = self._place / "reference.db"
        if not self._cache.exists():
            self._finish(Step(("scan", "--no-cluster"), 1, (0, 0)))  # builds the models
            self._db.unlink()
        for step in self._script:
            self._seconds.append(self._finish(step))
            if step.then_name:
                self._name_the_same()
        if self.report.failures:
            raise RuntimeError(f"The undisturbed run failed: {self.report.failures}")
        self.report = Report()
        return State.of(self._db)

    def _round(self, *, free: bool) -> None:
        self.report.libraries += 1
        self._said = {}
        self._db = self._place / f"library-{self.report.libraries}" / "people.db"
        self._db.parent.mkdir()
        if self.report.libraries % NEW_CACHE == 0:
            self._cache = self._place / f"cache-{self.report.libraries}"
        expected = self._reference
        for number, step in enumerate(self._script):
            last = number == len(self._script) - 1
            if last:
                expected = self._twin()
            for kill in range(self._chance.randint(*step.kills)):
                if kill and self._photos_left(step, self._state()) == 0:
                    break
                at_once = number == 0 and (kill == 0 or (kill == 1 and self._chance.random() < 0.5))
                self._disturb(step, self._seconds[number], free and not last, at_once)
            self._finish(step)
            self._check(step, "left to end")
            if step.then_name and not free:
                self._name_the_same()
        state = self._state()
        self._expect("faces as in the reference", state.faces == self._reference.faces)
        self._expect("nothing failed at last", not state.failed, str(state.failed))
        others = [("undisturbed copy", expected)] + [("reference", self._reference)] * (not free)
        for name, other in others:
            changed = state.groups ^ other.groups
            self._expect(f"groups as in the {name}", not changed, f"{len(changed)} differ")
            self._expect(f"names as in the {name}", state.belonging == other.belonging)

    def _twin(self) -> State:
        """What the last command of the script comes to on a copy of the library."""
        from photoclust import Library, cluster

        copy = self._copy()
        with Library.open(copy) as library:
            cluster(library, full=True)
        return State.of(copy)

    def _words(self, step: Step) -> list[str]:
        words = [*step.words, *map(str, self._folders[: step.folders])]
        if step.folders:
            words += ["--workers", str(self._chance.choice((1, 2)))]
        return words

    def _finish(self, step: Step) -> float:
        """Run a step to its end; the seconds it took."""
        retry = ["--retry-failed"] * bool(step.folders)
        command = Command(self._db, [*self._words(step), *retry], self._cache)
        if not command.ended_within(PATIENCE):
            command.kill("all")
        seconds = time.monotonic() - command.started
        code, words = command.result()
        self._expect("a command left to its end gives 0", code == 0, f"{code}: {words}")
        self._expect("no worker is left", command.orphans_end() is not None)
        return seconds

    def _disturb(self, step: Step, usual: float, name: bool, at_once: bool) -> None:
        """Start a step and kill it, or a worker of it."""
        before = self._state()
        left = self._photos_left(step, before)
        delay = 0.0 if at_once else self._chance.uniform(0, usual * (0.4 + 0.6 * left))
        aimed = at_once or self._chance.random() < AT_A_WRITE
        writes = 1
        if aimed and step.folders and not at_once:  # one of the photos', most likely
            delay, writes = 0.0, self._chance.randint(1, MOST_WRITES)
        victim = self._chance.choices(("parent", "all", "worker"), (4, 3, 3))[0]
        retry = ["--retry-failed"] * (step.folders > 0 and self._chance.random() < 0.5)
        chance = self._chance.random() if name and before.made else 1.0
        if chance < NAMED_BEFORE:
            self._name_somebody(faces_only=False)
        command = Command(self._db, [*self._words(step), *retry], self._cache)
        if NAMED_BEFORE <= chance < NAMED_BEFORE + NAMED_MEANWHILE:
            command.ended_within(delay * self._chance.random())
            self._name_somebody(faces_only=True)
        ended = command.ended_within(command.started + delay - time.monotonic())
        if aimed and not ended and not command.ended_before(writes):
            time.sleep(self._chance.choice((0, 0.001, 0.005, 0.02, 0.1)))
        workers = command.workers()
        code, words = command.result()
        if code is not None:
            self.report.ended_first += 1
            self._expect("a command not killed does well", code in (0, 3), f"{code}: {words}")
            self._expect("no worker is left", command.orphans_end() is not None)
            return
        if victim == "worker" and workers:
            self._kill_a_worker(command, workers)
        else:
            victim = "parent" if victim == "worker" else victim
            command.kill(victim)
        lasted = command.orphans_end()
        self._expect("no worker is left", lasted is not None, f"after {step.name}, {victim}")
        self.report.slowest_orphan = max(self.report.slowest_orphan, lasted or 0.0)
        after = self._check(step, victim)
        phase = "while workers run"
        if victim != "worker":
            phase = self._phase(step, before, after, left, bool(workers))
        self.report.kills[step.name, phase, victim] += 1
        self.report.aimed[step.name, phase] += aimed

    def _kill_a_worker(self, command: Command, workers: list[int]) -> None:
        """The scan goes on without that photo, unless the worker was not ready yet."""
        with suppress(ProcessLookupError):
            os.kill(self._chance.choice(workers), signal.SIGKILL)
        if not command.ended_within(PATIENCE):
            command.kill("all")
        code, words = command.result()
        refused = code == 1 and NO_WORKER in words
        self.report.no_worker += refused
        well = (code in (0, 3) or refused) and "Traceback" not in words
        self._expect("a scan outlives its worker", well, f"{code}: {words}")

    def _photos_left(self, step: Step, state: State) -> float:
        """The share of a step's photos that are not examined yet; of a clustering all."""
        if not step.folders:
            return 1.0
        wanted = {
            hashlib.sha256(photo.read_bytes()).hexdigest()
            for folder in self._folders[: step.folders]
            for photo in folder.iterdir()
        }
        return len(wanted - set(state.faces)) / len(wanted)

    def _phase(self, step: Step, before: State, after: State, left: float, working: bool) -> str:
        wrote = len(after.faces) + len(after.failed) > len(before.faces) + len(before.failed)
        if not after.made:
            return "before the schema is there"
        if after.clusterings > before.clusterings:
            return "after the clusters were written"
        if not step.folders:
            return "before the clusters are written"
        if working:
            return "examining photos" if wrote else "workers loading models"
        if left == 0 and not wrote:
            return "with nothing left to examine"
        return "examined: noting, clustering" if wrote else "before workers start"

    def _check(self, step: Step, victim: str) -> State:
        """The library as it was left, on a copy."""
        copy = self._copy()
        where = f"after {step.name} ({victim}), library {self.report.libraries}, {copy.name}"
        problems = list(broken(copy))
        self._expect("the file is whole, nothing is twice", not problems, f"{where}: {problems}")
        state = State.of(copy)
        lost = {key: said for key, said in self._said.items() if state.named.get(key) != said}
        self._expect("no name is lost", not lost, f"{where}: {lost}")
        more = {key: said for key, said in state.named.items() if key not in self._said}
        self._expect("no name comes from nowhere", not more, f"{where}: {more}")
        known = self._reference.faces
        torn = [key for key, faces in state.faces.items() if known.get(key) != faces]
        self._expect("a photo has all its faces", not torn, f"{where}: {torn}")
        strange = state.failed - {KILLED_WORKER}
        self._expect("only a killed worker fails a photo", not strange, f"{where}: {strange}")
        self._drop(copy)
        return state

    def _state(self) -> State:
        copy = self._copy()
        state = State.of(copy)
        self._drop(copy)
        return state

    def _copy(self) -> Path:
        """The library with its side files; to open the library itself would tidy it up."""
        copy = self._place / f"copy-{next(self._copies)}.db"
        for suffix in ("", "-wal", "-journal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{self._db}{suffix}", f"{copy}{suffix}")
        return copy

    def _drop(self, copy: Path) -> None:
        for path in copy.parent.glob(f"{copy.name}*"):
            path.unlink()

    def _expect(self, what: str, held: bool, detail: str = "") -> None:
        self.report.checks[what] += 1
        if not held:
            self.report.failures.append(f"{what}: NOT, {detail}")

    def _name_the_same(self) -> None:
        """Name the largest clusters, and faces outside of any: the same in every library."""
        from photoclust import Library, name_cluster, name_face

        with Library.open(self._db) as library:
            keys = self._keys(library)
            groups: dict[int, list[Key]] = {}
            for face, cluster in library.query("SELECT face_id, cluster_id FROM memberships"):
                groups.setdefault(cluster, []).append(keys.pop(face))
            largest = sorted(groups, key=lambda number: (-len(groups[number]), min(groups[number])))
            for cluster in largest[:3]:
                report = name_cluster(library, cluster, f"Person {largest.index(cluster)}")
                self._note(groups[cluster], report.person.name, "cluster")
            for face in sorted(keys, key=lambda face: keys[face])[:3]:
                report = name_face(library, face, f"Somebody {keys[face][0][:4]}")
                self._note([keys[face]], report.person.name, "face")

    def _name_somebody(self, *, faces_only: bool) -> None:
        """A random name for a random face or cluster, by the library or by the command line."""
        from photoclust import Library, PhotoclustError, name_cluster, name_face

        name = f"Guest {self._chance.randint(1, 5)}"
        with suppress(PhotoclustError), Library.open(self._db) as library:
            keys = self._keys(library)
            if not keys:
                return
            clusters = [
                row[0] for row in library.query("SELECT DISTINCT cluster_id FROM memberships")
            ]
            if clusters and not faces_only and self._chance.random() < 0.4:
                cluster = self._chance.choice(clusters)
                rows = library.query(
                    "SELECT face_id FROM memberships WHERE cluster_id = ?", cluster
                )
                name_cluster(library, cluster, name)
                self._note([keys[row[0]] for row in rows], name, "cluster")
                return
            face = self._chance.choice(list(keys))
            if self._chance.random() < 0.2:
                command = Command(self._db, ["name", "face", str(face), name], self._cache)
                if not command.ended_within(PATIENCE):
                    command.kill("all")
                self._expect("naming works", command.result()[0] == 0, command.result()[1])
            else:
                name_face(library, face, name)
            self._note([keys[face]], name, "face")

    def _keys(self, library: Any) -> dict[int, Key]:
        return {
            row[0]: tuple(row)[1:]
            for row in library.query(
                "SELECT faces.id, content_hash, x1, y1, x2, y2 FROM faces"
                " JOIN photos ON photos.id = photo_id"
            )
        }

    def _note(self, faces: list[Key], name: str, source: str) -> None:
        """What was just decided; what a cluster is called says nothing of faces named by one."""
        self.report.decisions += 1
        for key in faces:
            if source == "face" or self._said.get(key, ("", ""))[1] != "face":
                self._said[key] = (name, source)


def some_photos(data: Path, place: Path) -> list[Path]:
    """Two folders of small real photos, a copy among them: always the same ones."""
    folders = [place / "first", place / "second"]
    for folder in folders:
        folder.mkdir(parents=True)
    people = sorted(path for path in (data / "lfw-a").iterdir() if path.is_dir())
    known = [path for path in people if len(list(path.iterdir())) >= 15][:PEOPLE]
    for person in known:
        for number, portrait in enumerate(sorted(person.iterdir())[:PHOTOS_EACH]):
            shutil.copy(portrait, folders[number >= 3] / portrait.name)
    least, most = SCENE_BYTES
    scenes = {
        path.read_bytes()
        for path in (data / "scenes").rglob("*.jpg")
        if least < path.stat().st_size < most
    }
    for number, photo in enumerate(sorted(scenes)[:SCENES]):
        (folders[number % 2] / f"scene-{number}.jpg").write_bytes(photo)
    shutil.copy(sorted(folders[0].iterdir())[0], folders[1] / "copy.jpg")
    return folders


def table(report: Report) -> str:
    """The account of a trial."""
    lines = [
        f"{'command':18}{'killed':34}{'kills':>6}{'parent':>8}{'all':>6}{'worker':>8}{'aimed':>7}"
    ]
    places = dict.fromkeys((name, phase) for name, phase, _victim in sorted(report.kills))
    for name, phase in places:
        by = [report.kills[name, phase, victim] for victim in ("parent", "all", "worker")]
        aimed = report.aimed[name, phase]
        lines.append(f"{name:18}{phase:34}{sum(by):6}{by[0]:8}{by[1]:6}{by[2]:8}{aimed:7}")
    by = [
        sum(kills for (_name, _phase, other), kills in report.kills.items() if other == victim)
        for victim in ("parent", "all", "worker")
    ]
    lines.append(
        f"{'together':52}{report.count:6}{by[0]:8}{by[1]:6}{by[2]:8}{sum(report.aimed.values()):7}"
    )
    lines += ["", *(f"{number:6} times checked: {what}" for what, number in report.checks.items())]
    lines += [
        "",
        f"{report.libraries} libraries, {report.decisions} decisions.",
        f"{report.ended_first} commands ended before they could be killed.",
        f"{report.no_worker} scans gave up because a worker was killed while it loaded its models.",
        f"Workers whose command was killed were gone after {report.slowest_orphan:.1f} s at most.",
        f"{report.seconds:.0f} s. Failures: {len(report.failures)}",
    ]
    return "\n".join([*lines, *report.failures])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    default = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default))
    chosen = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="kills-"))
    folders = some_photos(chosen.data, place / "photos")
    report = Trial(place, folders, chosen.seed).run(
        chosen.times, lambda text: print(text, file=sys.stderr)
    )
    print(table(report))
    print(f"Again: python benchmarks/kills.py --times {chosen.times} --seed {chosen.seed}")
    if report.failures:
        sys.exit(f"What was wrong is in {place}.")
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
