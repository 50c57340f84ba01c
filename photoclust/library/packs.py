"""Which model pack made the faces of a library."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack as the library recorded it; `settings` holds `match` and `link` (cosine)."""

    id: int
    name: str
    fingerprint: str
    dim: int
    licence: str
    settings: dict[str, Any]
    location: str | None

    @property
    def match(self) -> float:
        return float(self.settings["thresholds"]["match"])

    @property
    def link(self) -> float:
        return float(self.settings["thresholds"]["link"])


class Packs:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def in_use(self) -> StoredPack | None:
        """The library's pack, or None before its first scan."""
        row = self._connection.execute("SELECT * FROM packs WHERE in_use").fetchone()
        if row is None:
            return None
        return StoredPack(
            row["id"],
            row["name"],
            row["fingerprint"],
            row["dim"],
            row["licence"],
            json.loads(row["settings"]),
            row["location"],
        )

    def choose(
        self,
        *,
        name: str,
        fingerprint: str,
        dim: int,
        licence: str,
        accepted_at: str | None,
        settings: dict[str, Any],
        location: str | None,
    ) -> None:
        """Record the pack that this library uses from now on."""
        self._connection.execute(
            "INSERT INTO packs (name, fingerprint, dim, licence, licence_accepted_at, settings,"
            " location, in_use) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            (name, fingerprint, dim, licence, accepted_at, json.dumps(settings), location),
        )
