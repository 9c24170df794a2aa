"""Calls are data: path, parameters and cost, as the venue's pages say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.bybit.samples import INVERSE_ID, LINEAR_ID, LISTED, SPOT_ID

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported
from tickwright.venues.base import RestCall, Security
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT


HOUR_NS = 3_600_000_000_000
BTC, PERP, COIN = LISTED[SPOT_ID], LISTED[LINEAR_ID], LISTED[INVERSE_ID]
LINEAR_BTC = {"category": "linear", "symbol": "BTCUSDT"}
calls = LINEAR.calls


@pytest.mark.parametrize(
    ("call", "path", "params"),
    [
        (calls.server_time(), "time", {}),
        (calls.instruments(), "instruments-info", {"category": "linear", "limit": "1000"}),
        (calls.book(PERP, 50), "orderbook", {**LINEAR_BTC, "limit": "50"}),
        (calls.book(PERP, 5000), "orderbook", {**LINEAR_BTC, "limit": "1000"}),
        (calls.trades(PERP, limit=5000), "recent-trade", {**LINEAR_BTC, "limit": "1000"}),
        (calls.ticker(PERP), "tickers", LINEAR_BTC),
        (calls.tickers(LISTED), "tickers", {"category": "linear"}),
        (calls.quote(PERP), "orderbook", {**LINEAR_BTC, "limit": "1"}),
        (calls.premium_index(PERP), "tickers", LINEAR_BTC),
        (calls.funding_history(PERP, limit=7), "funding/history", {**LINEAR_BTC, "limit": "7"}),
        (
            calls.open_interest(PERP),
            "open-interest",
            {**LINEAR_BTC, "intervalTime": "5min", "limit": "1"},
        ),
        (
            INVERSE.calls.candles(COIN, "4h", limit=3),
            "kline",
            {"category": "inverse", "symbol": "BTCUSD", "interval": "240", "limit": "3"},
        ),
    ],
)
def test_a_call_says_what_the_venue_expects(
    call: RestCall[Any], path: str, params: dict[str, str]
) -> None:
    assert (call.path, dict(call.params)) == (f"/v5/market/{path}", params)
    assert (call.method, call.costs, call.security) == ("GET", {ADDRESS: 1}, Security.PUBLIC)


def test_what_can_wait_waits() -> None:
    assert calls.book(PERP, 50).priority is Priority.SNAPSHOT
    assert calls.candles(PERP, "1m").priority is Priority.BACKFILL
    assert calls.ticker(PERP).priority is Priority.QUERY


def test_spot_gives_sixty_trades_and_those_from_an_id_on() -> None:
    assert dict(SPOT.calls.trades(BTC).params)["limit"] == "60"
    assert dict(SPOT.calls.trades(BTC, from_id=7, limit=1).params)["limit"] == "60"


def test_a_span_of_candles_ends_where_the_venue_would_leave_out_its_begin() -> None:
    call = calls.candles(PERP, "1h", start_ns=10 * HOUR_NS, end_ns=99 * HOUR_NS, limit=3)
    params = dict(call.params)
    assert (params["start"], params["end"]) == ("36000000", str(13 * 3_600_000 - 1))
    short = dict(calls.candles(PERP, "1h", start_ns=10 * HOUR_NS, end_ns=11 * HOUR_NS).params)
    assert short["end"] == str(11 * 3_600_000)
    assert "end" not in dict(calls.candles(PERP, "1h").params)


def test_a_begin_of_funding_gets_an_end() -> None:
    params = dict(calls.funding_history(PERP, start_ns=HOUR_NS, limit=2).params)
    assert (params["startTime"], params["endTime"]) == ("3600000", str(3 * 3_600_000))
    short = dict(calls.funding_history(PERP, start_ns=HOUR_NS, end_ns=2 * HOUR_NS).params)
    assert short["endTime"] == str(2 * 3_600_000)


def test_what_the_venue_does_not_have_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(NotSupported, match="does not number its trades"):
        calls.trades(PERP, from_id=7)
    with pytest.raises(NotSupported, match="aggregate"):
        calls.agg_trades(PERP)
    with pytest.raises(NotSupported, match="1s"):
        calls.candles(PERP, "1s")
    for call in (SPOT.calls.premium_index, SPOT.calls.funding_history, SPOT.calls.open_interest):
        with pytest.raises(NotSupported, match=r"bybit\.spot has no"):
            call(BTC)
