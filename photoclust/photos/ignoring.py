"""What a user's rules leave out: `.photoclustignore` files, in the syntax of gitignore."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

IGNORE_FILE = ".photoclustignore"

EXCLUDED = "excluded"
IGNORED = f"ignored by {IGNORE_FILE}"


class Patterns:
    """Patterns that hold below a folder. Those that are no pattern match nothing, as in git."""

    def __init__(self, folder: str, lines: Iterable[str], reason: str) -> None:
        self.reason = reason
        self._start = len(folder.rstrip(os.sep)) + 1
        self._last_first = [pattern for line in lines for pattern in _compiled(line)][::-1]

    def leave_out(self, path: str, is_folder: bool) -> bool | None:
        """Is what lies at the path left out? None: no pattern speaks of it."""
        relative = path[self._start :].replace(os.sep, "/").replace("\n", "\0")  # . is not \n
        for pattern in self._last_first:
            if pattern.matches(relative, is_folder):
                return pattern.include
        return None


@dataclass(frozen=True, slots=True)
class _Pattern:
    regex: re.Pattern[str]
    include: bool
    only_folders: bool

    def matches(self, relative: str, is_folder: bool) -> bool:
        """Does it match this entry itself? pathspec marks matches of a folder above by a group."""
        found = self.regex.search(relative) if is_folder or not self.only_folders else None
        return found is not None and found.lastgroup is None


def _compiled(line: str) -> list[_Pattern]:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    text = line if line.endswith("\\ ") else line.rstrip()
    try:
        pattern = GitIgnoreSpecPattern(text.removesuffix("/"))
    except (ValueError, re.error):
        return []
    if pattern.regex is None or pattern.include is None:
        return []
    return [_Pattern(pattern.regex, pattern.include, only_folders=text.endswith("/"))]


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The rules that hold in a folder. What the user excludes outranks the files."""

    excluded: tuple[Patterns, ...] = ()
    files: tuple[Patterns, ...] = ()  # deepest first

    @classmethod
    def at_root(cls, root: str, exclude: tuple[str, ...]) -> Ignoring:
        """What is excluded below a root, the root's own file not yet read."""
        return cls((Patterns(root, exclude, EXCLUDED),) if exclude else ())

    def with_file_of(self, folder: str) -> Ignoring:
        """These rules and those of the folder's own file.

        Raises
        ------
        OSError : the file cannot be read.
        """
        path = Path(folder, IGNORE_FILE)
        if not stat.S_ISREG(path.stat().st_mode):
            return self
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        patterns = Patterns(folder, os.fsdecode(content).split("\n"), IGNORED)
        return Ignoring(self.excluded, (patterns, *self.files))

    def __bool__(self) -> bool:
        return bool(self.excluded or self.files)

    def why(self, path: str, is_folder: bool) -> str | None:
        """Why is what lies at the path left out? None: it is not."""
        for patterns in (*self.excluded, *self.files):
            left_out = patterns.leave_out(path, is_folder)
            if left_out is not None:
                return patterns.reason if left_out else None
        return None
