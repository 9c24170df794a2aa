"""The local order book as users read it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tickwright.errors import Closed, ConnectTimeout, SubscriptionRefused
from tickwright.io.clock import Clock
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.instrument import Instrument
from tickwright.model.market import Level
from tickwright.model.notices import BookState, BookStateChanged
from tickwright.model.numbers import format_decimal
from tickwright.model.topics import BookUpdates


__all__ = ["Book"]


class Book:
    """A verified local book, kept current until its connector closes or `Connector.release` gives it up.

    What cannot be vouched for cannot be read: outside the states LIVE and UNAUDITED the best prices are ``None`` and the
    levels are empty; ``state`` and ``reason`` say why. Prices and quantities are exact Decimals.

    Example:
        >>> book = await tw.book("binance:BTC/USDT")
        >>> book.best_bid, book.best_ask, book.state
        ((Decimal('61837.63'), Decimal('3.78826')), (Decimal('61837.64'), Decimal('1.54698')), <BookState.LIVE: 'live'>)
    """

    def __init__(self, keeper: BookKeeper, clock: Clock, topic: BookUpdates) -> None:
        self.topic = topic
        """What is subscribed for it."""
        self._keeper = keeper
        self._clock = clock
        self._waiters: list[asyncio.Future[None]] = []
        self._refusal: SubscriptionRefused | None = None

    @property
    def instrument(self) -> Instrument:
        """Whose book this is."""
        return self._keeper.instrument

    @property
    def state(self) -> BookState:
        """How far it is trusted, now."""
        return self._keeper.state

    @property
    def reason(self) -> str:
        """Why it is in this state, in one sentence."""
        return self._keeper.reason

    @property
    def is_readable(self) -> bool:
        """True in the states LIVE and UNAUDITED."""
        return self._keeper.state.is_readable

    @property
    def best_bid(self) -> Level | None:
        """Highest bid as (price, quantity); ``None`` if there is none or the book cannot be read."""
        return self._keeper.book.best_bid if self.is_readable else None

    @property
    def best_ask(self) -> Level | None:
        """Lowest ask as (price, quantity); ``None`` if there is none or the book cannot be read."""
        return self._keeper.book.best_ask if self.is_readable else None

    @property
    def mid(self) -> Decimal | None:
        """Middle of best bid and ask, exact; ``None`` without both."""
        bid, ask = self.best_bid, self.best_ask
        return None if bid is None or ask is None else (bid[0] + ask[0]) / 2

    @property
    def spread(self) -> Decimal | None:
        """Best ask less best bid; ``None`` without both. Zero where the venue is locked for a moment."""
        bid, ask = self.best_bid, self.best_ask
        return None if bid is None or ask is None else ask[0] - bid[0]

    def bids(self, count: int | None = None) -> list[Level]:
        """Return the best ``count`` bids (all if ``None``), best first; empty if the book cannot be read."""
        return self._keeper.book.bids(count) if self.is_readable else []

    def asks(self, count: int | None = None) -> list[Level]:
        """Return the best ``count`` asks (all if ``None``), best first; empty if the book cannot be read."""
        return self._keeper.book.asks(count) if self.is_readable else []

    @property
    def age_s(self) -> float | None:
        """Seconds since its last update came in; a quiet market makes it grow. ``None`` before the first."""
        received_ns = self._keeper.received_ts_ns
        return None if received_ns is None else (self._clock.time_ns() - received_ns) / 1e9

    @property
    def sequence(self) -> int | None:
        """The venue's update id that the book stands at."""
        return self._keeper.sequence

    @property
    def updates(self) -> int:
        """Deltas applied since the book was opened."""
        return self._keeper.updates

    @property
    def gaps(self) -> int:
        """Holes seen in the stream."""
        return self._keeper.gaps

    @property
    def resyncs(self) -> int:
        """Snapshots taken after the first."""
        return self._keeper.resyncs

    @property
    def audited(self) -> int:
        """Comparisons with a second source."""
        return self._keeper.audited

    @property
    def audit_mismatches(self) -> int:
        """Comparisons that disagreed."""
        return self._keeper.mismatches

    async def wait_readable(self, timeout_s: float | None = None) -> None:
        """Wait until the book can be read.

        Raises:
            ConnectTimeout: If it cannot within ``timeout_s``; the text says what it is waiting for.
            SubscriptionRefused: If the venue refuses its stream.
            Closed: If it is closed while waiting.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self.is_readable:
                    if self.state is BookState.CLOSED:
                        raise Closed(f"the book of {self.instrument.id} was closed")
                    if self._refusal is not None:
                        raise self._refusal
                    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            raise ConnectTimeout(
                f"the book of {self.instrument.id} is not synced after {timeout_s:g} s:"
                f" {self.state.value}, {self.reason}"
            ) from None

    def on_state(self, change: BookStateChanged) -> None:
        """Wake who waits; called by the feed at each change of state."""
        self._wake()

    def on_refused(self, error: SubscriptionRefused) -> None:
        """Tell who waits that there will be no book."""
        self._refusal = error
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def __repr__(self) -> str:
        top = [
            "none" if level is None else f"{format_decimal(level[1])} @ {format_decimal(level[0])}"
            for level in (self.best_bid, self.best_ask)
        ]
        return f"Book({self.instrument.id}, {self.state.value}, bid {top[0]}, ask {top[1]})"
