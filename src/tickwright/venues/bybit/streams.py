"""Which topic of the venue serves a topic of ours: ``<word>.<symbol>``, one table a product."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.core.booksync import BookChain
from tickwright.model import topics
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookSnapshot, Quote
from tickwright.model.topics import InstrumentTopic
from tickwright.venues.base import BookFeed, RestCall
from tickwright.venues.bybit import codec, codec_typed
from tickwright.venues.bybit.tickers import MergedTicker, ticker
from tickwright.venues.channels import ChannelKind, ChannelTable


__all__ = ["DEPTHS", "WHOLE", "topics_of"]

DEPTHS = (1, 50, 200, 1000)
"""Levels a side of the books: one is sent every 10 ms, 50 every 20, 200 every 100, 1,000 every 200 (*Orderbook*)."""

WHOLE = 10_000
"""Levels a side that the whole book starts from (*Full Depth Orderbook*), every 200 ms. What lies beyond joins with its
next change."""

DEPTH = 200
"""Levels a side of a book that is not asked for otherwise: as often as other venues send theirs."""

REPEATED_S = 3.0
"""After so long the topic of one level says again what it said last (*Orderbook*)."""

_BOOKS = {
    1: ChannelKind(
        codec.top,
        name="orderbook.1",
        is_many=True,
        cadence_s=REPEATED_S,
        only={Quote: codec.quote},
    ),
    **{depth: ChannelKind(codec.book, name=f"orderbook.{depth}") for depth in DEPTHS if depth > 1},
}
_TICKER = ChannelKind(ticker, name="tickers", is_many=True, make_subject=MergedTicker)


def topics_of(
    product: str, whole_book: Callable[[Instrument], RestCall[BookSnapshot]], *, has_funding: bool
) -> ChannelTable:
    """Return the topics of a product.

    Args:
        product: ``bybit.spot``, ``bybit.linear`` or ``bybit.inverse``.
        whole_book: Where to fetch what the whole book starts from.
        has_funding: Whether its instruments are contracts.
    """
    feed = BookFeed(chain=BookChain.COUNTED, snapshot=whole_book, has_quote_ids=False)
    whole = ChannelKind(codec.change, name="orderbook.full", book=feed)
    candles: dict[InstrumentTopic, ChannelKind] = {
        topics.Candles("", interval): ChannelKind(
            codec_typed.candles, name=f"kline.{word}", is_many=True
        )
        for interval, word in codec_typed.INTERVALS.items()
    }
    spot: dict[InstrumentTopic, ChannelKind] = {
        topics.Trades(""): ChannelKind(codec.trades, name="publicTrade", is_many=True),
        **{topics.BookUpdates("", depth): kind for depth, kind in {**_BOOKS, WHOLE: whole}.items()},
        topics.BookUpdates(""): _BOOKS[DEPTH],
        topics.Quotes(""): _BOOKS[1],
        **candles,
        topics.Tickers(""): _TICKER,
    }
    contracts: dict[InstrumentTopic, ChannelKind] = {
        topics.MarkPrices(""): _TICKER,
        topics.IndexPrices(""): _TICKER,
        topics.FundingRates(""): _TICKER,
        topics.Liquidations(""): ChannelKind(
            codec_typed.liquidations, name="allLiquidation", is_many=True
        ),
    }
    kinds = {**spot, **contracts} if has_funding else spot
    return ChannelTable(product=product, kinds=kinds, sign=".")
