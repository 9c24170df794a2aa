"""The storage port on SQLite: one file, a write-ahead log beside it, and a lock that dies with its process.

A batch is one transaction, written on the event loop: into the log, without waiting for the disk, it takes some tens of
microseconds, less than handing it to a thread. A killed process loses nothing that was committed; against a power cut there is
``is_power_safe``, which waits for the disk at each batch. Moving the log into the file does wait for the disk, and so happens in
a thread.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from tickwright.errors import Closed, StoreError


if sys.platform != "win32":
    import fcntl


__all__ = ["SqliteStore"]

_SCHEMA = 1
_ROWS_A_READ = 1000
_ROWS_A_CHECKPOINT = 10_000
"""Some megabytes: the log stays small, and the thread is seldom needed."""


class SqliteStore:
    """An append-only log in a SQLite file. Make one with `open`.

    Args:
        path: The file.
        connection: To it.
        lock: The descriptor that holds the writer's lock, ``None`` for readers.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: int | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = connection
        self._lock = lock
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

        Raises:
            StoreError: If it cannot be opened, is of another kind or version, or has a writer already.
        """
        path = Path(path)
        lock = None if is_read_only else _locked(path)
        try:
            connection = _connected(path, is_read_only=is_read_only, is_power_safe=is_power_safe)
        except BaseException:
            _unlock(lock)
            raise
        return cls(path, connection, lock)

    async def append(self, rows: Sequence[bytes]) -> int:
        """Write a batch; see `tickwright.io.store.Store`."""
        connection = self._open
        if self._lock is None:
            raise StoreError(f"{self._path} was opened to be read")
        try:
            with connection:
                cursor = connection.cursor()
                for row in rows:
                    cursor.execute("INSERT INTO log (body) VALUES (?)", (row,))
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be written: {error}") from error
        self._unmoved += len(rows)
        if self._unmoved >= _ROWS_A_CHECKPOINT and self._moving is None:
            self._unmoved = 0
            self._moving = asyncio.get_running_loop().run_in_executor(None, _move_log, self._path)
            self._moving.add_done_callback(self._moved)
        return cursor.lastrowid or 0

    async def rows(self, after: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the rows behind a number, some at a time."""
        while True:
            try:
                found = self._open.execute(
                    "SELECT number, body FROM log WHERE number > ? ORDER BY number LIMIT ?",
                    (after, _ROWS_A_READ),
                ).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{self._path} cannot be read: {error}") from error
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

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise Closed(f"{self._path} was closed")
        return self._connection

    def _moved(self, moving: asyncio.Future[None]) -> None:
        self._moving = None
        moving.exception()  # busy readers put it off: the next one moves more


def _connected(path: Path, *, is_read_only: bool, is_power_safe: bool) -> sqlite3.Connection:
    mode = "ro" if is_read_only else "rwc"
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened: {error}") from error
    try:
        if not is_read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute(f"PRAGMA synchronous = {'FULL' if is_power_safe else 'NORMAL'}")
        _check_schema(path, connection, is_read_only=is_read_only)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"{path} is no journal: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _check_schema(path: Path, connection: sqlite3.Connection, *, is_read_only: bool) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == 0 and tables == 0 and not is_read_only:
        with connection:
            connection.execute(
                "CREATE TABLE log (number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)"
            )
            connection.execute(f"PRAGMA user_version = {_SCHEMA}")
        return
    if version != _SCHEMA:
        raise StoreError(
            f"{path} is a file of version {version}, and this program reads version {_SCHEMA};"
            " use the program that wrote it, or name another file"
        )


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
