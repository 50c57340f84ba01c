"""The journal: every act of a human, what it did to clusters at once, and taking acts back.

Nothing in it is ever changed or deleted, which triggers see to: an `undo` is an act of its own
that says of another that it counts no more, a `redo` that it counts again. What an act said are
the `Decisions`; all views look at those of standing acts only. Only `forget` and `purge` erase.
"""

from __future__ import annotations

import getpass
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from photoclust.library.clock import now

# What `forget` leaves of an act's words.
FORGOTTEN = "(forgotten)"

# The words of the acts that erase, and what follows them until the file was written anew.
FORGET, LEARN_AGAIN, PURGE = "forget somebody", "forget --learn-again", "purge"
UNFINISHED = " (not finished, run it again)"
ERASING = tuple(words + end for words in (FORGET, LEARN_AGAIN, PURGE) for end in ("", UNFINISHED))


@dataclass(frozen=True, slots=True)
class Act:
    """One entry: when (ISO 8601, UTC), from which account, in which words.

    `stands` is false while it is taken back; `targets` are the acts that it took back or had
    count again, of an `undo` or `redo`. One that `erased` something, or of which nothing is left,
    has nothing to take back.
    """

    id: int
    made_at: str
    made_by: str
    what: str
    stands: bool
    targets: tuple[int, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A face that goes to a cluster with a strength, or (None) out of any."""

    face_id: int
    cluster: int | None
    strength: float | None = None


# What a decision is on; one on a person is never copied.
_SUBJECT = "face_id, other_face_id, photo_id"

_ACTS = f"""
SELECT id, made_at, made_by, what, id NOT IN (SELECT act_id FROM undone_acts) AS stands,
       (SELECT json_group_array(target_id) FROM reversals WHERE act_id = acts.id) AS targets,
       what IN {(FORGOTTEN, *ERASING)} AND id NOT IN (SELECT act_id FROM decisions)
       AND id NOT IN (SELECT act_id FROM moves) AS erased
FROM acts
"""


class Journal:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, what: str) -> int:
        """Open an entry; decisions and moves refer to the number returned."""
        cursor = self._connection.execute(
            "INSERT INTO acts (made_at, made_by, what) VALUES (?, ?, ?)", (now(), _account(), what)
        )
        return int(cursor.lastrowid or 0)

    def acts(self, limit: int | None = None) -> list[Act]:
        """The entries, the newest first."""
        return self._select("ORDER BY id DESC LIMIT ?", -1 if limit is None else limit)

    def act(self, act_id: int) -> Act | None:
        """One entry by its number."""
        found = self._select("WHERE id = ?", act_id)
        return found[0] if found else None

    def acts_on(self, face_id: int) -> list[Act]:
        """The acts that count and say something of a face, the newest first."""
        return self._select(
            "WHERE stands AND id IN (SELECT act_id FROM decisions"
            " WHERE face_id = ?1 OR other_face_id = ?1) ORDER BY id DESC",
            face_id,
        )

    def standing(self) -> list[Act]:
        """The acts that count and are no `undo` or `redo`, what was done or redone last first."""
        return self._select(
            "WHERE stands AND id NOT IN (SELECT act_id FROM reversals) ORDER BY max(id, ifnull("
            " (SELECT max(act_id) FROM reversals WHERE target_id = acts.id AND NOT undone), 0))"
            " DESC"
        )

    def last_undone(self) -> Act | None:
        """What the newest `undo` took back, unless something else was done since."""
        newest = self._connection.execute(
            "SELECT max(acts.id) FROM acts LEFT JOIN reversals ON act_id = acts.id"
            " WHERE coalesce(undone, 0) = 0 AND act_id IS NULL"
        ).fetchone()[0]
        found = self._select(
            "WHERE NOT stands AND id = (SELECT target_id FROM reversals"
            "  WHERE undone AND act_id > ? AND target_id IN (SELECT act_id FROM undone_acts)"
            "  ORDER BY reversals.id DESC LIMIT 1)",
            newest or 0,
        )
        return found[0] if found else None

    def take_back(self, act_ids: Iterable[int], by_act: int) -> None:
        """These acts count no more, and clusters are as before them where nothing else moved."""
        for act_id in sorted(act_ids, reverse=True):
            self._reverse(act_id, by_act, undone=True)

    def restore(self, act_ids: Iterable[int], by_act: int) -> None:
        """These acts count again."""
        for act_id in sorted(act_ids):
            self._reverse(act_id, by_act, undone=False)

    def move(self, act_id: int, moves: Iterable[Move]) -> None:
        """Change the clusters at once, as part of an act."""
        for item in moves:
            before = self._connection.execute(
                "SELECT cluster_id, strength FROM memberships WHERE face_id = ?", (item.face_id,)
            ).fetchone()
            before = (None, None) if before is None else tuple(before)
            after = (item.cluster, None if item.cluster is None else item.strength)
            if before != after:
                self._connection.execute(
                    "INSERT INTO moves (act_id, face_id, before_cluster, before_strength,"
                    " after_cluster, after_strength) VALUES (?, ?, ?, ?, ?, ?)",
                    (act_id, item.face_id, *before, *after),
                )
                self._place(item.face_id, *after)
        self._drop_empty()

    def taken_out_by_ignoring(self, face_ids: Iterable[int]) -> list[Move]:
        """How these faces would go back into the clusters that ignoring them took them out of.

        Those that are in a cluster now, or whose cluster is no more, are left out.
        """
        return [
            Move(face, cluster, strength)
            for face, cluster, strength, _newest in self._connection.execute(
                "SELECT face_id, before_cluster, before_strength, max(id) FROM moves"
                " WHERE face_id IN (SELECT value FROM json_each(?))"
                " AND face_id NOT IN (SELECT face_id FROM memberships)"
                " AND before_cluster IN (SELECT id FROM clusters) AND act_id IN"
                "  (SELECT act_id FROM standing_decisions WHERE face_id = moves.face_id"
                "   AND verdict IN ('not_face', 'stranger', 'hidden'))"
                " GROUP BY face_id",
                (json.dumps(list(face_ids)),),
            )
        ]

    def copy(self, faces: dict[int, int], photos: dict[int, int]) -> int:
        """Say of other faces and photos what was said of these, as part of the same acts.

        Words that were copied before, in either direction, are not copied again. Of a statement on
        two faces the one that is not among the keys stays, so that the other may follow later.
        Returns how many decisions were added.
        """
        columns = f"{_SUBJECT}, act_id, verdict, person_id, day, text, source"
        known = self._said_of(faces, photos, columns)
        there = {tuple(row) for row in self._said_of(faces.values(), photos.values(), _SUBJECT)}
        added = 0
        for root, face, other, photo, *said in known:
            subject = (faces.get(face, face), faces.get(other, other), photos.get(photo, photo))
            is_of_one = face is not None and subject[0] == subject[1]
            if not is_of_one and (root, *subject) not in there:
                self._connection.execute(
                    f"INSERT INTO decisions (copy_of, {columns})"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (root, *subject, *said),
                )
                added += 1
        return added

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Inside, entries may be deleted and overwritten; for `forget` and `purge` alone."""
        triggers = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _sql in triggers:
            self._connection.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            self._connection.execute(sql)

    def _said_of(
        self, faces: Iterable[int], photos: Iterable[int], columns: str
    ) -> list[sqlite3.Row]:
        """What was said of these, by the decision that was first to say it, in their order."""
        return self._connection.execute(
            f"SELECT coalesce(copy_of, id), {columns} FROM decisions"
            " WHERE face_id IN (SELECT value FROM json_each(?1))"
            " OR other_face_id IN (SELECT value FROM json_each(?1))"
            " OR photo_id IN (SELECT value FROM json_each(?2)) ORDER BY id",
            (json.dumps(list(faces)), json.dumps(list(photos))),
        ).fetchall()

    def _reverse(self, act_id: int, by_act: int, *, undone: bool) -> None:
        self._connection.execute(
            "INSERT INTO reversals (act_id, target_id, undone) VALUES (?, ?, ?)",
            (by_act, act_id, int(undone)),
        )
        moves = self._connection.execute(
            "SELECT face_id, before_cluster, before_strength, after_cluster, after_strength"
            " FROM moves WHERE act_id = ? ORDER BY id",
            (act_id,),
        ).fetchall()
        earlier, moved_since = self._earlier_moves(act_id), self._moved_since(act_id)
        for face_id, *ends in reversed(moves) if undone else moves:
            if face_id in moved_since:
                continue
            before, after = tuple(ends[:2]), tuple(ends[2:])
            for is_undone, from_cluster, from_strength, to_cluster in earlier.get(face_id, ()):
                if not is_undone or to_cluster != before[0]:
                    break
                before = (from_cluster, from_strength)
            here, there = (after, before) if undone else (before, after)
            present = self._connection.execute(
                "SELECT cluster_id FROM memberships WHERE face_id = ?", (face_id,)
            ).fetchone()
            if (present[0] if present else None) == here[0]:
                self._place(face_id, *there)
        self._drop_empty()

    def _earlier_moves(self, act_id: int) -> dict[int, list[tuple[bool, int, float, int]]]:
        """Of the faces that an act moved, what moved them before, the newest first.

        Is that taken back by now, from where, how sure, to where. Of acts that counted when this
        one was done.
        """
        found: dict[int, list[tuple[bool, int, float, int]]] = {}
        for face_id, *move in self._connection.execute(
            "SELECT face_id, act_id IN (SELECT act_id FROM undone_acts), before_cluster,"
            " before_strength, after_cluster FROM moves WHERE act_id < ?1"
            " AND face_id IN (SELECT face_id FROM moves WHERE act_id = ?1)"
            " AND NOT ifnull((SELECT undone FROM reversals WHERE target_id = moves.act_id"
            "  AND act_id < ?1 ORDER BY id DESC LIMIT 1), 0)"
            " ORDER BY id DESC",
            (act_id,),
        ):
            found.setdefault(face_id, []).append(tuple(move))
        return found

    def _moved_since(self, act_id: int) -> set[int]:
        """Faces that a later act moved which counts."""
        rows = self._connection.execute(
            "SELECT face_id FROM moves WHERE act_id > ?1"
            " AND face_id IN (SELECT face_id FROM moves WHERE act_id = ?1)"
            " AND act_id NOT IN (SELECT act_id FROM undone_acts)",
            (act_id,),
        )
        return {row[0] for row in rows}

    def _place(self, face_id: int, cluster: int | None, strength: float | None) -> None:
        if cluster is None:
            self._connection.execute("DELETE FROM memberships WHERE face_id = ?", (face_id,))
            return
        self._connection.execute(
            "INSERT OR IGNORE INTO clusters (id, pack_id)"
            " SELECT ?, pack_id FROM faces WHERE id = ?",
            (cluster, face_id),
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO memberships (face_id, cluster_id, strength) VALUES (?, ?, ?)",
            (face_id, cluster, strength),
        )

    def _drop_empty(self) -> None:
        self._connection.execute(
            "DELETE FROM clusters WHERE id NOT IN (SELECT cluster_id FROM memberships)"
        )

    def _select(self, where: str, *parameters: object) -> list[Act]:
        return [
            Act(
                row[0],
                row[1],
                row[2],
                row[3],
                bool(row[4]),
                tuple(json.loads(row[5])),
                bool(row[6]),
            )
            for row in self._connection.execute(_ACTS + where, parameters)
        ]


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
