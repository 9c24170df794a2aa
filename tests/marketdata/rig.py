"""What the tests of market data share: pipes on a bus without any connection, fed by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from tickwright.marketdata.keeper import BookKeeper
from tickwright.marketdata.pipe_table import make_pipe
from tickwright.marketdata.pipes import Pipe, PipeTools
from tickwright.model.instrument import Instruments
from tickwright.model.market import Candle, Side, Trade
from tickwright.model.topics import Topic
from tickwright.runtime.bus import Bus
from tickwright.runtime.routes import Route
from tickwright.venues.base import RestCall
from tickwright.venues.binance.spec import SPOT


__all__ = ["BTC", "Bench", "candle", "trade"]

BTC = "binance:BTC/USDT"
MINUTE_NS = 60_000_000_000


class FixedClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_ns = 1_700_000_000_000_000_000

    def time_ns(self) -> int:
        """Return the time set."""
        return self.now_ns

    def monotonic_ns(self) -> int:
        """Return the time set."""
        return self.now_ns

    def monotonic_s(self) -> float:
        """Return the time set."""
        return self.now_ns / 1e9


class Bench:
    """Pipes of Binance spot; what they publish, fetch and ask for is kept."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.bus = Bus(self.clock, _spawn)
        self.events: list[Any] = []
        self.fetched: list[RestCall[Any]] = []
        self.asked: list[BookKeeper] = []
        self.instruments = Instruments([SPOT.infer("BTCUSDT"), SPOT.infer("ETHBTC")])
        self.tools = PipeTools(
            self.bus, self.clock, request_snapshot=self.asked.append, fetch=self._fetch
        )
        self._answers: list[tuple[Callable[[Any], None], Callable[[Exception], None]]] = []

    def pipe(self, topic: Topic) -> Pipe:
        """Return the pipe of ``topic``, whose events go to `events`."""
        route = Route(SPOT.channel(topic, self.instruments))
        pipe = make_pipe(topic, route, SPOT, self.instruments, self.tools)
        self.bus.channel(topic).attach(self.events.append)
        return pipe

    def feed(self, pipe: Pipe, *events: Any) -> None:
        """Give events to the sinks of a pipe."""
        for event in events:
            for kind, sink in pipe.sinks:
                if isinstance(event, kind):
                    sink(event)

    def answer(self, found: Any) -> None:
        """Answer the oldest request, with an exception if it is one."""
        on_answer, on_failure = self._answers.pop(0)
        if isinstance(found, Exception):
            on_failure(found)
        else:
            on_answer(found)

    def _fetch(
        self,
        call: RestCall[Any],
        on_answer: Callable[[Any], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self.fetched.append(call)
        self._answers.append((on_answer, on_failure))


def _spawn(name: str, coroutine: Coroutine[Any, Any, None]) -> object:
    return asyncio.get_running_loop().create_task(coroutine, name=name)


def trade(number: int) -> Trade:
    """Return a trade with an id."""
    return Trade(BTC, 1, 2, Decimal(100), Decimal(1), Side.BUY, number)


def candle(minute: int, *, is_closed: bool) -> Candle:
    """Return a candle that opens so many minutes after the epoch."""
    one = Decimal(1)
    open_ns = minute * MINUTE_NS
    return Candle(
        instrument=BTC,
        venue_ts_ns=None,
        received_ts_ns=open_ns,
        interval="1m",
        open_ts_ns=open_ns,
        close_ts_ns=open_ns + MINUTE_NS - 1_000_000,
        open=one,
        high=one,
        low=one,
        close=one,
        volume=one,
        quote_volume=one,
        trades=1,
        is_closed=is_closed,
    )
