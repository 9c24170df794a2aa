"""The storage port on PostgreSQL: one journal a schema, one writer at a time, and a server that may restart under it.

Theory of operation
===================

A batch is one statement, and so whole or absent. The hard case is a connection that ends while a batch is on its way: it may
have been committed or not. Rows are numbered here and not by the server, so that this can be settled: once a new session holds
the writer's lock, the old one is gone and its fate decided; if nobody else has written in between, every row behind the
last confirmed number is of that batch. Such rows are taken back, and the batch is sent again. It is neither lost nor doubled.

The same holds for a batch that was given up after ``patience_s``, or by who was cancelled: none of it stays once anything else
is written.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

import asyncpg

from tickwright.errors import Closed, StoreError, WouldBlock
from tickwright.io.postgres import (
    Address,
    Connection,
    brought_up_to_date,
    check_readable,
    connected,
    end_backend,
    is_passing,
    last_writer,
    parsed,
    try_lock,
    writer_of,
)


__all__ = ["PostgresStore"]

Row = Any
"""One of asyncpg's."""
T = TypeVar("T")

_ROWS_A_READ = 1000
_PATIENCE_S = 10.0
"""A server's restart takes a few seconds; an order that waits longer for its journal is too old to be sent."""
_ROWS_PER_S_MIN = 1000
"""Over a slow line: a journal that is carried over comes as one batch."""
_LOCK_PATIENCE_S = 1.0
"""Servers notice within milliseconds that a killed process is gone, unless busy."""
_CLOSE_PATIENCE_S = 1.0
_DELAY_S = 0.1


class PostgresStore:
    """An append-only log in a schema of PostgreSQL. Make one with `open`.

    Args:
        address: Of the journal.
        is_read_only: Beside whoever writes.
        patience_s: How long a restarting server is waited for, before a call fails.
    """

    is_immediate = False

    def __init__(
        self, address: Address, *, is_read_only: bool = False, patience_s: float = _PATIENCE_S
    ) -> None:
        self._address = address
        self._is_read_only = is_read_only
        self._patience_s = patience_s
        self._session: Connection | None = None
        self._backend: int | None = None
        self._writer = secrets.token_hex(8)
        self._last = 0
        self._turn = asyncio.Lock()
        self._is_closed = False
        log = f"{address.schema}.log"
        self._insert = f"INSERT INTO {log} SELECT * FROM unnest($1::bigint[], $2::bytea[])"
        self._select = (
            f"SELECT number, body FROM {log} WHERE number > $1 ORDER BY number LIMIT {_ROWS_A_READ}"
        )
        self._take_back = f"DELETE FROM {log} WHERE number > $1"
        self._count = f"SELECT coalesce(max(number), 0) FROM {log}"

    def __repr__(self) -> str:
        return f"PostgresStore({self._address.name})"

    @classmethod
    async def open(
        cls, url: str, *, is_read_only: bool = False, patience_s: float = _PATIENCE_S
    ) -> Self:
        """Open a journal, and make it if it is to be written and not there.

        Args:
            url: See `tickwright.io.postgres.parsed`.
            is_read_only: Beside whoever writes.
            patience_s: How long a restarting server is waited for, before a later call fails.

        Raises:
            ConfigError: For a URL that is none, or a journal to be read that is not there.
            StoreError: If it cannot be reached or opened, is of a newer version, or has a writer already.
        """
        store = cls(parsed(url), is_read_only=is_read_only, patience_s=patience_s)
        try:
            store._session = await store._opened()
        except _REFUSALS as error:
            raise StoreError(f"{store._address.name} cannot be opened: {_said(error)}") from error
        return store

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Refuse: a server is waited for.

        Raises:
            WouldBlock: Always.
        """
        raise WouldBlock(f"{self._address.name} has to be waited for")

    async def append(self, rows: Sequence[bytes]) -> int:
        """Write a batch; see `tickwright.io.store.Store`."""
        if self._is_read_only:
            raise StoreError(f"{self._address.name} was opened to be read")
        async with self._turn:

            async def write(session: Connection) -> None:
                await session.execute(
                    self._insert, range(self._last + 1, self._last + len(rows) + 1), rows
                )

            patience_s = self._patience_s + len(rows) / _ROWS_PER_S_MIN
            await self._carried_out(write, "written", patience_s)
            self._last += len(rows)
            return self._last

    async def rows(self, after: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the rows behind a number, some at a time."""
        while True:
            found = await self._page(after)
            for number, body in found:
                yield number, body
            if len(found) < _ROWS_A_READ:
                return
            after = found[-1]["number"]

    async def close(self) -> None:
        """End the session and let the next writer in; a batch on its way has a second to arrive."""
        self._is_closed = True
        try:
            async with asyncio.timeout(_CLOSE_PATIENCE_S), self._turn:
                if self._session is not None:
                    await self._session.close()
        except _REFUSALS:
            pass  # a server that is gone has nothing to be told
        finally:
            self._drop()

    # ------------------------------------------------------------------ through restarts of the server

    async def _page(self, after: int) -> list[Row]:
        async with self._turn:
            return await self._carried_out(
                lambda session: session.fetch(self._select, after), "read", self._patience_s
            )

    async def _carried_out(
        self, work: Callable[[Connection], Awaitable[T]], done: str, patience_s: float
    ) -> T:
        """Do something in a session, and again in the next one while the server is on its way back."""
        said = "it does not answer"
        try:
            async with asyncio.timeout(patience_s):
                while True:
                    try:
                        return await work(await self._current())
                    except _REFUSALS as error:
                        self._drop()
                        if not is_passing(error):
                            raise
                        said = _said(error)
                    except BaseException:
                        # Cancelled half-way, or taken over: what became of it, the next session settles.
                        self._drop()
                        raise
                    await asyncio.sleep(_DELAY_S)
        except _REFUSALS as error:
            said = said if isinstance(error, TimeoutError) else _said(error)
            raise StoreError(f"{self._address.name} cannot be {done}: {said}") from error

    async def _current(self) -> Connection:
        if self._session is None and not self._is_closed:
            self._session = await self._opened()
        if self._is_closed:
            raise Closed(f"{self._address.name} was closed")
        return self._session

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.terminate()

    async def _opened(self) -> Connection:
        """Return a session in which one can go on where the last one broke off."""
        session = await connected(self._address)
        try:
            if self._is_read_only:
                await check_readable(session, self._address)
            else:
                await self._become_writer(session)
        except BaseException:
            session.terminate()
            raise
        return session

    async def _become_writer(self, session: Connection) -> None:
        await self._lock(session)
        if self._backend is None:
            await brought_up_to_date(session, self._address, self._writer)
            self._last = await session.fetchval(self._count)
        elif await last_writer(session, self._address) == self._writer:
            await session.execute(self._take_back, self._last)
        else:
            raise StoreError(
                f"{self._address.name} was written by another process while the connection was lost; what is known"
                " here is out of date, so start again"
            )
        self._backend = session.get_server_pid()

    async def _lock(self, session: Connection) -> None:
        tries = int(_LOCK_PATIENCE_S / _DELAY_S)
        for _ in range(tries):
            if await try_lock(session, self._address):
                return
            if self._backend is not None:
                await end_backend(session, self._address, self._backend)
            await asyncio.sleep(_DELAY_S)
        backend, program = await writer_of(session, self._address) or ("?", "gone by now")
        raise StoreError(
            f"{self._address.name} is being written by backend {backend} ({program}); one journal has one writer, so"
            " name another journal or end that process"
        )


_REFUSALS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__
