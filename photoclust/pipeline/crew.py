"""Worker processes: files go in, results come out in the same order."""

from __future__ import annotations

import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any

from photoclust.errors import PhotoclustError
from photoclust.photos.discover import PhotoFile
from photoclust.photos.limits import MAX_MEMORY
from photoclust.pipeline.results import (
    CRASHED,
    TOO_LONG,
    Claim,
    Orders,
    Result,
    Unreadable,
)
from photoclust.pipeline.worker import Message

# Results that wait for a slow file before them. They hold faces, not pixels: a few kB each.
WINDOW = 1000

# How long a worker may take to load its models, the first time ever to build them.
START_LIMIT = 300.0  # seconds

# A worker that is killed while it loads them, as a system short of memory does, gets another go.
STARTS = 3

WATCH_EVERY = 0.5  # seconds

# How long a process whose streams are closed may take to be gone.
ENDING = 5.0  # seconds

# What a worker process runs.
WORKER = "from photoclust.pipeline.worker import main; main()"

# glibc maps large blocks anew for each picture, which costs as much as decoding it (docs/
# benchmarks.md), and numeric libraries start threads of their own. Both are better told not to.
ENVIRONMENT = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "MALLOC_TOP_PAD_": str(16 << 20),
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Crew:
    """So many workers; a context manager that ends them.

    Parameters
    ----------
    claim : is asked, by one worker at a time, before content is decoded.
    """

    def __init__(self, orders: Orders, workers: int, claim: Claim) -> None:
        self._orders = orders
        self._count = workers
        self._claim = claim
        self._purse = _Purse(MAX_MEMORY * max(1, workers // 2))
        self._changed = threading.Condition()
        self._results: dict[int, Result] = {}
        self._error: BaseException | None = None
        self._closed = False
        self._workers: list[_Worker] = []
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.kill()
        self._purse.give_back(sys.maxsize)  # nobody waits any more
        for thread in self._threads:
            thread.join()

    def examine(self, files: list[PhotoFile]) -> Iterator[Result]:
        """The result of each file, in order.

        Raises
        ------
        PhotoclustError : the pack cannot be loaded, or no worker can be started.
        """
        waiting = iter(enumerate(files))
        self._given_out = 0
        for _ in range(min(self._count, len(files))):
            self._start(self._serve, waiting)
        self._start(self._watch)
        for number in range(len(files)):
            with self._changed:
                self._given_out = number
                self._changed.notify_all()
                while number not in self._results and self._error is None:
                    self._changed.wait()
                if self._error is not None:
                    raise self._error
                result = self._results.pop(number)
            yield result

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _watch(self) -> None:
        """In a thread: end workers that take too long."""
        while not self._ended.wait(WATCH_EVERY):
            for worker in self._workers:
                worker.kill_if_late()

    def _serve(self, waiting: Iterator[tuple[int, PhotoFile]]) -> None:
        """In a thread: one worker after the other, until no file is left."""
        worker = None
        try:
            while True:
                with self._changed:
                    number, file = next(waiting, (None, None))
                    if number is None or file is None:
                        break
                    while number >= self._given_out + WINDOW and not self._closed:
                        self._changed.wait()
                    if self._closed:
                        return
                if worker is None:
                    worker = self._new_worker()
                result = self._examined(worker, file)
                if not worker.alive:
                    worker = None
                with self._changed:
                    self._results[number] = result
                    self._changed.notify_all()
        except BaseException as error:
            with self._changed:
                self._error = self._error or error
                self._changed.notify_all()
        finally:
            if worker is not None:
                worker.end()

    def _new_worker(self) -> _Worker:
        starts = 1
        while True:
            worker = _Worker()
            with self._changed:
                self._workers = [each for each in self._workers if each.alive]
                self._workers.append(worker)
                if self._closed:
                    worker.kill()
            try:
                worker.start(self._orders)
                return worker
            except BaseException:
                again = worker.was_killed and not self._closed and starts < STARTS
                worker.kill()
                worker.end()
                if not again:
                    raise
            starts += 1

    def _examined(self, worker: _Worker, file: PhotoFile) -> Result:
        """Have a worker examine a file, answering its questions."""
        limit = self._orders.seconds_for(file)
        content_hash, memory, spent = None, 0, 0.0
        try:
            request: Any = file
            while True:
                started = time.monotonic()
                message, value = worker.ask(request, limit - spent)
                spent += time.monotonic() - started
                if message is Message.DONE:
                    result: Result = value
                    return result
                if message is Message.CLAIM:
                    content_hash = value
                    with self._changed:
                        request = self._claim(value)
                elif message is Message.MEMORY:
                    if value > memory:
                        self._purse.give_back(memory)
                        memory = 0
                        self._purse.take(value)
                        memory = value
                    request = None
        except (EOFError, OSError, pickle.UnpicklingError):
            return Unreadable(file, worker.why_it_ended(limit), content_hash)
        finally:
            self._purse.give_back(memory)


class _Purse:
    """Memory that workers share; who asks first is served first."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._turn = threading.Lock()
        self._changed = threading.Condition()

    def take(self, amount: int) -> None:
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._left >= amount)
            self._left -= amount

    def give_back(self, amount: int) -> None:
        with self._changed:
            self._left += amount
            self._changed.notify()


class _Worker:
    """One process, and the watch over it."""

    def __init__(self) -> None:
        # The path is handed on, so that a program that set up its own finds the same modules.
        code = f"import sys; sys.path[:] = {sys.path!r}; {WORKER}"
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={**ENVIRONMENT, **os.environ},
        )
        self._timed_out = False
        self.deadline = math.inf  # of the answer that is waited for, on the monotonic clock

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def was_killed(self) -> bool:
        """Did a signal end it that was not sent because it took too long?"""
        return (self._process.poll() or 0) < 0 and not self._timed_out

    def start(self, orders: Orders) -> None:
        """Wait until the models are loaded.

        Raises
        ------
        PackError : they cannot be.
        PhotoclustError : the process ended.
        """
        try:
            message, value = self.ask(orders, START_LIMIT)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise PhotoclustError(
                f"A worker process could not be started ({self._last_complaint()}).",
                "Run `photoclust doctor`.",
            ) from None
        if message is Message.REFUSED:
            raise value

    def ask(self, request: Any, limit: float) -> tuple[Message, Any]:
        """Send it something, return what it says; it is killed after `limit` seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.deadline = time.monotonic() + limit
        try:
            pickle.dump(request, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
            message, value = pickle.load(self._process.stdout)
            return message, value
        finally:
            self.deadline = math.inf

    def kill_if_late(self) -> None:
        if time.monotonic() > self.deadline:
            self._timed_out = True
            self.kill()

    def why_it_ended(self, limit: float) -> str:
        """As a reason that is recorded for the file."""
        try:
            code = self._process.wait(ENDING)
        except subprocess.TimeoutExpired:  # it said something that makes no sense, and lives
            self.kill()
            code = self._process.wait()
        self.end()
        if self._timed_out:
            return f"{TOO_LONG} {limit:g} s"
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{CRASHED} ({name})"

    def end(self) -> None:
        """Let it end by itself, its input being over."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._process.wait()
        self._complaints.close()

    def kill(self) -> None:
        self._process.kill()

    def _last_complaint(self) -> str:
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}"
