"""The storage port: an append-only log of rows, written in whole batches by one writer at a time.

What a row means is its writer's affair. `open_store` takes a URL, so that the place is a matter of configuration:
``memory:``, ``sqlite:PATH`` or ``postgresql://…``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from tickwright.errors import Closed, ConfigError


__all__ = ["ForgetfulStore", "MemoryStore", "Row", "Store", "open_store"]

Row = tuple[int, bytes]
"""Number, from 1 on, and content."""


class Store(Protocol):
    """An append-only log. Batches are written whole or not at all, in the order of the calls."""

    @property
    def is_immediate(self) -> bool:
        """Whether nothing has to be waited for, so that `append_nowait` serves and `append` never suspends."""

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Do as `append` on the spot.

        Raises:
            StoreError: As `append`.
            WouldBlock: It has to be waited for.
        """

    async def append(self, rows: Sequence[bytes]) -> int:
        """Write a batch and return the number of its last row; once it returns, a killed process loses nothing of it.

        Raises:
            StoreError: If it could not be written; then none of it was.
        """

    def rows(self, after: int = 0) -> AsyncIterator[Row]:
        """Yield the rows behind a number, in order.

        Raises:
            StoreError: If one cannot be read.
        """

    async def close(self) -> None:
        """Let the next writer in. Twice is fine."""


class ForgetfulStore:
    """A store that counts rows and keeps none: for those who want no journal, whose programs may run for months (G16)."""

    is_immediate = True

    def __init__(self) -> None:
        self._count = 0
        self._is_closed = False

    async def append(self, rows: Sequence[bytes]) -> int:
        """Count a batch."""
        return self.append_nowait(rows)

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Count a batch."""
        if self._is_closed:
            raise Closed("this store was closed")
        self._count += len(rows)
        return self._count

    async def rows(self, after: int = 0) -> AsyncIterator[Row]:
        """Yield nothing."""
        nothing: Sequence[Row] = ()
        for row in nothing:
            yield row

    async def close(self) -> None:
        """Take no more."""
        self._is_closed = True


class MemoryStore(ForgetfulStore):
    """A store that ends with its process: for tests.

    Args:
        rows: What another one held, to go on from there.
    """

    def __init__(self, rows: Sequence[bytes] = ()) -> None:
        super().__init__()
        self.contents = list(rows)

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Write a batch."""
        super().append_nowait(rows)
        self.contents.extend(rows)
        return len(self.contents)

    async def rows(self, after: int = 0) -> AsyncIterator[Row]:
        """Yield the rows behind a number."""
        for number, row in enumerate(self.contents[after:], after + 1):
            yield number, row


async def open_store(url: str, *, is_read_only: bool = False) -> Store:
    """Open a store by its URL.

    Args:
        url: ``memory:``, which keeps nothing; ``sqlite:PATH``, the path relative to the working directory unless absolute; or
            ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE?journal=NAME``.
        is_read_only: Beside whoever writes; then `Store.append` is refused.

    Raises:
        ConfigError: For a URL of another kind, a journal to be read that is not there, or a driver that is not installed.
        StoreError: If it cannot be opened, or another process writes to it.
    """
    kind, _, rest = url.partition(":")
    if kind == "memory" and not rest:
        return ForgetfulStore()
    if kind == "sqlite" and rest:
        # Here, because most connectors keep no journal.
        from tickwright.io.store_sqlite import SqliteStore

        return SqliteStore.open(rest, is_read_only=is_read_only)
    if kind in ("postgresql", "postgres") and rest.startswith("//"):
        return await _postgres(url, is_read_only=is_read_only)
    # Of the URL no more than the kind: it may hold a password.
    if kind == "sqlite":
        raise ConfigError("sqlite: needs the path of a file, for example sqlite:orders.db")
    raise ConfigError(
        f"{kind if kind.isalnum() else 'this'} is no kind of journal: give memory:, sqlite: with a path, or postgresql://"
    )


async def _postgres(url: str, *, is_read_only: bool) -> Store:
    try:
        from tickwright.io.store_postgres import PostgresStore
    except ImportError:
        raise ConfigError(
            "journals in PostgreSQL need asyncpg: install tickwright[postgres]"
        ) from None
    return await PostgresStore.open(url, is_read_only=is_read_only)
