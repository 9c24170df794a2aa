"""Kraken as declared: instruments, requests, errors, and how its books are proven."""

from __future__ import annotations

import json
from decimal import Decimal

from tickwright.core.booksync import BookChain
from tickwright.errors import RateLimited, VenueRejected
from tickwright.model import topics
from tickwright.model.instrument import Instruments, InstrumentStatus
from tickwright.venues.kraken.spec import SPOT


PAIRS = {
    "XXBTZUSD": {"altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD", "pair_decimals": 1,
                 "lot_decimals": 8, "ordermin": "0.0001", "costmin": "0.5", "tick_size": "0.1", "status": "online"},
    "XDGUSD": {"altname": "XDGUSD", "wsname": "XDG/USD", "pair_decimals": 7, "lot_decimals": 8, "status": "post_only"},
    "XBTUSD.d": {"altname": "XBTUSD.d", "pair_decimals": 1, "lot_decimals": 8, "status": "online"},
}  # fmt: skip
LISTED = SPOT.calls.instruments().decode(json.dumps({"error": [], "result": PAIRS}).encode(), 0)


def test_pairs_have_the_names_that_everybody_uses() -> None:
    assert [(each.id, each.symbol) for each in LISTED] == [
        ("kraken:BTC/USD", "BTC/USD"),
        ("kraken:DOGE/USD", "DOGE/USD"),
    ]
    assert all(SPOT.owns(each.id) for each in LISTED)


def test_scales_are_the_pair_s_own_digits_since_checksums_are_made_of_them() -> None:
    btc, doge = LISTED
    assert (btc.price_scale, btc.quantity_scale, btc.tick_size) == (1, 8, Decimal("0.1"))
    assert (doge.price_scale, doge.tick_size) == (7, Decimal("1E-7"))
    assert (btc.min_quantity, btc.min_notional) == (Decimal("0.0001"), Decimal("0.5"))
    assert [each.status for each in LISTED] == [InstrumentStatus.TRADING, InstrumentStatus.UNKNOWN]


def test_books_are_cut_to_their_depth_and_proven_by_checksums() -> None:
    book = SPOT.book
    assert (book.chain, book.depth, book.snapshot) == (BookChain.ORDER, 100, None)
    assert book.proof is not None
    assert book.proof.levels == 10


def test_each_length_of_candles_is_a_channel_of_its_own() -> None:
    known = Instruments(LISTED)
    channel = SPOT.channel(topics.Candles("kraken:BTC/USD", "1d"), known)
    assert channel.stream == "ohlc-1440:BTC/USD"
    assert SPOT.ws_limits.batch_of is not None
    assert SPOT.ws_limits.batch_of(channel.stream) == "ohlc-1440"


def test_history_begins_after_a_second_and_is_cut_at_its_end_here() -> None:
    call = SPOT.calls.candles(LISTED[0], "1m", start_ns=60 * 10**9, end_ns=130 * 10**9)
    assert (call.path, dict(call.params)) == (
        "/0/public/OHLC",
        {"pair": "XBTUSD", "interval": "1", "since": "59"},
    )
    bars = [[start, "1.0", "3.0", "1.0", "2.0", "1.5", "7.25", 5] for start in (60, 120, 180)]
    body = json.dumps({"error": [], "result": {"XXBTZUSD": bars, "last": 120}}).encode()
    found = call.decode(body, 10**18)
    assert [candle.open_ts_ns // 10**9 for candle in found] == [60, 120]
    assert (found[0].volume, found[0].trades, found[0].is_closed) == (Decimal("7.25"), 5, True)


def test_the_clock_is_told_in_seconds() -> None:
    body = b'{"error":[],"result":{"unixtime":1795176000,"rfc1123":"x"}}'
    assert SPOT.calls.server_time().decode(body, 0) == 1_795_176_000 * 10**9


def test_errors_come_as_texts_with_http_200() -> None:
    unknown = SPOT.error(200, b'{"error":["EQuery:Unknown asset pair"]}', "GET /x")
    assert isinstance(unknown, VenueRejected)
    assert unknown.code == "EQuery"
    for text in ("EGeneral:Too many requests", "EAPI:Rate limit exceeded"):
        body = json.dumps({"error": [text]}).encode()
        assert isinstance(SPOT.error(200, body, "GET /x"), RateLimited)
    assert isinstance(SPOT.error(520, b"<html>", "GET /x"), VenueRejected)
    assert SPOT.error(200, b'{"error":[],"result":{}}', "GET /x") is None


def test_captures_are_known_by_their_hosts() -> None:
    assert SPOT.recordings.recognises("wss://ws.kraken.com/v2")
    assert not SPOT.recordings.recognises("wss://ws.notkraken.com/v2")
