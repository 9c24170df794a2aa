"""REST answers become events; what the venue could not have meant is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.samples import COINM_ID, LISTED, SPOT_ID, USDM_ID

from tickwright.errors import DecodeError
from tickwright.model.market import (
    AggTrade,
    FundingRate,
    IndexPrice,
    MarkPrice,
    OpenInterest,
    Quote,
    Side,
    Ticker,
    Trade,
)
from tickwright.venues.base import RestCall
from tickwright.venues.binance.spec import COINM, SPOT, USDM


D = Decimal
MS = 1_000_000
NOW_NS = 1_795_000_000_000 * MS

BTC, PERP, COIN = LISTED[SPOT_ID], LISTED[USDM_ID], LISTED[COINM_ID]

TICKER: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "priceChange": "1000.10000000",
    "priceChangePercent": "1.563",
    "weightedAvgPrice": "64500.00000000",
    "prevClosePrice": "63999.99000000",
    "lastPrice": "65000.10000000",
    "bidPrice": "65000.09000000",
    "askPrice": "65000.10000000",
    "openPrice": "64000.00000000",
    "highPrice": "65500.00000000",
    "lowPrice": "63500.00000000",
    "volume": "18000.50000000",
    "quoteVolume": "1161000000.12000000",
    "openTime": 1794913602000,
    "closeTime": 1795000002000,
    "firstId": 4190000000,
    "lastId": 4200000042,
    "count": 10000043,
}
PREMIUM: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "markPrice": "65001.20000000",
    "indexPrice": "65003.10000000",
    "estimatedSettlePrice": "65002.50000000",
    "lastFundingRate": "0.00010000",
    "interestRate": "0.00010000",
    "nextFundingTime": 1795017600000,
    "time": 1795000000000,
}


def read(call: RestCall[Any], value: Any) -> Any:
    return call.decode(json.dumps(value).encode(), NOW_NS)


def test_the_venue_s_clock_is_read_in_ns() -> None:
    assert read(SPOT.calls.server_time(), {"serverTime": 1795000000000}) == NOW_NS
    assert read(SPOT.calls.server_time(), {"serverTime": "1795000000000"}) == NOW_NS


def test_trades_are_those_of_the_stream() -> None:
    row = {"id": 7, "price": "65000.10", "qty": "0.01", "time": 5, "isBuyerMaker": True}
    assert read(SPOT.calls.trades(BTC), [row]) == [
        Trade(SPOT_ID, 5 * MS, NOW_NS, D("65000.1"), D("0.01"), Side.SELL, 7)
    ]
    assert read(SPOT.calls.trades(BTC), []) == []


def test_aggregates_are_those_of_the_stream() -> None:
    row = {"a": 3, "p": "65000.1", "q": "0.035", "f": 8, "l": 9, "T": 5, "m": False, "M": True}
    assert read(USDM.calls.agg_trades(PERP), [row]) == [
        AggTrade(USDM_ID, 5 * MS, NOW_NS, D("65000.1"), D("0.035"), Side.BUY, 3, 8, 9)
    ]


def kline(open_ms: int, close_ms: int) -> list[Any]:
    return [open_ms, "2", "4", "1", "3", "12.5", close_ms, "25", 43, "7.1", "14.2", "0"]


def test_only_the_newest_candle_may_be_open() -> None:
    now_ms = NOW_NS // MS
    rows = [kline(now_ms - 90_000, now_ms - 30_001), kline(now_ms - 30_000, now_ms + 29_999)]
    first, last = read(SPOT.calls.candles(BTC, "1m"), rows)
    assert (first.is_closed, last.is_closed) == (True, False)
    assert (first.interval, first.venue_ts_ns) == ("1m", None)
    assert (first.open, first.high, first.low, first.close) == (D(2), D(4), D(1), D(3))
    assert (first.volume, first.quote_volume, first.trades) == (D("12.5"), D(25), 43)


@pytest.mark.parametrize(
    ("ended_ms_ago", "is_closed"), [(60_000, True), (5_001, True), (4_000, False)]
)
def test_the_newest_candle_is_closed_if_its_end_lies_well_in_the_past(
    ended_ms_ago: int, is_closed: bool
) -> None:
    end_ms = NOW_NS // MS - ended_ms_ago
    (only,) = read(SPOT.calls.candles(BTC, "1m"), [kline(end_ms - 59_999, end_ms)])
    assert only.is_closed is is_closed


def test_no_candles_are_an_empty_list() -> None:
    assert read(SPOT.calls.candles(BTC, "1m"), []) == []


def test_a_coin_margined_candle_has_no_quote_volume() -> None:
    (only,) = read(COINM.calls.candles(COIN, "1m"), [kline(0, 59_999)])
    assert only.quote_volume is None


def test_a_ticker_is_that_of_the_stream() -> None:
    event = read(SPOT.calls.ticker(BTC), TICKER)
    assert event == Ticker(
        SPOT_ID,
        1795000002000 * MS,
        NOW_NS,
        D("65000.1"),
        D(64000),
        D(65500),
        D(63500),
        D("18000.5"),
        D("1161000000.12"),
        D("1000.1"),
        D("1.563"),
        D(64500),
        D("65000.09"),
        D("65000.1"),
        10000043,
        1794913602000 * MS,
        1795000002000 * MS,
    )


def test_a_coinm_ticker_comes_in_an_array_of_one() -> None:
    row = {key: value for key, value in TICKER.items() if key != "quoteVolume"}
    event = read(COINM.calls.ticker(COIN), [{**row, "symbol": "BTCUSD_PERP", "baseVolume": "7"}])
    assert (event.instrument, event.quote_volume) == (COINM_ID, None)


@pytest.mark.parametrize("rows", [[], [TICKER, TICKER]])
def test_an_answer_about_one_symbol_has_one_row(rows: list[Any]) -> None:
    with pytest.raises(DecodeError, match="one row"):
        read(SPOT.calls.ticker(BTC), rows)


def test_tickers_leave_out_what_is_not_listed_and_what_never_traded() -> None:
    rows = [
        TICKER,
        {**TICKER, "symbol": "NOSUCH"},
        {**TICKER, "symbol": "ETHBTC", "lastPrice": "0.00000000"},
    ]
    assert [event.instrument for event in read(SPOT.calls.tickers(LISTED), rows)] == [SPOT_ID]


def test_a_quote_has_a_time_on_futures_only() -> None:
    row = {"symbol": "BTCUSDT", "bidPrice": "1", "bidQty": "2", "askPrice": "1.5", "askQty": "3"}
    assert read(SPOT.calls.quote(BTC), row) == Quote(
        SPOT_ID, None, NOW_NS, D(1), D(2), D("1.5"), D(3)
    )
    assert read(USDM.calls.quote(PERP), {**row, "time": 5}).venue_ts_ns == 5 * MS
    with pytest.raises(DecodeError, match="bid"):
        read(SPOT.calls.quote(BTC), {**row, "bidPrice": "2"})


@pytest.mark.parametrize("in_array", [False, True])
def test_the_premium_index_is_three_events(in_array: bool) -> None:
    time_ns = 1795000000000 * MS
    assert read(USDM.calls.premium_index(PERP), [PREMIUM] if in_array else PREMIUM) == [
        MarkPrice(USDM_ID, time_ns, NOW_NS, D("65001.2"), D("65002.5")),
        IndexPrice(USDM_ID, time_ns, NOW_NS, D("65003.1")),
        FundingRate(USDM_ID, time_ns, NOW_NS, D("0.0001"), 1795017600000 * MS),
    ]


def test_a_delivery_contract_has_no_funding_rate() -> None:
    row = {**PREMIUM, "lastFundingRate": "", "interestRate": "", "nextFundingTime": 0}
    events = read(COINM.calls.premium_index(COIN), [row])
    assert [type(event) for event in events] == [MarkPrice, IndexPrice]


def test_funding_history_says_when_each_rate_was_paid() -> None:
    row = {"symbol": "BTCUSDT", "fundingRate": "-0.0001", "fundingTime": 5, "markPrice": ""}
    assert read(USDM.calls.funding_history(PERP), [row]) == [
        FundingRate(USDM_ID, 5 * MS, NOW_NS, D("-0.0001"), 5 * MS)
    ]


def test_open_interest_is_a_quantity() -> None:
    row = {"openInterest": "81000.123", "symbol": "BTCUSDT", "time": 5}
    assert read(USDM.calls.open_interest(PERP), row) == OpenInterest(
        USDM_ID, 5 * MS, NOW_NS, D("81000.123")
    )


CALLS: list[RestCall[Any]] = [
    SPOT.calls.server_time(),
    SPOT.calls.instruments(),
    SPOT.calls.book(BTC, 5),
    SPOT.calls.trades(BTC),
    SPOT.calls.agg_trades(BTC),
    SPOT.calls.candles(BTC, "1m"),
    SPOT.calls.ticker(BTC),
    SPOT.calls.tickers(LISTED),
    SPOT.calls.quote(BTC),
    USDM.calls.premium_index(PERP),
    USDM.calls.funding_history(PERP),
    USDM.calls.open_interest(PERP),
]


@pytest.mark.parametrize("call", CALLS, ids=[call.path for call in CALLS])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"7", b"<html>", b"[{}]", b"{}", b'{"symbols":[7]}', b"[[1]]"]
)
def test_an_answer_of_another_shape_is_refused(call: RestCall[Any], body: bytes) -> None:
    with pytest.raises(DecodeError):
        call.decode(body, NOW_NS)
