"""OKX as declared: instruments, requests, errors, and what it does not have."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tickwright.errors import NotSupported, RateLimited, UnknownInstrument, VenueRejected
from tickwright.model import topics
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instruments, InstrumentStatus
from tickwright.venues.okx.spec import V5


ROWS = [
    {"instType": "SPOT", "instId": "BTC-USDT", "state": "live", "tickSz": "0.1", "lotSz": "0.00000001",
     "minSz": "0.00001", "maxLmtSz": "9999999999", "settleCcy": "", "ctVal": ""},
    {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "state": "live", "tickSz": "0.1", "lotSz": "0.01",
     "minSz": "0.01", "maxLmtSz": "100000000", "settleCcy": "USDT", "ctVal": "0.01"},
    {"instType": "FUTURES", "instId": "BTC-USD-261225", "state": "suspend", "tickSz": "0.1", "lotSz": "1",
     "minSz": "1", "settleCcy": "BTC", "ctVal": "100"},
    {"instType": "OPTION", "instId": "BTC-USD-261225-90000-C", "state": "live", "tickSz": "0.0005", "lotSz": "1",
     "minSz": "1"},
]  # fmt: skip
LISTED = V5.calls.instruments().decode(json.dumps({"code": "0", "data": ROWS}).encode(), 0)


def test_spot_swaps_and_futures_are_listed_and_options_left_out() -> None:
    assert [(each.id, each.kind) for each in LISTED] == [
        ("okx:BTC/USDT", InstrumentKind.SPOT),
        ("okx:BTC/USDT:USDT", InstrumentKind.LINEAR_PERPETUAL),
        ("okx:BTC/USD:BTC-261225", InstrumentKind.INVERSE_FUTURE),
    ]
    assert all(V5.owns(each.id) for each in LISTED)


def test_contracts_have_their_worth_and_all_have_steps_and_bounds() -> None:
    spot, swap, future = LISTED
    assert (swap.contract_size, swap.lot_size) == (Decimal("0.01"), Decimal("0.01"))
    assert (spot.contract_size, spot.min_quantity) == (None, Decimal("0.00001"))
    assert (future.status, future.max_quantity) == (InstrumentStatus.HALTED, None)
    assert not spot.is_inferred


def test_the_listing_has_a_page_for_each_kind_of_instrument() -> None:
    call, asked = V5.calls.instruments(), []
    while True:
        asked.append(dict(call.params)["instType"])
        following = None if call.next_page is None else call.next_page(b"")
        if following is None:
            break
        call = following
    assert asked == ["SPOT", "SWAP", "FUTURES"]


@pytest.mark.parametrize(
    ("symbol", "instrument_id"),
    [
        ("BTC-USDT", "okx:BTC/USDT"),
        ("UNI-USD-SWAP", "okx:UNI/USD:UNI"),
        ("ETH-USDC-SWAP", "okx:ETH/USDC:USDC"),
        ("BTC-USD-220527", "okx:BTC/USD:BTC-220527"),
    ],
)
def test_an_instrument_is_guessed_from_its_symbol(symbol: str, instrument_id: str) -> None:
    assert V5.infer(symbol).id == instrument_id


@pytest.mark.parametrize("symbol", ["BTC", "BTC-", "BTC-USD-220527-30000-C", "BTC-USD-PERP"])
def test_other_symbols_are_not_guessed(symbol: str) -> None:
    with pytest.raises(UnknownInstrument):
        V5.infer(symbol)


def test_candles_go_on_a_route_of_their_own() -> None:
    known = Instruments(LISTED)
    channel = V5.channel(topics.Candles("okx:BTC/USDT", "6h", closed_only=True), known)
    assert (channel.stream, channel.kind.route) == ("candle6Hutc:BTC-USDT", "business")
    assert V5.channel(topics.Trades("okx:BTC/USDT:USDT"), known).stream == "trades:BTC-USDT-SWAP"


def test_a_span_of_candles_names_the_times_beside_it() -> None:
    call = V5.calls.candles(LISTED[0], "1h", start_ns=3_600 * 10**9, limit=2)
    assert dict(call.params) == {
        "instId": "BTC-USDT",
        "bar": "1H",
        "before": "3599999",
        "after": "10800000",
        "limit": "2",
    }
    assert call.path == "/api/v5/market/candles"


def test_what_there_is_not_is_refused_before_anything_leaves() -> None:
    with pytest.raises(NotSupported):
        V5.calls.candles(LISTED[0], "7m")
    with pytest.raises(NotSupported):
        V5.calls.trades(LISTED[0], from_id=1)


def test_the_clock_is_told_in_ms() -> None:
    body = b'{"code":"0","data":[{"ts":"1763640000123"}],"msg":""}'
    assert V5.calls.server_time().decode(body, 0) == 1_763_640_000_123_000_000


def test_errors_come_as_codes_in_the_body() -> None:
    refused = b'{"code":"51001","data":[],"msg":"Instrument ID doesn\'t exist."}'
    assert isinstance(V5.error(200, refused, "GET /x"), VenueRejected)
    assert isinstance(
        V5.error(429, b'{"code":"50011","msg":"Too Many Requests"}', "GET /x"), RateLimited
    )
    assert isinstance(V5.error(200, b'{"code":"50061","msg":"slow down"}', "GET /x"), RateLimited)
    assert isinstance(V5.error(502, b"<html>", "GET /x"), VenueRejected)
    assert V5.error(200, b'{"code":"0","data":[],"msg":""}', "GET /x") is None


def test_captures_are_known_by_their_hosts() -> None:
    assert V5.recordings.recognises("wss://ws.okx.com:8443/ws/v5/public")
    assert V5.recordings.recognises("https://www.okx.com/api/v5/public/instruments?instType=SPOT")
    assert not V5.recordings.recognises("wss://notokx.com/ws/v5/public")
    assert V5.recordings.stream("tickers:BTC-USDT", Instruments(LISTED)) is None
