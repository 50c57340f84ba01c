"""Which model pack made the faces of a library."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from photoclust.clustering.levels import Levels


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack as the library recorded it.

    `settings` holds `thresholds` (cosine) as the pack gave them, and `calibration` once
    `photoclust calibrate` ran; what is asked for here is what counts: both together.
    """

    id: int
    name: str
    fingerprint: str
    dim: int
    licence: str
    settings: dict[str, Any]
    location: str | None

    @property
    def match(self) -> float:
        return self.threshold("match")

    @property
    def link(self) -> float:
        return self.threshold("link")

    @property
    def levels(self) -> Levels:
        """Every threshold of clustering, moved by the calibration."""
        return Levels(*(self.threshold(name) for name in Levels.__slots__))

    @property
    def reference(self) -> float | None:
        """The similarity that 1 in 1,000 pairs of different people reach on lfw-a, if known.

        The pack's thresholds were set at this operating point; calibration does not move it.
        """
        value = self.settings["thresholds"].get("reference")
        return None if value is None else float(value)

    @property
    def calibration(self) -> dict[str, Any] | None:
        """What `photoclust calibrate` recorded, if it did."""
        found: dict[str, Any] | None = self.settings.get("calibration")
        return found

    @property
    def shift(self) -> float:
        """By how much the calibration moves every threshold."""
        return float(self.calibration["shift"]) if self.calibration else 0.0

    def threshold(self, name: str) -> float:
        """A threshold of the pack (`match`, `link`, ...), moved by the calibration."""
        return float(self.settings["thresholds"][name]) + self.shift


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

    def calibrate(self, pack: StoredPack, calibration: dict[str, Any] | None) -> None:
        """Record by how much this library's thresholds move (`shift`) and why, or forget it."""
        settings = {key: value for key, value in pack.settings.items() if key != "calibration"}
        if calibration is not None:
            settings["calibration"] = calibration
        self._connection.execute(
            "UPDATE packs SET settings = ? WHERE id = ?", (json.dumps(settings), pack.id)
        )
