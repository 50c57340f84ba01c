"""Opening, migrating and writing a library file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from photoclust.errors import LibraryError
from photoclust.library.clusters import Clusters
from photoclust.library.decisions import Decisions
from photoclust.library.faces import Faces, FaceVectors
from photoclust.library.files import Files
from photoclust.library.journal import Journal
from photoclust.library.packs import Packs
from photoclust.library.people import People
from photoclust.library.photos import Photos
from photoclust.library.roots import Roots
from photoclust.library.version import APPLICATION_ID, SCHEMA_VERSION

# STRICT tables came with 3.37 (2021-11-27).
OLDEST_SQLITE = (3, 37, 0)

# Room that the -wal and -shm files of a small write may need.
SIDE_FILES = 1 << 20  # bytes

# How long a command waits for another one's write to end.
BUSY_TIMEOUT = 20.0  # seconds


class Library:
    """A library file, opened. Use `Library.open`; close it, or use it as a context manager.

    As a context manager it also turns what SQLite raises inside into a `LibraryError`.

    Attributes
    ----------
    photos, files, roots, faces, clusters, people, journal, decisions, packs : what the file holds,
        one noun each.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._connection = connection
        self.photos = Photos(connection)
        self.files = Files(connection)
        self.roots = Roots(connection)
        self.faces = Faces(connection)
        self.clusters = Clusters(connection)
        self.people = People(connection)
        self.journal = Journal(connection)
        self.decisions = Decisions(connection)
        self.packs = Packs(connection)

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False) -> Library:
        """Open a library, bring its schema up to date, or make a new one.

        A file or folder without write permission is opened for reading.

        Raises
        ------
        LibraryError : there is none (and `create` is false), it is not a library, it was written
            by a newer photoclust, or it cannot be opened.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise LibraryError(
                f"This Python has SQLite {sqlite3.sqlite_version}; photoclust needs 3.37.",
                "Use a Python from python.org or your distribution from 2022 on.",
            )
        path = Path(os.path.abspath(path))
        with _translated(path):
            exists = path.exists()
            if path.is_dir():
                raise LibraryError(f"{path} is a folder.", "Give the library's file with --db.")
            if not exists and not create:
                raise LibraryError(
                    f"There is no library at {path}.", "Make one with `photoclust scan FOLDER`."
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            connection, read_only = _connect(path)
            try:
                _prepare(connection, path, read_only, create)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path, read_only)

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
        bugs = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, bugs):
            raise library_error(error, self.path) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing; within another one it is part of that.

        Raises
        ------
        LibraryError : the file is read-only, locked, damaged, or the disk is full.
        """
        if self.read_only:
            raise LibraryError(
                f"The library {self.path} is read-only.",
                "Give yourself write permission, or copy it.",
            )
        if self._connection.in_transaction:
            yield
            return
        with _translated(self.path, (sqlite3.Error,)):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever others write meanwhile."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def scanning(self) -> Iterator[None]:
        """Hold the right to write machine results; only one process at a time may.

        Raises
        ------
        LibraryError : another process holds it.
        """
        from filelock import FileLock, Timeout

        if self.read_only:
            with self.transaction():
                pass
        lock = FileLock(f"{self.path}.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise LibraryError(
                f"Another photoclust is scanning or clustering {self.path}.",
                "Wait for it to end, or use another library with --db.",
            ) from None
        except OSError as error:
            raise LibraryError(f"Cannot lock the library {self.path}: {error.strerror}.") from error
        # What a scan writes can be made again; what a human decided is always synced to disk.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")
            lock.release()

    def vectors(self) -> FaceVectors:
        """Embeddings of all faces of the pack in use, references included, in order of face id.

        What a human said is no face is still among them: `Faces.belonging` leaves it out.
        """
        from photoclust.library.sidecar import load

        return load(self._connection, self.path, writable=not self.read_only)

    def version(self) -> int:
        """A number that is another one once somebody else has written to the file."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def query(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        """Rows of a read-only question to the file."""
        return self._connection.execute(sql, parameters).fetchall()


def _connect(path: Path) -> tuple[sqlite3.Connection, bool]:
    writable = os.access(path if path.exists() else path.parent, os.W_OK)
    folder_writable = os.access(path.parent, os.W_OK)
    if writable and folder_writable:
        mode = "rwc"
    elif not folder_writable and not Path(f"{path}-wal").exists():
        mode = "ro&immutable=1"
    else:
        mode = "ro"
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=BUSY_TIMEOUT, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    return connection, mode != "rwc"


def _prepare(connection: sqlite3.Connection, path: Path, read_only: bool, create: bool) -> None:
    if not _is_ours(connection):
        raise LibraryError(
            f"{path} is an SQLite file of another program.", "Give another path with --db."
        )
    version = _schema_version(connection)
    if version == 0 and not create:
        raise LibraryError(
            f"There is no library in {path} yet.", "Make one with `photoclust scan FOLDER`."
        )
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"{path} was written by a newer photoclust (schema {version}, this one knows "
            f"{SCHEMA_VERSION}).",
            "Update photoclust.",
        )
    if version < SCHEMA_VERSION:
        if read_only:
            raise LibraryError(
                f"{path} is read-only and has to be brought up to date first.",
                "Give yourself write permission, or copy it.",
            )
        _migrate(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    if not read_only:
        connection.execute("PRAGMA synchronous = FULL")


def _is_ours(connection: sqlite3.Connection) -> bool:
    """A library, or a file that is empty or was cut short before it became one.

    The tables are looked at first: who sees those that another process just made sees its mark.
    """
    tables = {name for (name,) in connection.execute("SELECT tbl_name FROM sqlite_master")}
    if tables <= {"_sqlite_migrations"}:
        return True
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def _schema_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date in one transaction, unless another process just did."""
    from sqlite_utils import Database

    from photoclust.library.migrations import migrations

    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _schema_version(connection) < SCHEMA_VERSION:
            migrations.apply(Database(connection))
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    # Recorded in the file. Where somebody else has it open just now, the next one does it.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _translated(
    path: Path, kinds: tuple[type[Exception], ...] = (OSError, sqlite3.Error)
) -> Iterator[None]:
    """SQLite's errors, and where the file is opened the system's, as sentences."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except kinds as error:
        raise library_error(error, path) from error


def unless(dry_run: bool, context: AbstractContextManager[None]) -> AbstractContextManager[None]:
    """What a dry run does without: a transaction, the right to scan or to erase."""
    return nullcontext() if dry_run else context


def library_error(error: Exception, path: Path) -> LibraryError:
    """What an error of SQLite or the system means for a person who uses this library."""
    if isinstance(error, OSError):
        return LibraryError(
            f"Cannot use {path} as the library: {error.strerror}.", "Choose another with --db."
        )
    return LibraryError(*_explained(str(error), path))


def _explained(problem: str, path: Path) -> tuple[str, str]:
    if "full" in problem or ("disk I/O" in problem and _is_full(path)):
        return f"No room left on the disk of {path}.", "Free some space and run the command again."
    if "locked" in problem:
        return f"Another program is writing to {path}.", "Try again in a moment."
    if "readonly" in problem:
        return f"The library {path} is read-only.", "Give yourself write permission, or copy it."
    if "not a database" in problem:
        return f"{path} is not an SQLite file.", "Give the library's file with --db."
    if "malformed" in problem:
        return f"The library {path} is damaged ({problem}).", "Restore it from a backup."
    return f"Cannot use the library {path}: {problem}.", "Choose another with --db."


def _is_full(path: Path) -> bool:
    """SQLite says only `I/O error` where its side files find no room."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < SIDE_FILES
    return False
