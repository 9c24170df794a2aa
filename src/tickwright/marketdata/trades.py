"""Pipes of trades: they see by the ids what is missing, say so, and fill it from history where that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tickwright.core.gaps import Backfill, Hole, Link, TradeSequence
from tickwright.core.seen import SeenIds
from tickwright.marketdata.pipes import Pipe, PipeTools
from tickwright.model.instrument import Instrument
from tickwright.model.market import AggTrade, Trade
from tickwright.model.notices import Gap
from tickwright.model.topics import AggTrades, Trades
from tickwright.runtime.bus import TopicChannel
from tickwright.runtime.routes import Route, Sink
from tickwright.venues.base import Product, RestCall


__all__ = ["BackfilledTradePipe", "NamedTradePipe", "TradePipe", "history_call"]

PAGE = 1_000
"""Trades a request of history; what venues give at most."""

_NEW = Link.NEW  # members of an enum are looked up slowly; this one is read at every trade


class TradePipe(Pipe):
    """Passes each trade on once, and a ``Gap`` before the trade that shows one."""

    __slots__ = ("_sequence",)

    def __init__(self, topic: Trades | AggTrades, route: Route, channel: TopicChannel) -> None:
        super().__init__(topic, route, channel)
        self._sequence = TradeSequence()

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(self.topic.event, self._take)]

    def _take(self, trade: Any) -> None:
        link = self._sequence.check(trade.trade_id)
        if link is _NEW:
            self.channel.publish(trade)
        elif isinstance(link, Hole):
            self.channel.publish(_gap(trade.instrument, link, trade.received_ts_ns))
            self.channel.publish(trade)


class NamedTradePipe(Pipe):
    """Passes each trade on once, where ids are names; after an outage, a ``Gap`` without numbers goes before the next."""

    __slots__ = ("_has_hole", "_seen")

    def __init__(self, topic: Trades, route: Route, channel: TopicChannel) -> None:
        super().__init__(topic, route, channel)
        self._seen = SeenIds()
        self._has_hole = False

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(self.topic.event, self._take)]

    def on_down(self, reason: str, now_ns: int) -> None:
        """The session lost its connection: trades may pass unseen."""
        self._has_hole = len(self._seen) > 0

    def _take(self, trade: Trade) -> None:
        if not self._seen.is_new(trade.trade_id):
            return
        if self._has_hole:
            self._has_hole = False
            self.channel.publish(
                Gap(
                    received_ts_ns=trade.received_ts_ns,
                    instrument=trade.instrument,
                    first=None,
                    last=None,
                )
            )
        self.channel.publish(trade)


class BackfilledTradePipe(Pipe):
    """Passes each trade on once and in order; trades that are missing come from the venue's history.

    Args:
        instrument: Whose trades.
        product: For the calls of its history.
        tools: Who fetches it.
    """

    __slots__ = ("_backfill", "_history_from", "_instrument", "_is_fetching", "_tools")

    def __init__(
        self,
        topic: Trades | AggTrades,
        route: Route,
        channel: TopicChannel,
        instrument: Instrument,
        product: Product,
        tools: PipeTools,
    ) -> None:
        super().__init__(topic, route, channel)
        self._instrument = instrument
        self._tools = tools
        self._history_from = history_call(topic, product, instrument)
        self._backfill: Backfill[Any] = Backfill()
        self._is_fetching = False

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(self.topic.event, self._take)]

    def _take(self, trade: Trade | AggTrade) -> None:
        self._deliver(self._backfill.live(trade), trade.received_ts_ns)

    def _deliver(self, items: Sequence[Any], now_ns: int) -> None:
        for item in items:
            if isinstance(item, Hole):
                self.channel.publish(_gap(self._instrument.id, item, now_ns))
            else:
                self.channel.publish(item)
        wanted = self._backfill.wanted
        if wanted is not None and not self._is_fetching:
            self._is_fetching = True
            call = self._history_from(wanted.first, min(PAGE, wanted.count))
            self._tools.fetch(call, self._on_page, self._on_failure)

    def _on_page(self, trades: Sequence[Trade | AggTrade]) -> None:
        self._is_fetching = False
        self._deliver(self._backfill.history(trades), self._tools.clock.time_ns())

    def _on_failure(self, error: Exception) -> None:
        self._is_fetching = False
        self._deliver(self._backfill.failed(), self._tools.clock.time_ns())


def history_call(
    topic: Trades | AggTrades, product: Product, instrument: Instrument
) -> Callable[[int, int], RestCall[Any]]:
    """Return what makes the call for a page of history: ``(first id, how many)`` → call.

    Raises:
        NotSupported: If the venue gives no trades by id; better now than at the first gap.
    """
    make = product.calls.trades if isinstance(topic, Trades) else product.calls.agg_trades
    make(instrument, from_id=0, limit=1)
    return lambda first, count: make(instrument, from_id=first, limit=count)


def _gap(instrument_id: str, hole: Hole, now_ns: int) -> Gap:
    return Gap(
        received_ts_ns=now_ns,
        instrument=instrument_id,
        first=hole.first,
        last=hole.last,
        is_backfilled=hole.is_filled,
    )
