"""Whether there are pictures, and how: by a person's word, the environment, or the terminal's."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from photoclust.cli.pictures.show import Protocol, Show
from photoclust.errors import UsageError

VARIABLE = "PHOTOCLUST_PICTURES"
NONE = "none"

# Terminals that name themselves. KITTY_WINDOW_ID is not among the signs: whatever is started from
# kitty inherits it, other terminals too, and kitty answers when asked.
BY_TERM = {"xterm-kitty": Protocol.KITTY, "xterm-ghostty": Protocol.KITTY}
BY_PROGRAM = {
    "ghostty": Protocol.KITTY,
    "iTerm.app": Protocol.ITERM,  # TERM_PROGRAM
    "iTerm2": Protocol.ITERM,  # LC_TERMINAL, which ssh takes along
    "WezTerm": Protocol.ITERM,  # wezterm.org/imgcat.html
    "mintty": Protocol.ITERM,
}

# These show no pictures, and may print what they are asked.
PLAIN_TERMS = ("", "dumb", "linux", "unknown", "cygwin")
PLAIN_PROGRAMS = ("Apple_Terminal",)

# What stands between photoclust and the terminal. The environment is then the terminal's, but the
# answers are not: tmux claims sixel whatever is outside, and passes nothing through unless told to.
MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ")
MULTIPLEXER_TERMS = ("tmux", "screen")


def terminal_pictures(stream: TextIO | None = None) -> Show | None:
    """What shows pictures on the terminal that a stream leads to; None where nothing does.

    `PHOTOCLUST_PICTURES` (kitty, iterm, sixel or none) has the last word. Without it nothing is
    shown in tmux, screen and Zellij. A terminal that does not name itself is asked, which takes
    milliseconds, or a second if it says nothing; on Windows nobody is asked.

    Parameters
    ----------
    stream : stderr if it is left out.

    Raises
    ------
    UsageError : `PHOTOCLUST_PICTURES` is something else.
    """
    stream = sys.stderr if stream is None else stream
    wish = _wish(os.environ)
    if wish == NONE or not stream.isatty():
        return None
    protocol = Protocol(wish) if wish else named(os.environ)
    if sys.platform == "win32":
        return None if protocol is None else Show(protocol, stream)
    from photoclust.cli.pictures.dialogue import protocol_of, sixel_limits

    stream.flush()
    if protocol is None and may_be_asked(os.environ):
        protocol = protocol_of(stream.fileno())
    if protocol is None:
        return None
    if protocol is not Protocol.SIXEL:
        return Show(protocol, stream)
    return Show(protocol, stream, *sixel_limits(stream.fileno()))


def named(environment: Mapping[str, str]) -> Protocol | None:
    """What the terminal takes by its name."""
    if _multiplexed(environment):
        return None
    program = _program(environment)
    if sys.platform == "win32" and not program and "WT_SESSION" in environment:
        return Protocol.SIXEL  # Windows Terminal, from version 1.22 (2025) on
    return BY_TERM.get(environment.get("TERM", "")) or BY_PROGRAM.get(program)


def may_be_asked(environment: Mapping[str, str]) -> bool:
    """Will it answer for itself, and make no mess?"""
    plain = environment.get("TERM", "") in PLAIN_TERMS or _program(environment) in PLAIN_PROGRAMS
    return not plain and not _multiplexed(environment)


def _wish(environment: Mapping[str, str]) -> str:
    wish = environment.get(VARIABLE, "").strip().lower()
    if wish and wish not in (NONE, *Protocol):
        raise UsageError(
            f'{VARIABLE} is "{wish}", which is no way to show pictures.',
            f"Set it to {', '.join(Protocol)} or {NONE}.",
        )
    return wish


def _program(environment: Mapping[str, str]) -> str:
    return environment.get("TERM_PROGRAM") or environment.get("LC_TERMINAL", "")


def _multiplexed(environment: Mapping[str, str]) -> bool:
    by_term = environment.get("TERM", "").startswith(MULTIPLEXER_TERMS)
    return by_term or any(environment.get(name) for name in MULTIPLEXERS)
