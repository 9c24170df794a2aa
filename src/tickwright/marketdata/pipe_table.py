"""Which pipe a topic gets. The one place that knows all kinds; everything else works with `Pipe`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tickwright.marketdata.candles import CandlePipe
from tickwright.marketdata.once import OncePipe, QuotePipe
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.streamed import StreamedBookPipe
from tickwright.marketdata.trades import BackfilledTradePipe, NamedTradePipe, TradePipe
from tickwright.model.instrument import Instruments
from tickwright.model.topics import AggTrades, BookUpdates, Candles, Quotes, Topic, Trades
from tickwright.runtime.bus import TopicChannel
from tickwright.runtime.routes import Route
from tickwright.venues.base import Product, TradeIds


__all__ = ["make_pipe"]

_Make = Callable[[Any, Route, TopicChannel, Product, Instruments, PipeTools], Pipe]


def make_pipe(
    topic: Topic, route: Route, product: Product, instruments: Instruments, tools: PipeTools
) -> Pipe:
    """Return the pipe of ``topic`` between ``route`` and the bus."""
    channel = tools.bus.publisher(topic)
    make = _PIPES.get(type(topic))
    if make is None:
        return OncePipe(topic, route, channel)
    return make(topic, route, channel, product, instruments, tools)


def _book(
    topic: BookUpdates,
    route: Route,
    channel: TopicChannel,
    product: Product,
    instruments: Instruments,
    tools: PipeTools,
) -> Pipe:
    feed = route.kind.book or product.book
    make = StreamedBookPipe if feed.snapshot is None else BookPipe
    return make(topic, route, channel, instruments[topic.instrument], feed, tools)


def _trades(
    topic: Trades | AggTrades,
    route: Route,
    channel: TopicChannel,
    product: Product,
    instruments: Instruments,
    tools: PipeTools,
) -> Pipe:
    if topic.backfill:
        instrument = instruments[topic.instrument]
        return BackfilledTradePipe(topic, route, channel, instrument, product, tools)
    if product.trade_ids is TradeIds.OPAQUE and isinstance(topic, Trades):
        return NamedTradePipe(topic, route, channel)
    return TradePipe(topic, route, channel)


def _candles(
    topic: Candles,
    route: Route,
    channel: TopicChannel,
    product: Product,
    instruments: Instruments,
    tools: PipeTools,
) -> Pipe:
    return CandlePipe(topic, route, channel, instruments[topic.instrument], product, tools)


def _quotes(
    topic: Quotes,
    route: Route,
    channel: TopicChannel,
    product: Product,
    instruments: Instruments,
    tools: PipeTools,
) -> Pipe:
    # The ids of all instruments in one stream do not rise together.
    make = OncePipe if topic.is_wildcard else QuotePipe
    return make(topic, route, channel)


_PIPES: dict[type[Topic], _Make] = {
    BookUpdates: _book,
    Trades: _trades,
    AggTrades: _trades,
    Candles: _candles,
    Quotes: _quotes,
}
