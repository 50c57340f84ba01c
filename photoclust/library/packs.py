"""Which model pack made the faces of a library."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypedDict, Unpack

from photoclust.clustering.levels import Levels
from photoclust.models.pack import Thresholds
from photoclust.models.projected_pack import Projection
from photoclust.vectors import from_bytes, to_blob


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A pack as the library recorded it.

    `settings` holds `thresholds` (cosine) as the pack gave them, and `calibration` once
    `photoclust calibrate` ran; what is asked for here is what counts: both together. A pack that
    was tuned to the library has a `projection`, and the `location` of the pack below.
    """

    id: int
    name: str
    fingerprint: str
    dim: int
    licence: str
    settings: dict[str, Any]
    location: str | None
    projection: Projection | None = None

    @property
    def match(self) -> float:
        return self.threshold("match")

    @property
    def link(self) -> float:
        return self.threshold("link")

    @property
    def thresholds(self) -> Thresholds:
        """As the pack gave them, whatever the calibration says."""
        return _thresholds(self.settings)

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


class DescribedPack(TypedDict):
    """What a pack says of itself; `accepted_at` and `location` as the columns of `packs`."""

    name: str
    fingerprint: str
    dim: int
    licence: str
    accepted_at: str | None
    settings: dict[str, Any]
    location: str | None


class Packs:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def in_use(self) -> StoredPack | None:
        """The library's pack, or None before its first scan."""
        found = self._select("WHERE packs.in_use")
        return found[0] if found else None

    def all(self) -> list[StoredPack]:
        """Every pack that ever made faces here, in the order in which they came."""
        return self._select("ORDER BY packs.id")

    def of_fingerprint(self, fingerprint: str) -> StoredPack | None:
        """The pack of this fingerprint, if it is known."""
        found = self._select("WHERE packs.fingerprint = ?", fingerprint)
        return found[0] if found else None

    def record(self, **described: Unpack[DescribedPack]) -> StoredPack:
        """Remember a pack. One that is known keeps its settings, and may lie elsewhere by now."""
        self._connection.execute(
            "INSERT INTO packs (name, fingerprint, dim, licence, licence_accepted_at, settings,"
            " location, in_use)"
            " VALUES (:name, :fingerprint, :dim, :licence, :accepted_at, :settings, :location, 0)"
            " ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name,"
            " location = excluded.location,"
            " licence_accepted_at = coalesce(licence_accepted_at, excluded.licence_accepted_at)",
            {**described, "settings": json.dumps(described["settings"])},
        )
        stored = self.of_fingerprint(described["fingerprint"])
        assert stored is not None
        return stored

    def record_tuned(self, base: StoredPack, name: str, projection: Projection) -> StoredPack:
        """Remember a pack that was tuned on one that is known."""
        settings = {key: value for key, value in base.settings.items() if key != "calibration"}
        (accepted_at,) = self._connection.execute(
            "SELECT licence_accepted_at FROM packs WHERE id = ?", (base.id,)
        ).fetchone()
        tuned = self.record(
            name=name,
            fingerprint=projection.fingerprint,
            dim=base.dim,
            licence=base.licence,
            accepted_at=accepted_at,
            settings={**settings, "thresholds": asdict(projection.thresholds), "base": base.name},
            location=base.location,
        )
        self._connection.execute(
            "INSERT INTO projections (pack_id, base_id, matrix) VALUES (?, ?, ?)",
            (tuned.id, base.id, to_blob(projection.matrix)),
        )
        return replace(tuned, projection=projection)

    def use(self, pack_id: int) -> None:
        """From now on this pack's faces are the library's, and the clusters are this pack's.

        What it was clustered to before is forgotten, so that the next clustering looks at all.
        """
        self._connection.execute("UPDATE packs SET in_use = 0 WHERE in_use")
        self._connection.execute("UPDATE packs SET in_use = 1 WHERE id = ?", (pack_id,))
        self._connection.execute("UPDATE clusters SET pack_id = ?", (pack_id,))
        self._connection.execute("DELETE FROM clusterings WHERE pack_id = ?", (pack_id,))

    def choose(self, **described: Unpack[DescribedPack]) -> None:
        """Record the pack that a library which had none uses from now on."""
        stored = self.record(**described)
        self._connection.execute("UPDATE packs SET in_use = 1 WHERE id = ?", (stored.id,))

    def calibrate(self, pack: StoredPack, calibration: dict[str, Any] | None) -> None:
        """Record by how much this library's thresholds move (`shift`) and why, or forget it."""
        settings = {key: value for key, value in pack.settings.items() if key != "calibration"}
        if calibration is not None:
            settings["calibration"] = calibration
        self._connection.execute(
            "UPDATE packs SET settings = ? WHERE id = ?", (json.dumps(settings), pack.id)
        )

    def _select(self, where: str, *parameters: object) -> list[StoredPack]:
        rows = self._connection.execute(
            "SELECT packs.*, matrix, base.name AS base, base.fingerprint AS base_fingerprint,"
            " iif(matrix IS NULL, packs.location, base.location) AS place"
            " FROM packs LEFT JOIN projections ON pack_id = packs.id"
            f" LEFT JOIN packs AS base ON base.id = base_id {where}",
            parameters,
        )
        return [_stored(row) for row in rows]


def _thresholds(settings: dict[str, Any]) -> Thresholds:
    given = settings["thresholds"]
    return Thresholds(**{field.name: given.get(field.name) for field in fields(Thresholds)})


def _stored(row: sqlite3.Row) -> StoredPack:
    settings = json.loads(row["settings"])
    projection = None
    if row["matrix"] is not None:
        projection = Projection(
            base=row["base"],
            base_fingerprint=row["base_fingerprint"],
            matrix=from_bytes(row["matrix"], row["dim"]),
            thresholds=_thresholds(settings),
        )
    return StoredPack(
        row["id"],
        row["name"],
        row["fingerprint"],
        row["dim"],
        row["licence"],
        settings,
        row["place"],
        projection,
    )
