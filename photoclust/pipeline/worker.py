"""A process that examines files, one after the other, until its input ends.

It talks in pickles over its standard streams: `Orders`, then files, come in; what is in
`Message` goes out. A decoder that crashes, hangs or eats memory takes only this process with it.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from photoclust.errors import PackError
from photoclust.photos.limits import EASY_MEMORY, MAX_MEMORY
from photoclust.pipeline.examine import examine
from photoclust.pipeline.results import Orders

# What a worker may use beyond its models and one photo: arrays of the detector, of chips.
SPARE_MEMORY = 400_000_000  # bytes


class Message(Enum):
    """What a worker says; each but READY goes with one value."""

    READY = auto()
    REFUSED = auto()  # PackError: the pack cannot be loaded
    CLAIM = auto()  # content hash; the answer is a bool
    MEMORY = auto()  # None; the answer comes when there is some
    DONE = auto()  # Result


def main() -> None:
    """Answer on what was the standard output; native code that prints there prints to nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    orders: Orders = pickle.load(requests)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def say(message: Message, value: Any = None) -> None:
        pickle.dump((message, value), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()

    def ask(message: Message, value: Any = None) -> Any:
        say(message, value)
        return pickle.load(requests)

    try:
        pack = _load(orders)
    except PackError as error:
        say(Message.REFUSED, error)
        return
    os.dup2(nowhere, 2)
    _limit_memory()
    say(Message.READY)
    # The other end closes these streams when it has enough, or is gone.
    with suppress(EOFError, BrokenPipeError):
        while True:
            file = pickle.load(requests)
            _end_by_itself_after(orders.seconds_for(file))
            asked_for_memory = False

            def ask_for_memory() -> None:
                nonlocal asked_for_memory
                asked_for_memory = True
                ask(Message.MEMORY)

            def claim(content_hash: str) -> bool:
                return bool(ask(Message.CLAIM, content_hash))

            result = examine(file, pack, orders.detail, claim, ask_for_memory)
            if asked_for_memory:
                _give_memory_back()
            say(Message.DONE, result)


def _load(orders: Orders) -> Any:
    import cv2

    from photoclust.models.installed import load_pack

    cv2.setNumThreads(1)
    return load_pack(orders.pack, orders.location)


def _end_by_itself_after(seconds: float) -> None:
    """Somebody watches and kills; a worker that nobody watches any more must not hang for ever."""
    if hasattr(signal, "alarm"):
        signal.alarm(round(2 * seconds) + 60)


def _limit_memory() -> None:
    """Where Linux counts it, a picture that needs more than it should gets a MemoryError."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/status") as status:
            used = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
        most = used * 1024 + MAX_MEMORY + SPARE_MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _give_memory_back() -> None:
    """glibc keeps what was freed, which makes the next photo faster; not after a huge one."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(EASY_MEMORY)


if __name__ == "__main__":
    main()
