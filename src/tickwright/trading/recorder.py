"""Journal first, then the board, then whoever listens: the one way in which anything becomes known of orders."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from tickwright.errors import TickwrightError
from tickwright.model.orders import OrderEvent
from tickwright.runtime.bus import Spawn
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Entry, Journal, Reported


__all__ = ["Recorder"]

Tell = Callable[[OrderEvent], None]


class Recorder:
    """Writes entries down and folds them in, one batch after the other.

    Where a store has to be waited for, what comes while a batch is being written is written together, as the next one: a
    slow disk or server makes batches larger, not the queue longer. Where it has not, entries are written and folded on the
    spot, which costs less than any queue.

    Args:
        journal: Where entries are kept.
        board: What they are folded into.
        tell: Called with every event, once its entry cannot be lost any more.
        spawn: Runs the writing: a batch has entries of many, and must not end with one who waits for it.
    """

    def __init__(self, journal: Journal, board: OrderBoard, tell: Tell, spawn: Spawn) -> None:
        self.board = board
        self._journal = journal
        self._tell = tell
        self._listeners: list[Tell] = []
        self._followers: dict[str, list[Tell]] = {}
        self._spawn = spawn
        self._waiting: deque[tuple[tuple[Entry, ...], asyncio.Future[None]]] = deque()
        self._is_writing = False
        self._waiters: set[Callable[[], None]] = set()
        self.is_closed = False
        """Whether nothing more will be told."""
        self.is_immediate = journal.is_immediate
        """Whether `record` never waits."""

    def listen(self, listener: Tell) -> None:
        """Call somebody with every event before it is told to the world."""
        self._listeners.append(listener)

    def follow(self, client_order_id: str, follower: Tell) -> None:
        """Call somebody with every event of one order, before the listeners of all."""
        self._followers.setdefault(client_order_id, []).append(follower)

    def leave(self, client_order_id: str, follower: Tell) -> None:
        """Call somebody no more that follows an order. Twice is fine."""
        followers = self._followers.get(client_order_id, [])
        if follower in followers:
            followers.remove(follower)
        if not followers:
            self._followers.pop(client_order_id, None)

    def wait_with(self, waiter: Callable[[], None]) -> None:
        """Call somebody who waits for what is told once nothing more will be."""
        self._waiters.add(waiter)

    def wait_without(self, waiter: Callable[[], None]) -> None:
        """Call somebody no more who waits no longer. Twice is fine."""
        self._waiters.discard(waiter)

    def close(self) -> None:
        """Let those go who wait for what is told. Twice is fine."""
        self.is_closed = True
        for waiter in tuple(self._waiters):
            waiter()

    async def record(self, *entries: Entry) -> None:
        """Take entries in; on return they are journalled, folded and told.

        What only repeats what is known is left out. Whoever is cancelled while waiting leaves them to be taken in all the same.

        Raises:
            StoreError: If they could not be written; then they are not folded either.
        """
        if self.is_immediate:
            self.record_nowait(*entries)
            return
        entries = self._without_repeats(entries)
        if not entries:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entries, done))
        if not self._is_writing:
            self._spawn("journal", self._write())
            self._is_writing = True
        await asyncio.shield(done)

    def record_nowait(self, *entries: Entry) -> None:
        """Take entries in on the spot, as `record`.

        Raises:
            StoreError: As `record`.
            WouldBlock: The store has to be waited for.
        """
        entries = self._without_repeats(entries)
        if entries:
            self._journal.append_nowait(entries)
            self._fold(entries)

    def _without_repeats(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        repeats = self.board.repeats
        return tuple([each for each in entries if type(each) is not Reported or not repeats(each)])

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = list(self._waiting)
                self._waiting.clear()
                try:
                    await self._write_batch(batch)
                finally:
                    for _, done in batch:
                        done.cancel()  # what has an outcome keeps it
        finally:
            self._is_writing = False

    async def _write_batch(
        self, batch: list[tuple[tuple[Entry, ...], asyncio.Future[None]]]
    ) -> None:
        try:
            await self._journal.append([entry for entries, _ in batch for entry in entries])
        except TickwrightError as error:
            for _, done in batch:
                _fail(done, error)
            return
        for entries, done in batch:
            try:
                self._fold(entries)
            except Exception as error:  # noqa: BLE001  # whoever recorded it is told; the others' are folded
                _fail(done, error)
            else:
                done.set_result(None)

    def _fold(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            for event in self.board.apply(entry):
                followers = self._followers.get(event.order.command.client_order_id)
                if followers is not None:
                    for follower in tuple(followers):  # who was told may leave
                        follower(event)
                for listener in self._listeners:
                    listener(event)
                self._tell(event)


def _fail(done: asyncio.Future[None], error: Exception) -> None:
    done.set_exception(error)
    done.exception()  # whoever waited may be gone
