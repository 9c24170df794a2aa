"""Tickers are merged: what is passed on is whole, and what is missing is named."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.samples import (
    INVERSE_ID,
    LINEAR_ID,
    LISTED,
    RECEIVED_NS,
    SPOT_ID,
    SPOT_TICKER,
    TICKER,
    TICKER_DELTA,
    changed,
)

from tickwright.errors import DecodeError
from tickwright.model.market import (
    FundingRate,
    IndexPrice,
    MarketEvent,
    MarkPrice,
    OpenInterest,
    Ticker,
)
from tickwright.venues.bybit.tickers import MergedTicker, ticker


D = Decimal
MS = 1_000_000


@pytest.fixture
def merged() -> MergedTicker:
    return MergedTicker(LISTED[LINEAR_ID])


def a_delta(sequence: int, **values: Any) -> bytes:
    document = {
        "topic": "tickers.BTCUSDT", "type": "delta", "data": {"symbol": "BTCUSDT", **values},
        "cs": sequence, "ts": 1795000000300,
    }  # fmt: skip
    return json.dumps(document).encode()


def statistics_in(events: list[MarketEvent]) -> Ticker:
    (found,) = [event for event in events if isinstance(event, Ticker)]
    return found


def kinds(events: list[MarketEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_snapshot_brings_every_part(merged: MergedTicker) -> None:
    events = ticker(TICKER, RECEIVED_NS, merged)
    time_ns = 1_795_000_000_100 * MS
    head = (LINEAR_ID, time_ns, RECEIVED_NS)
    assert events == [
        Ticker(
            *head, D("90000.10"), D("88486.70"), D("91000.00"), D("88000.00"), D("91234.5670"),
            D("8123456789.1234"), None, D("1.7103"), None, D("90000.00"), D("90000.10"),
        ),
        MarkPrice(*head, D("90001.00")),
        IndexPrice(*head, D("90010.50")),
        OpenInterest(*head, D("50000.123")),
        FundingRate(*head, D("0.0001"), 1_795_017_600_000 * MS),
    ]  # fmt: skip


def test_a_delta_brings_what_changed_and_nothing_else(merged: MergedTicker) -> None:
    ticker(TICKER, RECEIVED_NS, merged)
    assert ticker(TICKER_DELTA, RECEIVED_NS, merged) == [
        MarkPrice(LINEAR_ID, 1_795_000_000_200 * MS, RECEIVED_NS, D("90001.40"))
    ]


def test_a_merged_ticker_is_whole(merged: MergedTicker) -> None:
    ticker(TICKER, RECEIVED_NS, merged)
    (event,) = ticker(a_delta(7961638751, lastPrice="90005.00"), RECEIVED_NS, merged)
    assert isinstance(event, Ticker)
    assert (event.last, event.open, event.ask_price) == (D("90005"), D("88486.7"), D("90000.1"))


def test_one_half_of_the_funding_brings_both(merged: MergedTicker) -> None:
    ticker(TICKER, RECEIVED_NS, merged)
    (event,) = ticker(a_delta(7961638751, nextFundingTime="1795046400000"), RECEIVED_NS, merged)
    assert isinstance(event, FundingRate)
    assert (event.rate, event.next_funding_ts_ns) == (D("0.0001"), 1_795_046_400_000 * MS)


def test_a_delta_before_its_snapshot_says_what_is_missing(merged: MergedTicker) -> None:
    with pytest.raises(
        DecodeError, match="lacks highPrice24h, lowPrice24h, prevPrice24h, turnover24h, volume24h"
    ):
        ticker(a_delta(1, lastPrice="90005.00"), RECEIVED_NS, merged)
    assert kinds(ticker(TICKER, RECEIVED_NS, merged))[0] == "Ticker"


def test_what_another_connection_brought_before_is_not_undone(merged: MergedTicker) -> None:
    ticker(TICKER, RECEIVED_NS, merged)
    assert ticker(a_delta(7961638723, lastPrice="1"), RECEIVED_NS, merged) == []
    events = ticker(a_delta(7961638725, bid1Price="90000.05"), RECEIVED_NS, merged)
    assert statistics_in(events).last == D("90000.10")


def test_a_new_snapshot_replaces_all_values(merged: MergedTicker) -> None:
    ticker(TICKER, RECEIVED_NS, merged)
    events = ticker(changed(TICKER, bid1Price=None), RECEIVED_NS, merged)
    assert statistics_in(events).bid_price is None


def test_an_emptied_value_is_none_and_a_part_without_its_values_is_left_out(
    merged: MergedTicker,
) -> None:
    frame = changed(TICKER, fundingRate="", nextFundingTime="", bid1Price="", openInterest="")
    events = ticker(frame, RECEIVED_NS, merged)
    assert kinds(events) == ["Ticker", "MarkPrice", "IndexPrice"]
    assert statistics_in(events).bid_price is None
    before_trading = changed(TICKER, prevPrice24h="", fundingRate="")
    assert kinds(ticker(before_trading, RECEIVED_NS, merged)) == [
        "MarkPrice",
        "IndexPrice",
        "OpenInterest",
    ]


def test_spot_has_statistics_alone_and_no_best_prices() -> None:
    (event,) = ticker(SPOT_TICKER, RECEIVED_NS, MergedTicker(LISTED[SPOT_ID]))
    assert isinstance(event, Ticker)
    assert (event.last, event.change_percent, event.bid_price) == (D("90000.1"), D("1.7"), None)
    assert event.quote_volume == D("610278000.22")


def test_the_turnover_of_an_inverse_contract_is_left_out() -> None:
    events = ticker(TICKER, RECEIVED_NS, MergedTicker(LISTED[INVERSE_ID]))
    assert statistics_in(events).quote_volume is None


@pytest.mark.parametrize(
    "frame",
    [
        TICKER.replace(b'"snapshot"', b'"partial"'),
        changed(TICKER, lastPrice="x"),
        changed(TICKER, lastPrice=7),
        changed(TICKER, highPrice24h="1"),
        b"[]",
    ],
)
def test_a_ticker_that_breaks_a_rule_is_refused(frame: bytes, merged: MergedTicker) -> None:
    with pytest.raises(DecodeError):
        ticker(frame, RECEIVED_NS, merged)
