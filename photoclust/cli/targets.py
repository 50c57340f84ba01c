"""`cluster 3`, `3`, `c3`, `face 91`, `f91`: what a command is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from photoclust.errors import UsageError


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster or a face by its number."""

    kind: str
    number: int


KINDS = {"cluster": "cluster", "c": "cluster", "face": "face", "f": "face"}


def parse_target(words: list[str]) -> tuple[Target, list[str]]:
    """The target at the start of the words, and the words after it.

    Raises
    ------
    UsageError : they do not start with one.
    """
    joined = re.fullmatch(r"([cf]?)(\d+)", words[0].lower()) if words else None
    if joined:
        return Target(KINDS[joined[1] or "c"], _number(joined[2])), words[1:]
    if len(words) > 1 and words[0].lower() in KINDS and words[1].isascii() and words[1].isdigit():
        return Target(KINDS[words[0].lower()], _number(words[1])), words[2:]
    raise UsageError(
        "Say which cluster or face, such as `cluster 3`, `c3`, `3`, `face 91` or `f91`."
    )


def _number(digits: str) -> int:
    if len(digits) > 18:
        raise UsageError(f"There is no number {digits[:12]}... in any library.")
    return int(digits)
