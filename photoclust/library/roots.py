"""The folders and files that `scan` was given."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass

from photoclust.library.files import AT_OR_BELOW, moved_path, span


@dataclass(frozen=True, slots=True)
class Root:
    """A path that was scanned (undecodable bytes as surrogates), and when (ISO 8601, UTC)."""

    path: str
    scanned_at: str


class Roots:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def record(self, path: str, scanned_at: str) -> None:
        """A scan of this absolute path came to its end."""
        self._write(os.fsencode(path), scanned_at)

    def all(self) -> list[Root]:
        """Everything that was scanned, in order of path."""
        rows = self._connection.execute("SELECT path, scanned_at FROM roots ORDER BY path")
        return [Root(os.fsdecode(path), scanned_at) for path, scanned_at in rows]

    def within(self, folder: str) -> list[Root]:
        """What was scanned at this absolute path and below it."""
        rows = self._connection.execute(
            f"SELECT path, scanned_at FROM roots WHERE {AT_OR_BELOW} ORDER BY path", span(folder)
        )
        return [Root(os.fsdecode(path), scanned_at) for path, scanned_at in rows]

    def forget(self, folder: str) -> None:
        """This path and what lies below it was never scanned."""
        self._connection.execute(f"DELETE FROM roots WHERE {AT_OR_BELOW}", span(folder))

    def move(self, old: str, new: str) -> None:
        """What was scanned at `old` and below it was scanned at `new`."""
        moving = self.within(old)
        self.forget(old)
        for root in moving:
            self._write(moved_path(os.fsencode(root.path), old, new), root.scanned_at)

    def _write(self, path: bytes, scanned_at: str) -> None:
        self._connection.execute(
            "INSERT INTO roots (path, path_text, scanned_at) VALUES (?, ?, ?)"
            " ON CONFLICT (path) DO UPDATE SET scanned_at = max(scanned_at, excluded.scanned_at)",
            (path, path.decode("utf-8", "replace"), scanned_at),
        )
