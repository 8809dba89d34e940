"""The emulator's data: one SQLite database, in a file or in memory.

Writers wait for each other twice: on a lock among the threads of this process (so that they queue instead of polling),
and on BEGIN IMMEDIATE among the processes that share the file. A transaction sees one state of the data from its first
statement to its commit, so no update is lost. Usernames are unique in an instance, byte for byte.
Only its owner can read a new file, because people try out rosters with real data.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that a writer waits for another process's transaction.
_BUSY_TIMEOUT: Final = 60.0
_VERSION: Final = 1
#: The folder of the state in a project that uses the embedded emulator. It is created here, and git ignores it.
FOLDER: Final = ".connect-users"

_SCHEMA: Final = """
CREATE TABLE instances (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, region TEXT NOT NULL,
    alias TEXT UNIQUE, doc TEXT NOT NULL
);
CREATE TABLE users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, id TEXT NOT NULL,
    username TEXT NOT NULL COLLATE BINARY, folded TEXT NOT NULL, created_at REAL NOT NULL, at REAL NOT NULL,
    doc TEXT NOT NULL, UNIQUE (instance_id, username), UNIQUE (instance_id, id)
);
CREATE INDEX users_folded ON users (instance_id, folded);
CREATE INDEX users_order ON users (instance_id, seq);
-- Earlier versions of a user, for readers behind a consistency lag.
CREATE TABLE user_versions (user_id TEXT NOT NULL, at REAL NOT NULL, doc TEXT NOT NULL);
CREATE INDEX user_versions_of ON user_versions (user_id, at);
-- Deleted users, for the late release of a name and for late searches.
CREATE TABLE gone_users (
    seq INTEGER PRIMARY KEY, instance_id TEXT NOT NULL, id TEXT NOT NULL, username TEXT NOT NULL,
    created_at REAL NOT NULL, gone_at REAL NOT NULL, doc TEXT NOT NULL
);
CREATE INDEX gone_users_name ON gone_users (instance_id, username);
CREATE TABLE resources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    unique_name TEXT NOT NULL, doc TEXT NOT NULL,
    UNIQUE (instance_id, kind, id), UNIQUE (instance_id, kind, unique_name)
);
CREATE TABLE secrets (
    arn TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, doc TEXT NOT NULL,
    UNIQUE (account, region, name)
);
"""


class UnusableState(ValueError):
    """A file that the emulator cannot use. The message is one line that says why."""


@contextmanager
def usable(path: Path | str | None) -> Iterator[None]:
    """Raise UnusableState, which names the file, instead of errors of opening it or writing to it."""
    try:
        yield
    except (OSError, sqlite3.Error, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnusableState(f"{path} cannot be used as the emulator's file: {why}") from None


def _create_file(path: Path, content: bytes, mode: int) -> None:
    """Create a file if it does not exist. Another process may create it at the same time."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """In this mode readers work beside a writer. The file keeps it, so only a new file is switched."""
    give_up = time.monotonic() + _BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # SQLite does not wait here by itself while another process switches the same new file.
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str, end: str) -> Iterator[sqlite3.Connection]:
    """A transaction that an exception rolls back, also one of its end."""
    connection.execute(begin)
    try:
        yield connection
        connection.execute(end)
    finally:
        # SQLite ends a transaction itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


class Store:
    """A database with short transactions. Safe for any number of threads and, if it is a file, of processes."""

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._writing = Lock()
        self._pool: list[sqlite3.Connection] = []
        self._pooling = Lock()
        self._closed = False
        #: The only connection of a database in memory. Readers wait for its lock, too.
        self._memory: sqlite3.Connection | None = None
        self._memory_lock = RLock()
        if self.path is None:
            self._memory = self._open(":memory:")
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError(EISDIR, "it is a folder", str(self.path))
            if self.path.parent.name == FOLDER:
                _create_file(self.path.with_name(".gitignore"), b"# Made by connect-users.\n*\n", 0o644)
            # SQLite gives its two other files (-wal, -shm) the permissions of this one.
            _create_file(self.path, b"", 0o600)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _open(self, target: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            target, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        # NORMAL keeps the file intact when a process dies. Only a power cut may lose the last transactions.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _prepare(self) -> None:
        # The version is checked before anything is written, in a transaction, because another process may be creating
        # the file.
        with self.read() as tx:
            _version(tx)
        if self.path is not None:
            with self._connection() as connection:
                _switch_to_wal(connection)
        with self.write() as tx:
            if _version(tx) == 0:
                for statement in _SCHEMA.split(";"):
                    tx.execute(statement)
                tx.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses at the same time."""
        if self._memory is not None:
            with self._memory_lock:
                yield self._memory
            return
        with self._pooling:
            closed, connection = self._closed, self._pool.pop() if self._pool else None
        if closed:
            raise sqlite3.ProgrammingError("the emulator's file is closed")
        if connection is None:
            connection = self._open(str(self.path))
        try:
            yield connection
        finally:
            with self._pooling:
                if not self._closed:
                    self._pool.append(connection)
                    connection = None
            if connection is not None:
                connection.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the data and writes nothing."""
        with self._connection() as connection, _transaction(connection, "BEGIN", "ROLLBACK") as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The only writing transaction at its time. It is committed at the end, and rolled back by any exception."""
        with (
            self._writing,
            self._connection() as connection,
            _transaction(connection, "BEGIN IMMEDIATE", "COMMIT") as tx,
        ):
            yield tx

    def close(self) -> None:
        """Close all connections. Transactions under way end first, later ones fail."""
        with self._pooling:
            self._closed = True
            idle, self._pool = self._pool, []
        for connection in idle:
            connection.close()
        if self._memory is not None:
            with self._memory_lock:
                self._memory.close()


def _version(tx: sqlite3.Connection) -> int:
    """The format of a database, 0 if it is new. Raises ValueError if the database is not the emulator's."""
    version = int(tx.execute("PRAGMA user_version").fetchone()[0])
    if version not in (0, _VERSION):
        raise ValueError(f"it was written by another release (format {version}), or by another program")
    if version == 0 and tx.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise ValueError("it is the database of another program")
    return version
