"""Asking the terminal itself. Not for Windows."""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty

from photoclust.cli.pictures.show import Protocol
from photoclust.cli.pictures.sixel import MAX_COLOURS

# Nearly every terminal answers within milliseconds; this is for one at the other end of the world.
PATIENCE = 1.0  # seconds

# "Primary device attributes" come last in every question: everybody answers them, and in order, so
# that what is not answered before them never will be (sw.kovidgoyal.net/kitty/graphics-protocol,
# "Querying support"). Attribute 4 is sixel (invisible-island.net/xterm/ctlseqs, "Primary DA").
ATTRIBUTES = b"\x1b[c"
ATTRIBUTES_REPLY = re.compile(rb"\x1b\[\?([\d;]+)c")
SIXEL_ATTRIBUTE = b"4"

# May you show a picture of one pixel? Some old terminals print the question instead of ignoring
# it, so the cursor is put back and the rest of the line cleared (github.com/joouha/euporie,
# issue 29).
KITTY = b"\x1b7\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b8\x1b[K"
KITTY_REPLY = re.compile(rb"\x1b_Gi=31;OK\x1b\\")

# Have 256 colour registers; how many are there? How large is a character? (Both ctlseqs, at
# "CSI ? Pi ; Pa ; Pv S" and "Ps = 16".) xterm has 16 as a VT340 until it is told otherwise.
LIMITS = b"\x1b[?1;3;%dS\x1b[?1;1;0S\x1b[16t" % MAX_COLOURS
REGISTERS_REPLY = re.compile(rb"\x1b\[\?1;0;(\d+)S")
CELL_REPLY = re.compile(rb"\x1b\[6;(\d+);(\d+)t")


def protocol_of(terminal: int) -> Protocol | None:
    """How this terminal takes pictures, by its own word; None if it does not, or says nothing."""
    reply = ask(terminal, KITTY)
    attributes = ATTRIBUTES_REPLY.search(reply)
    if attributes is None:
        return None
    if KITTY_REPLY.search(reply):
        return Protocol.KITTY
    has_sixel = SIXEL_ATTRIBUTE in attributes[1].split(b";")[1:]  # the first is its kind
    return Protocol.SIXEL if has_sixel else None


def sixel_limits(terminal: int) -> tuple[int, tuple[int, int] | None]:
    """How many colours, 2..256, and width and height of a character in pixels, if it tells."""
    reply = ask(terminal, LIMITS)
    registers = [int(number) for number in REGISTERS_REPLY.findall(reply)]
    colours = min(max(registers[-1], 2), MAX_COLOURS) if registers else MAX_COLOURS
    cell = CELL_REPLY.search(reply)
    return colours, (int(cell[2]), int(cell[1])) if cell else None


def ask(terminal: int, question: bytes) -> bytes:
    """What the terminal answers until it has told its attributes or `PATIENCE` is over.

    Its modes are afterwards as they were. What a person typed until then is lost, and an answer
    that comes later looks typed. Empty where the terminal cannot be opened by its name.

    Parameters
    ----------
    terminal : a file descriptor that leads to it.
    question : escape sequences.
    """
    try:
        line = os.open(os.ttyname(terminal), os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return b""
    try:
        modes = termios.tcgetattr(line)
        try:
            tty.setcbreak(line, termios.TCSANOW)  # no echo, no waiting for Enter; Ctrl-C works
            os.write(line, question + ATTRIBUTES)
            return _answer(line)
        finally:
            termios.tcsetattr(line, termios.TCSANOW, modes)
    finally:
        os.close(line)


def _answer(line: int) -> bytes:
    told = b""
    deadline = time.monotonic() + PATIENCE
    while (left := deadline - time.monotonic()) > 0 and select.select([line], [], [], left)[0]:
        more = os.read(line, 1024)
        told += more
        if not more or ATTRIBUTES_REPLY.search(told):
            return told
    return told
