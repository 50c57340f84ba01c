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


def parse_subjects(words: list[str]) -> list[int | str]:
    """Clusters by number and people by name, in their order: `cluster 3`, `c7`, `John`.

    Raises
    ------
    UsageError : one of them is a face.
    """
    found: list[int | str] = []
    rest = words
    while rest:
        try:
            target, rest = parse_target(rest)
        except UsageError:
            found.append(rest[0])
            rest = rest[1:]
            continue
        if target.kind == "face":
            raise UsageError("That takes clusters and people, not faces.")
        found.append(target.number)
    return found


def split_faces(words: list[str]) -> tuple[list[int], list[str]]:
    """The faces at the start of the words (`face 91 92`, `f91 f92`, `91 92`), and the rest.

    Raises
    ------
    UsageError : they do not start with one.
    """
    numbers: list[int] = []
    place = 1 if words and words[0].lower() in ("face", "faces", "f") else 0
    while place < len(words):
        joined = re.fullmatch(r"f?(\d+)", words[place].lower(), re.ASCII)
        if not joined:
            break
        numbers.append(_number(joined[1]))
        place += 1
    if not numbers:
        raise UsageError("Say which faces, such as `face 91` or `face 91 92 93`.")
    return numbers, words[place:]


def parse_faces(words: list[str]) -> list[int]:
    """Faces and nothing else.

    Raises
    ------
    UsageError : there is none, or something else after them.
    """
    numbers, rest = split_faces(words)
    if rest:
        raise UsageError(f"Cannot make sense of `{' '.join(rest)}` after the faces.")
    return numbers


def _number(digits: str) -> int:
    if len(digits) > 18:
        raise UsageError(f"There is no number {digits[:12]}... in any library.")
    return int(digits)
