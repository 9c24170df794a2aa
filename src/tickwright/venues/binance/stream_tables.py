"""The streams of spot and of futures, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.model.instrument import Instrument
from tickwright.venues.binance import codec, codec_typed
from tickwright.venues.binance.streams import AllStream, Stream, StreamTable


__all__ = ["FUTURE_INTERVALS", "SPOT_INTERVALS", "future_streams", "spot_streams"]

FUTURE_INTERVALS = (
    "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip
SPOT_INTERVALS = ("1s", *FUTURE_INTERVALS)

_K = TypeVar("_K")
_V = TypeVar("_V")

Decode = Callable[[bytes, int, Instrument], Any]

_DEPTHS = (5, 10, 20)
_SECOND = 1.0
_SPOT = "binance.spot"


def spot_streams() -> StreamTable:
    """Return the streams of ``binance.spot``; all at their fastest speed, and none of them on a route."""
    delta = Stream(codec.spot_delta, suffix="depth@100ms")
    return StreamTable(
        product=_SPOT,
        one={
            topics.Trades: _always(Stream(codec.trade, suffix="trade")),
            topics.AggTrades: _always(Stream(codec.agg_trade, suffix="aggTrade")),
            topics.Quotes: _always(Stream(codec.spot_quote, suffix="bookTicker")),
            topics.BookUpdates: _book(delta),
            topics.BookStates: _book(delta),
            topics.BookTops: _top(codec.spot_top, ""),
            topics.Candles: _candles(SPOT_INTERVALS, ""),
            topics.Tickers: _spot_ticker,
            topics.MiniTickers: _always(Stream(codec_typed.mini_ticker, suffix="miniTicker")),
            topics.AveragePrices: _always(Stream(codec_typed.average_price, suffix="avgPrice")),
        },
        every={
            topics.Tickers: _all_spot_tickers,
            topics.MiniTickers: _always(
                AllStream(
                    codec_typed.all_mini_tickers(_SPOT), stream="!miniTicker@arr", cadence_s=_SECOND
                )
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
    delta = Stream(codec.future_delta, public, suffix="depth@100ms")
    mark = Stream(
        codec_typed.mark_price, market, suffix="markPrice@1s", is_many=True, cadence_s=_SECOND
    )
    marks = AllStream(
        codec_typed.all_mark_prices(product), market, stream="!markPrice@arr@1s", cadence_s=_SECOND
    )
    return StreamTable(
        product=product,
        one={
            topics.Trades: _always(Stream(codec.trade, public, suffix="trade")),
            topics.AggTrades: _always(Stream(codec.agg_trade, market, suffix="aggTrade")),
            topics.Quotes: _always(Stream(codec.future_quote, public, suffix="bookTicker")),
            topics.BookUpdates: _book(delta),
            topics.BookStates: _book(delta),
            topics.BookTops: _top(codec.future_top, public),
            topics.Candles: _candles(FUTURE_INTERVALS, market),
            topics.Tickers: _day_only(Stream(codec_typed.ticker, market, suffix="ticker")),
            topics.MiniTickers: _always(
                Stream(codec_typed.mini_ticker, market, suffix="miniTicker")
            ),
            topics.MarkPrices: _always(mark),
            topics.IndexPrices: _always(mark),
            topics.FundingRates: _always(mark),
            topics.Liquidations: _always(
                Stream(codec_typed.liquidation, market, suffix="forceOrder")
            ),
        },
        every={
            topics.Quotes: _always(
                AllStream(codec.all_quotes(product), public, stream="!bookTicker")
            ),
            topics.Tickers: _day_only(
                AllStream(
                    codec_typed.all_tickers(product),
                    market,
                    stream="!ticker@arr",
                    cadence_s=_SECOND,
                )
            ),
            topics.MiniTickers: _always(
                AllStream(
                    codec_typed.all_mini_tickers(product),
                    market,
                    stream="!miniTicker@arr",
                    cadence_s=_SECOND,
                )
            ),
            topics.MarkPrices: _always(marks),
            topics.IndexPrices: _always(marks),
            topics.FundingRates: _always(marks),
            topics.Liquidations: _always(
                AllStream(codec_typed.all_liquidations(product), market, stream="!forceOrder@arr")
            ),
        },
    )


def _always(stream: _V) -> Callable[[Any], _V]:
    return lambda _: stream


def _book(stream: Stream) -> Callable[[topics.BookUpdates | topics.BookStates], Stream]:
    def choose(topic: topics.BookUpdates | topics.BookStates) -> Stream:
        if topic.depth is not None:
            raise NotSupported(
                f"{topic}: the deltas of Binance are of the whole book; leave depth out"
            )
        return stream

    return choose


def _candles(intervals: tuple[str, ...], route: str) -> Callable[[topics.Candles], Stream]:
    streams = {
        interval: Stream(codec_typed.candle, route, suffix=f"kline_{interval}")
        for interval in intervals
    }
    return lambda topic: _chosen(streams, topic.interval, f"interval of {topic}")


def _top(decode: Decode, route: str) -> Callable[[topics.BookTops], Stream]:
    streams = {depth: Stream(decode, route, suffix=f"depth{depth}@100ms") for depth in _DEPTHS}
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
    "24h": Stream(codec_typed.ticker, suffix="ticker"),
    **{
        window: Stream(codec_typed.ticker, suffix=f"ticker_{window}")
        for window in ("1h", "4h", "1d")
    },
}
_ALL_SPOT_TICKERS = {
    window: AllStream(
        codec_typed.all_tickers(_SPOT), stream=f"!ticker_{window}@arr", cadence_s=_SECOND
    )
    for window in ("1h", "4h", "1d")
}
