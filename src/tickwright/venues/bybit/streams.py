"""Which topic of the venue serves a topic of ours: ``<word>.<symbol>``, one table a product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from tickwright.core.booksync import BookChain
from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model import topics
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import BookSnapshot
from tickwright.model.topics import InstrumentTopic, Topic
from tickwright.venues.base import BookFeed, Channel, RestCall, StreamKind
from tickwright.venues.bybit import codec, codec_typed
from tickwright.venues.bybit.tickers import MergedTicker, ticker


__all__ = ["DEPTHS", "WHOLE", "TopicKind", "TopicTable", "topics_of"]

DEPTHS = (1, 50, 200, 1000)
"""Levels a side of the books: one is sent every 10 ms, 50 every 20, 200 every 100, 1,000 every 200 (*Orderbook*)."""

WHOLE = 10_000
"""Levels a side that the whole book starts from (*Full Depth Orderbook*), every 200 ms. What lies beyond joins with its
next change."""

DEPTH = 200
"""Levels a side of a book that is not asked for otherwise: as often as other venues send theirs."""

REPEATED_S = 3.0
"""After so long the topic of one level says again what it said last (*Orderbook*)."""

_K = TypeVar("_K")


class TopicKind(StreamKind, frozen=True, kw_only=True):
    """The venue's topics named ``<word>.<symbol>``."""

    word: str
    make_subject: Callable[[Instrument], Any] = lambda instrument: instrument
    """What a topic's frames are decoded with: the instrument, or what is put together of them."""


_BOOKS = {
    1: TopicKind(word="orderbook.1", decode=codec.top, is_many=True, cadence_s=REPEATED_S),
    **{
        depth: TopicKind(word=f"orderbook.{depth}", decode=codec.book)
        for depth in DEPTHS
        if depth > 1
    },
}
_TRADES = TopicKind(word="publicTrade", decode=codec.trades, is_many=True)
_TICKER = TopicKind(word="tickers", decode=ticker, is_many=True, make_subject=MergedTicker)
_CANDLES = {
    interval: TopicKind(word=f"kline.{word}", decode=codec_typed.candles, is_many=True)
    for interval, word in codec_typed.INTERVALS.items()
}
_LIQUIDATIONS = TopicKind(word="allLiquidation", decode=codec_typed.liquidations, is_many=True)


class TopicTable(msgspec.Struct, frozen=True, kw_only=True):
    """The topics of a product: from the kind of ours to a function that reads its settings (depth, interval)."""

    product: str
    kinds: Mapping[type[Topic], Callable[[Any], TopicKind]]

    @property
    def topics(self) -> frozenset[type[Topic]]:
        """The kinds of topic that the venue has one for."""
        return frozenset(self.kinds)

    def channel(self, topic: Topic, instruments: Instruments) -> Channel:
        """Return the channel behind ``topic``.

        Raises:
            NotSupported: If the product has no such topic; the text says what it has instead.
            UnknownInstrument: If the product does not list the instrument.
        """
        if not isinstance(topic, InstrumentTopic) or type(topic) not in self.kinds:
            offered = ", ".join(sorted(kind.__name__ for kind in self.kinds))
            raise NotSupported(f"{self.product} has no stream for {topic}; it has: {offered}")
        if topic.is_wildcard:
            raise NotSupported(f"{self.product} has no all-market streams; name the instruments")
        kind = self.kinds[type(topic)](topic)
        instrument = instruments[topic.instrument]
        if instrument.product != self.product:
            raise UnknownInstrument(f"{instrument.id!r} belongs to {instrument.product}")
        return Channel(f"{kind.word}.{instrument.symbol}", kind, kind.make_subject(instrument))


def topics_of(
    product: str, whole_book: Callable[[Instrument], RestCall[BookSnapshot]], *, has_funding: bool
) -> TopicTable:
    """Return the topics of a product.

    Args:
        product: ``bybit.spot``, ``bybit.linear`` or ``bybit.inverse``.
        whole_book: Where to fetch what the whole book starts from.
        has_funding: Whether its instruments are contracts.
    """
    whole = TopicKind(
        word="orderbook.full",
        decode=codec.change,
        book=BookFeed(chain=BookChain.COUNTED, snapshot=whole_book, has_quote_ids=False),
    )
    book = _book({**_BOOKS, WHOLE: whole})
    spot: dict[type[Topic], Callable[[Any], TopicKind]] = {
        topics.Trades: _always(_TRADES),
        topics.Quotes: _always(_BOOKS[1]),
        topics.BookUpdates: book,
        topics.BookStates: book,
        topics.Candles: _candle,
        topics.Tickers: _ticker,
    }
    contracts: dict[type[Topic], Callable[[Any], TopicKind]] = {
        topics.MarkPrices: _always(_TICKER),
        topics.IndexPrices: _always(_TICKER),
        topics.FundingRates: _always(_TICKER),
        topics.Liquidations: _always(_LIQUIDATIONS),
    }
    return TopicTable(product=product, kinds={**spot, **contracts} if has_funding else spot)


def _always(kind: TopicKind) -> Callable[[Any], TopicKind]:
    return lambda _: kind


def _book(
    kinds: Mapping[int, TopicKind],
) -> Callable[[topics.BookUpdates | topics.BookStates], TopicKind]:
    return lambda topic: _chosen(kinds, topic.depth or DEPTH, f"depth of {topic}")


def _candle(topic: topics.Candles) -> TopicKind:
    return _chosen(_CANDLES, topic.interval, f"interval of {topic}")


def _ticker(topic: topics.Tickers) -> TopicKind:
    return _chosen({"24h": _TICKER}, topic.window, f"window of {topic}")


def _chosen(kinds: Mapping[_K, TopicKind], wanted: _K, what: str) -> TopicKind:
    if wanted not in kinds:
        offered = ", ".join(str(key) for key in kinds)
        raise NotSupported(f"{what}: {wanted!r} is not offered; choose one of {offered}")
    return kinds[wanted]
