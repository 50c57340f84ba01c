"""Erasing for good: deleting in one transaction, then writing the whole file anew.

A row that SQLite deletes may stay readable in free pages, in the rest of a page, and in the
write-ahead log. So what is deleted is overwritten (`secure_delete`), the log is emptied, and
`VACUUM` writes every page anew: https://sqlite.org/lang_vacuum.html.

The act that erases is recorded as not finished until the file was rewritten, so that whoever
comes next knows if something came in between.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from photoclust.errors import LibraryError
from photoclust.library import vector_file
from photoclust.library.journal import FORGOTTEN, UNFINISHED
from photoclust.library.library import Library, library_error
from photoclust.library.traces import Traces, listed


@contextmanager
def erasing(library: Library) -> Iterator[None]:
    """Hold the right to erase: nobody scans meanwhile, and what is deleted is overwritten.

    Raises
    ------
    LibraryError : another process scans, the file is read-only, or the disk has too little room.
    """
    with library.scanning():
        _check_room(library.path)
        run = library._connection.execute
        run("PRAGMA synchronous = FULL")
        run("PRAGMA secure_delete = ON")
        yield


def erase(library: Library, traces: Traces, what: str) -> None:
    """Delete all of this, as an act of these words; inside a transaction.

    Clusters of which nothing is left go as well.
    """
    run = library._connection.execute
    with library.journal.erasing():
        run(
            "UPDATE decisions SET copy_of = NULL WHERE copy_of IN (SELECT value FROM json_each(?))",
            (listed(traces.decisions),),
        )
        _delete(library, "decisions", "id", traces.decisions)
        _delete(library, "faces", "id", traces.all_faces)
        _delete(library, "scans", "photo_id", traces.photos)
        _delete(library, "files", "reference AND photo_id", traces.references)
        _delete(library, "photos", "id", traces.photos)
        _delete(library, "identities", "id", traces.people)
        run("DELETE FROM clusters WHERE id NOT IN (SELECT cluster_id FROM memberships)")
        run(
            "UPDATE acts SET what = ? WHERE id IN (SELECT value FROM json_each(?))",
            (FORGOTTEN, listed(traces.words)),
        )
    library.journal.begin(what + UNFINISHED)


def erase_machine_words(library: Library) -> None:
    """Delete all that was made of faces: clusterings, calibrations, vectors never to be learned.

    Photos that were looked at are not tried any more; those that failed have failed.
    """
    run = library._connection.execute
    run("DELETE FROM clusterings")
    run("DELETE FROM forgotten")
    run("DELETE FROM scans WHERE status = 'done'")
    run(
        "UPDATE packs SET settings = json_remove(settings, '$.calibration')"
        " WHERE json_type(settings, '$.calibration') IS NOT NULL"
    )
    _forget_tuning(library)


def _forget_tuning(library: Library) -> None:
    """Packs that were tuned by faces go; the library uses the pack below again."""
    run = library._connection.execute
    tuned = "SELECT pack_id FROM projections"
    below = library.query(
        "SELECT base_id FROM projections JOIN packs ON packs.id = pack_id WHERE in_use"
    )
    for (base_id,) in below:
        library.packs.use(base_id)
    run(f"DELETE FROM scans WHERE pack_id IN ({tuned})")
    gone = [row[0] for row in library.query(tuned)]
    run("DELETE FROM projections")
    run("DELETE FROM packs WHERE id IN (SELECT value FROM json_each(?))", (listed(gone),))


def keep(library: Library, vectors: Iterable[tuple[int, bytes]]) -> None:
    """Have scans leave out whoever is like these: (pack, embedding) of one person."""
    (who,) = library.query("SELECT coalesce(max(who), 0) + 1 FROM forgotten")[0]
    library._connection.executemany(
        "INSERT INTO forgotten (who, pack_id, vector) VALUES (?, ?, ?)",
        ((who, pack, vector) for pack, vector in vectors),
    )


def let_learn_again(library: Library, what: str) -> None:
    """Delete what `--never-again` kept, of everybody, as an act of these words."""
    library._connection.execute("DELETE FROM forgotten")
    library.journal.begin(what + UNFINISHED)


def is_unfinished(library: Library) -> bool:
    """Was something erased and the file not rewritten since?"""
    return bool(_unfinished(library))


def rewrite(library: Library) -> None:
    """Write the whole file anew, so that nothing deleted is left in it; outside a transaction.

    Raises
    ------
    LibraryError : another program reads the library, or there is no room. What was deleted stays
        deleted, and the next `forget` or `purge` rewrites the file.
    """
    vector_file.remove(library.path)
    try:
        alone = _empty_log(library)
        library._connection.execute("VACUUM")
        alone = _empty_log(library) and alone
    except sqlite3.Error as error:
        raise _not_rewritten(library_error(error, library.path).message) from error
    if not alone:
        raise _not_rewritten(f"Another program is reading {library.path}.")


def finish(library: Library) -> None:
    """Say in the journal that the file was rewritten."""
    done = _unfinished(library)
    if done:
        with library.transaction(), library.journal.erasing():
            library._connection.execute(
                "UPDATE acts SET what = replace(what, ?1, '')"
                " WHERE id IN (SELECT value FROM json_each(?2))",
                (UNFINISHED, listed(done)),
            )
        _empty_log(library)


def files_of(library: Path) -> list[Path]:
    """The files that hold a library, or parts of it, as far as they are there."""
    place = os.path.realpath(library)  # SQLite's own files lie beside that
    endings = ("", "-wal", "-shm", "-journal")
    files = [Path(place + ending) for ending in endings if os.path.exists(place + ending)]
    return files + vector_file.files_of(library)


def _unfinished(library: Library) -> list[int]:
    """Acts of erasing; they say nothing of anybody, so they have no decisions."""
    return [
        row[0]
        for row in library.query(
            "SELECT id FROM acts WHERE what LIKE '%' || ?"
            " AND id NOT IN (SELECT act_id FROM decisions)",
            UNFINISHED,
        )
    ]


def _delete(library: Library, table: str, where: str, ids: Collection[int]) -> None:
    library._connection.execute(
        f"DELETE FROM {table} WHERE {where} IN (SELECT value FROM json_each(?))", (listed(ids),)
    )


def _empty_log(library: Library) -> bool:
    """Bring all of the write-ahead log into the file; false if somebody still reads it."""
    busy = library._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _not_rewritten(reason: str) -> LibraryError:
    return LibraryError(
        f"Everything is deleted, but the file could not be written anew: {reason}",
        "Put that right and run the same command again: it finishes the job.",
    )


def _check_room(path: Path) -> None:
    """`VACUUM` writes all of the file to a temporary one, and from there through the log."""
    needed = sum(file.stat().st_size for file in files_of(path))
    log, temporary = Path(os.path.realpath(path)).parent, _temporary_folder()
    folders = {log: needed, temporary: needed}
    if log.stat().st_dev == temporary.stat().st_dev:
        folders = {log: 2 * needed}
    for folder, size in folders.items():
        if shutil.disk_usage(folder).free < size:
            raise LibraryError(
                f"The file has to be written anew, and there is too little room in {folder} for"
                f" that: it takes {max(1, size // 1_000_000)} MB.",
                "Free some space, or name another folder for temporary files in SQLITE_TMPDIR.",
            )


def _temporary_folder() -> Path:
    """Where SQLite puts its temporary files: https://sqlite.org/tempfiles.html, section 5."""
    named = (os.environ.get(name) for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for folder in (*filter(None, named), "/var/tmp", "/usr/tmp", "/tmp"):
        if os.path.isdir(folder) and os.access(folder, os.W_OK):
            return Path(folder)
    return Path(tempfile.gettempdir())
