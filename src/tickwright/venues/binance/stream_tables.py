"""The streams of spot and of futures, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.venues.binance import codec, codec_typed
from tickwright.venues.binance.streams import AllStream, Stream, StreamTable


__all__ = ["FUTURE_INTERVALS", "SPOT_INTERVALS", "future_streams", "spot_streams"]

FUTURE_INTERVALS = (
    "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip
SPOT_INTERVALS = ("1s", *FUTURE_INTERVALS)

_K = TypeVar("_K")
_V = TypeVar("_V")

_DEPTHS = (5, 10, 20)
_SECOND = 1.0


def spot_streams() -> StreamTable:
    """Return the streams of ``binance.spot``; all at their fastest speed, and none of them on a route."""
    delta = Stream("depth@100ms", codec.spot_delta)
    return StreamTable(
        product="binance.spot",
        one={
            topics.Trades: _always(Stream("trade", codec.trade)),
            topics.AggTrades: _always(Stream("aggTrade", codec.agg_trade)),
            topics.Quotes: _always(Stream("bookTicker", codec.spot_quote)),
            topics.BookUpdates: _always(delta),
            topics.BookStates: _always(delta),
            topics.BookTops: _top(codec.spot_top, ""),
            topics.Candles: _candles(SPOT_INTERVALS, ""),
            topics.Tickers: _spot_ticker,
            topics.MiniTickers: _always(Stream("miniTicker", codec_typed.mini_ticker)),
            topics.AveragePrices: _always(Stream("avgPrice", codec_typed.average_price)),
        },
        every={
            topics.Tickers: _all_spot_tickers,
            topics.MiniTickers: _always(
                AllStream("!miniTicker@arr", codec_typed.all_mini_tickers, "", _SECOND)
            ),
        },
    )


def future_streams(product: str, *, public: str, market: str) -> StreamTable:
    """Return the streams of a futures product.

    Args:
        product: ``binance.usdm`` or ``binance.coinm``.
        public: The route of books, quotes and trades.
        market: The route of everything else.
    """
    # Books go at 100 ms: the unthrottled @0ms works, but no page promises it.
    delta = Stream("depth@100ms", codec.future_delta, public)
    mark = Stream("markPrice@1s", codec_typed.mark_price, market, True, _SECOND)
    marks = AllStream("!markPrice@arr@1s", codec_typed.all_mark_prices, market, _SECOND)
    return StreamTable(
        product=product,
        one={
            topics.Trades: _always(Stream("trade", codec.trade, public)),
            topics.AggTrades: _always(Stream("aggTrade", codec.agg_trade, market)),
            topics.Quotes: _always(Stream("bookTicker", codec.future_quote, public)),
            topics.BookUpdates: _always(delta),
            topics.BookStates: _always(delta),
            topics.BookTops: _top(codec.future_top, public),
            topics.Candles: _candles(FUTURE_INTERVALS, market),
            topics.Tickers: _day_only(Stream("ticker", codec_typed.ticker, market)),
            topics.MiniTickers: _always(Stream("miniTicker", codec_typed.mini_ticker, market)),
            topics.MarkPrices: _always(mark),
            topics.IndexPrices: _always(mark),
            topics.FundingRates: _always(mark),
            topics.Liquidations: _always(Stream("forceOrder", codec_typed.liquidation, market)),
        },
        every={
            topics.Quotes: _always(AllStream("!bookTicker", codec.all_quotes, public)),
            topics.Tickers: _day_only(
                AllStream("!ticker@arr", codec_typed.all_tickers, market, _SECOND)
            ),
            topics.MiniTickers: _always(
                AllStream("!miniTicker@arr", codec_typed.all_mini_tickers, market, _SECOND)
            ),
            topics.MarkPrices: _always(marks),
            topics.IndexPrices: _always(marks),
            topics.FundingRates: _always(marks),
            topics.Liquidations: _always(
                AllStream("!forceOrder@arr", codec_typed.all_liquidations, market)
            ),
        },
    )


def _always(stream: _V) -> Callable[[Any], _V]:
    return lambda _: stream


def _candles(intervals: tuple[str, ...], route: str) -> Callable[[topics.Candles], Stream]:
    streams = {
        interval: Stream(f"kline_{interval}", codec_typed.candle, route) for interval in intervals
    }
    return lambda topic: _chosen(streams, topic.interval, f"interval of {topic}")


def _top(decoder: Callable[[Any], Any], route: str) -> Callable[[topics.BookTops], Stream]:
    streams = {depth: Stream(f"depth{depth}@100ms", decoder, route) for depth in _DEPTHS}
    return lambda topic: _chosen(streams, topic.depth, f"depth of {topic}")


def _spot_ticker(topic: topics.Tickers) -> Stream:
    return _chosen(_SPOT_TICKERS, topic.window, f"window of {topic}")


def _all_spot_tickers(topic: topics.Tickers) -> AllStream:
    if topic.window == "24h":
        raise NotSupported(
            "binance.spot has no all-market 24h ticker since 2026-03-26; use"
            " MiniTickers('binance.spot:*'), or Tickers('binance.spot:*', window='1d')"
        )
    return _chosen(_ALL_SPOT_TICKERS, topic.window, f"window of {topic}")


def _day_only(stream: _V) -> Callable[[topics.Tickers], _V]:
    return lambda topic: _chosen({"24h": stream}, topic.window, f"window of {topic}")


def _chosen(streams: Mapping[_K, _V], wanted: _K, what: str) -> _V:
    if wanted not in streams:
        offered = ", ".join(str(key) for key in streams)
        raise NotSupported(f"{what}: {wanted!r} is not offered; choose one of {offered}")
    return streams[wanted]


_SPOT_TICKERS = {
    "24h": Stream("ticker", codec_typed.ticker),
    **{window: Stream(f"ticker_{window}", codec_typed.ticker) for window in ("1h", "4h", "1d")},
}
_ALL_SPOT_TICKERS = {
    window: AllStream(f"!ticker_{window}@arr", codec_typed.all_tickers, "", _SECOND)
    for window in ("1h", "4h", "1d")
}
