"""Journal first, then the board, then whoever listens: the one way in which anything becomes known of orders."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from tickwright.errors import TickwrightError
from tickwright.model.orders import OrderEvent
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Entry, Journal


__all__ = ["Recorder"]

Tell = Callable[[OrderEvent], None]


class Recorder:
    """Writes entries down and folds them in, one batch after the other.

    What comes while a batch is being written is written together, as the next one: a slow disk or server makes
    batches larger, not the queue longer.

    Args:
        journal: Where entries are kept.
        board: What they are folded into.
        tell: Called with every event, once its entry cannot be lost any more.
    """

    def __init__(self, journal: Journal, board: OrderBoard, tell: Tell) -> None:
        self.board = board
        self._journal = journal
        self._tell = tell
        self._waiting: deque[tuple[tuple[Entry, ...], asyncio.Future[None]]] = deque()
        self._is_writing = False

    async def record(self, *entries: Entry) -> None:
        """Take entries in; on return they are journalled, folded and told.

        Raises:
            StoreError: If they could not be written; then they are not folded either.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, done))
        if not self._is_writing:
            await self._write()
        # Shielded, for a batch is written whole even where one of those who wait for it goes away.
        await asyncio.shield(done)

    async def _write(self) -> None:
        self._is_writing = True
        try:
            while self._waiting:
                batch = list(self._waiting)
                self._waiting.clear()
                await self._write_batch(batch)
        finally:
            self._is_writing = False

    async def _write_batch(
        self, batch: list[tuple[tuple[Entry, ...], asyncio.Future[None]]]
    ) -> None:
        try:
            await self._journal.append([entry for entries, _ in batch for entry in entries])
        except TickwrightError as error:
            for _, done in batch:
                done.set_exception(error)
            return
        for entries, done in batch:
            for entry in entries:
                for event in self.board.apply(entry):
                    self._tell(event)
            done.set_result(None)
