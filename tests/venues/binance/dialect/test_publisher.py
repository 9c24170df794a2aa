from __future__ import annotations

import json
import math

import pytest
from tests.venues.binance.dialect.samples import FORCED, JOINED, NOW_MS, TRADE, FixedMarket

from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct
from tickwright.venues.binance.dialect.publisher import Publisher


def test_nothing_is_made_of_what_nobody_wants() -> None:
    market = FixedMarket(SPOT)
    publisher = Publisher(SPOT, market)
    assert (market.instruments[0].listener, publisher.next_ms) == (None, math.inf)


@pytest.mark.parametrize("stream", ["nosuch@trade", "btcusdt@nonsense", "BTCUSDT@trade", "!x@arr"])
def test_streams_that_do_not_exist_are_silent(stream: str) -> None:
    publisher = Publisher(SPOT, FixedMarket(SPOT))
    publisher.want(stream)
    publisher.unwant(stream)
    assert (publisher.take(), publisher.next_ms) == ([], math.inf)


def test_trades_go_out_as_they_happen_single_and_joined() -> None:
    market = FixedMarket(SPOT)
    publisher = Publisher(SPOT, market)
    publisher.want("btcusdt@trade")
    publisher.want("btcusdt@aggTrade")
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.listener.on_trades(instrument, [TRADE, TRADE], JOINED)
    assert [stream for stream, _ in publisher.take()] == [
        "btcusdt@trade",
        "btcusdt@trade",
        "btcusdt@aggTrade",
    ]
    assert publisher.take() == []


def test_a_book_ticker_is_sent_only_when_the_best_changed() -> None:
    market = FixedMarket(SPOT)
    publisher = Publisher(SPOT, market)
    publisher.want("btcusdt@bookTicker")
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.listener.on_book(instrument, 100, [], [6_500_010])
    instrument.listener.on_book(instrument, 100, [6_499_900], [])
    instrument.levels[False][6_500_010] = 5
    instrument.listener.on_book(instrument, 100, [], [6_500_010])
    asks = [json.loads(text)["A"] for _, text in publisher.take()]
    assert asks == ["0.80000000", "0.00005000"]


def test_unthrottled_deltas_follow_every_change() -> None:
    market = FixedMarket(USDM)
    publisher = Publisher(USDM, market)
    publisher.want("btcusdt@depth@0ms")
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.update_id = 105
    instrument.listener.on_book(instrument, 105, [6_500_000], [])
    ((stream, text),) = publisher.take()
    assert (stream, json.loads(text)["pu"]) == ("btcusdt@depth@0ms", 100)


def test_deltas_wait_for_their_beat() -> None:
    market = FixedMarket(SPOT)
    publisher = Publisher(SPOT, market)
    publisher.want("btcusdt@depth@100ms")
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.listener.on_book(instrument, 100, [6_500_000], [])
    assert publisher.take() == []
    assert publisher.next_ms == NOW_MS + 100
    publisher.beat()
    assert len(publisher.take()) == 1
    publisher.beat()
    assert publisher.take() == []


@pytest.mark.parametrize(
    ("product", "stream", "interval_ms"),
    [
        (SPOT, "btcusdt@ticker", 1000),
        (SPOT, "btcusdt@ticker_1h", 1000),
        (SPOT, "btcusdt@miniTicker", 1000),
        (SPOT, "btcusdt@avgPrice", 1000),
        (SPOT, "btcusdt@kline_1m", 2000),
        (SPOT, "btcusdt@kline_1s", 1000),
        (SPOT, "!miniTicker@arr", 1000),
        (SPOT, "!ticker_4h@arr", 1000),
        (USDM, "btcusdt@ticker", 2000),
        (USDM, "btcusdt@miniTicker", 2000),
        (USDM, "btcusdt@markPrice", 3000),
        (USDM, "btcusdt@markPrice@1s", 1000),
        (USDM, "btcusdt@kline_1m", 250),
        (USDM, "!markPrice@arr", 3000),
        (USDM, "!ticker@arr", 1000),
        (USDM, "!bookTicker", 5000),
        (COINM, "btcusd_perp@markPrice@1s", 1000),
    ],
)
def test_sampled_streams_keep_their_documented_beat(
    product: DialectProduct, stream: str, interval_ms: int
) -> None:
    publisher = Publisher(product, FixedMarket(product))
    publisher.want(stream)
    due = (NOW_MS // interval_ms + 1) * interval_ms
    assert publisher.next_ms == due
    publisher.beat()
    ((sent, text),) = publisher.take()
    assert sent == stream
    json.loads(text)
    assert publisher.next_ms == due + interval_ms


def test_a_continuous_candle_is_the_perpetuals_under_the_pairs_name() -> None:
    publisher = Publisher(USDM, FixedMarket(USDM))
    stream = "btcusdt_perpetual@continuousKline_1m"
    publisher.want(stream)
    publisher.beat()
    ((name, text),) = publisher.take()
    event = json.loads(text)
    assert (name, event["e"], event["ps"], event["ct"]) == (
        stream,
        "continuous_kline",
        "BTCUSDT",
        "PERPETUAL",
    )
    publisher.unwant(stream)
    publisher.want("btcusdt_next_quarter@continuousKline_1m")
    publisher.want("nosuch_perpetual@continuousKline_1m")
    assert publisher.market.instruments[0].listener is None


def test_arrays_hold_only_what_changed() -> None:
    market = FixedMarket(SPOT, "BTCUSDT", "ETHUSDT")
    publisher = Publisher(SPOT, market)
    publisher.want("!miniTicker@arr")
    publisher.beat()
    assert len(json.loads(publisher.take()[0][1])) == 2
    publisher.beat()
    assert publisher.take() == []
    market.instruments[1].last_trade_id += 1
    publisher.beat()
    assert [row["s"] for row in json.loads(publisher.take()[0][1])] == ["ETHUSDT"]


def test_all_book_tickers_are_single_messages() -> None:
    publisher = Publisher(USDM, FixedMarket(USDM, "BTCUSDT", "ETHUSDT"))
    publisher.want("!bookTicker")
    publisher.beat()
    assert [json.loads(text)["s"] for _, text in publisher.take()] == ["BTCUSDT", "ETHUSDT"]


def test_some_trades_are_liquidations_and_whole_markets_can_be_watched() -> None:
    market = FixedMarket(USDM)
    publisher = Publisher(USDM, market)
    publisher.want("!forceOrder@arr")
    publisher.want("btcusdt@forceOrder")
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.listener.on_trades(instrument, [TRADE], JOINED)
    assert {stream for stream, _ in publisher.take()} == {"btcusdt@forceOrder", "!forceOrder@arr"}
    publisher.unwant("!forceOrder@arr")
    assert instrument.listener is not None
    publisher.unwant("btcusdt@forceOrder")
    assert instrument.listener is None


def test_an_unwanted_stream_ends_and_can_begin_again() -> None:
    market = FixedMarket(SPOT)
    publisher = Publisher(SPOT, market)
    publisher.want("btcusdt@ticker")
    publisher.unwant("btcusdt@ticker")
    publisher.beat()
    assert publisher.take() == []
    publisher.want("btcusdt@ticker")
    publisher.beat()
    assert len(publisher.take()) == 1


def test_all_market_streams_of_usdm_hold_coinm_instruments_too() -> None:
    market = FixedMarket(USDM)
    market.relatives = [FixedMarket(COINM)]
    publisher = Publisher(USDM, market)
    publisher.want("!markPrice@arr@1s")
    publisher.beat()
    ((_, payload),) = publisher.take()
    assert [(row["s"], row["st"]) for row in json.loads(payload)] == [
        ("BTCUSDT", 1),
        ("BTCUSD_PERP", 2),
    ]


def test_liquidations_go_out_on_both_streams_and_on_futures_alone() -> None:
    market = FixedMarket(USDM)
    publisher = Publisher(USDM, market)
    for stream in ("btcusdt@forceOrder", "!forceOrder@arr"):
        publisher.want(stream)
    instrument = market.instruments[0]
    assert instrument.listener is not None
    instrument.listener.on_forced(instrument, FORCED)
    frames = publisher.take()
    assert [stream for stream, _ in frames] == ["btcusdt@forceOrder", "!forceOrder@arr"]
    assert json.loads(frames[0][1])["o"]["S"] == "SELL"
