"""Photos by content and the files they were seen as."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from photoclust.choices import Detail
from photoclust.photos.decode import PhotoFacts


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the library remembers of a path.

    `status` is that of its photo's scan by the pack in use: done, failed, or None (not tried);
    `detail` tells how closely it was looked at.
    """

    size: int
    mtime_ns: int
    photo_id: int | None
    status: str | None
    detail: Detail | None
    reason: str | None
    reference: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo as it was recorded when its bytes were first seen."""

    id: int
    status: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """What a scanned photo says of itself: when (ISO 8601), where (degrees), by what camera."""

    taken_at: str | None
    latitude: float | None
    longitude: float | None
    camera: str | None

    @property
    def day(self) -> date | None:
        """The local day it was taken."""
        return date.fromisoformat(self.taken_at[:10]) if self.taken_at else None

    @property
    def place(self) -> tuple[float, float] | None:
        """Latitude and longitude, WGS 84."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class UnseenPhoto:
    """A photo that a pack has not looked at, or less closely than another one: `detail`.

    `paths` are its files, those first that were there at the last scan.
    """

    id: int
    content_hash: str
    detail: Detail
    paths: list[str]


class Photos:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known_files(self, pack_id: int) -> dict[bytes, KnownFile]:
        """Every remembered path (as `os.fsencode` gives it) and the state of its photo."""
        details = {str(detail): detail for detail in Detail}
        rows = self._connection.execute(
            "SELECT path, size, mtime_ns, files.photo_id, reference, missing_since, status,"
            " detail, coalesce(failure, reason) FROM files"
            " LEFT JOIN scans ON scans.photo_id = files.photo_id AND pack_id = ?",
            (pack_id,),
        )
        return {
            path: KnownFile(
                size,
                mtime_ns,
                photo_id,
                status,
                details.get(detail),
                reason,
                bool(reference),
                missing is not None,
            )
            for path, size, mtime_ns, photo_id, reference, missing, status, detail, reason in rows
        }

    def settled_content(self, pack_id: int, detail: Detail, *, failed_too: bool) -> set[str]:
        """Hashes of what this pack has looked at, at least so closely, or failed on."""
        closer = [other for other in Detail if not detail.is_closer_than(other)]
        rows = self._connection.execute(
            "SELECT content_hash, status, detail FROM photos"
            " JOIN scans ON scans.photo_id = photos.id AND pack_id = ?",
            (pack_id,),
        )
        return {
            content_hash
            for content_hash, status, at in rows
            if (at in closer if status == "done" else failed_too)
        }

    def unseen(self, pack_id: int | None, like_pack_id: int) -> list[UnseenPhoto]:
        """What a pack has to look at to have seen as much as another, in order of id.

        References are photos like any other here.
        """
        rows = self._connection.execute(
            "SELECT photos.id, content_hash, coalesce(other.detail, 'normal') AS wanted,"
            "  here.status, here.detail, path"
            " FROM files JOIN photos ON photos.id = files.photo_id"
            " LEFT JOIN scans AS here ON here.photo_id = photos.id AND here.pack_id = ?"
            " LEFT JOIN scans AS other ON other.photo_id = photos.id AND other.pack_id = ?"
            " ORDER BY photos.id, missing_since NOT NULL, path",
            (pack_id, like_pack_id),
        )
        unseen: dict[int, UnseenPhoto] = {}
        for photo_id, content_hash, wanted, status, detail, path in rows:
            closer = status == "done" and Detail(wanted).is_closer_than(Detail(detail))
            if status is None or closer:
                photo = UnseenPhoto(photo_id, content_hash, Detail(wanted), [])
                unseen.setdefault(photo_id, photo).paths.append(os.fsdecode(path))
        return list(unseen.values())

    def status_of(self, photo_id: int, pack_id: int) -> str | None:
        """How a photo's scan by this pack ended: done, failed, or None (not tried)."""
        row = self._connection.execute(
            "SELECT status FROM scans WHERE photo_id = ? AND pack_id = ?", (photo_id, pack_id)
        ).fetchone()
        return row[0] if row else None

    def was_seen(self, photo_id: int) -> bool:
        """Did any pack look at this photo, and could?"""
        return bool(
            self._connection.execute(
                "SELECT 1 FROM scans WHERE photo_id = ? AND status = 'done'", (photo_id,)
            ).fetchone()
        )

    def by_content(self, content_hash: str, pack_id: int) -> KnownPhoto | None:
        """The photo of these bytes, if they were seen before."""
        row = self._connection.execute(
            "SELECT photos.id, status, reason FROM photos"
            " LEFT JOIN scans ON scans.photo_id = photos.id AND pack_id = ?"
            " WHERE content_hash = ?",
            (pack_id, content_hash),
        ).fetchone()
        return KnownPhoto(*row) if row else None

    def add(self, content_hash: str) -> int:
        """Record a photo by its content; returns its id, old or new."""
        self._connection.execute(
            "INSERT INTO photos (content_hash) VALUES (?) ON CONFLICT DO NOTHING", (content_hash,)
        )
        row = self._connection.execute(
            "SELECT id FROM photos WHERE content_hash = ?", (content_hash,)
        ).fetchone()
        return int(row[0])

    def describe(self, photo_id: int, facts: PhotoFacts) -> None:
        """Record what a decoded photo says of itself."""
        found = facts.metadata
        self._connection.execute(
            "UPDATE photos SET width = ?, height = ?, taken_at = ?, latitude = ?, longitude = ?,"
            " camera = ?, seconds = ? WHERE id = ?",
            (
                facts.width,
                facts.height,
                found.taken_at,
                found.latitude,
                found.longitude,
                found.camera,
                facts.seconds,
                photo_id,
            ),
        )

    def record_file(
        self,
        path: str,
        *,
        photo_id: int | None,
        size: int,
        mtime_ns: int,
        seen_at: str,
        failure: str | None = None,
        reference: bool = False,
    ) -> None:
        """Record that a path holds this photo, or why it cannot be read.

        A file of the library stays one, even when it is also given as a reference.
        """
        encoded = os.fsencode(path)
        self._connection.execute(
            "INSERT INTO files (path, path_text, photo_id, size, mtime_ns, seen_at, reference,"
            " failure) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (path) DO UPDATE SET photo_id = excluded.photo_id, size = excluded.size,"
            " mtime_ns = excluded.mtime_ns, seen_at = excluded.seen_at, missing_since = NULL,"
            " reference = min(reference, excluded.reference), failure = excluded.failure",
            (
                encoded,
                encoded.decode("utf-8", "replace"),
                photo_id,
                size,
                mtime_ns,
                seen_at,
                int(reference),
                failure,
            ),
        )

    def mark_seen(self, paths: Iterable[bytes], seen_at: str) -> None:
        """These paths were there again, unchanged."""
        self._connection.executemany(
            "UPDATE files SET seen_at = ?, missing_since = NULL, reference = 0 WHERE path = ?",
            ((seen_at, path) for path in paths),
        )

    def mark_missing(self, paths: Iterable[bytes], since: str) -> None:
        """These paths were looked for and are gone; nothing is deleted."""
        self._connection.executemany(
            "UPDATE files SET missing_since = coalesce(missing_since, ?) WHERE path = ?",
            ((since, path) for path in paths),
        )

    def record_scan(
        self,
        photo_id: int,
        pack_id: int,
        detail: Detail,
        *,
        scanned_at: str,
        failure: str | None,
    ) -> None:
        """Record that a pack has looked at a photo, and how closely, or why it could not."""
        self._connection.execute(
            "INSERT INTO scans (photo_id, pack_id, status, reason, scanned_at, detail)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status,"
            " reason = excluded.reason, scanned_at = excluded.scanned_at,"
            " detail = excluded.detail",
            (photo_id, pack_id, "failed" if failure else "done", failure, scanned_at, str(detail)),
        )

    def failures(self) -> list[tuple[bytes, str]]:
        """Paths that could not be read or decoded, and why."""
        return [
            (row[0], row[1])
            for row in self._connection.execute(
                "SELECT path, coalesce(failure, reason) FROM files"
                " LEFT JOIN packs ON in_use"
                " LEFT JOIN scans ON scans.photo_id = files.photo_id AND pack_id = packs.id"
                " WHERE missing_since IS NULL AND (failure IS NOT NULL OR status = 'failed')"
                " ORDER BY path"
            )
        ]

    def photo_at(self, path: str) -> int | None:
        """The photo that this absolute path is known to hold."""
        row = self._connection.execute(
            "SELECT photo_id FROM files WHERE path = ?", (os.fsencode(path),)
        ).fetchone()
        return row[0] if row else None

    def listed(self) -> dict[int, ListedPhoto]:
        """Every photo that has a scanned file."""
        cursor = self._connection.cursor()
        cursor.row_factory = None
        rows = cursor.execute(
            "SELECT id, taken_at, latitude, longitude, camera FROM photos WHERE EXISTS"
            " (SELECT 1 FROM files WHERE files.photo_id = photos.id AND NOT reference)"
        )
        return {photo: ListedPhoto(*facts) for photo, *facts in rows}

    def counts(self) -> dict[str, int]:
        """Numbers for `status`: photos, files, photos with no file left, photos not yet tried."""
        row = self._connection.execute(
            "SELECT (SELECT count(*) FROM listed_photos) AS photos,"
            " (SELECT count(*) FROM files WHERE NOT reference AND missing_since IS NULL) AS files,"
            " (SELECT count(*) FROM listed_photos WHERE NOT EXISTS (SELECT 1 FROM files"
            "  WHERE photo_id = listed_photos.id AND NOT reference AND missing_since IS NULL))"
            "  AS missing,"
            " (SELECT count(*) FROM listed_photos LEFT JOIN packs ON in_use"
            "  LEFT JOIN scans ON photo_id = listed_photos.id AND pack_id = packs.id"
            "  WHERE status IS NULL) AS waiting"
        ).fetchone()
        return dict(row)

    def paths_of(self, photo_ids: Iterable[int]) -> dict[int, list[str]]:
        """The paths of these photos that are there, references left out, in a stable order."""
        paths: dict[int, list[str]] = {}
        for photo_id, path in self._connection.execute(
            "SELECT photo_id, path FROM files WHERE photo_id IN (SELECT value FROM json_each(?))"
            " AND NOT reference AND missing_since IS NULL ORDER BY path",
            (json.dumps(list(set(photo_ids))),),
        ):
            paths.setdefault(photo_id, []).append(os.fsdecode(path))
        return paths
