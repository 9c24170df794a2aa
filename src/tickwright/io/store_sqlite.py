"""The storage port on SQLite: one file, a write-ahead log beside it, and a lock that dies with its process.

A batch is one transaction, written on the event loop: into the log, without waiting for the disk, it takes some tens of
microseconds, less than handing it to a thread. A killed process loses nothing that was committed; against a power cut there is
``is_power_safe``, which waits for the disk at each batch. Moving the log into the file does wait for the disk, and so happens in
a thread.

A reader leaves nothing behind, and needs no right to write: a file without a log beside it has no writer, and is read as one that
does not change. Once a log is there, readers share it, which takes the files beside it (``-wal``, ``-shm``).
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from tickwright.errors import Closed, ConfigError, StoreError
from tickwright.io.store_schema import steps_missing


if sys.platform != "win32":
    import fcntl


__all__ = ["SqliteStore"]

STEPS = ("CREATE TABLE log (number INTEGER PRIMARY KEY, body BLOB NOT NULL)",)
"""From each version to the next; never changed once released, only added to."""

_ROWS_A_READ = 1000
_INSERTS = tuple(f"INSERT INTO log (body) VALUES {', '.join(['(?)'] * rows)}" for rows in range(17))
"""By how many rows they insert, from 1 on: of what is written on the way of an order there are one or two, and a few in a burst."""
_ROWS_A_CHECKPOINT = 10_000
"""Some megabytes: the log stays small, and the thread is seldom needed."""


class SqliteStore:
    """An append-only log in a SQLite file. Make one with `open`.

    Args:
        path: The file.
        connection: To it.
        lock: The descriptor that holds the writer's lock, ``None`` for readers.
        is_still: Nobody wrote to it when it was opened to be read.
    """

    is_immediate = True

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: int | None,
        *,
        is_still: bool = False,
    ) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = connection
        self._lock = lock
        self._is_still = is_still
        self._unmoved = 0
        self._moving: asyncio.Future[None] | None = None

    @classmethod
    def open(
        cls, path: str | Path, *, is_read_only: bool = False, is_power_safe: bool = False
    ) -> Self:
        """Open a file, and make it if it is to be written and not there.

        Args:
            path: The file.
            is_read_only: Beside whoever writes.
            is_power_safe: Wait for the disk at every batch.

        A journal of an older version is brought to today's by whoever opens it to write; a copy of it as it was stays beside it,
        under its name with the version (``journal.db.v1``).

        Raises:
            ConfigError: If it is to be read and not there.
            StoreError: If it cannot be opened, is no journal or one of a newer version, or has a writer already.
        """
        path = Path(path)
        if is_read_only:
            is_still = _is_still(path)
            return cls(path, _read_only(path, is_still=is_still), None, is_still=is_still)
        lock = _locked(path)
        try:
            connection = _connected(path, is_power_safe=is_power_safe)
        except BaseException:
            _unlock(lock)
            raise
        return cls(path, connection, lock)

    async def append(self, rows: Sequence[bytes]) -> int:
        """Write a batch; see `tickwright.io.store.Store`."""
        return self.append_nowait(rows)

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Write a batch; see `tickwright.io.store.Store`."""
        connection = self._open
        if self._lock is None:
            raise StoreError(f"{self._path} was opened to be read")
        if not rows:
            return self._count()
        try:
            last = _inserted(connection, rows)
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error
        self._unmoved += len(rows)
        if self._unmoved >= _ROWS_A_CHECKPOINT and self._moving is None:
            self._unmoved = 0
            self._moving = asyncio.get_running_loop().run_in_executor(None, _move_log, self._path)
            self._moving.add_done_callback(self._moved)
        return last

    async def rows(self, after: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the rows behind a number, some at a time."""
        while True:
            try:
                found = self._followed.execute(
                    "SELECT number, body FROM log WHERE number > ? ORDER BY number LIMIT ?",
                    (after, _ROWS_A_READ),
                ).fetchall()
            except sqlite3.Error as error:
                raise _meaning(self._path, error, "cannot be read") from error
            for number, body in found:
                yield number, body
            if len(found) < _ROWS_A_READ:
                return
            after = found[-1][0]

    async def close(self) -> None:
        """Close the file and let the next writer in."""
        connection, self._connection = self._connection, None
        if self._moving is not None:
            await asyncio.wait([self._moving])
        if connection is not None:
            connection.close()
        lock, self._lock = self._lock, None
        _unlock(lock)

    def _count(self) -> int:
        (count,) = self._open.execute("SELECT coalesce(max(number), 0) FROM log").fetchone()
        return int(count)

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise Closed(f"{self._path} was closed")
        return self._connection

    @property
    def _followed(self) -> sqlite3.Connection:
        """The connection, after another look if a file that had no writer has one now."""
        connection = self._open
        if self._is_still and not _is_still(self._path):
            connection.close()
            self._is_still = False
            self._connection = connection = _read_only(self._path, is_still=False)
        return connection

    def _moved(self, moving: asyncio.Future[None]) -> None:
        self._moving = None
        moving.exception()  # busy readers put it off: the next one moves more


def _inserted(connection: sqlite3.Connection, rows: Sequence[bytes]) -> int:
    """Insert all rows or none, and return the number of the last one."""
    if len(rows) < len(_INSERTS):
        # A statement by itself is a transaction, without the two that would begin and end one.
        return connection.execute(_INSERTS[len(rows)], rows).lastrowid or 0
    with connection:
        connection.execute("BEGIN")
        connection.executemany(_INSERTS[1], [(row,) for row in rows])
        (last,) = connection.execute("SELECT last_insert_rowid()").fetchone()
    return int(last)


def _read_only(path: Path, *, is_still: bool) -> sqlite3.Connection:
    if not path.exists():
        raise ConfigError(f"there is no journal at {path}")
    connection = _opened(path, "mode=ro&immutable=1" if is_still else "mode=ro")
    with _closed_if_refused(path, connection):
        steps_missing(str(path), _version_of(path, connection), STEPS, is_read_only=True)
    return connection


def _connected(path: Path, *, is_power_safe: bool) -> sqlite3.Connection:
    connection = _opened(path, "mode=rwc")
    with _closed_if_refused(path, connection):
        version = _version_of(path, connection)
        steps = steps_missing(str(path), version, STEPS, is_read_only=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA synchronous = {'FULL' if is_power_safe else 'NORMAL'}")
        if steps:
            _migrate(path, connection, version, steps)
    return connection


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    try:
        # No isolation level: what belongs together says so itself.
        return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise _meaning(path, error, "cannot be opened") from error


@contextmanager
def _closed_if_refused(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise _meaning(path, error, "is no journal") from error
        raise


def _is_still(path: Path) -> bool:
    """Tell whether nobody writes to a file: it has no log beside it."""
    file = path.resolve()  # beside which SQLite keeps it
    return not file.with_name(f"{file.name}-wal").exists()


def _meaning(path: Path, error: sqlite3.Error, what: str) -> StoreError:
    """Return what an error of SQLite says of a file, with what to do; ``what`` it is where that says all."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what it is an extension of
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(
            f"{path} is damaged ({error}); restore a copy of it, or begin a new journal once its orders have ended"
        )
    if code in _FORBIDDEN:
        return StoreError(
            f"{path} cannot be opened ({error}); this user needs the right to read it, and its -wal and -shm where they"
            " are, or to write where it lies"
        )
    return StoreError(f"{path} {what}: {error}")


_FORBIDDEN = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)


def _version_of(path: Path, connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if bool(version) != ("log" in tables) or (not version and tables):
        raise StoreError(f"{path} is no journal but some other database; name another file")
    return int(version)


def _migrate(
    path: Path, connection: sqlite3.Connection, version: int, steps: Sequence[str]
) -> None:
    """Take the steps in one transaction, after a copy was kept of what there is."""
    if version:
        copy = path.with_name(f"{path.name}.v{version}")
        copy.unlink(
            missing_ok=True
        )  # of a migration that did not come to its end: this one is as old, and fuller
        connection.execute("VACUUM INTO ?", (str(copy),))
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for step in steps:
            connection.execute(step)
        connection.execute(f"PRAGMA user_version = {version + len(steps)}")


def _locked(path: Path) -> int:
    """Return a descriptor that holds the lock of a file's writer; it ends with the process, however that ends."""
    beside = path.with_name(f"{path.name}.lock")
    try:
        lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error
    if sys.platform == "win32":
        return lock  # two writers are not told apart there
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(lock, 32).decode(errors="replace").strip()
        os.close(lock)
        raise StoreError(
            f"{path} is being written by process {owner or '?'}; one journal has one writer, so name another file"
            " or end that process"
        ) from None
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _unlock(lock: int | None) -> None:
    if lock is not None:
        with suppress(OSError):
            os.close(lock)


def _move_log(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()
