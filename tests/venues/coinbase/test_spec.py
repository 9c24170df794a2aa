"""Coinbase as declared: instruments, requests, errors, and what it does not have."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tickwright.core.booksync import BookChain
from tickwright.errors import NotSupported, RateLimited, VenueRejected
from tickwright.model import topics
from tickwright.model.instrument import Instrument, Instruments, InstrumentStatus
from tickwright.venues.coinbase.spec import ADVANCED


ROW = {
    "product_id": "BTC-USD",
    "base_currency_id": "BTC",
    "quote_currency_id": "USD",
    "price_increment": "0.01",
    "base_increment": "0.00000001",
    "quote_increment": "0.01",
    "base_min_size": "0.00000001",
    "base_max_size": "3400",
    "quote_min_size": "1",
    "quote_max_size": "150000000",
    "status": "online",
    "alias": "",
    "product_type": "SPOT",
}


def listed(*rows: dict[str, Any]) -> list[Instrument]:
    body = json.dumps({"products": rows, "num_products": len(rows)}).encode()
    return ADVANCED.calls.instruments().decode(body, 0)


def test_an_instrument_has_its_rules() -> None:
    (btc,) = listed(ROW)
    assert (btc.id, btc.symbol, btc.product) == ("coinbase:BTC/USD", "BTC-USD", "coinbase.advanced")
    assert (btc.tick_size, btc.lot_size) == (Decimal("0.01"), Decimal("0.00000001"))
    assert (btc.min_notional, btc.max_notional, btc.max_quantity) == (1, 150_000_000, 3400)
    assert ADVANCED.owns(btc.id)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, InstrumentStatus.TRADING),
        ({"status": "delisted", "trading_disabled": True}, InstrumentStatus.CLOSED),
        ({"status": "new word"}, InstrumentStatus.UNKNOWN),
        ({"trading_disabled": True}, InstrumentStatus.HALTED),
        ({"is_disabled": True}, InstrumentStatus.HALTED),
        ({"cancel_only": True}, InstrumentStatus.CANCEL_ONLY),
    ],
)
def test_a_status_is_told_by_several_fields(
    values: dict[str, Any], status: InstrumentStatus
) -> None:
    (btc,) = listed({**ROW, **values})
    assert btc.status is status


def test_aliases_of_a_market_and_other_kinds_are_left_out() -> None:
    alias = {**ROW, "product_id": "BTC-USDC", "alias": "BTC-USD"}
    future = {**ROW, "product_id": "BIT-28NOV25-CDE", "product_type": "FUTURE"}
    assert [each.symbol for each in listed(alias, ROW, future)] == ["BTC-USD"]


def test_only_candles_of_five_minutes_are_streamed() -> None:
    known = Instruments(listed(ROW))
    five = topics.Candles("coinbase:BTC/USD", "5m")
    assert ADVANCED.channel(five, known).stream == "candles:BTC-USD"
    with pytest.raises(NotSupported, match="choose one of: 5m"):
        ADVANCED.channel(topics.Candles("coinbase:BTC/USD", "1m"), known)


def test_history_is_asked_for_in_seconds_and_needs_a_begin() -> None:
    (btc,) = listed(ROW)
    call = ADVANCED.calls.candles(btc, "1m", start_ns=60 * 10**9, limit=2)
    assert call.path == "/api/v3/brokerage/market/products/BTC-USD/candles"
    assert dict(call.params) == {
        "start": "60",
        "end": "179",
        "granularity": "ONE_MINUTE",
        "limit": "2",
    }
    with pytest.raises(NotSupported, match="give start_ns"):
        ADVANCED.calls.candles(btc, "1m")


def test_history_decodes() -> None:
    (btc,) = listed(ROW)
    bar = {"low": "1", "high": "3", "open": "2", "close": "2", "volume": "5"}
    body = json.dumps({"candles": [{**bar, "start": "120"}, {**bar, "start": "60"}]}).encode()
    call = ADVANCED.calls.candles(btc, "1m", start_ns=60 * 10**9)
    found = call.decode(body, 10**18)
    assert [(candle.open_ts_ns, candle.is_closed) for candle in found] == [
        (60 * 10**9, True),
        (120 * 10**9, True),
    ]


def test_the_clock_is_told_in_ms() -> None:
    body = (
        b'{"iso":"2026-11-20T12:00:00Z","epochSeconds":"1795176000","epochMillis":"1795176000123"}'
    )
    assert ADVANCED.calls.server_time().decode(body, 0) == 1_795_176_000_123_000_000


def test_errors_come_with_their_status() -> None:
    missing = b'{"error":"NOT_FOUND","error_details":"x","message":"valid product id required"}'
    assert isinstance(ADVANCED.error(404, missing, "GET /x"), VenueRejected)
    assert isinstance(
        ADVANCED.error(429, b'{"errors":[{"id":"rate_limit_exceeded"}]}', "GET /x"), RateLimited
    )
    assert ADVANCED.error(200, b'{"products":[]}', "GET /x") is None


def test_holes_show_by_the_number_of_the_frame_and_by_nothing_else() -> None:
    assert ADVANCED.book.chain is BookChain.ORDER
    assert ADVANCED.book.snapshot is None
    assert ADVANCED.frame_number is not None


def test_captures_are_known_by_their_hosts() -> None:
    assert ADVANCED.recordings.recognises("wss://advanced-trade-ws.coinbase.com")
    assert not ADVANCED.recordings.recognises("wss://ws-feed.exchange.coinbase.com")
