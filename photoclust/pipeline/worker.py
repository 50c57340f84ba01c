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
from typing import Any, BinaryIO

from photoclust.choices import Device
from photoclust.errors import PackError
from photoclust.models.pack import FacePack
from photoclust.photos.limits import MAX_MEMORY
from photoclust.pipeline.examine import examine
from photoclust.pipeline.results import Orders

# What a worker may use beyond its models and one photo: arrays of the detector, of chips.
SPARE_MEMORY = 400_000_000  # bytes


# After a photo that needed more, a worker returns what it has to the system.
MUCH_MEMORY = 130_000_000  # bytes


class Message(Enum):
    """What a worker says; each but READY goes with one value."""

    READY = auto()
    REFUSED = auto()  # PackError: the pack cannot be loaded
    CLAIM = auto()  # content hash; the answer is a bool
    MEMORY = auto()  # bytes; the answer comes when they are there
    DONE = auto()  # Result


class Foreman:
    """Who gives this process files, and answers its questions."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers
        self.memory = 0  # bytes that were asked for since the last file

    def say(self, message: Message, value: Any = None) -> None:
        pickle.dump((message, value), self._answers, protocol=pickle.HIGHEST_PROTOCOL)
        self._answers.flush()

    def hear(self) -> Any:
        return pickle.load(self._requests)

    def claim(self, content_hash: str) -> bool:
        self.say(Message.CLAIM, content_hash)
        return bool(self.hear())

    def ask_for_memory(self, amount: int) -> None:
        self.say(Message.MEMORY, amount)
        self.memory = max(amount, self.memory)
        left = _alarm(0)
        self.hear()
        _alarm(left)


def main() -> None:
    """Answer on what was the standard output; native code that prints there prints to nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    foreman = Foreman(sys.stdin.buffer, os.fdopen(os.dup(1), "wb"))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    # The other end closes these streams when it has enough, or is gone.
    with suppress(EOFError, BrokenPipeError):
        orders: Orders = foreman.hear()
        try:
            pack = _load(orders)
        except PackError as error:
            foreman.say(Message.REFUSED, error)
            return
        os.dup2(nowhere, 2)
        _limit_memory(pack)
        foreman.say(Message.READY)
        while True:
            file = foreman.hear()
            foreman.memory = 0
            _alarm(round(2 * orders.seconds_for(file)) + 60)
            result = examine(file, pack, orders.detail, foreman.claim, foreman.ask_for_memory)
            _alarm(0)
            if foreman.memory > MUCH_MEMORY:
                _give_memory_back()  # before somebody else is told that there is room
            foreman.say(Message.DONE, result)


def _load(orders: Orders) -> FacePack:
    import cv2
    import pi_heif
    from PIL import AvifImagePlugin

    from photoclust.models.installed import load_pack

    cv2.setNumThreads(1)
    pi_heif.options.DECODE_THREADS = AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    return load_pack(
        orders.pack,
        orders.location,
        orders.device,
        fingerprint=orders.fingerprint,
        projection=orders.projection,
    )


def _alarm(seconds: int) -> int:
    """End this process after so many seconds, 0 never; returns what was left of the time before.

    A crew watches and kills; a worker that nobody watches any more must not hang for ever.
    """
    return signal.alarm(seconds) if hasattr(signal, "alarm") else 0


def _limit_memory(pack: FacePack) -> None:
    """Where Linux counts it, a picture that needs more than it said gets a MemoryError."""
    if pack.device is not Device.CPU:  # drivers of others claim memory that they never use
        return
    with suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/status") as status:
            used = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
        most = used * 1024 + MAX_MEMORY + SPARE_MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _give_memory_back() -> None:
    """glibc keeps what was freed, which makes the next photo faster; not after a huge one."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


if __name__ == "__main__":
    main()
