"""Candles, tickers, average, mark and index prices, funding rates, liquidations."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.samples import (
    COINM_ID,
    FORCE_ORDER,
    HOUR_TICKER,
    KLINE,
    MARK_PRICE,
    MINI_TICKER,
    RECEIVED_NS,
    SPOT_ID,
    TICKER,
    USDM_ID,
    decode,
    edited,
)

from tickwright.errors import DecodeError
from tickwright.model import topics
from tickwright.model.market import (
    AveragePrice,
    Candle,
    FundingRate,
    IndexPrice,
    Liquidation,
    MarkPrice,
    Side,
    Ticker,
)
from tickwright.venues.binance.spec import COINM, SPOT, USDM


D = Decimal
MS = 1_000_000


def bar(**changes: Any) -> str:
    value = json.loads(KLINE)
    value["k"].update(changes)
    return json.dumps(value)


def order(**changes: Any) -> str:
    value = json.loads(FORCE_ORDER)
    value["o"].update(changes)
    return json.dumps(value)


def test_a_candle_says_whether_it_is_closed() -> None:
    assert decode(SPOT, topics.Candles(SPOT_ID), bar(x=True)) == Candle(
        SPOT_ID,
        1795000002000 * MS,
        RECEIVED_NS,
        "1m",
        1794999960000 * MS,
        1795000019999 * MS,
        D("64990"),
        D("65010"),
        D("64980.5"),
        D("65000.1"),
        D("12.5"),
        D("812500.12345"),
        43,
        True,
    )
    assert not decode(SPOT, topics.Candles(SPOT_ID), KLINE).is_closed


def test_a_coin_margined_candle_has_no_quote_volume_as_the_venue_sends_the_base_volume() -> None:
    assert decode(COINM, topics.Candles(COINM_ID), KLINE).quote_volume is None
    assert decode(COINM, topics.Tickers(COINM_ID), TICKER).quote_volume is None
    assert decode(COINM, topics.MiniTickers(COINM_ID), MINI_TICKER).quote_volume is None


@pytest.mark.parametrize(
    "changes",
    [
        {"l": "65001"},
        {"h": "64999"},
        {"o": "0"},
        {"v": "-1"},
        {"c": "NaN"},
        {"T": 1794999960000},
        {"n": -1},
        {"q": "-0.1"},
        {"o": "1e"},
        {"x": "maybe"},
    ],
)
def test_an_impossible_candle_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        decode(SPOT, topics.Candles(SPOT_ID), bar(**changes))


numbers = st.integers(1, 10**14).map(lambda raw: D(raw).scaleb(-8))


@given(st.lists(numbers, min_size=4, max_size=4))
def test_any_four_prices_make_a_candle_if_low_and_high_bound_them(prices: list[Decimal]) -> None:
    o, h, low, c = prices
    payload = bar(**{name: format(n, "f") for name, n in zip("ohlc", (o, h, low, c), strict=True)})
    if low <= o <= h and low <= c <= h:
        event = decode(SPOT, topics.Candles(SPOT_ID), payload)
        assert (event.open, event.high, event.low, event.close) == (o, h, low, c)
    else:
        with pytest.raises(DecodeError):
            decode(SPOT, topics.Candles(SPOT_ID), payload)


def test_a_mini_ticker_has_no_window_times_and_no_average() -> None:
    assert decode(SPOT, topics.MiniTickers(SPOT_ID), MINI_TICKER) == Ticker(
        SPOT_ID,
        1795000002000 * MS,
        RECEIVED_NS,
        D("65000.1"),
        D("64000"),
        D("65500"),
        D("63500"),
        D("18000.5"),
        D("1161000000.12"),
    )


def test_a_ticker_of_spot_has_everything() -> None:
    assert decode(SPOT, topics.Tickers(SPOT_ID), TICKER) == Ticker(
        SPOT_ID,
        1795000002000 * MS,
        RECEIVED_NS,
        D("65000.1"),
        D("64000"),
        D("65500"),
        D("63500"),
        D("18000.5"),
        D("1161000000.12"),
        D("1000.1"),
        D("1.563"),
        D("64500"),
        D("65000.09"),
        D("65000.1"),
        10000043,
        1794913602000 * MS,
        1795000002000 * MS,
        "24h",
    )


def test_a_ticker_without_bid_and_ask_leaves_them_open() -> None:
    for payload in (
        edited(TICKER, b=None, B=None, a=None, A=None, x=None),
        edited(TICKER, b="0.00000000", a="0.00000000"),
    ):
        event = decode(USDM, topics.Tickers(USDM_ID), payload)
        assert (event.bid_price, event.ask_price) == (None, None)


@pytest.mark.parametrize("window", ["1h", "4h", "1d"])
def test_a_window_ticker_names_its_window(window: str) -> None:
    payload = HOUR_TICKER.replace("1hTicker", f"{window}Ticker")
    assert decode(SPOT, topics.Tickers(SPOT_ID, window), payload).window == window


@pytest.mark.parametrize("topic_type", [topics.Tickers, topics.MiniTickers])
def test_an_array_holds_the_symbols_of_its_product_only(topic_type: type[Any]) -> None:
    payload = TICKER if topic_type is topics.Tickers else MINI_TICKER
    rows = [
        payload,
        edited(payload, s="BTCUSD_PERP", ps="BTCUSD", st=2),
        edited(payload, s="JUSTLISTEDUSDT", st=1),
        edited(payload, s="BTCUSDT_261225", st=1),
    ]
    array = f"[{','.join(rows)}]"
    usdm = decode(USDM, topic_type("binance.usdm:*"), array)
    coinm = decode(COINM, topic_type("binance.coinm:*"), array)
    assert [event.instrument for event in usdm] == [USDM_ID, "binance:BTC/USDT:USDT-261225"]
    assert [event.instrument for event in coinm] == [COINM_ID]


def test_an_average_price_names_its_interval() -> None:
    payload = '{"e":"avgPrice","E":5,"s":"BTCUSDT","i":"5m","w":"64980.12","T":3}'
    event = decode(SPOT, topics.AveragePrices(SPOT_ID), payload)
    assert event == AveragePrice(SPOT_ID, 5 * MS, RECEIVED_NS, D("64980.12"), "5m")


def test_one_mark_price_frame_serves_three_topics() -> None:
    events = [
        MarkPrice(USDM_ID, 1795000000000 * MS, RECEIVED_NS, D("65008"), D("65020.5")),
        IndexPrice(USDM_ID, 1795000000000 * MS, RECEIVED_NS, D("65006.1")),
        FundingRate(USDM_ID, 1795000000000 * MS, RECEIVED_NS, D("0.0001"), 1795017600000 * MS),
    ]
    for topic_type in (topics.MarkPrices, topics.IndexPrices, topics.FundingRates):
        assert decode(USDM, topic_type(USDM_ID), MARK_PRICE) == events
        assert decode(USDM, topic_type("binance.usdm:*"), f"[{MARK_PRICE}]") == events


@pytest.mark.parametrize(
    "changes",
    [{"r": "0", "T": 0}, {"r": "", "T": 0}, {"r": None, "T": None}],
)
def test_a_contract_without_funding_has_no_rate(changes: dict[str, Any]) -> None:
    events = decode(USDM, topics.MarkPrices(USDM_ID), edited(MARK_PRICE, **changes))
    assert [type(event) for event in events] == [MarkPrice, IndexPrice]


def test_a_rate_of_zero_is_a_rate() -> None:
    events = decode(USDM, topics.MarkPrices(USDM_ID), edited(MARK_PRICE, r="0.00000000"))
    assert events[2].rate == 0


def test_a_contract_without_an_index_has_no_index_price() -> None:
    events = decode(USDM, topics.MarkPrices(USDM_ID), edited(MARK_PRICE, i=None, P=""))
    assert [type(event) for event in events] == [MarkPrice, FundingRate]
    assert events[0].settle_price is None


@pytest.mark.parametrize(
    "changes", [{"p": "0"}, {"p": "-1"}, {"i": "x"}, {"r": "Infinity"}, {"P": "-1"}]
)
def test_an_impossible_mark_price_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        decode(USDM, topics.MarkPrices(USDM_ID), edited(MARK_PRICE, **changes))


def test_a_liquidation_has_the_order_s_side() -> None:
    event = Liquidation(
        USDM_ID,
        1794999999900 * MS,
        RECEIVED_NS,
        Side.SELL,
        D("64500"),
        D("64510.1"),
        D("0.014"),
        D("0.014"),
    )
    assert decode(USDM, topics.Liquidations(USDM_ID), FORCE_ORDER) == event
    assert decode(USDM, topics.Liquidations("binance.usdm:*"), FORCE_ORDER) == [event]


def test_g25_an_unknown_side_is_unknown_and_the_stream_goes_on() -> None:
    assert decode(USDM, topics.Liquidations(USDM_ID), order(S="BOTH")).side is Side.UNKNOWN


def test_liquidations_of_other_products_are_left_out() -> None:
    assert decode(USDM, topics.Liquidations("binance.usdm:*"), order(s="BTCUSD_PERP")) == []


def test_a_liquidation_with_more_filled_than_ordered_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode(USDM, topics.Liquidations(USDM_ID), order(z="0.015"))
